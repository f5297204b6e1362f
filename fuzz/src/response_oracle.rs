use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arbitrary::{Result as Decided, Unstructured};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use indexmap::IndexMap;
use serde_json::Value;

use super::judging::{About, judgements};
use super::rendering::{Forms, Renderers, rendered};
use super::requests::suite;
use dewspec::judge::{History, Judgement, Secrets};
use dewspec::model::{Exchange, Failure, FailureKind, Level, Outcome, Request, Response};
use dewspec::redaction::{Redactor, curl, show};
use dewspec::report::{CaseReport, CaseTally, FindingReport, Report, SCHEMA, TargetSummary};
use dewspec::suite::OperationSuite;
use dewspec::target::Target;

/// The token of the requests that are answered; it stands where a body has `{token}`.
pub(super) const TOKEN: &str = "MIIDfuzzing-token-0123456789-never-issued";

/// Any response to each operation, into every oracle and then every reporter: the same judgement both times, and
/// reports that are well-formed, show no credential and hold nothing that leaves its place.
///
/// # Errors
/// What is wrong with a judgement or a report.
pub fn response_oracle(data: &[u8]) -> Result<(), String> {
    check(&Renderers::REAL, data)
}

/// What the bytes say of a response.
struct Scenario {
    /// The operation whose case is reported, by its place in the suite.
    place: usize,
    /// Which forms of the report are looked at.
    forms: Forms,
    /// Columns of the terminal.
    width: usize,
    exchange: Exchange,
    repeated: bool,
    transient: bool,
    gateway: bool,
}

pub(super) fn check(renderers: &Renderers, data: &[u8]) -> Result<(), String> {
    let Ok(scenario) = scenario(data) else { return Ok(()) };
    let (secrets, redactor) = &*ASKING;
    let mut reported = None;
    for (place, (op, said)) in asked()?.iter().enumerate() {
        let mut exchange = scenario.exchange.clone();
        op.operation.id.clone_into(&mut exchange.request.operation);
        exchange.request.body = Some(op.operation.valid.clone().into());
        let judged = || {
            let (repeated, transient, gateway) = (scenario.repeated, scenario.transient, scenario.gateway);
            let about = About { said: said.as_ref(), repeated, transient, gateway, ..About::default() };
            judgements(op, &exchange, about, secrets, &mut History::default())
        };
        let first = judged();
        if first != judged() {
            return Err(format!("{} judges the same response in two ways: {first:?}", op.operation.id));
        }
        // One case shows what there is to show; making text of a report is what takes the time.
        if place == scenario.place {
            reported = Some(case(op, &exchange, redactor, first));
        }
    }
    rendered(renderers, &report(reported.into_iter().collect()), scenario.forms, scenario.width, TOKEN)
}

/// Whose token it is, and what hides it.
static ASKING: LazyLock<(Secrets, Redactor)> = LazyLock::new(|| {
    let target = Target { token: TOKEN.to_owned(), ..Target::default() };
    (Secrets::new(&target.secrets()), Redactor::new(&target))
});

/// Every operation with the body that it was asked with.
type Asked = Vec<(&'static OperationSuite, Option<Value>)>;

fn asked() -> Result<&'static Asked, String> {
    static ASKED: LazyLock<Result<Asked, String>> = LazyLock::new(|| {
        let with_body =
            |op: &'static Arc<OperationSuite>| (op.as_ref(), serde_json::from_str(&op.operation.valid).ok());
        Ok(suite()?.operations.iter().map(with_body).collect())
    });
    ASKED.as_ref().map_err(Clone::clone)
}

/// Columns of the terminals that reports are laid out for.
const WIDTHS: [usize; 4] = [1, 40, 80, 120];
const STATUSES: [u16; 14] = [200, 201, 204, 400, 401, 403, 404, 405, 409, 429, 500, 502, 503, 504];
const NAMES: [&str; 8] =
    ["content-type", "content-length", "date", "x-request-id", "set-cookie", "location", "x-auth-token", "server"];

fn scenario(data: &[u8]) -> Decided<Scenario> {
    let mut u = Unstructured::new(data);
    let first = u.int_in_range(0..=15usize)?;
    // All forms of one report tell no more than one form of each of several, and take three times as long.
    let (place, forms) = (first % 4, [Forms::All, Forms::Json, Forms::Junit, Forms::Terminal][first / 4]);
    let width = *u.choose(&WIDTHS)?;
    let [repeated, transient, gateway, answered] =
        [u.arbitrary()?, u.arbitrary()?, u.arbitrary()?, u.ratio(15u8, 16u8)?];
    let status = if u.ratio(7u8, 8u8)? { *u.choose(&STATUSES)? } else { u.int_in_range(100..=999u16)? };
    let mut headers = HeaderMap::new();
    for _ in 0..u.int_in_range(0..=3usize)? {
        let value = u.arbitrary::<&str>()?.replace("{token}", TOKEN);
        let name = HeaderName::from_static(u.choose(&NAMES)?);
        // What no header field can hold does not come from a target either.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    }
    let body = with_token(u.take_rest());
    let message = String::from_utf8_lossy(&body).into_owned();
    let answer = match answered {
        true => Ok(Response { status, headers, body, capped: false, ..Response::default() }),
        false => Err(Failure { kind: FailureKind::Garbled, message }),
    };
    let request = Request {
        operation: String::new(),
        method: "POST".to_owned(),
        url: "http://dewspec.test/v1/project/csms/secret/tags".to_owned(),
        headers: vec![("X-Auth-Token".to_owned(), TOKEN.to_owned())],
        body: None,
    };
    let exchange = Exchange::new(request, answer, Duration::ZERO);
    Ok(Scenario { place, forms, width, exchange, repeated, transient, gateway })
}

/// The bytes with the token in the place of its name.
fn with_token(bytes: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"{token}";
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(NAME.len()).position(|here| here == NAME) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(TOKEN.as_bytes());
        rest = &rest[at + NAME.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// The case that a run would make of it.
fn case(op: &OperationSuite, exchange: &Exchange, redactor: &Redactor, judged: Vec<(&str, Judgement)>) -> CaseReport {
    let findings: Vec<FindingReport> = judged
        .into_iter()
        .filter_map(|(id, judgement)| {
            let Judgement::Broken { allowed, seen } = judgement else { return None };
            let clause = op.clause(id)?;
            let (allowed, seen) = (redactor.clean(&allowed), redactor.clean(&seen));
            let (wording, source) = (clause.wording.clone(), clause.source_line());
            Some(FindingReport {
                clause: id.to_owned(),
                level: Level::Must,
                wording,
                source,
                allowed,
                seen,
                exchange: Some(0),
            })
        })
        .collect();
    let outcome = if findings.is_empty() { Outcome::Pass } else { Outcome::Fail };
    CaseReport {
        flaky: None,
        tries: None,
        causes: Vec::new(),
        id: op.id("fuzz/response"),
        operation: op.operation.id.clone(),
        clauses: findings.iter().map(|finding| finding.clause.clone()).collect(),
        outcome,
        reason: findings.first().map(|finding| finding.wording.clone()),
        allowed: findings.first().map(|finding| finding.allowed.clone()),
        seen: findings.first().map(|finding| finding.seen.clone()),
        findings,
        exchanges: vec![show(exchange, redactor)],
        curl: curl(&echo(exchange), TOKEN, redactor),
        replay: "dewspec run".to_owned(),
        generated: None,
    }
}

/// A request that says what the response says, so that command lines are made of any text, too.
fn echo(exchange: &Exchange) -> Request {
    let answer = exchange.answer.as_ref().ok();
    let fields = answer.into_iter().flat_map(|response| &response.headers);
    let headers = fields
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = answer.map(|response| response.body.clone());
    Request { headers, body: body.map(Into::into), ..exchange.request.clone() }
}

fn report(cases: Vec<CaseReport>) -> Report {
    Report {
        passed: Default::default(),
        causes: Vec::new(),
        schema: SCHEMA.to_owned(),
        dewspec_version: "0".to_owned(),
        suite: String::new(),
        seed: 0,
        run_id: "fuzz".to_owned(),
        target: TargetSummary {
            embedded: false,
            insecure: false,
            endpoints: IndexMap::new(),
            project_id: "project".to_owned(),
            secret_ids: Vec::new(),
            key_ids: Vec::new(),
            capabilities: IndexMap::new(),
            read_back_lag_ms: IndexMap::new(),
        },
        filters: Vec::new(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        duration_ms: 0,
        exit_code: 0,
        conclusion: String::new(),
        strict: false,
        repetition: Default::default(),
        otherwise: None,
        deviations: None,
        preflight: Vec::new(),
        summary: CaseTally::of(&cases).summary(1),
        cases,
        clauses: Vec::new(),
        readings: Vec::new(),
        latency: IndexMap::new(),
        fuzz: None,
        shard: None,
        notes: Vec::new(),
    }
}
