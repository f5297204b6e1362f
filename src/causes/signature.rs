use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use crate::model::Level;
use crate::report::FindingReport;
use crate::suite::{OperationSuite, Suite};

/// In what way a target does something else than it should. The order is that in which causes are preferred that explain
/// equally much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Kind {
    /// It answers with a server error, or not at all.
    ServerError,
    /// It says in the body that it refuses, and in the status that it does not.
    ErrorAsSuccess,
    /// Its answers have another form than documented.
    Form,
    /// It accepts what it should refuse.
    Accepts,
    /// It refuses what it should accept.
    Refuses,
    /// It accepts and refuses as it should, and says so with another status.
    Status,
    /// What is stored afterwards is not what should be.
    State,
    /// Something else.
    Other,
    /// No permitted reading of an open clause explains what it does.
    Reading,
}

impl Kind {
    /// Whether a case that shows this need not show anything of the other kind besides. What an answer says by its form is apart
    /// from what the target does, and what is stored apart from the status that says so.
    pub(super) fn explains(self, other: Kind) -> bool {
        let is_apart =
            |one, two| (one == Kind::Form) != (two == Kind::Form) || (one == Kind::Status && two == Kind::State);
        !is_apart(self, other) && !is_apart(other, self)
    }
}

/// What makes failures the same, whatever cases they are found in: the way, the operation and, as far as that tells faults
/// apart, what of a request or an answer is concerned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Signature {
    pub(super) kind: Kind,
    /// The operation's name.
    pub(super) operation: String,
    /// The part of the request or answer; empty where that does not matter.
    pub(super) about: String,
}

impl Signature {
    /// Of one finding in a case of an operation.
    pub(super) fn of(suite: &Suite, operation: &OperationSuite, finding: &FindingReport) -> Self {
        let topic = topic(operation, &finding.clause);
        let (kind, about) = kind_of(suite, topic, finding);
        Signature { kind, operation: operation.operation.id.clone(), about }
    }

    /// Something that was not the same each time.
    pub(super) fn flaky(operation: &OperationSuite) -> Self {
        Signature { kind: Kind::State, operation: operation.operation.id.clone(), about: String::new() }
    }

    /// Of a case that went wrong, and has no finding that says how.
    pub(super) fn unsaid(operation: &OperationSuite, clause: Option<&String>) -> Self {
        let about = clause.map(|clause| topic(operation, clause).to_owned()).unwrap_or_default();
        Signature { kind: Kind::Other, operation: operation.operation.id.clone(), about }
    }

    /// Stable: made of nothing but what it is.
    pub(super) fn id(&self, operation: &OperationSuite, is_everywhere: bool) -> String {
        let prefix = if is_everywhere { EVERYWHERE } else { &operation.operation.prefix };
        match self.about.as_str() {
            "" => format!("{prefix}.{}", self.kind),
            about => format!("{prefix}.{}.{about}", self.kind),
        }
    }
}

/// Every id that a cause of this suite can have.
pub(crate) fn possible_ids(suite: &Suite) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for operation in &suite.operations {
        let mut abouts: BTreeSet<String> = [String::new(), ENVELOPE.to_owned()].into();
        for clause in &operation.clauses {
            let topic = topic(operation, &clause.id);
            abouts.extend([topic.to_owned(), field(topic), part(topic), without_status(topic)]);
        }
        for (kind, about) in Kind::iter().flat_map(|kind| abouts.iter().map(move |about| (kind, about))) {
            let signature = Signature { kind, operation: operation.operation.id.clone(), about: about.clone() };
            ids.extend([signature.id(operation, false), signature.id(operation, true)]);
        }
    }
    ids
}

/// In place of an operation's prefix, where a cause is one of every operation.
pub(crate) const EVERYWHERE: &str = "every-operation";

/// What readings of an error's form are about.
pub(super) const ENVELOPE: &str = "envelope";

/// A clause's id without its operation.
pub(super) fn topic<'c>(operation: &OperationSuite, clause: &'c str) -> &'c str {
    clause.strip_prefix(&operation.operation.prefix).map_or(clause, |rest| rest.trim_start_matches('.'))
}

/// The part of a request that a topic is about: `key` of `key.max-length`.
pub(super) fn field(topic: &str) -> String {
    topic.split('.').next().unwrap_or(topic).to_owned()
}

/// As [`field`]; of what is not in the body, such as `request.secret_id`, both words.
fn part(topic: &str) -> String {
    match topic.strip_prefix("request.") {
        Some(rest) => format!("request.{}", field(rest)),
        None => field(topic),
    }
}

fn kind_of(suite: &Suite, topic: &str, finding: &FindingReport) -> (Kind, String) {
    let status = status_in(&finding.seen);
    let is_open = finding.level == Level::Open
        || suite.clause(&finding.clause).is_some_and(|(_, clause)| clause.level == Level::Open);
    if is_open {
        let about = if topic.ends_with(ENVELOPE) { ENVELOPE.to_owned() } else { field(topic) };
        return (Kind::Reading, about);
    }
    if topic.starts_with("server-error") || topic.starts_with("status.5") || status.is_some_and(|status| status >= 500)
    {
        return (Kind::ServerError, String::new());
    }
    if is_error_as_success(topic, &finding.seen) {
        return (Kind::ErrorAsSuccess, String::new());
    }
    let is_watched = suite.clause(&finding.clause).is_some_and(|(_, clause)| clause.judge.is_some());
    let is_of_status = topic.starts_with("status.") || topic == "success.status";
    if topic.starts_with("error.") || (is_watched && !is_of_status) {
        return (Kind::Form, without_status(topic));
    }
    let (refused, accepted) = (expects(finding, "refused"), expects(finding, "accepted"));
    let is_accepted = status.is_some_and(|status| status < 400);
    let is_refused = status.is_some_and(|status| (400..500).contains(&status));
    if (refused && is_accepted) || expects(finding, "at most") {
        return (Kind::Accepts, part(topic));
    }
    let expects_success = accepted || expects(finding, "status 2") || finding.allowed.contains("by itself");
    if expects_success && is_refused {
        return (Kind::Refuses, String::new());
    }
    if is_of_status || (status.is_some() && (refused || accepted)) {
        return (Kind::Status, String::new());
    }
    let of_state = ["stored", "refused-unchanged", "batch.atomic", "key.one-value", "delete.only-listed"];
    let told = ["exactly", "a state", "every accepted", "one value"];
    if of_state.contains(&topic) || topic.ends_with("all-stored") || told.iter().any(|text| expects(finding, text)) {
        return (Kind::State, String::new());
    }
    (Kind::Other, topic.to_owned())
}

/// Whether an answer that counts as a success, by its status or by what is looked for in it, has the body of an error.
fn is_error_as_success(topic: &str, seen: &str) -> bool {
    let is_success = match status_in(seen) {
        Some(status) => status < 400,
        None => topic.starts_with("response.") || topic.starts_with("success."),
    };
    is_success && seen.contains("`{") && (seen.contains("\"error_code\"") || seen.contains("\"error_msg\""))
}

fn expects(finding: &FindingReport, text: &str) -> bool {
    finding.allowed.starts_with(text)
}

/// The status that an observation begins with.
pub(super) fn status_in(seen: &str) -> Option<u16> {
    seen.strip_prefix("status ")?.get(..3)?.parse().ok()
}

/// `error.400.error_msg` and `error.401.error_msg` are the same member.
fn without_status(topic: &str) -> String {
    let is_status = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    topic.split('.').filter(|part| !is_status(part)).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(clause: &str, level: Level, allowed: &str, seen: &str) -> FindingReport {
        FindingReport {
            clause: clause.to_owned(),
            level,
            wording: String::new(),
            source: String::new(),
            allowed: allowed.to_owned(),
            seen: seen.to_owned(),
            exchange: None,
        }
    }

    #[test]
    fn what_a_target_does_wrong_is_told_by_expectation_and_observation() {
        let suite = Suite::default();
        let kind = |topic: &str, level, allowed: &str, seen: &str| {
            kind_of(&suite, topic, &finding(&format!("csms.x.{topic}"), level, allowed, seen))
        };
        let must = Level::Must;
        let as_success = (Kind::ErrorAsSuccess, "");
        for (topic, allowed, seen, expected) in [
            ("key.max-length", "refused with status 400", "status 204", (Kind::Accepts, "key")),
            ("tag-limit", "at most 20 tags, whatever comes at once", "24 tags", (Kind::Accepts, "tag-limit")),
            ("key.characters", "accepted with status 204", "status 400 with `{}`", (Kind::Refuses, "")),
            ("success.status", "status 204", "status 404", (Kind::Refuses, "")),
            ("status.400", "refused with status 400", r#"status 200 with `{"error_code":"X.1"}`"#, as_success),
            ("response.name", "`/name`, of type string", r#"no such member in `{"error_msg":"no"}`"#, as_success),
            ("error.400.error", "`/error`, of type object", r#"`{"error_msg":"no"}`"#, (Kind::Form, "error.error")),
            ("stored", "the answer that it has by itself", "status 409, while others", (Kind::Refuses, "")),
            ("success.status", "status 204", "status 201", (Kind::Status, "")),
            ("status.400", "refused with status 400", "status 422 with `{}`", (Kind::Status, "")),
            ("server-error", "an answer", "no answer: the connection was lost", (Kind::ServerError, "")),
            ("key.max-length", "refused with status 400", "status 500", (Kind::ServerError, "")),
            ("error.400.error_msg", "`/error/error_msg`, of type string", "`{}`", (Kind::Form, "error.error_msg")),
            ("stored", "exactly what was sent, and everything else as it was", "\"k\" is missing", (Kind::State, "")),
            ("success.no-body", "no body", "`{}`", (Kind::Other, "success.no-body")),
        ] {
            let (kind, about) = kind(topic, must, allowed, seen);
            assert_eq!((kind, about.as_str()), expected, "{topic}: {allowed} / {seen}");
        }
        assert_eq!(kind("existing-key", Level::Open, "reading refuse: status 400", "status 201").0, Kind::Reading);
    }
}
