use std::collections::BTreeMap;
use std::sync::OnceLock;

use unicode_general_category::{GeneralCategory, get_general_category};

use crate::rules::is_old;

/// Blocks whose characters have kept their category since Unicode 6, and of large ones every how many-th
/// character is taken.
const BLOCKS: &[(u32, u32, usize)] = &[
    (0x0000, 0x024F, 1),     // Latin, ASCII's control characters and Latin-1's included
    (0x0250, 0x036F, 1),     // phonetic extensions, modifiers, combining marks
    (0x0370, 0x058F, 1),     // Greek, Cyrillic, Armenian
    (0x05D0, 0x06FF, 1),     // Hebrew, Arabic
    (0x0900, 0x0DFF, 3),     // scripts of India
    (0x0E00, 0x0FFF, 3),     // Thai, Lao, Tibetan
    (0x10A0, 0x13F4, 5),     // Georgian, Hangul Jamo, Ethiopic, Cherokee
    (0x1680, 0x1680, 1),     // the one space that lies apart from all others
    (0x1E00, 0x1FFF, 3),     // Latin and Greek with marks, titlecase letters among them
    (0x2000, 0x20F0, 1),     // spaces, separators, bidi controls, punctuation, currencies, enclosing marks
    (0x2100, 0x23FF, 2),     // letterlike symbols, number forms, arrows, operators
    (0x2460, 0x27BF, 5),     // enclosed numbers, box drawing, dingbats
    (0x3000, 0x30FF, 1),     // ideographic space and punctuation, kana
    (0x4E00, 0x9FA5, 173),   // ideographs
    (0xAC00, 0xD7A3, 173),   // Hangul syllables
    (0xE000, 0xF8FF, 601),   // private use
    (0xF900, 0xFAFF, 11),    // compatibility ideographs
    (0xFB00, 0xFEFF, 5),     // ligatures, presentation forms
    (0xFEFF, 0xFEFF, 1),     // byte order mark
    (0xFF01, 0xFFEF, 1),     // full and half width
    (0x10300, 0x1044F, 7),   // Old Italic, Gothic, Deseret
    (0x1D100, 0x1D126, 7),   // musical symbols
    (0x1D400, 0x1D7FF, 19),  // mathematical letters and digits
    (0x1F300, 0x1F5FF, 19),  // pictographs
    (0x20000, 0x2A6D6, 997), // ideographs beyond the first plane
    (0xE0001, 0xE007F, 31),  // tags
];

/// Characters that changed between groups of categories after Unicode 6, within the blocks above.
const MOVED: &[u32] = &[0x180E];

/// Characters by general category. The first category is that of small letters and its first character is
/// `a`, since that is where shrinking ends.
pub(crate) fn by_category() -> &'static [Vec<char>] {
    static POOL: OnceLock<Vec<Vec<char>>> = OnceLock::new();
    POOL.get_or_init(collect)
}

fn collect() -> Vec<Vec<char>> {
    let mut found: BTreeMap<u8, Vec<char>> = BTreeMap::new();
    for (first, last, step) in BLOCKS {
        for code in (*first..=*last).step_by(*step) {
            let Some(character) = char::from_u32(code) else { continue };
            let category = get_general_category(character);
            let usable = category != GeneralCategory::Unassigned && !MOVED.contains(&code);
            if usable && is_old(character) {
                found.entry(rank(category)).or_default().push(character);
            }
        }
    }
    found.into_values().collect()
}

/// Plain categories first.
fn rank(category: GeneralCategory) -> u8 {
    match category {
        GeneralCategory::LowercaseLetter => 0,
        GeneralCategory::UppercaseLetter => 1,
        GeneralCategory::DecimalNumber => 2,
        other => 3 + other as u8,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_category_that_a_character_can_have_is_there() {
        let categories: BTreeSet<String> =
            by_category().iter().flatten().map(|c| format!("{:?}", get_general_category(*c))).collect();
        // All thirty but surrogates, which are no characters, and unassigned code points.
        assert_eq!(categories.len(), 28, "{categories:?}");
        assert_eq!(by_category()[0][0], 'a');
    }
}
