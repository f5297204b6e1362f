//! What somebody probably meant by a word that nobody knows.

/// The known word that is nearest to a wrong one, if it is near at all.
pub(super) fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let far = wrong.chars().count() / 3 + 1;
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(wrong, word), word))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `; did you mean …?`, or nothing.
pub(super) fn hint<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(wrong, known).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// The parser's message, with the word that was meant where it names a wrong one and the right ones in backticks.
pub(super) fn meant(message: &str) -> String {
    let message = message.trim();
    if !message.starts_with("unknown ") {
        return message.to_owned();
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let Some(wrong) = words.next() else { return message.to_owned() };
    format!("{message}{}", hint(wrong, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_named_and_a_far_one_is_not() {
        let message = "unknown field `max-lenght`, expected one of `field`, `min-length`, `max-length`";
        assert!(meant(message).ends_with("; did you mean `max-length`?"), "{}", meant(message));
        let far = "unknown field `colour`, expected `field`";
        assert_eq!(meant(far), far);
        assert_eq!(meant(" invalid type: `a` "), "invalid type: `a`");
    }
}
