//! What a target shows that this run has sent, whatever the target has made of it.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::Value;

/// What the keys that dewspec makes up begin with.
pub(crate) const MARK: &str = "dewspec-";
static MARKS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARK));
/// The same with the word behind it, which no other case has.
const MARK_AND_WORD: usize = 16;
/// So much of that is enough to tell whose it is, where a target has changed the rest.
const MOST_OF_THE_WORD: usize = 14;
/// A shorter beginning of a key proves nothing.
const LEAST_BEGINNING: usize = 8;

/// The words in a text that nobody but dewspec uses, each the beginning of a key or in the midst of one.
pub(crate) fn own_words(text: &str) -> impl Iterator<Item = &str> {
    MARKS.find_iter(text.as_bytes()).filter_map(|at| text.get(at..at + MARK_AND_WORD))
}

/// The same with everything behind them that keys and names of dewspec may have.
pub(crate) fn own_names(text: &str) -> impl Iterator<Item = &str> {
    let names = MARKS.find_iter(text.as_bytes()).filter_map(|at| {
        let rest = text.get(at..)?;
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()
    });
    names.filter(|name| name.len() >= MARK_AND_WORD)
}

/// The number behind the mark in a key that dewspec may have made up.
pub(crate) fn word(key: &str) -> Option<u32> {
    u32::from_str_radix(own_words(key).next()?.strip_prefix(MARK)?, 16).ok()
}

/// What a target that is not strict about types may take for the key of an item: numbers and the like, and texts that
/// stand in lists by themselves; every text, where it cannot be told what the body does.
pub(crate) fn odd_keys(body: &Value, every_text: bool) -> Vec<String> {
    let mut all = Vec::new();
    collect(body, every_text, false, &mut all);
    all
}

fn collect(value: &Value, every_text: bool, in_list: bool, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| collect(member, every_text, false, all)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, every_text, true, all)),
        Value::String(text) if every_text || in_list => all.push(text.clone()),
        Value::String(_) => {}
        Value::Null if !every_text => {}
        Value::Null => all.extend(["", "null", "None", "undefined"].map(str::to_owned)),
        Value::Bool(flag) => all.extend([flag.to_string(), if *flag { "True" } else { "False" }.to_owned()]),
        Value::Number(number) => all.push(number.to_string()),
    }
}

/// Whether a target may have made this key of one that was written: cut short, trimmed, in another case, with something
/// added or left out, or by reading or writing it in the wrong encoding.
pub(crate) fn is_bent(written: &str, key: &str) -> bool {
    let (from, to) = (plain(written), plain(key));
    if from == to {
        return true;
    }
    // A part of a key proves nothing, unless it is one of the words that nobody else uses.
    if let Some(at) = to.find(MARK) {
        let rest = &to[at..];
        return match rest.get(..MOST_OF_THE_WORD) {
            Some(most) => from.contains(most),
            None => rest.len() > MARK.len() && from.contains(rest),
        };
    }
    let length = to.chars().count();
    (length >= LEAST_BEGINNING && from.starts_with(&to)) || is_most_of(&from, &to) || is_recoded(written, key)
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Whether this is the text with a quarter of its characters left out at most, and none of those that everybody uses:
/// `tag` is somebody else's, though `tags` was written.
fn is_most_of(text: &str, part: &str) -> bool {
    let (all, left) = (text.chars().count(), part.chars().count());
    let mut part = part.chars().peekable();
    let kept = text.chars().all(|c| part.next_if_eq(&c).is_some() || !c.is_ascii_graphic());
    left >= 3 && left < all && left * 4 >= all * 3 && kept && part.next().is_none()
}

/// Whether bytes were taken for Latin-1, or characters that an encoding lacks replaced.
fn is_recoded(written: &str, key: &str) -> bool {
    if written.is_ascii() {
        return false;
    }
    let latin: String = written.bytes().map(char::from).collect();
    let lossy = |least: u32, units: bool| -> String {
        let replaced = |c: char| {
            let count = if units { c.len_utf16() } else { 1 };
            if u32::from(c) >= least { "?".repeat(count) } else { c.to_string() }
        };
        written.chars().map(replaced).collect()
    };
    let lacking = [0x80, 0x100, 0x1_0000].into_iter().flat_map(|least| [(least, false), (least, true)]);
    latin == key || lacking.into_iter().any(|(least, units)| lossy(least, units) == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bent_keys_are_ours_and_those_of_others_are_not() {
        let written = [
            "dewspec-0011aabbX",
            "DEV",
            " ",
            "017021",
            "\u{e9}\u{4e2d}",
            "dewspec-0011aabba\u{301}z",
            "a\u{200d}b-cd",
            "tags",
        ];
        let is_ours = |key: &str| written.iter().any(|written| is_bent(written, key));
        for ours in [
            "dewspec-0011aabbX",
            "dewspec-0011aabbx",
            " DEWSPEC-0011AABBX",
            "dewspec-0011aa",
            "dewspec-0011aabb&lt;",
            "dewspec-0011aab\u{e1}z",
            "dev",
            "\u{c3}\u{a9}\u{e4}\u{b8}\u{ad}",
            "??",
            "\u{e9}?",
            "ab-cd",
        ] {
            assert!(is_ours(ours), "{ours:?} was bent by the target");
        }
        for theirs in ["d", "DE", "0", "production", "017", "dewspec-", "dewspec-99999999", "???", "cd-ba", "tag"] {
            assert!(!is_ours(theirs), "{theirs:?} is somebody else's");
        }
    }
}
