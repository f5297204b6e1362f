use maud::{Markup, html};

use super::super::deviations::{EntryReport, EntryState};
use super::super::model::Report;
use super::super::text::visible;
use super::wide;

/// What became of each entry of the known deviations; those that ask for something stand first.
pub(super) fn section(report: &Report) -> Markup {
    let Some(applied) = &report.deviations else { return html! {} };
    let rank = |entry: &&EntryReport| match entry.state {
        EntryState::Stale | EntryState::Changed | EntryState::Expired => 0,
        _ if entry.days_left.is_some() => 1,
        EntryState::Hidden | EntryState::Unobservable => 2,
        EntryState::Known => 3,
    };
    let mut entries: Vec<&EntryReport> = applied.entries.iter().collect();
    entries.sort_by_key(rank);
    let urgent = entries.first().is_some_and(|entry| rank(entry) < 2);
    html! {
        section #deviations {
            h2 { "Known deviations" }
            details open[urgent] {
                summary { (entries.len()) @if entries.len() == 1 { " entry of " } @else { " entries of " } code { (visible(&applied.file)) } ", as of " (applied.today) }
                (wide("Known deviations", &html! {
                    table {
                        thead { tr { th { "state" } th { "entry" } th { "line" } th { "reason" } th { "owner" } th { "link" } th { "until" } } }
                        tbody { @for entry in entries { (row(entry)) } }
                    }
                }))
            }
        }
    }
}

fn row(entry: &EntryReport) -> Markup {
    html! {
        tr.(entry.state.to_string()) {
            td { (entry.state) }
            td {
                code { (visible(&entry.names)) }
                @if !entry.told().is_empty() { br; em { (visible(&entry.told())) } }
            }
            td.number { (entry.line) }
            td { (visible(&entry.reason)) }
            td { (visible(&entry.owner)) }
            td { (link(&entry.link)) }
            td { (entry.until) }
        }
    }
}

/// Only what is an address of the web can be followed.
fn link(text: &str) -> Markup {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    html! { @if is_address { a href=(visible(text)) rel="noreferrer" { (visible(text)) } } @else { (visible(text)) } }
}
