use crate::suite::OperationSuite;

use super::signature::{Kind, Signature, topic};

/// Wordings that a title quotes, at most.
const QUOTED: usize = 1;

/// One plain sentence that states the defect; `clauses` are those concerned, the most frequent first.
pub(super) fn title(
    signature: &Signature,
    operation: &OperationSuite,
    clauses: &[(&str, usize)],
    is_everywhere: bool,
) -> String {
    let name = if is_everywhere { "every operation" } else { &operation.operation.id };
    let has = |wanted: &str| clauses.first().is_some_and(|(id, _)| topic(operation, id) == wanted);
    let what = match signature.kind {
        Kind::ServerError => format!("{name} answers with a server error, or not at all"),
        Kind::Form => format!("answers of {name} have another form than documented"),
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
    let wordings = clauses.iter().filter_map(|(id, _)| operation.clause(id)).map(|clause| clause.wording.as_str());
    let quoted: Vec<&str> = wordings.take(QUOTED).collect();
    match quoted.is_empty() {
        true => what,
        false => format!("{what}: {}", quoted.join(" ").trim_end_matches('.')),
    }
}
