//! Characters of a private plane that stand for something else until a text is sent: for the key that
//! makes a tag one of ours, for a UUID that no other request has, for surrogates, which no text of ours can
//! hold, and (in [`super::to_bytes`]) for raw bytes.

use super::Placeholders;

/// Where the stand-ins for keys begin.
const KEYS: u32 = 0xF_1000;
/// So many different keys in one body.
const KEYS_MOST: usize = 64;
/// The stand-in for a UUID comes after those for keys.
const UUID: usize = KEYS_MOST;
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
pub(super) fn key(number: usize) -> String {
    stand_in(number).to_string().repeat(LENGTH)
}

/// Writes a stand-in for a key over the text, all but its first character and its last, if it is long enough.
pub(super) fn embed(text: &mut [char], number: usize) {
    if text.len() >= LENGTH + 2 {
        text[1..=LENGTH].fill(stand_in(number));
    }
}

/// A stand-in for a whole UUID.
pub(super) fn uuid() -> String {
    character(UUID).to_string().repeat(UUID_LENGTH)
}

fn stand_in(number: usize) -> char {
    character(number % KEYS_MOST)
}

fn character(number: usize) -> char {
    u32::try_from(number).ok().and_then(|n| char::from_u32(KEYS + n)).unwrap_or('k')
}

/// A JSON text with keys, UUIDs and surrogates in the place of what stands for them.
pub(super) fn resolve(text: &str, places: &Placeholders) -> String {
    let word = |number: usize| if number == UUID { places.uuid() } else { places.key(&format!("key{number}")) };
    let mut out = String::with_capacity(text.len());
    let mut run: Option<(usize, usize, String)> = None;
    for character in text.chars() {
        let code = u32::from(character);
        let number = code.checked_sub(KEYS).and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= UUID);
        let surrogate = code.checked_sub(SURROGATES).filter(|offset| *offset <= SURROGATES_LAST);
        run = match (number, run) {
            (Some(number), Some((same, at, word))) if same == number => Some((number, at + 1, word)),
            (Some(number), _) => Some((number, 0, word(number))),
            (None, _) => None,
        };
        if let Some((_, at, word)) = &run {
            // A part of a stand-in, left by a mutation, is a part of the key.
            out.extend(word.chars().nth(at % word.len().max(1)));
        } else if let Some(offset) = surrogate {
            out.push_str(&format!("\\u{:04x}", 0xD800 + offset));
        } else {
            out.push(character);
        }
    }
    out
}

/// The text with one letter in the place of every stand-in for a part of a key or a UUID.
pub(super) fn resolved_as(text: &str, letter: char) -> String {
    let is_part = |code: u32| code.checked_sub(KEYS).and_then(|n| usize::try_from(n).ok()).is_some_and(|n| n <= UUID);
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
        assert_eq!(resolve(&text, &places), format!("<{}|{}|{}>", word(1), word(2), places.uuid()));
        let surrogate: String = surrogates().take(1).collect();
        assert_eq!(resolve(&surrogate, &places), "\\ud800");
        let mut long: Vec<char> = "abcdefghijklmnopqrstuvwxyz".chars().collect();
        embed(&mut long, 3);
        assert_eq!(resolve(&long.iter().collect::<String>(), &places), format!("a{}rstuvwxyz", word(3)));
    }
}
