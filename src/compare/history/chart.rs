//! Pictures: a strip of nights, and times as lines.

use maud::{Markup, html};

use super::Night;
use crate::report::text::visible;

/// The picture of times, in units of its own.
const WIDTH: usize = 720;
const HEIGHT: usize = 160;
const LEFT: usize = 56;
const TOP: usize = 12;

/// Nights side by side, each of one of these classes: `on`, `warn`, `off`, `none`.
pub(super) fn strip(nights: &[&'static str], told: &str) -> Markup {
    let mut runs: Vec<(&str, usize, usize)> = Vec::new();
    for (at, class) in nights.iter().enumerate() {
        match runs.last_mut() {
            Some((known, _, length)) if known == class => *length += 1,
            _ => runs.push((class, at, 1)),
        }
    }
    html! {
        svg.strip role="img" aria-label=(told) viewBox=(format!("0 0 {} 10", nights.len().max(1) * 10)) preserveAspectRatio="none" {
            @for (class, from, length) in runs {
                rect.(class) x=(from * 10) y="0" width=(length * 10) height="10" {}
            }
        }
    }
}

/// The times of all nights.
pub(super) fn latency(nights: &[Night]) -> Markup {
    let known: Vec<(usize, u64, u64)> = nights
        .iter()
        .enumerate()
        .filter_map(|(at, night)| night.latency.map(|latency| (at, latency.p50, latency.p95)))
        .collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return html! { p { "No report says how long its cases took." } };
    };
    let highest = known.iter().map(|(_, _, p95)| *p95).max().unwrap_or_default().max(1);
    let last_night = nights.len().saturating_sub(1).max(1);
    let x = |at: usize| LEFT + at * (WIDTH - LEFT - 8) / last_night;
    let y = |time: u64| {
        let up = u128::from(time) * HEIGHT as u128 / u128::from(highest);
        TOP + HEIGHT - usize::try_from(up).unwrap_or(HEIGHT)
    };
    let line = |time: fn(&(usize, u64, u64)) -> u64| {
        let points: Vec<String> = known.iter().map(|night| format!("{},{}", x(night.0), y(time(night)))).collect();
        points.join(" ")
    };
    let told = format!(
        "half of the cases took {} ms or less in the first night and {} ms in the last; 95 of 100 took {} ms or less in the \
         first, {} ms in the last, and {highest} ms in the slowest",
        first.1, last.1, first.2, last.2
    );
    let day = |night: Option<&Night>| {
        night.map(|night| visible(night.started_at.get(..10).unwrap_or("?"))).unwrap_or_default()
    };
    html! {
        div.wide tabindex="0" { svg.chart role="img" aria-label=(told) viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + TOP + 24)) {
            @for part in [0, 1, 2] {
                @let time = highest / 2 * part + highest % 2 * part / 2;
                line x1=(LEFT) x2=(WIDTH - 8) y1=(y(time)) y2=(y(time)) {}
                text.end x=(LEFT - 6) y=(y(time) + 4) { (time) " ms" }
            }
            polyline.p95 points=(line(|night| night.2)) {}
            polyline.p50 points=(line(|night| night.1)) {}
            text x=(LEFT) y=(HEIGHT + TOP + 18) { (day(nights.first())) }
            text.end x=(WIDTH - 8) y=(HEIGHT + TOP + 18) { (day(nights.last())) }
        } }
        p.key { b.p50 { "—" } " half of the cases took this or less; " b.p95 { "- -" } " 95 of 100 did. In words: " (told) "." }
    }
}
