//! Texts that a fragile implementation cannot take at one place of the body, and shapes of whole bodies.

use crate::server::fault::Deviation::{self, *};
use crate::server::json::Json;
use crate::server::rules::Rules;

/// What columns of careless implementations hold.
const COLUMN: usize = 255;
const NAME_BUFFER: usize = 1_000;
const BODY_BUFFER: usize = 1024 * 1024;

type Test = fn(&str) -> bool;

const NUL: Test = |text| text.contains('\0');
const EMOJI: Test = |text| text.contains(|character| character > '\u{ffff}');
const EMPTY: Test = str::is_empty;
const LONG: Test = |text| text.chars().count() > COLUMN;
const QUOTE: Test = |text| text.contains('"');
const APOSTROPHE: Test = |text| text.contains('\'');
const FORMAT: Test = |text| text.contains("%n");
const TEMPLATE: Test = |text| text.contains("{{");

/// A deviation, the path of a member, `*` for every element of a list, and what breaks it.
#[rustfmt::skip]
const FRAGILE: [(Deviation, &[&str], Test); 20] = [
    (FailsOnNulInSequence, &["sequence"], NUL),
    (FailsOnEmojiInSequence, &["sequence"], EMOJI),
    (FailsOnEmptySequence, &["sequence"], EMPTY),
    (FailsOnLongSequence, &["sequence"], LONG),
    (FailsOnQuoteInSequence, &["sequence"], QUOTE),
    (FailsOnLongAction, &["action"], LONG),
    (FailsOnNulInAction, &["action"], NUL),
    (FailsOnFormatInAction, &["action"], FORMAT),
    (FailsOnNulInTargetId, &["notification", "target_id"], NUL),
    (FailsOnLongTargetId, &["notification", "target_id"], LONG),
    (FailsOnTemplateInTargetId, &["notification", "target_id"], TEMPLATE),
    (FailsOnLongTargetType, &["notification", "target_type"], LONG),
    (FailsOnEmptyTargetType, &["notification", "target_type"], EMPTY),
    (FailsOnEmojiInTargetType, &["notification", "target_type"], EMOJI),
    (FailsOnQuoteInTargetName, &["notification", "target_name"], APOSTROPHE),
    (FailsOnLongTargetName, &["notification", "target_name"], LONG),
    (FailsOnLongState, &["state"], LONG),
    (FailsOnNulInState, &["state"], NUL),
    (FailsOnLongType, &["event_types", "*"], LONG),
    (FailsOnEmojiInType, &["event_types", "*"], EMOJI),
];

/// Whether one of the texts of a body, or a name of a member, breaks the operation.
pub(super) fn breaks(rules: &Rules, body: &Json<'_>) -> bool {
    let named = |deviation, test: Test| {
        rules.bends(deviation) && body.any(&|json| json.members().iter().any(|(name, _)| test(name)))
    };
    FRAGILE.iter().any(|(deviation, path, test)| rules.bends(*deviation) && holds(body, path, *test))
        || named(FailsOnLongMemberName, |name| name.chars().count() > NAME_BUFFER)
        || named(FailsOnEmptyMemberName, str::is_empty)
}

/// Whether a body breaks the operation by its size.
pub(super) fn is_too_large(rules: &Rules, body: &[u8]) -> bool {
    rules.bends(FailsOnLargeBody) && body.len() > BODY_BUFFER
}

fn holds(json: &Json<'_>, path: &[&str], test: Test) -> bool {
    match (path, json) {
        ([], Json::String(text)) => test(text),
        ([], _) => false,
        (["*", rest @ ..], _) => json.elements().iter().any(|element| holds(element, rest, test)),
        ([name, rest @ ..], _) => json.get(name).is_some_and(|member| holds(member, rest, test)),
    }
}
