//! What was observed, without what is another each night: two nights can be compared by it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::report::{CaseReport, FindingReport, Observation, body_shape};

use super::signature::status_in;

/// Observations of one cause; more say nothing more.
const MOST: usize = 12;
/// Characters of one.
const LONGEST: usize = 120;

/// What cases have observed, sorted. Generated input is another with each seed: it counts where there is no other.
pub(super) fn observations<'a>(
    parts: impl Iterator<Item = (&'a CaseReport, &'a [&'a FindingReport])> + Clone,
) -> Vec<Observation> {
    let has_fixed = parts.clone().any(|(case, _)| is_fixed(case));
    let mut counts: BTreeMap<Observation, usize> = BTreeMap::new();
    for (case, findings) in parts.filter(|(case, _)| !has_fixed || is_fixed(case)) {
        for finding in findings {
            *counts.entry(observation(&finding.clause, &finding.seen)).or_default() += 1;
        }
        if let (true, Some(flaky)) = (findings.is_empty(), &case.flaky) {
            *counts.entry(observation(&flaky.clause, case.seen.as_deref().unwrap_or_default())).or_default() += 1;
        }
    }
    let mut all: Vec<(Observation, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| Reverse(*count));
    all.truncate(MOST);
    let mut all: Vec<Observation> = all.into_iter().map(|(observation, _)| observation).collect();
    all.sort();
    all
}

fn is_fixed(case: &CaseReport) -> bool {
    case.generated.is_none()
}

fn observation(clause: &str, seen: &str) -> Observation {
    Observation { clause: clause.to_owned(), observed: general(seen) }
}

/// An observation without values, identifiers and numbers; of an answer, its status.
pub(crate) fn general(seen: &str) -> String {
    if let Some(status) = status_in(seen) {
        return format!("status {status}");
    }
    let mut out = String::new();
    let mut rest = seen.split(" (together with ").next().unwrap_or(seen);
    while let Some(at) = rest.find(['`', '"']) {
        let (before, quoted) = rest.split_at(at);
        let mark = if quoted.starts_with('`') { '`' } else { '"' };
        let inner = &quoted[1..];
        let (inside, after) = inner.split_once(mark).unwrap_or((inner, ""));
        out.push_str(before);
        match mark {
            '`' => out.push_str(&format!("`{}`", body_shape(Some(inside), None))),
            _ => out.push_str("\"…\""),
        }
        rest = after;
    }
    out.push_str(rest);
    let plain = without_numbers(&out);
    // A listing that lacks three items and one that lacks two are the same.
    let mut parts: Vec<&str> = Vec::new();
    for part in plain.split([';', ',']).map(str::trim) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ").chars().take(LONGEST).collect()
}

/// Words with digits in them, and numbers, as `…`.
fn without_numbers(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let core = word.trim_end_matches([',', ';', '.', ':']);
        match core.chars().any(|c| c.is_ascii_digit()) {
            true => words.extend([if word.len() > core.len() { "…," } else { "…" }]),
            false => words.push(word),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_another_each_night_is_left_out() {
        for (seen, expected) in [
            ("status 500 with `{\"error\":1}`, twice for the same input", "status 500"),
            ("\"dewspec-1e7f\" is missing; \"sys-1\" = \"1\" is there", "\"…\" is missing, \"…\" = \"…\" is there"),
            ("\"a\" is missing, \"b\" is missing", "\"…\" is missing"),
            ("6 of 6 were refused; the answers were 400, 400, 400", "… of … were refused, the answers were …, …"),
            ("`{\"a\":\"x\",\"n\":5}` (together with a, b)", "`{a:string, n:number}`"),
            ("no answer: the connection was lost", "no answer: the connection was lost"),
            ("\"unfinished", "\"…\""),
            ("", ""),
        ] {
            assert_eq!(general(seen), expected, "{seen}");
        }
    }

    #[test]
    fn generated_input_counts_where_there_is_no_other() {
        let finding = |seen: &str| FindingReport {
            clause: "c".to_owned(),
            level: crate::model::Level::Must,
            wording: String::new(),
            source: String::new(),
            allowed: String::new(),
            seen: seen.to_owned(),
            exchange: None,
        };
        let fixed = CaseReport::passed("Op", "fixed");
        let generated = CaseReport { generated: Some(Default::default()), ..CaseReport::passed("Op", "generated") };
        let (one, other) = (finding("status 204"), finding("status 201"));
        let told = |parts: &[(&CaseReport, &FindingReport)]| {
            let findings: Vec<[&FindingReport; 1]> = parts.iter().map(|(_, finding)| [*finding]).collect();
            let both = parts.iter().zip(&findings).map(|((case, _), findings)| (*case, findings.as_slice()));
            observations(both).into_iter().map(|one| one.observed).collect::<Vec<_>>()
        };
        assert_eq!(told(&[(&fixed, &one), (&generated, &other)]), ["status 204"]);
        assert_eq!(told(&[(&generated, &other)]), ["status 201"]);
    }
}
