use std::sync::OnceLock;

use regex::Regex;

use crate::suite::Characters;

/// A character that stands for its general category. Only characters whose category has been the same
/// since Unicode 6 are used, so that a target with older tables is not accused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The character.
    pub character: char,
    /// General category.
    pub category: &'static str,
}

const BY_CATEGORY: &[(&str, &str)] = &[
    ("Lu", "AÉЖ"),
    ("Ll", "aßя"),
    ("Lt", "\u{1C5}"),
    ("Lm", "\u{2B0}々"),
    ("Lo", "中あאกا"),
    ("Nd", "5\u{663}\u{FF15}"),
    ("Nl", "Ⅷ"),
    ("No", "½²"),
    ("Zs", " \u{A0}\u{2003}\u{3000}"),
    ("Zl", "\u{2028}"),
    ("Zp", "\u{2029}"),
    ("Mn", "\u{301}"),
    ("Mc", "\u{903}"),
    ("Me", "\u{20DD}"),
    ("Pc", "_\u{203F}"),
    ("Pd", "-–"),
    ("Ps", "([{"),
    ("Pe", ")]}"),
    ("Pi", "«"),
    ("Pf", "»"),
    ("Po", "!\"#%&'*,./:;?@\\。"),
    ("Sm", "+<=>|~×"),
    ("Sc", "$€"),
    ("Sk", "^`¨"),
    ("So", "©\u{1F604}"),
    ("Cc", "\u{0}\u{1}\t\n\u{B}\u{C}\r\u{1B}\u{1F}\u{7F}\u{85}"),
    ("Cf", "\u{AD}\u{200D}\u{202E}\u{FEFF}"),
    ("Co", "\u{E000}"),
];

/// Characters of every general category, ASCII punctuation complete.
pub fn samples() -> impl Iterator<Item = Sample> {
    BY_CATEGORY
        .iter()
        .flat_map(|(category, characters)| characters.chars().map(move |character| Sample { character, category }))
}

fn letters() -> Option<&'static [Regex; 3]> {
    static CLASSES: OnceLock<Option<[Regex; 3]>> = OnceLock::new();
    CLASSES
        .get_or_init(|| {
            Some([Regex::new(r"^\p{L}$").ok()?, Regex::new(r"^\p{N}$").ok()?, Regex::new(r"^\p{Z}$").ok()?])
        })
        .as_ref()
}

fn in_class(class: &str, character: char) -> bool {
    let mut buffer = [0; 4];
    let text = &*character.encode_utf8(&mut buffer);
    match (class, letters()) {
        ("ascii-alphanumeric", _) => character.is_ascii_alphanumeric(),
        ("L", Some([letters, _, _])) => letters.is_match(text),
        ("N", Some([_, numbers, _])) => numbers.is_match(text),
        ("Z", Some([_, _, separators])) => separators.is_match(text),
        _ => false,
    }
}

/// Whether the facts allow `character` somewhere in the field.
pub fn admits(facts: &Characters, character: char) -> bool {
    if facts.forbidden.contains(character) {
        return false;
    }
    let code = u32::from(character);
    if facts.forbidden_ranges.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return false;
    }
    let all_but = !facts.forbidden.is_empty() || !facts.forbidden_ranges.is_empty();
    all_but || facts.also.contains(character) || facts.classes.iter().any(|class| in_class(class, character))
}
