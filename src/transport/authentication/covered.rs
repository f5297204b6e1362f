//! What of a request is signed, and what is signed in its place where the signature is not to fit.

use std::time::{Duration, SystemTime};

use url::Url;

use crate::model::TokenChoice;
use crate::target::{AccessKey, sha256};

/// Beyond what the clocks of client and server may be apart.
const OFF: Duration = Duration::from_secs(20 * 60);
/// A field that is signed and never sent.
const ABSENT: &str = "X-Dewspec-Absent";

/// What is signed, with which key, and when.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) key: AccessKey,
    pub(super) time: SystemTime,
}

impl Covered {
    /// The same but for the one thing that a choice names.
    pub(super) fn altered(mut self, choice: TokenChoice) -> Self {
        match choice {
            TokenChoice::SignedBody => self.body.push(b'\n'),
            TokenChoice::AnnouncedBody => {
                self.body.push(b'\n');
                self.headers.push(("X-Sdk-Content-Sha256".to_owned(), sha256(&self.body)));
            }
            TokenChoice::SignedPath => {
                if let Ok(mut segments) = self.url.path_segments_mut() {
                    segments.pop();
                }
            }
            TokenChoice::SignedQuery => self.url.set_query(None),
            TokenChoice::SignedHeader => {
                let of_type = |(name, _): &&mut (String, String)| name.eq_ignore_ascii_case("content-type");
                if let Some((_, value)) = self.headers.iter_mut().find(of_type) {
                    // Without its parameters.
                    *value = value.split(';').next().unwrap_or_default().trim_end().to_owned();
                }
            }
            TokenChoice::SignedAbsence => self.headers.push((ABSENT.to_owned(), String::new())),
            TokenChoice::SignedEarlier => self.time = self.time.checked_sub(OFF).unwrap_or(self.time),
            TokenChoice::SignedLater => self.time += OFF,
            TokenChoice::SignedByAnother => self.key.secret_key.push('x'),
            TokenChoice::SignedMethod => self.method = "PUT".to_owned(),
            _ => {}
        }
        self
    }
}

/// Whether a signed field goes out with the request.
pub(super) fn is_sent(name: &str) -> bool {
    !name.eq_ignore_ascii_case(ABSENT)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::target::{Signable, sign};

    fn covered() -> Covered {
        let fields = [("Content-Type", "application/json;charset=UTF-8"), ("X-Project-Id", "p")];
        Covered {
            method: "POST".to_owned(),
            url: Url::parse("http://h/v1/p/csms/s/tags?dewspec=1").unwrap(),
            headers: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: b"{}".to_vec(),
            key: AccessKey { access_key: "ak".to_owned(), secret_key: "sk".to_owned(), security_token: None },
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_573_789_015),
        }
    }

    fn signature(covered: &Covered) -> String {
        let Covered { method, url, headers, body, key, time } = covered;
        sign(&Signable { method, url, headers, body }, key, *time).signature
    }

    #[test]
    fn each_alteration_makes_another_signature() {
        let mut known = vec![signature(&covered())];
        for choice in TokenChoice::iter().filter(|choice| choice.is_signature()) {
            let altered = signature(&covered().altered(choice));
            assert!(!known.contains(&altered), "{choice} changes nothing of its own");
            known.push(altered);
        }
        assert_eq!(known.len(), 11);
        assert_eq!(signature(&covered().altered(TokenChoice::Valid)), known[0]);
    }

    #[test]
    fn the_times_are_beyond_a_quarter_of_an_hour() {
        let time = |choice| covered().altered(choice).time;
        let now = covered().time;
        let far = Duration::from_secs(15 * 60);
        assert!(time(TokenChoice::SignedEarlier) + far < now && time(TokenChoice::SignedLater) > now + far);
    }
}
