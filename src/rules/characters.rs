use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

use crate::suite::{CharacterClass, Characters};

/// Code points below this, nearly all of those that are asked about, have a bit each.
const PLANE: usize = 0x1_0000;

/// The code points that a Unicode property has.
struct Ranges {
    /// In ascending order.
    all: Vec<(char, char)>,
    /// One bit for each code point of the basic plane.
    plane: Vec<u64>,
}

impl Ranges {
    fn of(expression: &str) -> Self {
        let class = regex_syntax::parse(expression).map(regex_syntax::hir::Hir::into_kind);
        let all: Vec<(char, char)> = match class {
            Ok(HirKind::Class(Class::Unicode(class))) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        };
        let mut plane = vec![0; PLANE / 64];
        for (first, last) in &all {
            for code in (*first as usize..=*last as usize).take_while(|code| *code < PLANE) {
                plane[code / 64] |= 1 << (code % 64);
            }
        }
        Ranges { all, plane }
    }

    fn contains(&self, character: char) -> bool {
        let code = character as usize;
        match self.plane.get(code / 64) {
            Some(bits) => bits >> (code % 64) & 1 == 1,
            None => self.lists(character),
        }
    }

    fn lists(&self, character: char) -> bool {
        let after = self.all.partition_point(|(first, _)| *first <= character);
        after.checked_sub(1).and_then(|i| self.all.get(i)).is_some_and(|(_, last)| character <= *last)
    }
}

static LETTERS: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{L}"));
static NUMBERS: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{N}"));
static SEPARATORS: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{Z}"));
static SINCE_UNICODE_6: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{Age=6.0}"));

/// Whether a character was assigned by Unicode 6.0, so that targets with older tables know it, too.
pub fn is_old(character: char) -> bool {
    SINCE_UNICODE_6.contains(character)
}

/// Whether there is nothing to see of a character: white space, controls, marks without a base, fillers.
pub fn is_invisible(character: char) -> bool {
    use unicode_general_category::{GeneralCategory, get_general_category};
    let nothing = matches!(
        get_general_category(character),
        GeneralCategory::Format | GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    );
    nothing
        || character.is_whitespace()
        || character.is_control()
        || "\u{115F}\u{1160}\u{3164}\u{FFA0}\u{2800}".contains(character)
}

fn in_class(class: CharacterClass, character: char) -> bool {
    match class {
        CharacterClass::AsciiAlphanumeric => character.is_ascii_alphanumeric(),
        CharacterClass::Letters => LETTERS.contains(character),
        CharacterClass::Numbers => NUMBERS.contains(character),
        CharacterClass::Separators => SEPARATORS.contains(character),
    }
}

/// Whether the facts allow `character` somewhere in the field.
pub fn admits(facts: &Characters, character: char) -> bool {
    if holds(&facts.forbidden, character) {
        return false;
    }
    let code = u32::from(character);
    if facts.forbidden_ranges.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return false;
    }
    let all_but = !facts.forbidden.is_empty() || !facts.forbidden_ranges.is_empty();
    all_but || facts.classes.iter().any(|class| in_class(*class, character)) || holds(&facts.also, character)
}

/// `text.contains(character)`, at a fraction of the cost where both are short.
fn holds(text: &str, character: char) -> bool {
    match u8::try_from(character).ok().filter(u8::is_ascii) {
        Some(byte) => text.bytes().any(|b| b == byte),
        None => text.contains(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_unicode_says() {
        let is = |class, has: &str, lacks: &str| {
            has.chars().all(|c| in_class(class, c)) && !lacks.chars().any(|c| in_class(class, c))
        };
        assert!(is(CharacterClass::Letters, "中ß", "5\u{301}"));
        assert!(is(CharacterClass::Numbers, "½Ⅷ", "x"));
        assert!(is(CharacterClass::Separators, "\u{2028} ", "\t"));
        assert!(is(CharacterClass::AsciiAlphanumeric, "aZ0", "ä_\u{660}"));
        assert!(is_old('a') && !is_old('\u{1F9FF}'));
        for ranges in [&LETTERS, &NUMBERS, &SEPARATORS, &SINCE_UNICODE_6] {
            assert!((char::MIN..=char::MAX).all(|c| ranges.contains(c) == ranges.lists(c)));
        }
    }
}
