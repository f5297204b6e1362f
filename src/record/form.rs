//! The lines of a record. No I/O.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::ledger::journal::Left;
use crate::model::{Failure, FailureKind, Request, Response};
use crate::plan::Shard;
use crate::suite::Suite;
use crate::target::{AccessKey, Authentication, Foreign, Network, ReplayLine, Settings, Target};
use crate::transport::{Received, Tried, WireOptions};

use super::mask::{FOREIGN, READ_ONLY, VALID};

/// The version of the form.
pub(super) const FORM: &str = "dewspec.record/1";

/// Which run on which target; the first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Always `dewspec.record/1`.
    pub(super) record: String,
    /// The version of dewspec that made it.
    pub dewspec: String,
    /// The fingerprint of the suite, its fixtures and further cases.
    pub suite: String,
    /// When the run began, in microseconds since 1970; all times of other lines count from there.
    began: u64,
    /// How the run went about it.
    pub settings: Settings,
    /// The filters that its cases were selected by.
    pub filters: Vec<String>,
    /// Which part of those it ran, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What was tested.
    pub target: RecordedTarget,
    /// What repeats a part of it.
    pub replay: ReplayLine,
    /// What earlier runs had left.
    pub left: Left,
}

impl Header {
    /// Of a run that begins now.
    pub fn new(
        suite: &Suite,
        settings: &Settings,
        (filters, shard): (&[String], Option<&Shard>),
        target: &Target,
        replay: &ReplayLine,
        left: Left,
    ) -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Header {
            record: FORM.to_owned(),
            dewspec: env!("CARGO_PKG_VERSION").to_owned(),
            suite: suite.fingerprint.clone(),
            began: micros(began),
            settings: settings.clone(),
            filters: filters.to_vec(),
            shard: shard.cloned(),
            target: RecordedTarget::of(target),
            replay: replay.clone(),
            left,
        }
    }

    /// When the run began.
    pub fn began(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.began)
    }
}

/// A target without its credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedTarget {
    embedded: bool,
    insecure: bool,
    csms: Option<String>,
    kms: Option<String>,
    project_id: String,
    secret_ids: Vec<String>,
    key_ids: Vec<String>,
    /// Whether requests were signed, and had no token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    signed: bool,
    /// Where the credentials came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credentials_from: Option<String>,
    /// Whether there was a token that may only read.
    read_only_token: bool,
    foreign_project_id: Option<String>,
    foreign_secret_id: Option<String>,
    foreign_key_id: Option<String>,
    /// Whether there was another tenant's token.
    foreign_token: bool,
}

impl RecordedTarget {
    fn of(target: &Target) -> Self {
        RecordedTarget {
            embedded: target.embedded,
            insecure: target.network.insecure,
            csms: target.csms.clone(),
            kms: target.kms.clone(),
            project_id: target.project_id.clone(),
            secret_ids: target.secret_ids.clone(),
            key_ids: target.key_ids.clone(),
            signed: target.authentication.signs(),
            credentials_from: target.credentials_from.clone(),
            read_only_token: target.read_only_token.is_some(),
            foreign_project_id: target.foreign.project_id.clone(),
            foreign_secret_id: target.foreign.secret_id.clone(),
            foreign_key_id: target.foreign.key_id.clone(),
            foreign_token: target.foreign.token.is_some(),
        }
    }

    /// The same target, with placeholders for its credentials.
    pub fn target(&self) -> Target {
        Target {
            embedded: self.embedded,
            csms: self.csms.clone(),
            kms: self.kms.clone(),
            project_id: self.project_id.clone(),
            secret_ids: self.secret_ids.clone(),
            key_ids: self.key_ids.clone(),
            token: if self.signed { String::new() } else { VALID.to_owned() },
            authentication: match self.signed {
                true => Authentication::Signature(AccessKey::default()),
                false => Authentication::Token,
            },
            credentials_from: self.credentials_from.clone(),
            read_only_token: self.read_only_token.then(|| READ_ONLY.to_owned()),
            foreign: Foreign {
                project_id: self.foreign_project_id.clone(),
                secret_id: self.foreign_secret_id.clone(),
                key_id: self.foreign_key_id.clone(),
                token: self.foreign_token.then(|| FOREIGN.to_owned()),
            },
            network: Network { insecure: self.insecure, ..Network::default() },
        }
    }
}

/// One line after the first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    /// A request was sent, and this came.
    Try(Box<Try>),
    /// Something that is no answer of the target put an end to the run, or to a part of it.
    End(End),
    /// The run came to its end: nothing of it is missing.
    Complete,
    /// The exit code is that of a signal.
    Signal(Signal),
    /// Credentials were fetched, or not.
    Authenticated(Authenticated),
    /// The transport has something to tell people.
    Note(String),
}

/// What became of fetching credentials, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Authenticated {
    Got(String),
    Failed(String),
}

/// One try of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Try {
    /// When it was sent, in microseconds.
    pub(super) at: u64,
    /// How long it took, in microseconds.
    pub(super) took: u64,
    operation: String,
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Bytes>,
    /// What is unusual about the way it was sent: `raw`, `pieces`, `canary`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) manner: Vec<String>,
    pub(super) came: Came,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Came {
    /// An answer.
    Answer(Answer),
    /// None, and why.
    Failure { kind: FailureKind, message: String },
    /// Nobody waited for it any more.
    Cancelled,
    /// The transport cannot show what was asked for.
    Unobservable,
}

/// An answer as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Answer {
    status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, Bytes)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Bytes>,
    /// The name of a long body, by which others of the same are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    capped: bool,
    /// Every byte after the head, of a raw connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_head: Option<Bytes>,
}

/// Bytes: as text, or in base 64 if they are none; long ones that came before stand where they came first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Bytes {
    Text(String),
    Base64 {
        base64: String,
    },
    /// The same as the body of this name.
    Again {
        again: String,
    },
}

impl Bytes {
    pub(super) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Bytes::Text(text.to_owned()),
            Err(_) => Bytes::Base64 { base64: STANDARD.encode(bytes) },
        }
    }

    pub(super) fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Bytes::Text(text) => Ok(text.into_bytes()),
            Bytes::Base64 { base64 } => STANDARD.decode(base64).map_err(|e| e.to_string()),
            Bytes::Again { again } => Err(format!("the body {again} is missing")),
        }
    }
}

/// What put an end to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) at: u64,
    pub(super) by: Ending,
}

/// What, besides the target, ends a run early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The user.
    User,
    /// `--max-time`.
    Time,
    /// The journal could not be written any more, and why.
    Journal(String),
}

/// The signal that ended the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) exit_code: u8,
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What is unusual about the way a request is sent, in words.
pub(super) fn manner(options: &WireOptions) -> Vec<String> {
    let all = [("raw", options.raw), ("pieces", options.pieces), ("canary", options.canary)];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name.to_owned()).collect()
}

impl Try {
    /// Of a request without credentials, with what came of it.
    pub(super) fn new(request: &Request, options: &WireOptions, (at, took): (Duration, Duration), came: Came) -> Self {
        Try {
            at: micros(at),
            took: micros(took),
            operation: request.operation.clone(),
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.as_deref().map(Bytes::of),
            manner: manner(options),
            came,
        }
    }
}

impl Try {
    /// The name of the body of its answer, if that stands in another line.
    pub(super) fn again(&self) -> Option<&str> {
        match &self.came {
            Came::Answer(Answer { body: Some(Bytes::Again { again }), .. }) => Some(again),
            _ => None,
        }
    }

    /// The name of the body of its answer, if that stands here, and others may be the same.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.came {
            Came::Answer(Answer { body: Some(Bytes::Text(_) | Bytes::Base64 { .. }), name, .. }) => name.as_deref(),
            _ => None,
        }
    }

    /// Takes the body of another one's answer for that of its own.
    pub(super) fn take_body_of(&mut self, other: &mut Try) {
        if let (Came::Answer(own), Came::Answer(first)) = (&mut self.came, &mut other.came) {
            own.body = first.body.take();
        }
    }
}

impl Came {
    /// Of a try that was made; `masked` takes credentials out of what came, and `whole` out of a body, which gets a name if it
    /// is one that may come again.
    pub(super) fn of(
        tried: Option<&Tried>,
        masked: impl Fn(&[u8]) -> Vec<u8>,
        whole: impl Fn(&[u8]) -> (Bytes, Option<String>),
    ) -> Self {
        let Some(tried) = tried else { return Came::Unobservable };
        match &tried.answer {
            Ok(received) => {
                let Response { status, headers, body, capped, .. } = &received.response;
                let field = |(name, value): (&HeaderName, &HeaderValue)| {
                    (name.to_string(), Bytes::of(&masked(value.as_bytes())))
                };
                let (bytes, name) = if body.is_empty() {
                    (None, None)
                } else {
                    let (bytes, name) = whole(body);
                    (Some(bytes), name)
                };
                Came::Answer(Answer {
                    status: *status,
                    headers: headers.iter().map(field).collect(),
                    body: bytes,
                    name,
                    capped: *capped,
                    after_head: received.after_head.as_deref().map(|bytes| Bytes::of(&masked(bytes))),
                })
            }
            Err(failure) => Came::Failure {
                kind: failure.kind,
                message: String::from_utf8_lossy(&masked(failure.message.as_bytes())).into_owned(),
            },
        }
    }
}

impl Answer {
    /// What a transport makes of it.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn received(self) -> Result<Received, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| format!("header {name:?}: {e}"))?;
            let value = HeaderValue::from_bytes(&value.bytes()?).map_err(|e| format!("header {name}: {e}"))?;
            headers.append(name, value);
        }
        let body = self.body.map(Bytes::bytes).transpose()?.unwrap_or_default();
        let after_head = self.after_head.map(Bytes::bytes).transpose()?;
        let response = Response { status: self.status, headers, body, capped: self.capped, cut_from: 0 };
        Ok(Received { response, after_head })
    }
}

/// A failure as a record has it.
pub(super) fn failure(kind: FailureKind, message: String) -> Failure {
    Failure { kind, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in [&b"text"[..], b"", b"\xff\x00", "\u{1f600}\0".as_bytes()] {
            let line = serde_json::to_string(&Bytes::of(bytes)).unwrap();
            let read: Bytes = serde_json::from_str(&line).unwrap();
            assert_eq!(read.bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let mut headers = HeaderMap::new();
        headers.append("x-odd", HeaderValue::from_bytes(b"a\xffb").unwrap());
        headers.append("x-odd", HeaderValue::from_static("second"));
        let response = Response { status: 204, headers, body: b"\xfe".to_vec(), capped: true, cut_from: 0 };
        let received = Received { response, after_head: Some(b"0\r\n".to_vec()) };
        let tried = Tried { answer: Ok(received.clone()), sent: tokio::time::Instant::now(), elapsed: Duration::ZERO };
        let line =
            serde_json::to_string(&Came::of(Some(&tried), <[u8]>::to_vec, |body| (Bytes::of(body), None))).unwrap();
        let Came::Answer(answer) = serde_json::from_str(&line).unwrap() else { unreachable!("{line}") };
        assert_eq!(answer.received().unwrap(), received);
    }
}
