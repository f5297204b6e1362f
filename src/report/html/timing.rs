use maud::{Markup, html};

use super::super::model::Report;

/// The bounds of the bars, in milliseconds.
const BOUNDS: [u64; 9] = [1, 2, 5, 10, 20, 50, 100, 1_000, u64::MAX];
/// The picture, in units of its own.
const WIDTH: usize = 540;
const HEIGHT: usize = 120;

/// How long the requests of a case took, as a picture and in words.
pub(super) fn section(report: &Report) -> Markup {
    let stored = report.passed.values().flat_map(|passed| passed.values().copied());
    let seen = report.cases.iter().filter(|case| !case.exchanges.is_empty()).map(|case| case.milliseconds());
    let mut all: Vec<u64> = stored.chain(seen).collect();
    if all.is_empty() {
        return html! {};
    }
    all.sort_unstable();
    let quantile = |part: usize| all.get((all.len() - 1) * part / 100).copied().unwrap_or_default();
    let told = format!(
        "half of the cases took {} ms or less, 95 of 100 took {} ms or less, the longest {} ms",
        quantile(50),
        quantile(95),
        quantile(100)
    );
    html! {
        section #timing {
            h2 { "Time" }
            p { (told) }
            (picture(&all, &told))
            p.caption { "number of cases by time in milliseconds" }
        }
    }
}

fn picture(all: &[u64], told: &str) -> Markup {
    let mut from = 0;
    let bars: Vec<(String, usize)> = BOUNDS
        .iter()
        .map(|to| {
            let count = all.iter().filter(|time| (from..*to).contains(time)).count();
            let name = if *to == u64::MAX { format!("≥ {from}") } else { format!("< {to}") };
            from = *to;
            (name, count)
        })
        .collect();
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let step = WIDTH / bars.len();
    html! {
        svg role="img" aria-label=(told) viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + 34)) {
            @for (nth, (name, count)) in bars.iter().enumerate() {
                @let height = count * HEIGHT / most;
                rect x=(nth * step + 4) y=(HEIGHT - height + 14) width=(step - 8) height=(height) rx="2" {}
                text x=(nth * step + step / 2) y=(HEIGHT - height + 10) { (count) }
                text x=(nth * step + step / 2) y=(HEIGHT + 29) { (name) }
            }
        }
    }
}
