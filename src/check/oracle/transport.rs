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

/// No credential of ours in head or body.
pub(super) fn no_secret(scene: &Scene<'_>) -> Judgement {
    let Some(response) = scene.response() else { return Judgement::NotApplicable };
    let body = String::from_utf8_lossy(&response.body);
    let sent = scene.exchange.request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("x-auth-token"));
    // Short tokens occur by chance; whoever uses them has nothing to hide.
    let long = |s: &&str| s.len() >= 16;
    let mut secrets = scene.secrets.iter().copied().chain(sent.map(|(_, v)| v.as_str())).filter(long);
    let leaked = secrets.any(|s| body.contains(s) || response.headers.iter().any(|(_, v)| v.contains(s)));
    Judgement::when(!leaked, || "an answer without the caller's token", || "the token stands in the answer")
}

/// JSON announced as JSON.
pub(super) fn json_content_type(scene: &Scene<'_>) -> Judgement {
    let Some(response) = scene.response() else { return Judgement::NotApplicable };
    if response.body.is_empty() || scene.json().is_none_or(|body| !body.is_object()) {
        return Judgement::NotApplicable;
    }
    let announced = response.header("content-type").unwrap_or("nothing");
    Judgement::when(announced.to_ascii_lowercase().contains("json"), || "application/json", || announced)
}
