//! What goes over the wire: paths, bodies, answers.

mod answer;
mod body;
mod failure;
mod misshapen;
mod route;

pub(crate) use answer::{Answerer, Success, respond};
pub(crate) use body::{Collected, Incoming, collect, read_text};
pub(crate) use failure::{Envelope, Failure, Reason};
pub(crate) use route::{Method, Route, Target, decoded};
