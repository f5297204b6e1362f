use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::super::text::visible;

const STYLE: &str = include_str!("style.css");
/// Opens what is linked to.
const UNFOLD: &str = include_str!("unfold.js");

/// What is a page's own.
pub(crate) struct Frame<'p> {
    /// As a browser's tab shows it.
    pub(crate) title: &'p str,
    /// Beside the style of all.
    pub(crate) style: &'p str,
    /// Before the one of all.
    pub(crate) script: &'p str,
    /// The version of dewspec that what is shown comes from, and more about that.
    pub(crate) footer: &'p str,
}

/// One file that loads nothing and runs no script but its own; what is not markup in the body has been escaped.
pub(crate) fn page(frame: &Frame<'_>, body: &Markup) -> String {
    let script = format!("{}{UNFOLD}", frame.script);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&script));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(frame.title)) }
                style { (PreEscaped(STYLE)) (PreEscaped(frame.style)) }
            }
            body {
                (body)
                footer { p { "dewspec " (visible(frame.footer)) } }
                script { (PreEscaped(script)) }
            }
        }
    }
    .into_string()
}

/// Nothing is loaded, and no script runs but this one.
fn policy(script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}
