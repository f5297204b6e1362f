//! Texts made short enough for a line, so that what is left still says something.

use super::body::runs_told;
use super::text::{display_width, split_at_width, visible};

/// A quoted value longer than this is told by its beginning and its end.
const LONG_WORD: usize = 28;
const BEGINNING: usize = 14;
const END: usize = 8;
/// A cut inside a word goes back to a sign of JSON that is so near.
const NEAR: usize = 24;

/// The text in so many columns. Long runs of one character are told as what they are, of long values in quotes beginning and
/// end; a body is left away whole, where nothing but its first signs would be left; and what is cut is cut between words.
pub(super) fn brief(text: &str, columns: usize) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if display_width(&text) <= columns {
        return text;
    }
    let text = quotes_told(&runs_told(&errors_told(&text)));
    if display_width(&text) <= columns {
        return text;
    }
    cut(&text, columns)
}

/// The documented errors among the bodies by what they say.
fn errors_told(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // An odd number of marks: they are no pairs.
        return text.to_owned();
    }
    let told = parts.iter().enumerate().map(|(nth, part)| match (nth % 2, error(part)) {
        (0, _) => (*part).to_owned(),
        (_, Some(error)) => error,
        (_, None) => format!("`{part}`"),
    });
    told.collect()
}

/// Code and message of a body that is an error as documented.
fn error(body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let members = body.as_object().filter(|members| members.len() == 1)?;
    let error = members.get("error")?.as_object().filter(|members| members.len() == 2)?;
    let (code, message) = (error.get("error_code")?.as_str()?, error.get("error_msg")?.as_str()?);
    Some(format!("{} {}", visible(code), visible(message)))
}

/// Long values between double quotes outside of bodies, by beginning and end.
fn quotes_told(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (nth, part) in text.split('`').enumerate() {
        if nth > 0 {
            out.push('`');
        }
        if nth % 2 == 1 {
            out.push_str(part);
            continue;
        }
        for (nth, value) in part.split('"').enumerate() {
            if nth > 0 {
                out.push('"');
            }
            match nth % 2 {
                1 => out.push_str(&shortened(value)),
                _ => out.push_str(value),
            }
        }
    }
    out
}

fn shortened(value: &str) -> String {
    let characters: Vec<char> = value.chars().collect();
    if characters.len() <= LONG_WORD {
        return value.to_owned();
    }
    let beginning: String = characters.iter().take(BEGINNING).collect();
    let end: String = characters.iter().skip(characters.len() - END).collect();
    format!("{beginning}…{end}")
}

/// The beginning of a text, with a sign that it goes on.
fn cut(text: &str, columns: usize) -> String {
    let (head, _) = split_at_width(text, columns.saturating_sub(2));
    let next_is_blank = text[head.len()..].starts_with(' ');
    let at = match head.rfind(' ') {
        _ if next_is_blank => head.len(),
        Some(at) if head.len() - at <= NEAR => at,
        blank => {
            // In the middle of a body.
            let near = head.len().saturating_sub(NEAR);
            let sign = head.rfind([',', '{', '[']).filter(|at| *at >= near).map(|at| at + 1);
            sign.or(blank.filter(|at| *at * 2 > head.len())).unwrap_or(head.len())
        }
    };
    let head = head[..at].trim_end();
    // Words that lead up to what is cut away say nothing by themselves.
    let head = head.strip_suffix(" with").unwrap_or(head);
    let gap = if head.ends_with([',', '{', '[', '"']) { "" } else { " " };
    format!("{head}{gap}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(brief("status 204", 20), "status 204");
        assert_eq!(brief("two\nlines", 20), "two lines");
    }

    #[test]
    fn what_does_not_fit_still_says_something() {
        let long = format!("\"dewspec-7ba51ef1{}\" is missing", "a".repeat(200));
        assert_eq!(brief(&long, 69), "\"dewspec-7ba51ef1[a × 200]\" is missing");
        let mixed: String = ('a'..='z').cycle().take(90).collect();
        assert_eq!(
            brief(&format!("\"{mixed}\" is \"\" and not \"x\""), 69),
            "\"abcdefghijklmn…efghijkl\" is \"\" and not \"x\""
        );
        let body =
            r#"status 400 with `{"error":{"error_code":"CSMS.0301","error_msg":"The tag is not valid, and more."}}`"#;
        assert_eq!(brief(body, 69), "status 400 with CSMS.0301 The tag is not valid, and more.");
        assert_eq!(brief(body, 40), "status 400 with CSMS.0301 The tag is …");
        let other = body.replace("error_code", "code");
        assert_eq!(brief(&other, 63), r#"status 400 with `{"error":{"code":"CSMS.0301",…"#);
        assert_eq!(brief(&other, 30), "status 400 …");
        assert_eq!(brief("exactly what was sent, and everything else as it was", 30), "exactly what was sent, and …");
    }

    #[test]
    fn nothing_is_wider_than_its_place() {
        let texts =
            ["", "中".repeat(100).as_str(), &"x".repeat(500), "a b c d e f g h", "`{\"a\":\"é\"}` and more of it"]
                .map(str::to_owned);
        for text in &texts {
            for columns in 3..60 {
                assert!(
                    display_width(&brief(text, columns)) <= columns,
                    "{text} in {columns}: {}",
                    brief(text, columns)
                );
            }
        }
    }
}
