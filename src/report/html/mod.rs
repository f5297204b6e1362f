//! The report as one page for a browser: no network, readable without a script, and nothing that a target has sent can do
//! anything in it.

mod cases;
mod causes;
mod clauses;
mod deviations;
mod page;
mod timing;

pub use page::render;

use maud::{Markup, html};

use super::frame::{counted, prose};
use super::text::visible;

/// A table that may be wider than the page; its own scroll bar can be reached with the keyboard.
fn wide(name: &str, table: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(name) tabindex="0" { (table) } }
}

/// The id of a case's row.
fn case_anchor(id: &str) -> String {
    format!("case-{}", visible(id))
}
