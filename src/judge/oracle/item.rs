//! What successive answers about one item have in common.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{Judgement, Scene};
use crate::model::at;

/// What the last answer had, and when its request was sent, by clause and item.
pub(super) type Items = HashMap<(String, String), (Value, Instant)>;

/// Where the member stands, and the one that tells items apart.
type Pointers<'a> = (&'a str, &'a str);

/// Items that are remembered, at most.
const REMEMBERED: usize = 20_000;

/// The member in this answer, and in the last one about the same item, with the time between the two requests.
fn two(
    scene: &Scene<'_>,
    clause: &str,
    (pointer, of): Pointers<'_>,
    items: &mut Items,
) -> Option<(Value, Value, Duration)> {
    let body = scene.success().and(scene.json())?;
    let (now, item) = (at(body, pointer)?.clone(), at(body, of)?.to_string());
    let sent = scene.exchange.sent?;
    if items.len() >= REMEMBERED {
        items.clear();
    }
    let (before, then) = items.insert((clause.to_owned(), item), (now.clone(), sent))?;
    Some((before, now, sent.saturating_duration_since(then)))
}

/// A member that no request changes.
pub(super) fn kept(scene: &Scene<'_>, clause: &str, pointers: Pointers<'_>, items: &mut Items) -> Judgement {
    let Some((before, now, _)) = two(scene, clause, pointers, items) else { return Judgement::NotApplicable };
    Judgement::when(before == now, || format!("`{}` {before}, as in the answer before", pointers.0), || now.to_string())
}

/// A time stamp that moves on with each request.
pub(super) fn moved(
    scene: &Scene<'_>,
    clause: &str,
    pointers: Pointers<'_>,
    after: u64,
    items: &mut Items,
) -> Judgement {
    let Some((before, now, between)) = two(scene, clause, pointers, items) else { return Judgement::NotApplicable };
    match (before.as_i64(), now.as_i64()) {
        (Some(before), Some(now)) if between >= Duration::from_secs(after) => {
            Judgement::when(now > before, || format!("`{}` later than {before}", pointers.0), || now.to_string())
        }
        _ => Judgement::NotApplicable,
    }
}
