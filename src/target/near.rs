//! Texts that nearly are a token or an identifier.

use crate::model::TokenChoice;

/// What a choice makes of a valid token; `None` for what has nothing to do with it.
pub fn made_of_token(token: &str, choice: TokenChoice) -> Option<String> {
    let last = token.chars().count().saturating_sub(1);
    Some(match choice {
        TokenChoice::Valid => token.to_owned(),
        TokenChoice::Wrong => wrong(token),
        // What is left of a token of one character would be no token at all.
        TokenChoice::Truncated if last == 0 => wrong(token),
        TokenChoice::Truncated => token.chars().take(last).collect(),
        TokenChoice::Extended => format!("{token}A"),
        TokenChoice::OtherCase => swap_case(token),
        TokenChoice::OtherEnd => altered(token, last),
        TokenChoice::OtherMiddle => altered(token, token.chars().count() / 2),
        TokenChoice::OtherCaseEnd => swap_last_case(token),
        TokenChoice::Punctuated => format!("{token}-"),
        TokenChoice::Bearer => format!("Bearer {token}"),
        TokenChoice::Missing
        | TokenChoice::Empty
        | TokenChoice::NullWord
        | TokenChoice::Wildcard
        | TokenChoice::ObjectWord
        | TokenChoice::Foreign
        | TokenChoice::ReadOnly
        | TokenChoice::SignedBody
        | TokenChoice::AnnouncedBody
        | TokenChoice::SignedPath
        | TokenChoice::SignedQuery
        | TokenChoice::SignedHeader
        | TokenChoice::SignedAbsence
        | TokenChoice::SignedEarlier
        | TokenChoice::SignedLater
        | TokenChoice::SignedByAnother
        | TokenChoice::SignedMethod => return None,
    })
}

/// The text with another letter or digit at one place.
pub(super) fn altered(text: &str, place: usize) -> String {
    let other = |c: char| if c == '7' { '2' } else { '7' };
    let altered: String = text.chars().enumerate().map(|(i, c)| if i == place { other(c) } else { c }).collect();
    if altered == text { wrong(text) } else { altered }
}

/// As long as the real one, of the same kind of characters, and never issued.
pub(super) fn wrong(token: &str) -> String {
    let rotated: String = token
        .chars()
        .map(|c| match c {
            'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
            'z' => 'a',
            'Z' => 'A',
            '9' => '0',
            other => other,
        })
        .collect();
    if rotated == token { format!("{token}-never-issued") } else { rotated }
}

/// Letters in the other case; a token without letters gets one.
pub(super) fn swap_case(token: &str) -> String {
    let swapped: String = token
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    if swapped == token { format!("{token}a") } else { swapped }
}

/// The last letter in the other case; a token without letters gets one.
pub(super) fn swap_last_case(token: &str) -> String {
    let Some(at) = token.rfind(|c: char| c.is_ascii_alphabetic()) else { return format!("{token}a") };
    let (before, rest) = token.split_at(at);
    let (letter, after) = rest.split_at(1);
    format!("{before}{}{after}", swap_case(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_near_a_text_is_the_text() {
        for text in ["MIIabc09-zZ4", "7", "17", "-", "zZ9"] {
            let near = [altered(text, 0), wrong(text), swap_case(text), swap_last_case(text)];
            assert!(near.iter().all(|near| near != text), "{text}: {near:?}");
        }
        assert_eq!(swap_last_case("17"), "17a");
    }
}
