//! What all requests have in common that show a cause: often that is the cause.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::report::{CaseReport, FindingReport};

/// Fewer requests have much in common by chance.
const FEWEST: usize = 3;
/// Characters named.
const NAMED: usize = 2;

/// Something special at one place of a body. The order is that in which it is worth telling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Special {
    /// An unusual character.
    Character(char),
    /// A text without characters.
    Empty,
    /// No text.
    Type(&'static str),
    /// A character that takes two units in UTF-16.
    Astral,
    /// A character that is not of ASCII.
    BeyondAscii,
}

/// What requests have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    requests: usize,
    what: String,
}

impl Shared {
    /// In one sentence.
    pub(super) fn told(&self) -> String {
        format!("each of {} requests has {}", self.requests, self.what)
    }
}

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

/// What all fixed requests of these findings have, at one place or else anywhere; nothing, if that is nothing special, or is
/// in a valid request, too: `valid` is the operation's, with its placeholders.
pub(super) fn shared<'a>(
    parts: impl Iterator<Item = (&'a CaseReport, &'a [&'a FindingReport])>,
    valid: &str,
) -> Option<Shared> {
    let usual = usual(valid);
    let mut all = Vec::new();
    for (case, findings) in parts.filter(|(case, _)| case.generated.is_none()) {
        let deciding = findings.iter().find_map(|finding| case.exchanges.get(finding.exchange?))?;
        let body: Value = serde_json::from_str(deciding.request_body.as_deref()?).ok()?;
        let mut found = BTreeSet::new();
        collect(&body, &mut String::new(), &mut found);
        all.push(found.difference(&usual).cloned().collect::<BTreeSet<Found>>());
    }
    let requests = all.len();
    if requests < FEWEST {
        return None;
    }
    let at_one_place = in_common(all.iter().cloned());
    let common = match at_one_place.is_empty() {
        false => at_one_place,
        true => {
            let anywhere =
                |found: BTreeSet<Found>| found.into_iter().map(|(special, _)| (special, String::new())).collect();
            in_common(all.into_iter().map(anywhere))
        }
    };
    let what = special_in(&common)?;
    Some(Shared { requests, what })
}

/// What is special in a valid request, and so tells of nothing.
fn usual(valid: &str) -> BTreeSet<Found> {
    let mut found = BTreeSet::new();
    let filled: String = valid.split("${").enumerate().map(|(nth, part)| filled(nth, part)).collect();
    if let Ok(body) = serde_json::from_str(&filled) {
        collect(&body, &mut String::new(), &mut found);
    }
    found
}

/// A part that begins with the rest of a placeholder, with a letter in its place.
fn filled(nth: usize, part: &str) -> String {
    match part.split_once('}') {
        Some((_, rest)) if nth > 0 => format!("x{rest}"),
        _ => part.to_owned(),
    }
}

/// Something special, and where.
type Found = (Special, String);

fn in_common(mut all: impl Iterator<Item = BTreeSet<Found>>) -> BTreeSet<Found> {
    let first = all.next().unwrap_or_default();
    all.fold(first, |common, found| common.intersection(&found).cloned().collect())
}

/// The first of it in words, if it is not so much that it has nothing to do with what is wrong.
fn special_in(common: &BTreeSet<Found>) -> Option<String> {
    let (first, place) = common.first()?;
    let here = common.iter().filter(|(_, at)| at == place).map(|(special, _)| special);
    let characters: Vec<String> = here
        .filter_map(|special| match special {
            Special::Character(c) => Some(format!("{} (U+{:04X})", told(*c), u32::from(*c))),
            _ => None,
        })
        .collect();
    let what = match (characters.len(), first) {
        (1..=NAMED, _) => characters.join(" and "),
        (0, Special::Empty) => "an empty text".to_owned(),
        (0, Special::Type(name)) => (*name).to_owned(),
        (0, Special::Astral) => "a character beyond U+FFFF".to_owned(),
        (0, Special::BeyondAscii) => "a character that is not of ASCII".to_owned(),
        _ => return None,
    };
    let place = if place.is_empty() { "the body" } else { place };
    Some(format!("{what} in {place}"))
}

fn told(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_control() || c.is_whitespace() => "a character".to_owned(),
        c => format!("`{c}`"),
    }
}

/// Everything special in a value, by its place; items of a list have one place.
fn collect(value: &Value, place: &mut String, found: &mut BTreeSet<Found>) {
    let mut note = |special: Special| {
        found.insert((special, place.clone()));
    };
    match value {
        Value::String(text) => {
            if text.is_empty() {
                note(Special::Empty);
            }
            for c in text.chars().filter(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c)) {
                note(Special::Character(c));
                if !c.is_ascii() {
                    note(Special::BeyondAscii);
                }
                if u32::from(c) > 0xFFFF {
                    note(Special::Astral);
                }
            }
        }
        Value::Null => note(Special::Type("null")),
        Value::Bool(_) => note(Special::Type("a boolean")),
        Value::Number(_) => note(Special::Type("a number")),
        Value::Array(items) => items.iter().for_each(|item| collect(item, place, found)),
        Value::Object(members) => {
            let length = place.len();
            for (name, member) in members {
                place.push('/');
                place.push_str(name);
                collect(member, place, found);
                place.truncate(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Level, Outcome};
    use crate::report::ExchangeReport;

    fn case(body: &str) -> CaseReport {
        let request_body = Some(body.to_owned());
        let exchanges = vec![ExchangeReport { request_body, ..ExchangeReport::default() }];
        CaseReport { outcome: Outcome::Fail, exchanges, ..CaseReport::passed("Op", "case") }
    }

    fn told_of(bodies: &[&str]) -> Option<String> {
        let finding = FindingReport {
            clause: "c".to_owned(),
            level: Level::Must,
            wording: String::new(),
            source: String::new(),
            allowed: String::new(),
            seen: String::new(),
            exchange: Some(0),
        };
        let findings = [&finding];
        let cases: Vec<CaseReport> = bodies.iter().map(|body| case(body)).collect();
        shared(cases.iter().map(|case| (case, findings.as_slice())), r#"{"a":"${name}:"}"#).map(|shared| shared.told())
    }

    #[test]
    fn what_all_have_at_one_place_is_told() {
        for (bodies, expected) in [
            (
                [
                    r#"{"tag":{"key":"a","value":"1/2"}}"#,
                    r#"{"tag":{"key":"b c","value":"/"}}"#,
                    r#"{"tag":{"value":"a/é"}}"#,
                ],
                Some("each of 3 requests has `/` (U+002F) in /tag/value"),
            ),
            (
                [
                    r#"{"tags":[{"key":"a b"}]}"#,
                    r#"{"tags":[{"key":"ab"},{"key":" c"}]}"#,
                    r#"{"tags":[{"key":"d "}]}"#,
                ],
                Some("each of 3 requests has a space (U+0020) in /tags/key"),
            ),
            (
                [r#"{"v":"😀"}"#, r#"{"v":"a𠀀"}"#, r#"{"v":"👍"}"#],
                Some("each of 3 requests has a character beyond U+FFFF in /v"),
            ),
            (
                [r#"{"v":"é"}"#, r#"{"v":"中"}"#, r#"{"v":"😀"}"#],
                Some("each of 3 requests has a character that is not of ASCII in /v"),
            ),
            ([r#"{"v":null}"#, r#"{"v":null}"#, r#"{"v":null,"w":1}"#], Some("each of 3 requests has null in /v")),
            ([r#"{"v":"a/"}"#, r#"{"v":"b"}"#, r#"{"v":"c/"}"#], None),
            ([r#"{"v":"a.:/"}"#, r#"{"v":"b.:/"}"#, r#"{"v":"c.:/"}"#], None),
            ([r#"{"a":"x:"}"#, r#"{"a":"y:"}"#, r#"{"a":":"}"#], None),
            (["no json", "{}", "{}"], None),
            (
                [r#"{"k":"😀"}"#, r#"{"v":"a𠀀"}"#, r#"{"v":"👍"}"#],
                Some("each of 3 requests has a character beyond U+FFFF in the body"),
            ),
        ] {
            assert_eq!(told_of(&bodies).as_deref(), expected, "{bodies:?}");
        }
        assert_eq!(told_of(&[r#"{"v":"/"}"#, r#"{"v":"/"}"#]), None, "two have much in common by chance");
    }
}
