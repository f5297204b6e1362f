use indexmap::IndexMap;

use super::super::model::Report;
use super::page::{Page, count};
use super::style::Tint;

/// What was run, against what, and how to have the same again.
pub(super) fn write(page: &mut Page, report: &Report) {
    page.paragraph(0, &format!("dewspec {}", report.dewspec_version), Tint::Strong);
    page.blank();
    let target = &report.target;
    if target.embedded {
        page.field(2, "target", "the embedded reference server", Tint::Plain);
    }
    let mut services: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for (service, endpoint) in &target.endpoints {
        services.entry(endpoint).or_default().push(service);
    }
    for (at, (endpoint, services)) in services.iter().enumerate() {
        let label = if at == 0 && !target.embedded { "target" } else { "" };
        page.field(2, label, &format!("{endpoint} ({})", services.join(", ")), Tint::Plain);
    }
    if target.insecure {
        page.field(2, "insecure", "the target's certificate was not checked (--insecure)", Tint::Warn);
    }
    page.field(2, "seed", &report.seed.to_string(), Tint::Plain);
    page.field(2, "run id", &report.run_id, Tint::Plain);
    page.field(2, "checked", &checked(report), Tint::Plain);
    if let Some(told) = report.tries_told() {
        page.field(2, "tries", &told, Tint::Plain);
    }
    if !report.filters.is_empty() {
        page.field(2, "filters", &report.filters.join(" "), Tint::Plain);
    }
}

fn checked(report: &Report) -> String {
    format!("{}, {}", count(report.cases.len(), "case"), count(report.clauses.len(), "clause"))
}
