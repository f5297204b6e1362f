//! What `dewspec sign` is told so that it signs a request, or what a signature was made of that does not fit it.

use super::curl::quoted;
use crate::model::{Request, TokenChoice};
use crate::target::sha256;

/// The part of a command line that signs.
pub(super) struct SigningWords {
    /// What stands before it.
    pub(super) environment: &'static str,
    pub(super) method: String,
    pub(super) url: String,
    /// The body that is signed, if it is another.
    pub(super) body: Option<Vec<u8>>,
    /// Further options, each with a blank before it.
    pub(super) options: String,
    /// A field that is signed so and sent otherwise, or not at all.
    pub(super) left_out: Option<&'static str>,
}

impl SigningWords {
    /// For a signature of a request, as this choice has it.
    pub(super) fn new(request: &Request, choice: TokenChoice) -> Self {
        let mut words = SigningWords {
            environment: "",
            method: request.method.clone(),
            url: request.url.clone(),
            body: None,
            options: String::new(),
            left_out: None,
        };
        let without_query = request.url.split('?').next().unwrap_or_default();
        let longer = || [request.body.as_deref().unwrap_or_default(), b"\n"].concat();
        match choice {
            TokenChoice::SignedBody => words.body = Some(longer()),
            TokenChoice::AnnouncedBody => {
                words.options = format!(" -H 'X-Sdk-Content-Sha256: {}'", sha256(&longer()));
                words.body = Some(longer());
            }
            TokenChoice::SignedPath => {
                words.url = without_query.rsplit_once('/').map_or(without_query, |(above, _)| above).to_owned();
            }
            TokenChoice::SignedQuery => words.url = without_query.to_owned(),
            TokenChoice::SignedHeader => words.left_out = Some("content-type"),
            TokenChoice::SignedAbsence => {
                words.options = " -H 'X-Dewspec-Absent:'".to_owned();
                words.left_out = Some("x-dewspec-absent");
            }
            TokenChoice::SignedEarlier => words.options = date("20 minutes ago"),
            TokenChoice::SignedLater => words.options = date("20 minutes"),
            TokenChoice::SignedByAnother => words.environment = "DEWSPEC_SECRET_KEY=\"${DEWSPEC_SECRET_KEY}x\" ",
            TokenChoice::SignedMethod => words.method = "PUT".to_owned(),
            _ => {}
        }
        words
    }

    /// The value of a field as it is signed, already quoted with its name.
    pub(super) fn field(&self, name: &str, quoted_field: &str) -> String {
        match self.left_out {
            // Without its parameters.
            Some(changed) if changed.eq_ignore_ascii_case(name) => match quoted_field.split_once(';') {
                Some((before, _)) => format!("{before}'"),
                None => quoted_field.to_owned(),
            },
            _ => quoted_field.to_owned(),
        }
    }

    /// What takes out of the printed fields the one that does not go out as it was signed.
    pub(super) fn filter(&self) -> String {
        self.left_out.map(|name| format!(" | grep -vi '^{name}:'")).unwrap_or_default()
    }

    /// The body that is signed, as an option.
    pub(super) fn data(&self, sent: &str) -> String {
        self.body.as_ref().map_or_else(|| sent.to_owned(), |body| format!(" --data-binary {}", quoted(body)))
    }
}

fn date(when: &str) -> String {
    format!(" --date \"$(date -u -d '{when}' +%Y%m%dT%H%M%SZ)\"")
}
