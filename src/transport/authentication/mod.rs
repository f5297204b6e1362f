//! The last step before a request is sent: what stands in it for a credential becomes the credential. Nothing behind this step
//! ever sees one: what comes back is searched for them, and has what stands for them again.

mod conceal;
mod covered;
mod fetch;
mod fetched;
mod signing;
mod store;
mod target_clock;

pub(super) use fetched::Fetched;
pub(super) use signing::Signing;
