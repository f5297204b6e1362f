use super::body::excerpt;
use super::finding::{exchange_of, findings};
use super::model::{CaseReport, ExchangeReport, FindingReport, Report};
use super::text::{copyable, visible, visible_lines};

/// Columns of a body in a file; more is noise even there.
const BODY_COLUMNS: usize = 4_000;

/// Everything there is to say about a case that went wrong, as unwrapped plain text.
pub fn failure_text(report: &Report, case: &CaseReport) -> String {
    let mut lines = Vec::new();
    if let Some(reason) = &case.reason {
        lines.push(visible_lines(reason));
        lines.push(String::new());
    }
    for finding in findings(report, case) {
        push_finding(&mut lines, case, &finding);
        lines.push(String::new());
    }
    if let Some(input) = input_text(case) {
        lines.push(format!("input:   {input}"));
    }
    if let Some(curl) = &case.curl {
        lines.push(format!("curl:    {}", copyable(curl)));
    }
    lines.push(format!("replay:  {}", copyable(&case.replay)));
    lines.join("\n")
}

/// Which of its generated inputs failed, how it was made simpler, and whether it failed again.
pub(super) fn input_text(case: &CaseReport) -> Option<String> {
    let failure = case.generated.as_ref()?.failure.as_ref()?;
    let number = failure.input + 1;
    let simpler = match (failure.simplified, failure.tried) {
        (_, 0) => String::new(),
        (0, tried) => format!(", none of {tried} simpler forms of which failed as well"),
        (simplified, tried) => format!(", made simpler {simplified} times in {tried} tries"),
    };
    let again = if failure.confirmed { "" } else { "; flaky: sent once more, it did not fail" };
    Some(format!("generated input {number}{simpler}{again}"))
}

/// What dewspec or the network did: there is no clause, only the reason and how to try again.
pub(super) fn error_text(case: &CaseReport) -> String {
    let mut lines: Vec<_> = case.reason.iter().map(|reason| visible_lines(reason)).collect();
    if let Some(exchange) = case.exchanges.last() {
        push_exchange(&mut lines, exchange);
    }
    lines.push(format!("replay:  {}", copyable(&case.replay)));
    lines.join("\n")
}

fn push_finding(lines: &mut Vec<String>, case: &CaseReport, finding: &FindingReport) {
    lines.push(format!("{} ({})", visible(&finding.clause), finding.level));
    lines.push(visible_lines(&finding.wording));
    lines.push(format!("source:  {}", visible(&finding.source)));
    lines.push(format!("allowed: {}", visible_lines(&finding.allowed)));
    lines.push(format!("seen:    {}", visible_lines(&finding.seen)));
    if let Some(exchange) = exchange_of(case, finding) {
        push_exchange(lines, exchange);
    }
}

fn push_exchange(lines: &mut Vec<String>, exchange: &ExchangeReport) {
    let request = format!("{} {}", visible(&exchange.method), visible(&exchange.url));
    lines.extend(labelled("sent:    ", [request].into_iter().chain(request_body(exchange, BODY_COLUMNS)).collect()));
    lines.extend(labelled("came:    ", came(exchange, BODY_COLUMNS)));
    lines.extend(logged(exchange, BODY_COLUMNS).map(|logged| format!("logged:  {logged}")));
}

fn labelled(label: &'static str, lines: Vec<String>) -> impl Iterator<Item = String> {
    let indent = " ".repeat(label.len());
    lines.into_iter().enumerate().map(move |(at, line)| match at {
        0 => format!("{label}{line}"),
        _ => format!("{indent}{line}"),
    })
}

/// The body of the request, if one was sent.
pub(super) fn request_body(exchange: &ExchangeReport, columns: usize) -> Option<String> {
    match exchange.request_body.as_deref()? {
        "" => Some("(empty body)".to_owned()),
        body => Some(excerpt(body, columns)),
    }
}

/// The answer: its status and type, then its body; or why there is none.
pub(super) fn came(exchange: &ExchangeReport, columns: usize) -> Vec<String> {
    let Some(status) = exchange.status else {
        let why = exchange.failure.as_deref().unwrap_or("no reason recorded");
        return vec![format!("no answer: {}", visible(why))];
    };
    let kind = header(exchange, "content-type").map(|kind| format!(", {}", visible(kind))).unwrap_or_default();
    match exchange.response_body.as_deref() {
        None | Some("") => vec![format!("{status}{kind}, no body")],
        Some(body) => vec![format!("{status}{kind}"), excerpt(body, columns)],
    }
}

/// How the target's own logs call the answer: its request id and its time, if it says them.
pub(super) fn logged(exchange: &ExchangeReport, columns: usize) -> Option<String> {
    const IDS: [&str; 4] = ["x-request-id", "request_id", "request-id", "x-requestid"];
    let id = IDS.iter().find_map(|name| header(exchange, name)).map(|id| format!("request id {id}"));
    let parts: Vec<String> = id.into_iter().chain(header(exchange, "date").map(str::to_owned)).collect();
    (!parts.is_empty()).then(|| excerpt(&parts.join(", "), columns))
}

/// The first response header of that name.
pub(super) fn header<'a>(exchange: &'a ExchangeReport, name: &str) -> Option<&'a str> {
    exchange
        .response_headers
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
