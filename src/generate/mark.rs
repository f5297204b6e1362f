//! Characters of a private plane that stand for something else until a text is sent: for the key that
//! makes a tag one of ours, for a UUID that no other request has, for surrogates, which no text of ours can
//! hold, and (in [`super::to_bytes`]) for raw bytes.

use serde_json::Value;

use super::Placeholders;
use super::placeholder::RAW_BYTES;

/// Where the stand-ins for keys begin.
const KEYS: u32 = 0xF_1000;
/// So many different keys in one body.
const KEYS_MOST: usize = 64;
/// The stand-in for a UUID comes after those for keys.
const UUID: usize = KEYS_MOST;
/// The last stand-in for keys and UUIDs, counted from the first.
const LAST: u32 = UUID as u32;
/// Characters of a UUID.
const UUID_LENGTH: usize = 36;
/// Where the stand-ins for surrogates begin.
const SURROGATES: u32 = 0xF_2000;
/// Characters of a key.
const LENGTH: usize = 16;
/// The last of the surrogates, counted from the first.
const SURROGATES_LAST: u32 = 0x7FF;

/// Stand-ins for some lone surrogates: the first and last of either kind.
pub(super) fn surrogates() -> impl Iterator<Item = char> {
    [0, 0x3FF, 0x400, SURROGATES_LAST].into_iter().filter_map(|offset| char::from_u32(SURROGATES + offset))
}

/// A stand-in for a whole key.
pub(crate) fn key(number: usize) -> String {
    stand_in(number).to_string().repeat(LENGTH)
}

/// Writes a stand-in for a key over the text, all but its first character and its last, if it is long enough.
pub(super) fn embed(text: &mut [char], number: usize) {
    if text.len() >= LENGTH + 2 {
        text[1..=LENGTH].fill(stand_in(number));
    }
}

/// Whether a character stands for something else.
pub(crate) fn stands_in(character: char) -> bool {
    (RAW_BYTES..=SURROGATES + SURROGATES_LAST).contains(&u32::from(character))
}

/// A stand-in for a whole UUID.
pub(crate) fn uuid() -> String {
    character(UUID).to_string().repeat(UUID_LENGTH)
}

/// The placeholder's name in the `nth` of several texts.
fn uuid_name(nth: usize) -> String {
    if nth == 0 { "uuid".to_owned() } else { format!("uuid{nth}") }
}

fn stand_in(number: usize) -> char {
    character(number % KEYS_MOST)
}

fn character(number: usize) -> char {
    u32::try_from(number).ok().and_then(|n| char::from_u32(KEYS + n)).unwrap_or('k')
}

/// The text that takes the place of stand-ins with this number.
fn word(number: usize, places: &Placeholders, nth: usize) -> String {
    if number == UUID { places.uuid(&uuid_name(nth)) } else { places.key(&format!("key{number}")) }
}

/// A JSON text with keys, UUIDs and surrogates in the place of what stands for them. It is the `nth` of several
/// texts with the same keys, each of which has a UUID of its own.
pub(crate) fn resolve(text: &str, places: &Placeholders, nth: usize) -> String {
    resolve_with(text, |number| word(number, places, nth))
}

fn resolve_with(text: &str, word: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, first)) = first_resolved(rest) {
        out.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches(first);
        let code = u32::from(first);
        let count = (rest.len() - at - after.len()) / first.len_utf8();
        match code.checked_sub(SURROGATES) {
            Some(offset) => (0..count).for_each(|_| out.push_str(&format!("\\u{:04x}", 0xD800 + offset))),
            None => {
                let number = usize::try_from(code - KEYS).unwrap_or_default();
                let word = word(number);
                if word.len() == count {
                    out.push_str(&word);
                } else {
                    // A part of a stand-in, left by a mutation, is a part of the key.
                    out.extend(word.chars().cycle().take(count));
                }
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first character of a text that stands for something, and where it is.
fn first_resolved(text: &str) -> Option<(usize, char)> {
    // All of them begin with this byte in UTF-8, and few others do.
    let starts = memchr::memchr_iter(0xF3, text.as_bytes());
    starts.filter_map(|at| Some((at, text.get(at..)?.chars().next()?))).find(|(_, first)| is_resolved(*first))
}

/// Whether a character stands for a part of a key or a UUID, or for a surrogate.
fn is_resolved(character: char) -> bool {
    let code = u32::from(character);
    code >= KEYS && (code - KEYS <= LAST || (SURROGATES..=SURROGATES + SURROGATES_LAST).contains(&code))
}

/// The same in every text of a JSON value, with words that look like those of a case, as far as any rule can tell; names
/// of members are taken as they are. `false` if there are surrogates among them, which no value can hold.
pub(crate) fn exemplify(value: &mut Value) -> bool {
    match value {
        Value::String(text) if first_resolved(text).is_none() => true,
        Value::String(text) => {
            let is_surrogate = |c: char| (SURROGATES..=SURROGATES + SURROGATES_LAST).contains(&u32::from(c));
            let readable = !text.contains(is_surrogate);
            *text = resolve_with(text, example);
            readable
        }
        Value::Array(items) => items.iter_mut().all(exemplify),
        Value::Object(object) => object.values_mut().all(exemplify),
        _ => true,
    }
}

fn example(number: usize) -> String {
    if number == UUID { "00000000-0000-4000-8000-000000000000".to_owned() } else { format!("dewspec-{number:08x}") }
}

/// A text as people write it in data: `${key0}`, `${uuid}` and `${byte:ff}` for what stands for them. A part of a
/// stand-in, which has no such name, becomes the text that it stands for here.
pub(crate) fn shown(text: &str, places: &Placeholders, nth: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        let number = u32::from(*character).checked_sub(KEYS).and_then(|n| usize::try_from(n).ok());
        let Some(number) = number.filter(|n| *n <= UUID) else {
            match u8::try_from(u32::from(*character).wrapping_sub(RAW_BYTES)) {
                Ok(byte) => out.push_str(&format!("${{byte:{byte:02x}}}")),
                Err(_) => out.push(*character),
            }
            at += 1;
            continue;
        };
        let whole = if number == UUID { UUID_LENGTH } else { LENGTH };
        let run = characters[at..].iter().take_while(|c| *c == character).count().min(whole);
        match (run == whole, number == UUID) {
            (true, true) => out.push_str(&format!("${{{}}}", uuid_name(nth))),
            (true, false) => out.push_str(&format!("${{key{number}}}")),
            (false, _) => out.push_str(&resolve(&characters[at..at + run].iter().collect::<String>(), places, nth)),
        }
        at += run;
    }
    resolve(&out, places, nth)
}

/// The opposite of [`shown`].
pub(crate) fn read(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        let byte = |name: &str| u32::from_str_radix(name, 16).ok().filter(|b| *b < 0x100);
        let stand_in = match (name, name.strip_prefix("key"), name.strip_prefix("byte:")) {
            (name, ..) if name.starts_with("uuid") => Some(uuid()),
            (_, Some(number), _) => number.parse::<usize>().ok().filter(|n| *n < KEYS_MOST).map(key),
            (_, _, Some(name)) => byte(name).and_then(|b| char::from_u32(RAW_BYTES + b)).map(String::from),
            _ => None,
        };
        out.push_str(&rest[..start]);
        out.push_str(stand_in.as_deref().unwrap_or(&rest[start..=start + length]));
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

/// The text with one letter in the place of every stand-in for a part of a key or a UUID.
pub(super) fn resolved_as(text: &str, letter: char) -> String {
    let is_part = |code: u32| code.checked_sub(KEYS).is_some_and(|number| number <= LAST);
    text.chars().map(|character| if is_part(u32::from(character)) { letter } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_resolved() {
        let places = Placeholders::new(1, "r", "case", "{}");
        let word = |number: usize| places.key(&format!("key{number}"));
        let text = format!("<{}|{}|{}>", key(1), key(2), uuid());
        assert_eq!(resolve(&text, &places, 0), format!("<{}|{}|{}>", word(1), word(2), places.uuid("uuid")));
        let mut value = serde_json::json!([{"a": key(1)}, uuid()]);
        assert!(exemplify(&mut value));
        let (key_there, uuid_there) = (value[0]["a"].as_str(), value[1].as_str());
        assert_eq!(key_there.map(str::len), Some(word(1).len()));
        assert!(key_there.is_some_and(|key| key.starts_with("dewspec-") && key != example(2)));
        assert!(uuid_there.is_some_and(|uuid| uuid::Uuid::try_parse(uuid).is_ok()));
        assert!(!exemplify(&mut serde_json::json!([surrogates().collect::<String>()])));
        let surrogate: String = surrogates().take(1).collect();
        assert_eq!(resolve(&surrogate, &places, 0), "\\ud800");
        let mut long: Vec<char> = "abcdefghijklmnopqrstuvwxyz".chars().collect();
        embed(&mut long, 3);
        let shown_key = format!("x{}\u{F00FF}{}", key(1), uuid());
        assert_eq!(shown(&shown_key, &places, 0), "x${key1}${byte:ff}${uuid}");
        assert_eq!(read(&shown(&shown_key, &places, 3)), shown_key);
        assert_eq!(shown(&key(2)[..8], &places, 0), word(2)[..2], "part of a stand-in");
        assert_eq!(read("${else} ${key99} ${"), "${else} ${key99} ${");
        assert_eq!(resolve(&long.iter().collect::<String>(), &places, 0), format!("a{}rstuvwxyz", word(3)));
    }
}
