use std::collections::HashMap;

use serde_json::Value;
use tokio::time::Instant;

use super::{Judgement, Scene};
use crate::model::at;

/// Values from here on are milliseconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

fn number(scene: &Scene<'_>, pointer: &str) -> Option<i64> {
    at(scene.success().and(scene.json())?, pointer).and_then(Value::as_i64)
}

/// Two time stamps in order, brought to the same unit.
pub(super) fn ordered(scene: &Scene<'_>, earlier: &str, later: &str) -> Judgement {
    let (Some(first), Some(second)) = (number(scene, earlier), number(scene, later)) else {
        return Judgement::NotApplicable;
    };
    // Units may differ between the two, and seconds are cut off, so only whole seconds are compared then.
    let same_unit = (first >= MILLISECONDS_FROM) == (second >= MILLISECONDS_FROM);
    let holds = if same_unit { first <= second } else { seconds(first) <= seconds(second) };
    Judgement::when(holds, || format!("`{earlier}` not after `{later}`"), || format!("{first} and {second}"))
}

/// A time stamp in the unit that the first one of the run had.
pub(super) fn one_unit(scene: &Scene<'_>, clause: &str, pointer: &str, times: &mut HashMap<String, i64>) -> Judgement {
    let Some(value) = number(scene, pointer) else { return Judgement::NotApplicable };
    let first = *times.entry(clause.to_owned()).or_insert(value);
    Judgement::when(
        (value >= MILLISECONDS_FROM) == (first >= MILLISECONDS_FROM),
        || format!("the unit of the first answer, which had {first}"),
        || value.to_string(),
    )
}

/// A time stamp close to the target's clock as its `Date` tells it, or to ours; the kinder of the two counts. Where there is
/// no `Date`, nobody knows whether our clock is the one that is wrong.
pub(super) fn recent(scene: &Scene<'_>, pointer: &str, within: u64) -> Judgement {
    let Some(value) = number(scene, pointer) else { return Judgement::NotApplicable };
    let date = scene
        .success()
        .and_then(|r| r.header("date"))
        .and_then(|text| httpdate::parse_http_date(&text).ok())
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|d| i64::try_from(d.as_secs()).ok());
    let Some(date) = date else { return Judgement::NotApplicable };
    let distance = |clock: i64| seconds(value).abs_diff(clock);
    Judgement::when(
        distance(date).min(distance(scene.now)) <= within,
        || format!("`{pointer}` within {within} seconds of {date}"),
        || value.to_string(),
    )
}

/// A time stamp that is not before the latest one that had come when its request was sent; units may differ.
pub(super) fn ascending(
    scene: &Scene<'_>,
    clause: &str,
    pointer: &str,
    within: u64,
    latest: &mut HashMap<String, (i64, Instant)>,
) -> Judgement {
    let (Some(value), Some(sent)) = (number(scene, pointer).map(seconds), scene.exchange.sent) else {
        return Judgement::NotApplicable;
    };
    let before = latest.get(clause).copied();
    if before.is_none_or(|(then, _)| value > then) {
        latest.insert(clause.to_owned(), (value, sent + scene.exchange.elapsed));
    }
    match before {
        Some((then, came)) if came <= sent => Judgement::when(
            value.saturating_add_unsigned(within) >= then,
            || format!("`{pointer}` not before {then} seconds, which came before this was sent"),
            || format!("{value} seconds"),
        ),
        _ => Judgement::NotApplicable,
    }
}

fn seconds(value: i64) -> i64 {
    if value >= MILLISECONDS_FROM { value / 1000 } else { value }
}
