use serde_json::Value;

use crate::judge::{Change, Said, State, change_by};
use crate::model::PathChoice;
use crate::plan::PlannedCase;
use crate::suite::{Answer, Effect, Expect, OperationSuite, StepSpec};

use super::knowledge::Knowledge;
use super::outgoing::Sent;

/// A case's own items on its two resources, if a step goes as `expect` says, and what its request changes then.
pub(crate) fn predicted(
    known: &Knowledge,
    case: &PlannedCase,
    op: &OperationSuite,
    step: &StepSpec,
    expect: &Expect,
    sent: &Sent,
    own: [State; 2],
) -> ([State; 2], Change) {
    let mut states = own;
    let places = || known.placeholders(case);
    let accepted = match expect.answer {
        Answer::Accepted => !sent.exchange.status().is_some_and(|status| expect.or_refused.contains(&status)),
        Answer::Refused => false,
        Answer::Any => sent.exchange.status() == Some(op.operation.success),
    };
    let home = step.path.values().all(|p| *p == PathChoice::Own);
    let mut change = Change::default();
    if accepted && home {
        // Only what a target creates has members that it assigns.
        let creates = matches!(op.operation.effect, Effect::Create { .. });
        let answer = sent.exchange.answer.as_ref().ok().filter(|_| creates).and_then(|r| r.json());
        // The request may count as if one member of the valid body had another value.
        let altered = expect.member.as_ref().map(|member| {
            let mut body: Value = serde_json::from_str(&places().fill(&op.operation.valid)).ok()?;
            *body.pointer_mut(&member.pointer)? = Value::from(member.value.as_str());
            Some(body)
        });
        let said = sent.said(Some(&states[usize::from(step.second)]));
        let body = altered.as_ref().map_or(said.body, Option::as_ref);
        change = change_by(&op.operation, &Said { body, ..said }, answer.as_ref());
        change.apply(&mut states[usize::from(step.second)]);
    }
    if let Some(stored) = &expect.stored {
        let places = places();
        states[0] = stored.iter().map(|(k, v)| (places.fill(k), places.fill(v))).collect();
    }
    (states, change)
}

/// What a reading predicts, in words.
pub(crate) fn predicted_text(op: &OperationSuite, expect: &Expect, statuses: &[u16]) -> String {
    let mut text = match expect.answer {
        Answer::Any => "any answer".to_owned(),
        Answer::Accepted => format!("status {}", op.operation.success),
        Answer::Refused => format!("status {}", statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")),
    };
    if let Some(envelope) = expect.envelope {
        text.push_str(&format!(", error {envelope}"));
    }
    if let Some(listed) = &expect.listed {
        text.push_str(&format!(", value listed as {}", listed.value));
    }
    if let Some(range) = &expect.number {
        text.push_str(&format!(", `{}` from {} to {}", range.pointer, range.min, range.max));
    }
    if let Some(stored) = &expect.stored {
        let tags = stored.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(", ");
        text.push_str(&if tags.is_empty() { ", nothing stored".to_owned() } else { format!(", then {tags} stored") });
    }
    text
}

/// The bodies that store these tags.
pub(crate) fn writing(op: &OperationSuite, tags: &[(String, String)]) -> Vec<String> {
    let item = |(key, value): &(String, String)| serde_json::json!({ "key": key, "value": value });
    match &op.operation.effect {
        Effect::Put { item: at } => {
            let member = at.trim_start_matches('/');
            tags.iter().map(|tag| serde_json::json!({ member: item(tag) }).to_string()).collect()
        }
        Effect::Batch { items, action, put, .. } => {
            let list: Vec<Value> = tags.iter().map(item).collect();
            let (items, action) = (items.trim_start_matches('/'), action.trim_start_matches('/'));
            list.chunks(20).map(|chunk| serde_json::json!({ action: put, items: chunk }).to_string()).collect()
        }
        _ => Vec::new(),
    }
}
