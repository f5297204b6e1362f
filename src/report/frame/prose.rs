use maud::{Markup, html};

use super::super::body::grouped;
use super::super::text::visible;

/// Text with what stands between backticks as code.
pub(crate) fn prose(text: &str) -> Markup {
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
pub(crate) fn counted(number: usize, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number as u64), if number == 1 { "" } else { "s" })
}
