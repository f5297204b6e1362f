use crate::target::Target;

/// What stands where a credential stood.
const REDACTED: &str = "[redacted]";
/// Shorter texts are not looked for: they occur by chance.
const LEAST: usize = 4;

/// Removes every credential of the run from texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Knows the target's credentials.
    pub fn new(target: &Target) -> Self {
        let mut secrets: Vec<String> = Vec::new();
        for token in target.secrets() {
            // What is left of a token that lost its last character is as telling as the whole.
            let shortened: String = token.chars().take(token.chars().count().saturating_sub(1)).collect();
            secrets.push(token.to_owned());
            secrets.push(shortened);
        }
        secrets.retain(|s| s.len() >= LEAST);
        secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
        secrets.dedup();
        Redactor { secrets }
    }

    /// The text without credentials.
    pub fn clean(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in &self.secrets {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), REDACTED);
            }
        }
        out
    }

    /// The same for bytes, which are left alone where they hold none.
    pub fn clean_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(bytes);
        if self.secrets.iter().any(|s| text.contains(s.as_str())) {
            self.clean(&text).into_bytes()
        } else {
            bytes.to_vec()
        }
    }

    /// Whether a header is shown at all.
    pub fn shows(&self, header: &str) -> bool {
        !["x-auth-token", "authorization", "x-security-token", "cookie", "set-cookie", "x-subject-token"]
            .contains(&header.to_ascii_lowercase().as_str())
    }
}
