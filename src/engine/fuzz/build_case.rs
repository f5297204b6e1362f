use std::sync::Arc;

use crate::fuzz::{Expected, Input, Request, forecast};
use crate::generate::{Placeholders, TargetFacts};
use crate::judge::change_of;
use crate::plan::PlannedCase;
use crate::rules::Contract;
use crate::suite::{Answer, Effect, Expect, OperationSuite, StepSpec};

use super::super::resource::Resource;
use super::super::session::Session;
use super::super::target_facts::target_facts;
use crate::ledger::{MARK, own_words};

/// An input as a case, with what is expected of it.
pub(super) struct Prepared {
    pub(super) case: PlannedCase,
    pub(super) expected: Vec<Expected>,
    /// Its bodies as they are sent.
    pub(super) sent: Input,
}

/// Stand-ins are filled under the name of one input.
pub(super) fn places(session: &Session, name: &str) -> Placeholders {
    session.known.placeholders_named(name, "")
}

/// What the readings found say about a resource.
pub(super) fn knowledge(session: &Session, resource: &Resource) -> TargetFacts {
    let ops = session.known.suite.acting_on(resource.kind);
    let limited = ops.iter().find(|op| op.operation.capacity.is_some()).or(ops.first());
    limited.map(|op| target_facts(session, op, &ops, resource)).unwrap_or_default()
}

/// The input under this name. `None` if it is not for this suite, or must not be sent to this target.
pub(super) fn prepare(session: &Session, name: &str, input: &Input, resource: &Resource) -> Option<Prepared> {
    let sent = input.resolved(&places(session, name));
    let ops: Vec<Arc<OperationSuite>> =
        sent.requests.iter().map(|r| session.known.suite.operation(&r.operation).cloned()).collect::<Option<_>>()?;
    if creates_twice(&ops, &sent) {
        return None;
    }
    let contracts = session.contracts();
    let requests: Vec<(&Contract, &str)> =
        sent.requests.iter().map(|r| Some((contracts.get(&r.operation)?, r.body.as_str()))).collect::<Option<_>>()?;
    let expected = forecast(&requests, &knowledge(session, resource));
    let may_be_sent = |((e, request), op): ((&Expected, &Request), &Arc<OperationSuite>)| {
        e.answer == Answer::Refused || is_safe(op, &request.body, resource)
    };
    let all_may = expected.iter().zip(&sent.requests).zip(&ops).all(may_be_sent);
    all_may.then(|| case(name, &ops, sent, expected)).flatten()
}

/// Whether two requests may create entities of one name. No document says what becomes of that, and what is there
/// twice cannot be told apart, or deleted, by its name.
fn creates_twice(ops: &[Arc<OperationSuite>], sent: &Input) -> bool {
    let creates = ops.iter().all(|op| matches!(op.operation.effect, Effect::Create { .. }));
    let words: Vec<&str> = sent.requests.iter().flat_map(|request| own_words(&request.body)).collect();
    creates && sent.requests.len() > 1 && words.iter().enumerate().any(|(at, word)| words[..at].contains(word))
}

/// Where nobody can look, only keys that nobody else has are safe to write. Some keys cannot stand in a path, so
/// that they can be deleted in a list only.
fn is_safe(op: &OperationSuite, body: &str, resource: &Resource) -> bool {
    let json = serde_json::from_str(body).unwrap_or_default();
    let change = change_of(&op.operation, &json, None);
    let mut keys = change.keys();
    let lost = |key: &String| ["", ".", ".."].contains(&key.as_str());
    if change.keys().any(lost) && resource.delete_many.is_none() {
        return false;
    }
    // What was created twice, by a request that was sent again, can only be told by a name that is ours.
    let creates = matches!(op.operation.effect, Effect::Create { .. });
    (resource.can_list() && !creates) || (change.keys().next().is_some() && keys.all(|key| key.contains(MARK)))
}

/// The case of an input whose expectation is known.
pub(super) fn case(name: &str, ops: &[Arc<OperationSuite>], sent: Input, expected: Vec<Expected>) -> Option<Prepared> {
    let op = ops.last()?;
    let steps = sent.requests.iter().zip(&expected).map(|(request, expected)| StepSpec {
        body: Some(request.body.clone()),
        verbatim: true,
        operation: (request.operation != op.operation.id).then(|| request.operation.clone()),
        expect: Some(Expect::with_statuses(expected.answer, expected.statuses.clone())),
        ..StepSpec::default()
    });
    let clause = expected.last()?.clause.clone();
    let room = expected.iter().map(|e| e.stores).sum::<usize>().clamp(1, 8);
    let case = PlannedCase::generated(op, name.to_owned(), vec![clause], room, steps.collect());
    Some(Prepared { case, expected, sent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{DataSource, Suite};

    #[test]
    fn no_name_is_created_twice_and_tags_may_be_written_again() {
        let source = DataSource::embedded().unwrap_or_default();
        let suite = Suite::load(&source).unwrap_or_else(|errors| unreachable!("{errors:?}"));
        let twice = |operation: &str, words: [&str; 2]| {
            let ops: Vec<_> = suite.operation(operation).cloned().into_iter().cycle().take(2).collect();
            // What cannot be read here may be read by the target.
            let request = |word| Request { operation: operation.to_owned(), body: format!("{{\"name\":\"{word}\"") };
            creates_twice(&ops, &Input { requests: words.map(request).to_vec() })
        };
        let same = ["dewspec-00112233", "xdewspec-00112233"];
        assert!(twice("CreateSecretEvent", same));
        assert!(!twice("CreateSecretEvent", ["dewspec-00112233", "dewspec-44556677"]));
        assert!(!twice("CreateSecretTag", same));
    }
}
