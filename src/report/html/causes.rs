use maud::{Markup, html};

use super::super::body::with_runs_told;
use super::super::failure_text::{came, logged, request_body};
use super::super::finding::exchange_of_cause;
use super::super::model::{CaseReport, Cause, ExchangeReport, Report};
use super::super::text::{copyable, visible};
use super::{case_anchor, counted, prose};

/// Columns of a body; more is noise even here.
const BODY: usize = 4_000;
/// Causes shown; whoever has more has other things to do first.
const MOST: usize = 100;
/// From so many causes on, a list of them comes first.
const MANY: usize = 4;

/// What is wrong, gravest first, each with the smallest case that shows it.
pub(super) fn section(report: &Report) -> Markup {
    let judged = report.cases.len();
    html! {
        section #causes {
            h2 { "Causes" }
            @if report.causes.is_empty() {
                p { @if judged > 0 { "Nothing that was judged went wrong." } @else { "Nothing was judged." } }
            }
            // What is known is told last: whoever reads this wants to hear of what is new.
            @let (known, others): (Vec<&Cause>, Vec<&Cause>) = report.causes.iter().partition(|cause| cause.is_known());
            @let ordered: Vec<&Cause> = others.into_iter().chain(known).collect();
            @if ordered.len() >= MANY { (index(&ordered)) }
            @for cause in ordered.iter().take(MOST) { (cause_article(report, cause)) }
            @if report.causes.len() > MOST { p { "and " (report.causes.len() - MOST) " more, in the JSON report" } }
        }
    }
}

/// Links to the causes.
fn index(causes: &[&Cause]) -> Markup {
    html! {
        nav aria-label="Causes" {
            ol {
                @for cause in causes.iter().take(MOST) {
                    li { a href=(format!("#{}", visible(&cause.id))) { (prose(&cause.title)) } " " small { (counted(cause.count, "case")) } }
                }
            }
        }
    }
}

fn cause_article(report: &Report, cause: &Cause) -> Markup {
    let class = match cause.is_known() {
        true => "known",
        false if report.is_failure(cause) => "fail",
        false => "warn",
    };
    let standing = cause.standing.as_ref();
    let case = report.cases.iter().find(|case| case.id == cause.example.case);
    html! {
        article.cause.(class) id=(visible(&cause.id)) {
            h3 { a href=(format!("#{}", visible(&cause.id))) { (prose(&cause.title)) } }
            p.tags {
                span.tag { (cause.level) }
                @if let Some(told) = cause.flaky_told() { span.tag { (told) } }
                @if let Some(standing) = standing { span.tag { (standing.kind) } }
                @for operation in &cause.operations { span.tag { (visible(operation)) } }
                span.tag { (counted(cause.count, "case")) }
            }
            dl {
                @if let Some(told) = standing.map(|standing| standing.told()).filter(|told| !told.is_empty()) {
                    div { dt { "deviation" } dd { (visible(&told)) } }
                }
                div { dt { "expected" } dd { (prose(&cause.expected)) } }
                div { dt { "observed" } dd { (prose(&cause.observed)) } }
                @if let Some(shared) = &cause.shared { div { dt { "in common" } dd { (prose(shared)) } } }
                div {
                    dt { "clauses" }
                    dd { @for id in &cause.clauses { (clause(report, id)) } }
                }
                @if !cause.diagnosis.is_empty() {
                    div {
                        dt { "similar" }
                        dd { @for like in &cause.diagnosis {
                            p { (prose(&like.summary)) " " small { (format!("{:.2} ", like.score)) code { (visible(&like.fault)) } } }
                        } }
                    }
                }
            }
            @if let Some(case) = case { (example(case, cause)) }
            (command("curl", cause.example.curl.as_deref().unwrap_or_default()))
            (command("replay", &cause.example.replay))
            @if cause.cases.len() > 1 {
                details {
                    summary { (counted(cause.count, "case")) }
                    ul { @for id in &cause.cases { li { (case_link(id)) } } }
                    @if cause.count > cause.cases.len() { p { "and " (cause.count - cause.cases.len()) " more" } }
                }
            }
        }
    }
}

fn clause(report: &Report, id: &str) -> Markup {
    let known = report.clauses.iter().find(|clause| clause.id == id);
    html! {
        p {
            a href=(format!("#clause-{}", visible(id))) { code { (visible(id)) } }
            @if let Some(clause) = known { " " (prose(&clause.wording)) " " small { (visible(&clause.source)) } }
        }
    }
}

/// A link to the row of a case.
fn case_link(id: &str) -> Markup {
    html! { a href=(format!("#{}", case_anchor(id))) { code { (visible(id)) } } }
}

/// Request and answer of the exchange that tells.
fn example(case: &CaseReport, cause: &Cause) -> Markup {
    html! {
        @if let Some(exchange) = exchange_of_cause(case, cause) {
            div.exchange {
                div { h4 { "request" } pre { (request(exchange)) } }
                div { h4 { "answer" } pre { (answer(exchange)) } }
            }
        }
    }
}

fn request(exchange: &ExchangeReport) -> Markup {
    let shown = with_runs_told(exchange);
    html! {
        mark { (visible(&shown.method)) " " (visible(&shown.url)) } "\n"
        @for (name, value) in &shown.request_headers { (visible(name)) ": " (visible(value)) "\n" }
        @if let Some(body) = request_body(&shown, BODY) { "\n" (body) }
    }
}

fn answer(exchange: &ExchangeReport) -> Markup {
    let lines = came(exchange, BODY);
    html! {
        @for (nth, line) in lines.iter().enumerate() {
            @if nth == 0 { mark { (line) } } @else { "\n\n" (line) }
        }
        @if let Some(logged) = logged(exchange, BODY) { "\n\n" (logged) }
    }
}

fn command(name: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            div.command {
                span { (name) }
                code tabindex="0" { (copyable(text)) }
                button type="button" hidden { span { "copy" } span.unseen { " the " (name) " command" } }
            }
        }
    }
}
