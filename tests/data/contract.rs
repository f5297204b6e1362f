//! What the suite says, a line a clause: how binding it is, how many cases blame it first, and a hash of its own words and of
//! all that these cases send and expect. Data can be moved, split and written in other words; where a line changes, so does
//! what is checked. `INSTA_UPDATE=always cargo test --test data contract::` accepts that.

use std::collections::BTreeMap;
use std::hash::Hasher;

use dewspec::plan::{Filter, plan};
use dewspec::suite::Suite;
use fnv::FnvHasher;
use serde_json::Value;

/// Without what is not there: a key that the format gains changes nothing of what was said before.
fn bare(value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Object(members) => {
            let members: serde_json::Map<_, _> =
                members.into_iter().filter_map(|(name, value)| Some((name, bare(value)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => {
            Some(Value::Array(items.into_iter().map(|item| bare(item).unwrap_or_default()).collect()))
        }
        other => Some(other),
    }
}

fn text(item: impl serde::Serialize) -> String {
    bare(serde_json::to_value(item).expect("JSON")).unwrap_or_default().to_string()
}

fn lines(suite: &Suite) -> String {
    let mut cases: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for case in plan(suite, &Filter::default()).cases() {
        let first = case.spec.clauses.first().cloned().unwrap_or_default();
        cases.entry(first).or_default().insert(case.spec.id.clone(), text(&case.spec));
    }
    let mut lines: Vec<String> = Vec::new();
    for clause in suite.operations.iter().flat_map(|op| &op.clauses) {
        let of_it = cases.remove(&clause.id).unwrap_or_default();
        let mut hasher = FnvHasher::default();
        for part in std::iter::once(text(&clause.item)).chain(of_it.values().cloned()) {
            hasher.write(part.as_bytes());
            hasher.write_u8(0);
        }
        lines.push(format!("{} {} {} {:016x}\n", clause.id, clause.level, of_it.len(), hasher.finish()));
    }
    assert!(cases.is_empty(), "cases of clauses that are not there: {:?}", cases.keys());
    lines.sort();
    lines.concat()
}

#[test]
fn what_the_suite_says_is_what_it_said() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("contract", lines(&super::suite())));
}
