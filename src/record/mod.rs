//! What a run has sent, what came and when, one JSON object a line: enough for anybody to judge it again, on another machine
//! and without the target. It holds no verdict and no credential; each of those stands as a placeholder, so that an echo
//! stays visible.
//!
//! A [`Recorder`] stands between the client and the transport and writes every try down; [`Recorded`] is the transport that
//! answers from such a file. The engine is the same for both: a record is judged by running it in the time of the record.

mod form;
mod mask;
mod recorded;
mod recorder;

pub use form::{Ending, Header, RecordedTarget};
pub use recorded::{RecordError, Recorded};
pub use recorder::{Recorder, add_signal};
