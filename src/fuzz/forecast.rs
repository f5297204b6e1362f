use std::collections::BTreeMap;

use serde_json::Value;

use super::Expected;
use crate::generate::json::is_broken;
use crate::generate::{FULL, TAKEN, TargetFacts, to_bytes};
use crate::judge::{Change, change_of, is_ambiguous};
use crate::rules::{Contract, Standing};
use crate::suite::{Answer, Effect, OperationSuite};

/// What is stored: a value, or nothing known.
#[derive(Debug, Default)]
struct Model {
    items: BTreeMap<String, Option<String>>,
    /// A request that cannot be read here was perhaps accepted.
    anything: bool,
}

/// What is to be expected of requests that are sent one after the other, their bodies as they are sent. Where
/// readings disagree, and where the state that matters is not known for certain, any answer will do.
pub fn forecast(requests: &[(&Contract, &str)], known: &TargetFacts) -> Vec<Expected> {
    let mut model = Model::default();
    requests.iter().map(|(contract, body)| one(contract, body, known, &mut model)).collect()
}

fn one(contract: &Contract, body: &str, known: &TargetFacts, model: &mut Model) -> Expected {
    let op = contract.operation();
    let bytes = to_bytes(body);
    let any = |stores| Expected { answer: Answer::Any, statuses: vec![400], clause: op.id("server-error"), stores };
    let parsed = serde_json::from_slice::<Value>(&bytes);
    let Ok(json) = parsed else {
        let too_deep = parsed.is_err_and(|e| e.to_string().contains("recursion"));
        if is_broken(body) && !too_deep && !body.starts_with('\u{feff}') && !has_huge_number(body) {
            return Expected { answer: Answer::Refused, statuses: vec![400], clause: op.id("body.json"), stores: 0 };
        }
        model.anything = true;
        return any(1);
    };
    let change = change_of(&op.operation, &json, None);
    let stores = change.put.len();
    let unsure = |model: &mut Model| {
        for key in change.keys() {
            model.items.insert(key.clone(), None);
        }
        any(stores)
    };
    if is_ambiguous(&bytes) {
        model.anything = true;
        return unsure(model);
    }
    let (standing, deletes) = standing(contract, op, &json);
    if standing.disputed || (deletes && !standing.is_valid()) {
        return unsure(model);
    }
    if let Some(clause) = standing.broken.first() {
        // Whoever looks at the state first may speak of that instead.
        let mut statuses = vec![400];
        let taken = change.put.iter().any(|(key, _)| model.items.contains_key(key));
        if taken || model.anything {
            statuses.extend(TAKEN);
        }
        if known.limit.is_none_or(|limit| known.carried + model.items.len() + stores > limit) {
            statuses.extend(FULL);
        }
        statuses.sort_unstable();
        statuses.dedup();
        return Expected { answer: Answer::Refused, statuses, clause: clause.clone(), stores: 0 };
    }
    let accepted = if deletes { deleted(&json, op, known, model) } else { stored(&change, op, known, model) };
    match accepted {
        None => unsure(model),
        Some(Ok(())) => {
            for (key, value) in &change.put {
                model.items.insert(key.clone(), Some(value.clone()));
            }
            for key in &change.delete {
                model.items.remove(key);
            }
            Expected { answer: Answer::Accepted, statuses: vec![400], clause: op.id("success.status"), stores }
        }
        Some(Err((clause, statuses))) => {
            Expected { answer: Answer::Refused, statuses, clause: op.id(clause), stores: 0 }
        }
    }
}

/// Whether a number may be beyond what some readers can hold: many digits, or an exponent.
fn has_huge_number(body: &str) -> bool {
    let bytes = body.as_bytes();
    let exponent = |pair: &[u8]| pair[0].is_ascii_digit() && pair[1].eq_ignore_ascii_case(&b'e');
    let long = bytes
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .any(|run| run.len() > 15 && run[0].is_ascii_digit());
    long || bytes.windows(2).any(exponent)
}

/// How a body stands to the rules; one that deletes is held against them as if it stored.
fn standing(contract: &Contract, op: &OperationSuite, json: &Value) -> (Standing, bool) {
    if let Effect::Batch { action, put, delete, .. } = &op.operation.effect
        && json.pointer(action).and_then(Value::as_str) == Some(delete)
    {
        let mut as_if = json.clone();
        if let Some(word) = as_if.pointer_mut(action) {
            *word = Value::from(put.as_str());
        }
        return (contract.standing(&as_if), true);
    }
    (contract.standing(json), false)
}

/// Accepted, refused for a reason, or an open question.
type Accepted = Option<Result<(), (&'static str, Vec<u16>)>>;

fn stored(change: &Change, op: &OperationSuite, known: &TargetFacts, model: &Model) -> Accepted {
    if model.anything || change.put.is_empty() {
        return None;
    }
    let mut taken = 0;
    let mut news = 0;
    for (key, value) in &change.put {
        match model.items.get(key) {
            None => news += 1,
            Some(None) => return None,
            Some(Some(stored)) => {
                let same = stored == value;
                let accepted =
                    if same { known.accepts_same(&op.operation.id)? } else { known.overwrites(&op.operation.id)? };
                taken += usize::from(!accepted);
            }
        }
    }
    if taken > 0 {
        // A longer list may be taken in part.
        return (change.put.len() == 1).then(|| Err(("stored", TAKEN.to_vec())));
    }
    if model.items.values().any(Option::is_none) {
        return None;
    }
    let after = known.carried + model.items.len() + news;
    match known.limit {
        Some(limit) if after > limit => (news == change.put.len()).then(|| Err(("tag-limit", FULL.to_vec()))),
        Some(_) => Some(Ok(())),
        // No limit that anybody has thought of is lower.
        None if after <= LEAST_LIMIT => Some(Ok(())),
        None => None,
    }
}

/// So many items fit under every reading.
const LEAST_LIMIT: usize = 10;

fn deleted(json: &Value, op: &OperationSuite, known: &TargetFacts, model: &Model) -> Accepted {
    let Effect::Batch { items, .. } = &op.operation.effect else { return None };
    let listed = json.pointer(items)?.as_array()?;
    if model.anything || listed.is_empty() || listed.len() > LEAST_LIMIT {
        return None;
    }
    for item in listed {
        let (key, value) = (item.get("key")?.as_str()?, item.get("value").and_then(Value::as_str));
        match model.items.get(key) {
            None if known.ignores_absent == Some(true) => {}
            Some(Some(stored)) if value == Some(stored.as_str()) && !stored.is_empty() => {}
            _ => return None,
        }
    }
    Some(Ok(()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::suite::{DataSource, Suite};

    fn contracts() -> Vec<Contract> {
        let source = DataSource::embedded().unwrap_or_default();
        let suite = Suite::load(&source).unwrap_or_else(|errors| unreachable!("{errors:?}"));
        ["CreateSecretTag", "BatchCreateOrDeleteTags"]
            .into_iter()
            .filter_map(|id| suite.operation(id).map(|op: &Arc<_>| Contract::new(op)))
            .collect()
    }

    fn answers(known: &TargetFacts, requests: &[(usize, &str)]) -> Vec<String> {
        let contracts = contracts();
        let requests: Vec<(&Contract, &str)> = requests.iter().map(|(at, body)| (&contracts[*at], *body)).collect();
        forecast(&requests, known).into_iter().map(|f| f.answer.to_string()).collect()
    }

    const ONE: &str = r#"{"tag":{"key":"k","value":"1"}}"#;
    const OTHER: &str = r#"{"tag":{"key":"k","value":"2"}}"#;
    const DELETE: &str = r#"{"action":"delete","tags":[{"key":"k","value":"2"}]}"#;

    #[test]
    fn what_is_stored_decides_and_what_readings_disagree_about_does_not() {
        let id = "CreateSecretTag".to_owned();
        let known = |overwrites| TargetFacts {
            overwrites: vec![(id.clone(), overwrites)],
            accepts_same: vec![(id.clone(), true)],
            limit: Some(20),
            ..TargetFacts::default()
        };
        let both = [(0, ONE), (0, ONE), (0, OTHER), (1, DELETE)];
        assert_eq!(answers(&known(true), &both), ["accepted", "accepted", "accepted", "accepted"]);
        assert_eq!(answers(&known(false), &both), ["accepted", "accepted", "refused", "any"]);
        assert_eq!(answers(&TargetFacts::default(), &both), ["accepted", "any", "any", "any"]);
    }

    #[test]
    fn what_breaks_a_rule_is_refused_and_what_is_open_is_not_judged() {
        let known = TargetFacts { limit: Some(20), ..TargetFacts::default() };
        let of = |body: &str| answers(&known, &[(0, body)]).remove(0);
        assert_eq!(of(r#"{"tag":{"key":"a/b"}}"#), "refused");
        assert_eq!(of(r#"{"tag":{"key":5}}"#), "refused");
        assert_eq!(of("{"), "refused");
        // Members twice, a byte order mark, a reserved prefix, and numbers that not every reader can hold.
        for open in [r#"{"tag":{"key":"k","key":"l"}}"#, "\u{feff}{}", r#"{"tag":{"key":"sysk"}}"#, "[1e400]"] {
            assert_eq!(of(open), "any", "{open}");
        }
        let full = TargetFacts { limit: Some(20), carried: 20, ..TargetFacts::default() };
        let [over] = forecast(&[(&contracts()[0], ONE)], &full).try_into().unwrap_or_else(|_| unreachable!());
        assert_eq!((over.answer, over.statuses), (Answer::Refused, vec![400, 403, 409]));
    }
}
