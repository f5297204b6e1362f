//! A token with the time until which it is good.

use std::time::SystemTime;

use serde_json::Value;

/// A token that was fetched.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What `X-Auth-Token` says.
    pub value: String,
    /// Until when it is good, if that is known.
    pub expires: Option<SystemTime>,
}

/// Members that hold a token in what commands print, and those that hold its end.
const VALUES: [&str; 3] = ["token", "id", "access_token"];
const ENDS: [&str; 2] = ["expires_at", "expires"];

impl Token {
    /// Of what a command has printed: the token alone, or a JSON object with it as `token` or `id` and, if it is known, its end
    /// as `expires_at` or `expires`, as `openstack token issue -f json` prints it.
    ///
    /// # Errors
    /// What is wrong, without what was printed: that may be a secret.
    pub fn printed(output: &str) -> Result<Self, String> {
        let text = output.trim();
        if text.is_empty() {
            return Err("it printed nothing: print the token on standard output".to_owned());
        }
        if !text.starts_with('{') {
            return Token::of(text, None);
        }
        let json: Value = serde_json::from_str(text).map_err(|e| {
            format!("it printed what begins like JSON and is none (line {}, column {})", e.line(), e.column())
        })?;
        let member = |names: &[&str]| names.iter().find_map(|name| json.get(*name)?.as_str());
        let value = member(&VALUES).ok_or("it printed JSON without a text `token` or `id`")?;
        Token::of(value, member(&ENDS))
    }

    /// A token with the time until which it is good, as APIs write it.
    ///
    /// # Errors
    /// If it can be no token.
    pub fn of(value: &str, expires: Option<&str>) -> Result<Self, String> {
        if value.is_empty() || !value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            return Err("what came is no token: it must be one line of printable ASCII".to_owned());
        }
        // Where that cannot be read, the target will say when it is over.
        let expires = expires.and_then(|text| text.trim().parse::<jiff::Timestamp>().ok());
        let expires = expires.and_then(|end| SystemTime::try_from(end).ok());
        Ok(Token { value: value.to_owned(), expires })
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("expires", &self.expires).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_command_prints_a_token_or_json_with_one() {
        let token = |text: &str| Token::printed(text).unwrap();
        assert_eq!(token("  MIID-abc\n"), Token { value: "MIID-abc".to_owned(), expires: None });
        let expires = Some(UNIX_EPOCH + Duration::from_secs(1_893_456_000));
        let expected = Token { value: "gAAA".to_owned(), expires };
        assert_eq!(token(r#"{"id":"gAAA","expires":"2030-01-01T00:00:00+0000","user_id":"u"}"#), expected);
        assert_eq!(token(r#"{"token":"gAAA","expires_at":"2030-01-01T00:00:00.000000Z"}"#), expected);
        assert_eq!(token(r#"{"token":"t","expires_at":"tomorrow"}"#).expires, None);
    }

    #[test]
    fn what_is_no_token_is_told_and_not_shown() {
        for (output, part) in [
            ("", "printed nothing"),
            ("hidden\nhidden", "one line"),
            ("{\"hidden\":", "begins like JSON"),
            ("{\"secret\":\"hidden\"}", "without a text"),
            ("{\"token\":\"\"}", "one line"),
        ] {
            let told = Token::printed(output).unwrap_err();
            assert!(told.contains(part) && !told.contains("hidden"), "{output:?}: {told}");
        }
        assert!(!format!("{:?}", Token::printed("hidden").unwrap()).contains("hidden"));
    }
}
