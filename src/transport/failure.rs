//! Why there is no answer, told by the kind of an error and never by its text.

use std::error::Error;
use std::io::ErrorKind;

use rustls::OtherError;

use super::certificate::Refused;
use crate::model::{Failure, FailureKind};

/// A failure of a request that was on its way; `begun` says whether the head of the answer came.
pub(super) fn of(error: &(dyn Error + 'static), connecting: bool, begun: bool) -> Failure {
    let kind = if connecting {
        FailureKind::Unreachable
    } else if begun {
        FailureKind::Garbled
    } else if timed_out(error) {
        FailureKind::Silent
    } else if was_closed(error) {
        FailureKind::Lost
    } else {
        FailureKind::Garbled
    };
    Failure { kind, message: chain(error) }
}

pub(super) fn garbled(message: impl Into<String>) -> Failure {
    Failure { kind: FailureKind::Garbled, message: message.into() }
}

/// The same of what the operating system says of a connection.
pub(super) fn of_io(error: &std::io::Error, begun: bool) -> Failure {
    of(error, false, begun)
}

fn was_closed(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        let by_http = cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(|e| e.is_incomplete_message() || e.is_closed() || e.is_canceled());
        let by_system = cause.downcast_ref::<std::io::Error>().is_some_and(|e| {
            matches!(
                e.kind(),
                ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::NotConnected
                    | ErrorKind::UnexpectedEof
            )
        });
        by_http || by_system
    })
}

fn timed_out(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::TimedOut)
            || cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
    })
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What libraries say around what has happened.
const AROUND: [&str; 6] = [
    "client error (Connect)",
    "client error (SendRequest)",
    "other error",
    "tcp connect error",
    "dns error",
    "error resolving DNS",
];

/// What is told of TLS that did not come about, without what libraries say around it.
fn without_tls(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return match error {
            rustls::Error::Other(OtherError(told)) => told.downcast_ref::<Refused>().map(Refused::to_string),
            rustls::Error::InvalidMessage(_) => Some("what answers there does not speak TLS".to_owned()),
            _ => None,
        };
    }
    // One may stand in another.
    without_tls(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

/// An error with its causes, outermost first, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes(error) {
        // The URL stands beside the failure anyway, and may hold what is not for everybody's eyes.
        let text = match cause.downcast_ref::<reqwest::Error>() {
            Some(e) if e.is_connect() => "no connection".to_owned(),
            Some(_) => continue,
            None => without_tls(cause).unwrap_or_else(|| cause.to_string()),
        };
        if AROUND.contains(&text.as_str()) {
            continue;
        }
        if !parts.iter().any(|part| part.ends_with(&text)) {
            parts.push(text);
        }
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}
