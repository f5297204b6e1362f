//! What all pages for a browser have in common.

mod page;
mod prose;

pub(crate) use page::{Frame, page};
pub(crate) use prose::{counted, prose};
