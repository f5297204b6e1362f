//! Who asks, by token or by signature, and what they may do.

mod access_key;
mod admit;
mod canonical;
mod credentials;
mod lenient;
mod signature;

pub(crate) use access_key::AccessKey;
pub(crate) use admit::{Caller, admit, identify};
pub(crate) use credentials::{Credentials, Known, Validity};
pub(crate) use signature::{is_signed, signer};
