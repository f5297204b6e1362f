use super::super::failure_text::request_body;
use super::super::model::{CaseReport, ExchangeReport, Report};

/// The request as people read it: method and path, then the body. The target's own endpoint is left away and
/// its identifiers are named, since they are long and the curl line has them.
pub(super) fn sent(report: &Report, case: &CaseReport, exchange: &ExchangeReport, columns: usize) -> String {
    let mut lines = vec![format!("{} {}{}", exchange.method, path(report, exchange), position(case, exchange))];
    lines.extend(request_body(exchange, columns));
    lines.join("\n")
}

fn path(report: &Report, exchange: &ExchangeReport) -> String {
    let target = &report.target;
    let path = target
        .endpoints
        .values()
        .filter_map(|endpoint| exchange.url.strip_prefix(endpoint.trim_end_matches('/')))
        .find(|path| path.starts_with('/'))
        .unwrap_or(&exchange.url);
    let named = path.split('/').map(|segment| {
        if segment.is_empty() {
            segment
        } else if segment == target.project_id {
            "{project_id}"
        } else if target.secret_ids.iter().any(|id| id == segment) {
            "{secret_id}"
        } else if target.key_ids.iter().any(|id| id == segment) {
            "{key_id}"
        } else {
            segment
        }
    });
    named.collect::<Vec<_>>().join("/")
}

/// Which of several exchanges it is.
fn position(case: &CaseReport, exchange: &ExchangeReport) -> String {
    let all = case.exchanges.len();
    match case.exchanges.iter().position(|other| std::ptr::eq(other, exchange)) {
        Some(at) if all > 1 => format!(" (exchange {} of {all})", at + 1),
        _ => String::new(),
    }
}
