//! The report as one page for a browser: no network, readable without a script, and nothing that a target has sent can do
//! anything in it.

mod cases;
mod causes;
mod clauses;
mod deviations;
mod page;
mod timing;

pub(crate) use page::STYLE;
pub use page::render;

use maud::{Markup, html};

use super::body::grouped;
use super::text::visible;

/// Text with what stands between backticks as code.
fn prose(text: &str) -> Markup {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An even number of parts is an odd number of backticks: they are no pairs.
    let paired = parts.len() % 2 == 1;
    html! {
        @if paired {
            @for (nth, part) in parts.iter().enumerate() { @if nth % 2 == 1 { code { (part) } } @else { (part) } }
        } @else {
            (text)
        }
    }
}

/// A number of things.
fn counted(number: usize, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number as u64), if number == 1 { "" } else { "s" })
}

/// A table that may be wider than the page; its own scroll bar can be reached with the keyboard.
fn wide(name: &str, table: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(name) tabindex="0" { (table) } }
}

/// The id of a case's row.
fn case_anchor(id: &str) -> String {
    format!("case-{}", visible(id))
}
