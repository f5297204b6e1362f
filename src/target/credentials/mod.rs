//! How requests show whose they are: tokens, and signatures made with an access key. Pure: no clock, no network; what
//! fetches tokens is in `transport`.

mod access_key;
mod authentication;
mod canonical_request;
mod iam;
mod signature;
mod token;

pub use access_key::AccessKey;
pub use authentication::{Authentication, SECURITY_TOKEN, SIGNED, TOKEN, TokenSource, how_signed, signed_wrongly};
pub use canonical_request::{CanonicalRequest, Signable, sha256};
pub use iam::{IamLogin, Login};
pub use signature::{CLOCK_TOLERANCE, Signed, sign, timestamp};
pub use token::Token;
