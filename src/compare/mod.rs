//! Many stored reports side by side: of several implementations, and night after night. Only what is shown of a report is
//! read, so that hundreds of them take a second. No I/O.

mod digest;
pub mod history;
pub mod matrix;

pub use digest::{Digest, Latency, digest};
