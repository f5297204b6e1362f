use std::sync::Arc;

use serde_json::Value;

use crate::check::{Change, change_of, parse_request};
use crate::generate::to_bytes;
use crate::suite::Operation;

/// The body of a request: what is sent, and what it says.
pub(super) struct Payload {
    pub(super) bytes: Vec<u8>,
    /// What its target reads, if it is JSON.
    pub(super) json: Option<Arc<Value>>,
    /// What it does, if it is accepted: by a target, too, that makes characters of bytes that are none.
    pub(super) change: Change,
}

impl Payload {
    /// A filled text as the body of an operation's request.
    pub(super) fn new(operation: &Operation, text: &str) -> Self {
        let bytes = to_bytes(text);
        let json = parse_request(&bytes).map(Arc::new);
        let change = match &json {
            Some(json) => change_of(operation, json, None),
            None => parse_request(text.as_bytes()).map(|said| change_of(operation, &said, None)).unwrap_or_default(),
        };
        Payload { bytes, json, change }
    }
}
