use memchr::memchr2_iter;

use crate::target::Target;

/// What stands where a credential stood.
pub(super) const REDACTED: &str = "[redacted]";
/// Shorter texts are not looked for: they occur by chance.
const LEAST: usize = 4;
/// So much of the beginning of a longer one counts as the whole.
const TELLING: usize = 12;

/// Removes every credential of the run from texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<String>,
    /// Names of further header fields that are not shown, in lower case.
    headers: Vec<String>,
}

impl Redactor {
    /// Knows the target's credentials.
    pub fn new(target: &Target) -> Self {
        let mut secrets: Vec<String> = Vec::new();
        for token in target.hidden() {
            secrets.push(token.to_owned());
            secrets.push(token.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect());
        }
        secrets.retain(|s| s.len() >= LEAST);
        secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
        secrets.dedup();
        let headers = target.network.hidden_headers().map(str::to_ascii_lowercase).collect();
        Redactor { secrets, headers }
    }

    /// The text without credentials, in any case of letters, and without their beginnings: what was cut
    /// short is as telling as the whole.
    pub fn clean(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in &self.secrets {
            out = without(&out, secret);
        }
        out
    }

    /// The same for bytes, which are left alone where they hold none.
    pub fn clean_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(bytes);
        let cleaned = self.clean(&text);
        if cleaned == text { bytes.to_vec() } else { cleaned.into_bytes() }
    }

    /// Whether a header is shown at all.
    pub fn shows(&self, header: &str) -> bool {
        let header = header.to_ascii_lowercase();
        !["x-auth-token", "authorization", "x-security-token", "cookie", "set-cookie", "x-subject-token"]
            .contains(&header.as_str())
            && !self.headers.contains(&header)
    }
}

/// Replaces every place where `secret`, or its beginning, stands.
fn without(text: &str, secret: &str) -> String {
    let (bytes, secret) = (text.as_bytes(), secret.as_bytes());
    let telling = TELLING.min(secret.len());
    let Some(first) = secret.first() else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for at in memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), bytes) {
        if at < kept {
            continue;
        }
        let same = bytes[at..].iter().zip(secret).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        if same >= telling {
            out.push_str(&text[kept..at]);
            out.push_str(REDACTED);
            kept = text.ceil_char_boundary(at + same);
        }
    }
    out.push_str(&text[kept..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(token: &str) -> Redactor {
        Redactor::new(&Target { token: token.to_owned(), ..Target::default() })
    }

    #[test]
    fn whole_cut_and_bent_credentials_are_removed() {
        let redactor = redactor("MIIDtoken-of-the-caller");
        for text in ["MIIDtoken-of-the-caller", "MIIDtoken-of", "miidTOKEN-OF-THE-CALLER", "MIIDtoken-of-the-caller"] {
            assert_eq!(redactor.clean(&format!("é<{text}>")), "é<[redacted]>");
        }
        let escaped: String = "MIIDtoken-of-the-caller".chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        assert_eq!(redactor.clean(&escaped), "[redacted]");
        assert_eq!(redactor.clean("MIID is how they all begin"), "MIID is how they all begin");
    }

    #[test]
    fn what_is_too_short_to_be_told_apart_is_left_alone() {
        assert_eq!(redactor("t").clean("the target"), "the target");
        assert_eq!(redactor("test").clean("a test"), "a [redacted]");
    }

    #[test]
    fn a_credential_may_end_within_a_character() {
        // The same first byte of two, and another second.
        assert_eq!(redactor("MIIDtoken-of-é").clean("<MIIDtoken-of-è>"), "<[redacted]>");
    }
}
