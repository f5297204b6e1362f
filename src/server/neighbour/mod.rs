//! The operations around the four: what a client needs before and after it tags or subscribes.

mod answer;
mod fields;
mod operation;
mod resources;
mod route;

pub(crate) use answer::{Errand, answer};
pub(crate) use fields::{bounded, choice, digits, flag, is_name, required, text};
