use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use serde_json::Value;

use super::payload::Payload;
use crate::judge::{Said, State};
use crate::model::{Exchange, PathChoice, TokenChoice};
use crate::suite::{OperationSuite, StepSpec};

/// Every identifier in the path is the target's own.
static OWN: LazyLock<IndexMap<String, PathChoice>> = LazyLock::new(IndexMap::new);
/// No header field but the usual ones.
static USUAL: LazyLock<IndexMap<String, String>> = LazyLock::new(IndexMap::new);

/// A request of an operation, as one step of a case asks for it.
pub(crate) struct Outgoing<'a> {
    pub(crate) op: &'a OperationSuite,
    pub(crate) resource: &'a str,
    pub(crate) body: Option<&'a Payload>,
    pub(crate) token: TokenChoice,
    pub(crate) path: &'a IndexMap<String, PathChoice>,
    /// Fields over the usual ones; an empty value takes one away.
    pub(crate) headers: &'a IndexMap<String, String>,
    pub(crate) manner: Manner,
}

/// What is unusual about the way a request is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// On a raw connection, so that every byte of the answer can be looked at.
    pub(crate) wire: bool,
    /// Another method than the documented one.
    pub(crate) method: Option<String>,
    /// Identifiers in the path are written with percent signs.
    pub(crate) encoded: bool,
    /// Names of header fields are written in capitals.
    pub(crate) capitals: bool,
    /// The body goes out piece by piece.
    pub(crate) pieces: bool,
    /// What stands in the place of identifiers, as it is sent.
    literal: IndexMap<String, String>,
    /// What stands behind the path.
    behind: String,
    /// Another version than the one of the path.
    version: String,
}

impl Manner {
    fn of(step: &StepSpec) -> Self {
        Manner {
            wire: step.wire || step.capitals || step.pieces,
            method: step.method.clone(),
            encoded: step.encoded,
            capitals: step.capitals,
            pieces: step.pieces,
            literal: step.literal.clone(),
            behind: step.behind.clone(),
            version: step.version.clone(),
        }
    }

    /// Whether nobody documents what it asks for: another method, or another path.
    pub(crate) fn is_undocumented(&self) -> bool {
        self.method.is_some() || self.behind.starts_with('/') || !self.version.is_empty()
    }

    /// The path that a request is made from.
    pub(crate) fn path(&self, documented: &str) -> String {
        let mut path = documented.to_owned();
        for (parameter, text) in &self.literal {
            path = path.replace(&format!("{{{parameter}}}"), text);
        }
        if !self.version.is_empty()
            && let Some((version, _)) = documented.trim_start_matches('/').split_once('/')
        {
            path = path.replacen(version, &self.version, 1);
        }
        path + &self.behind
    }
}

impl<'a> Outgoing<'a> {
    pub(crate) fn choice(&self, parameter: &str) -> PathChoice {
        self.path.get(parameter).copied().unwrap_or_default()
    }

    /// Whether it goes to the target's own resource.
    pub(crate) fn stays_home(&self) -> bool {
        self.path.values().all(|choice| *choice == PathChoice::Own)
    }

    /// Whether it carries the target's own credentials to the target's own resource, as everybody sends it.
    pub(crate) fn is_ordinary(&self) -> bool {
        self.token == TokenChoice::Valid && self.stays_home() && !self.is_unusual()
    }

    /// Whether something about it is unusual as HTTP, whatever its body says.
    pub(crate) fn is_unusual(&self) -> bool {
        let odd = [PathChoice::CutOff, PathChoice::Quoted, PathChoice::Wildcard];
        let content_type = |name: &String| name.eq_ignore_ascii_case("content-type");
        self.path.values().any(|choice| odd.contains(choice))
            || self.headers.keys().any(|name| !content_type(name))
            || self.manner.method.is_some()
            || self.manner.encoded
            || self.manner.capitals
            || self.manner.pieces
            || !self.manner.literal.is_empty()
            || !self.manner.behind.is_empty()
            || !self.manner.version.is_empty()
    }

    /// The request of a step, to this resource.
    pub(crate) fn of(op: &'a OperationSuite, resource: &'a str, step: &'a StepSpec, body: Option<&'a Payload>) -> Self {
        Outgoing {
            op,
            resource,
            body,
            token: step.token,
            path: &step.path,
            headers: &step.headers,
            manner: Manner::of(step),
        }
    }

    /// A request to the target's own resource, with nothing unusual about it but perhaps its token.
    pub(crate) fn plain(op: &'a OperationSuite, resource: &'a str, body: &'a Payload, token: TokenChoice) -> Self {
        Outgoing { op, resource, body: Some(body), token, path: &OWN, headers: &USUAL, manner: Manner::default() }
    }
}

/// What came of it.
pub(crate) struct Sent {
    pub(crate) exchange: Arc<Exchange>,
    /// Index in the case's report.
    pub(crate) index: usize,
    /// The request body as JSON, if it is JSON.
    pub(crate) json: Option<Arc<Value>>,
    /// The item that its path names.
    pub(crate) item: Option<Arc<str>>,
    /// Bytes after the head of the answer, if the step looked at the wire.
    pub(crate) after_head: Option<Vec<u8>>,
    /// It is the answer to a second try: the first may have been carried out, though it was not answered, or with an error
    /// of the server.
    pub(crate) second_try: bool,
}

impl Sent {
    /// What it says, where this was stored before it.
    pub(crate) fn said<'s>(&'s self, before: Option<&'s State>) -> Said<'s> {
        Said { body: self.json.as_deref(), item: self.item.as_deref(), before }
    }

    /// Whether what the request names may be stored: it was not refused, or an earlier try of it may have been carried out.
    pub(crate) fn may_have_stored(&self) -> bool {
        !self.exchange.is_refused() || self.second_try
    }
}
