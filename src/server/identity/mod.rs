//! The calls of the identity service (IAM) that clients need before they can ask for anything else: tokens, temporary
//! access keys, and which project a region is.

mod account;
mod answer;
mod grant;
mod login;
mod refusal;
mod temporary;

pub(crate) use account::Account;
pub(crate) use answer::{answer, is_served};
