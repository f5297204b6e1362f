/// What `record` writes where a person has to fill in something.
pub(super) const REASON: &str = "<why this is accepted for now>";
/// The same of the owner.
pub(super) const OWNER: &str = "<who looks after it>";
/// The same of the link.
pub(super) const LINK: &str = "<where it is tracked>";

/// Words that stand for a text which nobody has written yet.
const WORDS: [&str; 12] =
    ["todo", "tbd", "fixme", "fill in", "n/a", "na", "none", "unknown", "reason", "xxx", "placeholder", "later"];

/// Whether a text says nothing.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let bare = text.trim_end_matches(['.', '!', '?', ':', ' ']).to_lowercase();
    let is_bracketed = text.starts_with('<') && text.ends_with('>');
    let is_marked = ["todo", "tbd", "fixme"].iter().any(|word| bare.starts_with(&format!("{word}:")));
    is_bracketed || is_marked || !bare.chars().any(char::is_alphanumeric) || WORDS.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_a_placeholder() {
        for text in [REASON, OWNER, LINK, "", "  ", "TODO", "todo: ask", "tbd.", "...", "?", "n/a", "Fill in", "-"] {
            assert!(is_placeholder(text), "{text:?}");
        }
        for text in
            ["the gateway cuts keys", "team kms", "https://example.com/42", "KMS-42", "no fix before March", "内部"]
        {
            assert!(!is_placeholder(text), "{text:?}");
        }
    }
}
