//! What goes over the wire: paths, bodies, answers.

mod answer;
mod body;
mod failure;
mod misshapen;
mod route;
mod running;
mod wire;

pub(crate) use answer::{Answerer, Success};
pub(crate) use body::{Collected, collect, read_text};
pub(crate) use failure::{Envelope, Failure, Reason};
pub(crate) use route::{Method, Route, Target};
pub use running::{HostedServer, RunningServer, host, start};
