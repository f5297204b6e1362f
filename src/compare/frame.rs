//! What all pages have in common: one file that loads nothing and runs no script but its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::report::html::STYLE;
use crate::report::text::visible;

/// Of these pages, beside the style of all.
const OWN_STYLE: &str = include_str!("style.css");

/// A page; what is not markup in it has been escaped.
pub(super) fn page(title: &str, script: &str, body: &Markup) -> String {
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(title)) }
                style { (PreEscaped(STYLE)) (PreEscaped(OWN_STYLE)) }
            }
            body {
                (body)
                footer { p { "dewspec " (env!("CARGO_PKG_VERSION")) } }
                script { (PreEscaped(script)) }
            }
        }
    }
    .into_string()
}
