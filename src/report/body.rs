use serde::de::IgnoredAny;

use super::model::ExchangeReport;
use super::text::{display_width, visible};

/// A body on one line, cut after that many columns, with a word on what is missing.
pub(super) fn excerpt(body: &str, columns: usize) -> String {
    let body = one_line(body);
    let mut used = 0;
    let mut buffer = [0; 4];
    // What counts is the width as shown: a body of control characters is six times as long as it seems.
    let end = body.char_indices().find_map(|(at, c)| {
        used += display_width(&visible(c.encode_utf8(&mut buffer)));
        (used > columns).then_some(at)
    });
    match end {
        None => visible(&body),
        Some(end) => {
            let rest = body[end..].chars().count() as u64;
            format!("{}… (+{} characters)", visible(&body[..end]), grouped(rest))
        }
    }
}

/// The exchange with long runs of one character in its request told as what they are: `[a × 112]`.
pub(super) fn with_runs_told(exchange: &ExchangeReport) -> ExchangeReport {
    ExchangeReport { request_body: exchange.request_body.as_deref().map(runs_told), ..exchange.clone() }
}

pub(super) fn runs_told(text: &str) -> String {
    /// Shorter runs take less room than what would stand for them.
    const LONG: usize = 16;
    let characters: Vec<char> = text.chars().collect();
    let mut told = String::with_capacity(text.len());
    for run in characters.chunk_by(|one, other| one == other) {
        match run {
            [character, ..] if run.len() >= LONG => told.push_str(&format!("[{character} × {}]", run.len())),
            _ => told.extend(run),
        }
    }
    told
}

/// Takes the blanks between the tokens of a JSON text away and touches nothing else: members stay in order,
/// doubled ones stay doubled, numbers keep their spelling. What is not JSON is left as it came.
fn one_line(body: &str) -> String {
    if serde_json::from_str::<IgnoredAny>(body).is_err() {
        return body.to_owned();
    }
    let mut compact = String::with_capacity(body.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in body.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else if matches!(c, ' ' | '\t' | '\r' | '\n') {
            continue;
        } else {
            quoted = c == '"';
        }
        compact.push(c);
    }
    compact
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_loses_blanks_between_tokens_only() {
        let body = "{\n  \"a b\" : \"c \\\" d\",\n  \"a b\": 1.0e1\n}\n";
        assert_eq!(excerpt(body, 99), r#"{"a b":"c \" d","a b":1.0e1}"#);
        assert_eq!(excerpt("plain  text", 99), "plain  text");
    }

    #[test]
    fn long_bodies_say_what_is_missing() {
        assert_eq!(excerpt(&"x".repeat(10_000), 5), "xxxxx… (+9 995 characters)");
        assert_eq!(excerpt("键键键", 4), "键键… (+1 characters)");
        assert_eq!(excerpt("\0\0\0", 10), "\\u{0}\\u{0}… (+1 characters)");
    }

    #[test]
    fn runs_are_told_as_what_they_are() {
        let text = format!("{{\"key\":\"ab{}c\"}}", "中".repeat(129));
        assert_eq!(runs_told(&text), "{\"key\":\"ab[中 × 129]c\"}");
        assert_eq!(runs_told("aaaa"), "aaaa");
    }

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
