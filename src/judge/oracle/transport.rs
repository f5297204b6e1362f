use memchr::memmem::Finder;

use super::super::describe::excerpt;
use super::{Judgement, Scene};

/// A successful answer without a body, as far as an HTTP client can see.
pub(super) fn no_body(scene: &Scene<'_>, empty_object_allowed: bool) -> Judgement {
    let Some(response) = scene.success() else { return Judgement::NotApplicable };
    let compact: String = match response.body.as_slice() {
        [] => String::new(),
        body => String::from_utf8_lossy(body).split_whitespace().collect(),
    };
    let tolerated = compact.is_empty() || (empty_object_allowed && compact == "{}");
    if !tolerated {
        return Judgement::broken("no body", excerpt(&response.body));
    }
    let announced = response.header("content-length").and_then(|v| v.trim().parse::<u64>().ok()).unwrap_or(0);
    let bound = if empty_object_allowed { 4 } else { 0 };
    Judgement::when(announced <= bound, || "no body", || format!("a Content-Length of {announced}"))
}

/// Texts that must never stand in an answer, ready to be looked for in many.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<Finder<'static>>);

impl Secrets {
    /// Short ones are left out: they occur by chance, and whoever uses them has nothing to hide.
    pub fn new(texts: &[&str]) -> Self {
        Secrets(texts.iter().filter(|text| text.len() >= LEAST).map(|text| Finder::new(*text).into_owned()).collect())
    }

    fn include(&self, text: &str) -> bool {
        self.0.iter().any(|finder| finder.needle() == text.as_bytes())
    }

    fn stand_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|finder| finder.find(bytes).is_some())
    }
}

/// Shorter texts are no secrets.
const LEAST: usize = 16;

/// No credential of ours in head or body.
pub(super) fn no_secret(scene: &Scene<'_>) -> Judgement {
    let Some(response) = scene.response() else { return Judgement::NotApplicable };
    let sent = scene.exchange.request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("x-auth-token"));
    let another = sent.map(|(_, value)| value.as_str()).filter(|sent| !scene.secrets.include(sent));
    let another = Secrets::new(another.as_slice());
    let leak = |bytes: &[u8]| scene.secrets.stand_in(bytes) || another.stand_in(bytes);
    let leaked = leak(&response.body) || response.headers.iter().any(|(_, value)| leak(value.as_bytes()));
    Judgement::when(!leaked, || "an answer without the caller's token", || "the token stands in the answer")
}

/// JSON announced as JSON.
pub(super) fn json_content_type(scene: &Scene<'_>) -> Judgement {
    let Some(response) = scene.response() else { return Judgement::NotApplicable };
    if response.body.is_empty() || scene.json().is_none_or(|body| !body.is_object()) {
        return Judgement::NotApplicable;
    }
    let announced = response.header("content-type").unwrap_or("nothing".into());
    Judgement::when(announced.to_ascii_lowercase().contains("json"), || "application/json", || announced)
}

/// No byte order mark before a body.
pub(super) fn no_byte_order_mark(scene: &Scene<'_>) -> Judgement {
    match scene.response() {
        Some(response) if !response.body.is_empty() => Judgement::when(
            !response.has_byte_order_mark(),
            || "a body that begins with its JSON",
            || "a byte order mark before it",
        ),
        _ => Judgement::NotApplicable,
    }
}
