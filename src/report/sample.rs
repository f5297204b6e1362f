//! A report made by hand: every outcome, every verdict, and a target that tries to break the output.

use indexmap::IndexMap;

use crate::model::{Level, Outcome, Verdict};

use super::model::{
    CaseReport, Cause, CauseExample, ClauseReport, Evidence, ExchangeReport, FindingReport, Flakiness,
    GeneratedFailure, GeneratedReport, PreflightStep, Rate, ReadingReport, Report, SCHEMA, TargetSummary,
};
use super::tally::CaseTally;

const CREATE: &str = "CreateSecretTag";
const BATCH: &str = "BatchCreateOrDeleteTags";
const EVENT: &str = "CreateSecretEvent";
const KMS: &str = "CreateKmsTag";
const REFUSED: &str = r#"{"error":{"error_code":"CSMS.0301","error_msg":"The tag is not valid."}}"#;
const SECRET: &str = "bb6a3d22-dc93-47ac-b5bd-88df7ad35f1e";

/// What hostile answers are made of: XML and terminal escapes, a reordering mark, wide letters.
pub(super) const HOSTILE: &str = "]]><script>alert(1)</script>\u{0}\u{1b}[2J\u{202e}gnp.exe 凭据标签\u{7}";

/// The whole report.
pub(crate) fn report() -> Report {
    let cases = cases();
    let summary = CaseTally::of(&cases).summary(2_405);
    Report {
        schema: SCHEMA.to_owned(),
        dewspec_version: "0.1.0".to_owned(),
        suite: "5d1f0c2ab3e49687".to_owned(),
        seed: 20_240_607,
        run_id: "r-7f3a".to_owned(),
        target: target(),
        filters: Vec::new(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        duration_ms: 1_234,
        exit_code: 1,
        conclusion: "the target does not conform: 4 must clauses are broken".to_owned(),
        strict: false,
        repetition: Default::default(),
        otherwise: None,
        deviations: None,
        preflight: vec![PreflightStep {
            step: "credentials".to_owned(),
            ok: true,
            detail: "the token is accepted".to_owned(),
            advice: None,
        }],
        summary,
        passed: Default::default(),
        causes: causes(&cases),
        cases,
        clauses: clauses(),
        readings: readings(),
        latency: IndexMap::new(),
        fuzz: None,
        shard: None,
        notes: vec!["no operation deletes events here: evt-r-7f3a-1 and evt-r-7f3a-2 were left behind".to_owned()],
    }
}

/// One for each clause that is broken, with the first case that shows it.
fn causes(cases: &[CaseReport]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for case in cases {
        let flaky = case.flaky.as_ref().map(|flaky| flaky.clause.clone());
        let unsaid =
            case.clauses.first().filter(|_| case.outcome == Outcome::Fail && case.findings.is_empty()).cloned();
        for clause in case.findings.iter().map(|finding| finding.clause.clone()).chain(flaky).chain(unsaid) {
            let id = format!("cause.{clause}");
            if let Some(known) = causes.iter_mut().find(|known| known.id == id) {
                known.count += 1;
                known.cases.push(case.id.clone());
                continue;
            }
            let finding = case.findings.iter().find(|finding| finding.clause == clause);
            let told = |of: Option<&String>, or: &Option<String>| of.or(or.as_ref()).cloned().unwrap_or_default();
            causes.push(Cause {
                diagnosis: Vec::new(),
                shared: None,
                observations: Vec::new(),
                standing: None,
                id,
                title: format!("{} does otherwise than {clause} says", case.operation),
                level: finding.map_or(Level::Open, |finding| finding.level),
                flaky: case.outcome == Outcome::Flaky,
                rate: case.flaky.as_ref().map(|flaky| Rate { failed: flaky.failed, tries: flaky.tries }),
                operations: vec![case.operation.clone()],
                clauses: vec![clause],
                count: 1,
                cases: vec![case.id.clone()],
                expected: told(finding.map(|finding| &finding.allowed), &case.allowed),
                observed: told(finding.map(|finding| &finding.seen), &case.seen),
                example: CauseExample {
                    case: case.id.clone(),
                    exchange: finding.and_then(|finding| finding.exchange),
                    curl: case.curl.clone(),
                    replay: case.replay.clone(),
                },
            });
        }
    }
    causes.sort_by_key(|cause| (cause.flaky || cause.level == Level::Should, cause.level));
    causes
}

fn target() -> TargetSummary {
    let both =
        |value: &str| IndexMap::from([("csms".to_owned(), value.to_owned()), ("kms".to_owned(), value.to_owned())]);
    TargetSummary {
        embedded: false,
        insecure: false,
        endpoints: both("https://kms.example.test"),
        project_id: "0".repeat(32),
        secret_ids: vec![SECRET.to_owned()],
        key_ids: Vec::new(),
        capabilities: IndexMap::new(),
        read_back_lag_ms: IndexMap::new(),
    }
}

fn cases() -> Vec<CaseReport> {
    let mut cases = vec![
        case(
            "csms.create-secret-tag.key.max-length/ascii-128",
            CREATE,
            Outcome::Pass,
            vec![tag_exchange("a", 204, None)],
        ),
        case(
            "csms.create-secret-tag.key.pattern/asterisk",
            CREATE,
            Outcome::Pass,
            vec![tag_exchange("*", 400, Some(REFUSED))],
        ),
    ];
    cases.extend(
        ["ascii-129", "cjk-129", "emoji-129", "cyrillic-129", "ascii-255", "ascii-256", "ascii-4096", "mixed-130"]
            .map(too_long),
    );
    cases.extend([hostile(), race(), unexplained(), monitored(), warned(), flaky()]);
    for id in ["foreign/token", "foreign/project", "foreign/secret", "read-only/token"] {
        let mut skip = case(&format!("csms.batch-create-or-delete-tags.auth.{id}"), BATCH, Outcome::Skip, Vec::new());
        skip.reason = Some("another tenant's token is needed; give --foreign-token".to_owned());
        cases.push(skip);
    }
    let mut error = case("kms.create-kms-tag.body.sequence/36", KMS, Outcome::Error, vec![unanswered()]);
    error.reason = Some("the target closed the connection before it answered".to_owned());
    cases.push(error);
    cases
}

/// A case of the kind that many others repeat.
fn too_long(what: &str) -> CaseReport {
    let mut case = case(
        &format!("csms.create-secret-tag.key.max-length/{what}"),
        CREATE,
        Outcome::Fail,
        vec![tag_exchange(&"a".repeat(129), 204, None)],
    );
    case.findings =
        vec![finding("csms.create-secret-tag.key.max-length", Level::Must, "400 with an error object", "204")];
    case
}

/// An answer that tries to leave whatever it is shown in.
fn hostile() -> CaseReport {
    let body = format!("{HOSTILE}{}", "凭x".repeat(5_000));
    let mut exchange = tag_exchange("k", 400, Some(&body));
    exchange.response_headers = vec![("content-type".to_owned(), format!("text/html; boundary={HOSTILE}"))];
    let mut case = case("csms.create-secret-tag.error.form/hostile", CREATE, Outcome::Fail, vec![exchange]);
    case.findings = vec![finding(
        "csms.create-secret-tag.error.form",
        Level::Must,
        "an error object",
        &format!("this instead: {HOSTILE}"),
    )];
    case.generated = Some(generated(GeneratedFailure { input: 6, tried: 31, simplified: 12, confirmed: true }));
    case
}

/// Many exchanges, of which one in the middle decides; a must and a should are broken in one case.
fn race() -> CaseReport {
    let mut exchanges: Vec<_> = (0..10).map(|_| batch_exchange(204)).collect();
    exchanges[4] = batch_exchange(500);
    exchanges.push(ExchangeReport { operation: "ListSecretTags".to_owned(), status: Some(200), ..batch_exchange(200) });
    let mut case = case("csms.batch-create-or-delete-tags.race.same-key/ten-writers", BATCH, Outcome::Fail, exchanges);
    let mut must = finding(
        "csms.batch-create-or-delete-tags.race.no-server-error",
        Level::Must,
        "any documented answer",
        "500 for one of 10",
    );
    must.exchange = Some(4);
    let should = finding(
        "csms.batch-create-or-delete-tags.error.type",
        Level::Should,
        "content-type application/json",
        "no content-type",
    );
    case.findings = vec![should, must];
    case
}

/// An open clause that no reading explains: the case itself says it, without a finding.
fn unexplained() -> CaseReport {
    let mut case = case("csms.create-secret-event.name.repeated/probe-2", EVENT, Outcome::Fail, Vec::new());
    case.clauses = vec!["csms.create-secret-event.name.repeated".to_owned()];
    case.reason = Some("no reading explains this together with probe-1".to_owned());
    case.allowed = Some("overwrites: 200 | refuses: 400".to_owned());
    case.seen = Some("404".to_owned());
    case
}

fn monitored() -> CaseReport {
    let mut exchange = batch_exchange(200);
    exchange.operation = EVENT.to_owned();
    exchange.response_body = Some(r#"{"event":{"name":"e","event_id":"1","event_types":["SECRET_ROTATED"],"state":"ENABLED","create_time":1,"notification":null}}"#.to_owned());
    case("csms.create-secret-event.response.form/documented-example", EVENT, Outcome::Pass, vec![exchange])
}

fn warned() -> CaseReport {
    let mut case =
        case("kms.create-kms-tag.method.head/not-allowed", KMS, Outcome::Warn, vec![tag_exchange("k", 501, None)]);
    case.findings = vec![finding("kms.create-kms-tag.method.unknown", Level::Should, "405 with Allow, or 404", "501")];
    case.generated = Some(generated(GeneratedFailure { input: 2, ..GeneratedFailure::default() }));
    case
}

fn flaky() -> CaseReport {
    let mut case =
        case("kms.create-kms-tag.stored/two-at-once", KMS, Outcome::Flaky, vec![tag_exchange("k", 204, None)]);
    case.flaky = Some(Flakiness { clause: "kms.create-kms-tag.stored".to_owned(), failed: 1, tries: 2 });
    case.reason = Some("flaky: what is accepted is stored".to_owned());
    case.allowed = Some("exactly what was sent, each time".to_owned());
    case.seen = Some("\"k\" was accepted and is missing, when it was sent together with others".to_owned());
    case
}

/// What became of the inputs of a property that failed.
fn generated(failure: GeneratedFailure) -> GeneratedReport {
    GeneratedReport { inputs: failure.input + 1, skipped: 0, lost: 0, failure: Some(failure) }
}

fn unanswered() -> ExchangeReport {
    ExchangeReport {
        operation: KMS.to_owned(),
        status: None,
        failure: Some("connection reset".to_owned()),
        ..batch_exchange(0)
    }
}

fn case(id: &str, operation: &str, outcome: Outcome, exchanges: Vec<ExchangeReport>) -> CaseReport {
    let clause = id.split('/').next().unwrap_or(id).to_owned();
    let curl = exchanges.first().map(|exchange| {
        let body = exchange.request_body.as_deref().unwrap_or_default();
        format!(
            "curl -sS -X POST '{}' -H \"X-Auth-Token: $DEWSPEC_TOKEN\" -H 'Content-Type: application/json' -d '{body}'",
            exchange.url
        )
    });
    CaseReport {
        flaky: None,
        tries: None,
        id: id.to_owned(),
        operation: operation.to_owned(),
        clauses: vec![clause],
        causes: Vec::new(),
        outcome,
        reason: None,
        allowed: None,
        seen: None,
        findings: Vec::new(),
        exchanges,
        curl,
        replay: format!("dewspec run --endpoint https://kms.example.test --seed 20240607 --run-id r-7f3a {id}"),
        generated: None,
    }
}

fn tag_exchange(key: &str, status: u16, body: Option<&str>) -> ExchangeReport {
    let kind = ("Content-Type".to_owned(), "application/json; charset=UTF-8".to_owned());
    ExchangeReport {
        operation: CREATE.to_owned(),
        method: "POST".to_owned(),
        url: format!("https://kms.example.test/v1/{}/csms/{SECRET}/tags", "0".repeat(32)),
        request_headers: vec![kind.clone()],
        request_body: Some(format!("{{\"tag\": {{\"key\": \"{key}\", \"value\": \"v\"}}}}")),
        status: Some(status),
        response_headers: body.map(|_| kind).into_iter().collect(),
        response_body: body.map(str::to_owned),
        failure: None,
        duration_us: 1_500,
    }
}

fn batch_exchange(status: u16) -> ExchangeReport {
    ExchangeReport {
        operation: BATCH.to_owned(),
        request_body: Some(r#"{"action":"create","tags":[]}"#.to_owned()),
        ..tag_exchange("k", status, None)
    }
}

fn finding(clause: &str, level: Level, allowed: &str, seen: &str) -> FindingReport {
    let known = clauses().into_iter().find(|known| known.id == clause);
    FindingReport {
        clause: clause.to_owned(),
        level,
        wording: known.as_ref().map(|known| known.wording.clone()).unwrap_or_default(),
        source: known.map(|known| known.source).unwrap_or_default(),
        allowed: allowed.to_owned(),
        seen: seen.to_owned(),
        exchange: None,
    }
}

fn clauses() -> Vec<ClauseReport> {
    use Level::{Must, Open, Should};
    use Verdict::{Determined, Undetermined, Unobservable, Upheld, Vacuous, Violated};
    let clause =
        |operation: &str, id: &str, level, verdict, source: &str, wording: &str, reason: Option<&str>| ClauseReport {
            id: id.to_owned(),
            operation: operation.to_owned(),
            level,
            verdict,
            source: source.to_owned(),
            wording: wording.to_owned(),
            defined: "suites/csms/create-secret-tag/clauses.toml:12".to_owned(),
            reason: reason.map(str::to_owned),
            checks: 3,
            evidence: Evidence { held: 3, ..Evidence::default() },
            broken_by: Vec::new(),
        };
    vec![
        clause(
            CREATE,
            "csms.create-secret-tag.key.max-length",
            Must,
            Violated,
            "DOC-000, 表 4 TagItem",
            "A key has at most 128 characters; a longer one is refused, and nothing changes.",
            Some("8 cases"),
        ),
        clause(
            CREATE,
            "csms.create-secret-tag.key.pattern",
            Must,
            Upheld,
            "DOC-000, table 4",
            "A key holds letters, digits, spaces and _ . : = + - @ only.",
            None,
        ),
        clause(
            CREATE,
            "csms.create-secret-tag.error.form",
            Must,
            Violated,
            "DOC-000, table 5",
            "An error answer is an object with error_code and error_msg.",
            None,
        ),
        clause(
            CREATE,
            "csms.create-secret-tag.key.reserved-prefix",
            Open,
            Determined,
            "DOC-000, table 4",
            "Whether a key may begin with _sys_.",
            Some("sdk"),
        ),
        clause(
            CREATE,
            "csms.create-secret-tag.status.504",
            Must,
            Vacuous,
            "DOC-000, table 6",
            "504 means a gateway timeout.",
            Some("no answer had this status"),
        ),
        clause(
            BATCH,
            "csms.batch-create-or-delete-tags.race.no-server-error",
            Must,
            Violated,
            "DOC-001, table 6",
            "Requests that race for one key are each answered as documented.",
            None,
        ),
        clause(
            BATCH,
            "csms.batch-create-or-delete-tags.error.type",
            Should,
            Violated,
            "DOC-001, example",
            "An answer with a body says what it is.",
            None,
        ),
        clause(
            BATCH,
            "csms.batch-create-or-delete-tags.auth.foreign",
            Must,
            Unobservable,
            "DOC-001, table 2",
            "Another tenant's token gives no access.",
            Some("another tenant's token is needed; give --foreign-token"),
        ),
        clause(
            EVENT,
            "csms.create-secret-event.name.repeated",
            Open,
            Violated,
            "DOC-002, table 3",
            "What happens to an event whose name is taken.",
            Some("no reading is left"),
        ),
        clause(
            EVENT,
            "csms.create-secret-event.target.checked",
            Open,
            Undetermined,
            "DOC-002, table 4",
            "Whether the topic must exist.",
            None,
        ),
        clause(
            KMS,
            "kms.create-kms-tag.method.unknown",
            Should,
            Violated,
            "RFC 9110, 15.5.6",
            "A method that is not documented is refused as such.",
            None,
        ),
    ]
}

fn readings() -> Vec<ReadingReport> {
    let reading = |clause: &str, determined: Option<&str>, remaining: &[(&str, &str)]| ReadingReport {
        clause: clause.to_owned(),
        determined: determined.map(str::to_owned),
        remaining: remaining.iter().map(|(name, _)| (*name).to_owned()).collect(),
        meaning: remaining.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())).collect(),
    };
    vec![
        reading("csms.create-secret-tag.key.reserved-prefix", Some("sdk"), &[("sdk", "refused")]),
        reading("csms.create-secret-tag.key.repeated", Some("overwrites"), &[("overwrites", "the value changes")]),
        reading(
            "csms.create-secret-event.target.checked",
            None,
            &[("lax", "any well-formed topic is taken, whether it exists or not"), ("strict", "the topic must exist")],
        ),
        reading("csms.create-secret-event.name.repeated", None, &[]),
    ]
}
