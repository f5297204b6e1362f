//! From exchanges to what a report may show: credentials left out, bytes made readable, long bodies cut.

mod curl;
mod redact;
mod show;
mod signing_words;

pub use curl::curl;
pub use redact::Redactor;
pub use show::show;
