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
    ("So", "©\u{1F604}\u{FFFD}"),
    ("Cc", "\u{0}\u{1}\t\n\u{B}\u{C}\r\u{1B}\u{1F}\u{7F}\u{85}"),
    ("Cf", "\u{AD}\u{200B}\u{200D}\u{202E}\u{FEFF}"),
    ("Co", "\u{E000}"),
];

/// Characters of every general category, ASCII punctuation complete.
pub fn samples() -> impl Iterator<Item = Sample> {
    BY_CATEGORY
        .iter()
        .flat_map(|(category, characters)| characters.chars().map(move |character| Sample { character, category }))
}
