use crate::suite::OperationSuite;

use super::shared::Shared;
use super::signature::{Kind, Signature, topic};

/// Wordings that a title quotes, at most.
const QUOTED: usize = 1;

/// Clauses that any request may break: what they say does not tell one fault from another.
const OF_ANY_REQUEST: [&str; 5] = ["success.status", "status.documented", "stored", "example", "server-error"];

/// What a title can be made of.
pub(super) struct Telling<'t> {
    /// The clauses concerned, the most frequent first.
    pub(super) clauses: &'t [(&'t str, usize)],
    /// The clauses that its cases are about, the most frequent first.
    pub(super) about: &'t [&'t str],
    /// What all its requests have in common.
    pub(super) shared: Option<&'t Shared>,
    /// Whether it is one of every operation.
    pub(super) is_everywhere: bool,
}

/// One plain sentence that states the defect.
pub(super) fn title(signature: &Signature, operation: &OperationSuite, telling: &Telling<'_>) -> String {
    let Telling { clauses, about, shared, is_everywhere } = *telling;
    let name = if is_everywhere { "every operation" } else { &operation.operation.id };
    let has = |wanted: &str| clauses.first().is_some_and(|(id, _)| topic(operation, id) == wanted);
    let what = match signature.kind {
        Kind::ServerError => format!("{name} answers with a server error, or not at all"),
        Kind::ErrorAsSuccess => return format!("{name} answers errors with a status of success"),
        Kind::Form => format!("{name} answers in another form than documented"),
        Kind::Accepts => format!("{name} accepts what it should refuse"),
        Kind::Refuses => format!("{name} refuses what it should accept"),
        Kind::Status => format!("{name} answers with other statuses than documented"),
        Kind::State if has("key.one-value") => format!("after {name}, one key has several values"),
        Kind::State if has("refused-unchanged") => format!("{name} changes what is stored though it refuses"),
        Kind::State if has("batch.atomic") => format!("{name} carries out a part of what it refuses"),
        Kind::State => format!("{name} is accepted, and what is stored then is wrong"),
        Kind::Reading => format!("no permitted reading explains what {name} does"),
        Kind::Other => format!("{name} does otherwise than documented"),
    };
    // Where the clause broken is about any request, what the requests have in common says more, or what the cases are about.
    if matches!(signature.kind, Kind::Refuses | Kind::ServerError) {
        if let Some(shared) = shared {
            return format!("{what}: {shared}");
        }
        if signature.kind == Kind::ServerError {
            return what;
        }
        let is_of_any = |id: &str| OF_ANY_REQUEST.contains(&topic(operation, id));
        let of_any = clauses.first().is_some_and(|(id, _)| is_of_any(id));
        let own = about.iter().find(|id| !is_of_any(id)).and_then(|id| operation.clause(id));
        if let Some(own) = own.filter(|_| of_any) {
            return format!("{what}: {}", own.wording.trim_end_matches('.'));
        }
    }
    let wordings = clauses.iter().filter_map(|(id, _)| operation.clause(id)).map(|clause| clause.wording.as_str());
    let quoted: Vec<&str> = wordings.take(QUOTED).collect();
    match quoted.is_empty() {
        true => what,
        false => format!("{what}: {}", quoted.join(" ").trim_end_matches('.')),
    }
}
