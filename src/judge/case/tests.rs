//! Whole cases without a target: what a machine is told is made up here.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::*;
use crate::judge::{ListedItem, Listing, Secrets, State};
use crate::model::{Exchange, Failure, FailureKind, Outcome, Request as Sending, ResourceKind, Response};
use crate::plan::PlannedCase;
use crate::suite::{Answer, DataSource, Expect, StepSpec, Suite};

const BODY: &str = r#"{"tag":{"key":"dewspec-00112233","value":"v"}}"#;

fn suite() -> Suite {
    let source = DataSource::embedded().unwrap_or_default();
    Suite::load(&source).unwrap_or_else(|errors| unreachable!("{errors:?}"))
}

fn case(suite: &Suite, answer: Answer) -> PlannedCase {
    let op = suite.operation("CreateSecretTag").unwrap_or_else(|| unreachable!("it is documented"));
    let expect = Some(Expect::new(answer));
    let step = StepSpec { body: Some(BODY.to_owned()), verbatim: true, expect, ..StepSpec::default() };
    PlannedCase::generated(op, "case".to_owned(), vec![op.id("key.max-length")], 1, vec![step])
}

fn listing(items: &[(&str, &str)]) -> Listing {
    let item =
        |(key, value): &(&str, &str)| ListedItem { key: (*key).to_owned(), value: Some((*value).into()), entity: None };
    Listing { items: items.iter().map(item).collect() }
}

/// An answer as it is documented.
fn response(status: u16) -> Response {
    let mut response = Response { status, ..Response::default() };
    if status >= 400 {
        response.headers.insert("content-type", HeaderValue::from_static("application/json"));
        response.body = br#"{"error":{"error_code":"CSMS.0401","error_msg":"wrong"}}"#.to_vec();
    }
    response
}

/// What comes of a request; no status is a connection that was lost.
fn exchange(payload: Option<&Payload>, status: Option<u16>) -> Exchange {
    let request = Sending {
        operation: "CreateSecretTag".to_owned(),
        method: "POST".to_owned(),
        url: "http://target".to_owned(),
        headers: Vec::new(),
        body: payload.and_then(|payload| payload.bytes.clone()),
    };
    let lost = || Failure { kind: FailureKind::Fatal, message: "lost".to_owned() };
    let answer = status.map(response).ok_or_else(lost);
    Exchange::new(request, answer, Duration::ZERO)
}

/// Runs a case alone: one answer, and what is listed then.
fn alone(
    suite: &Suite,
    case: &PlannedCase,
    status: Option<u16>,
    listed: &[(&str, &str)],
) -> (Outcome, Vec<String>, Vec<String>) {
    let known = Knowledge::new(suite, Secrets::default(), Duration::ZERO, (1, "run"));
    let mut site = Site::new(suite, ResourceKind::Secret, "s");
    site.ledger.found(State::from([("Name".to_owned(), "web".to_owned())]));
    let mut run = CaseRun::new(&known, case);
    while let Some(want) = run.want() {
        let Want::Send(request) = want else { unreachable!("it only sends") };
        let out = Outgoing::of(request.op, "s", request.step, request.payload.as_ref());
        let came = (exchange(request.payload.as_ref(), status), None);
        let Some(sent) = receive(&mut run.evidence, &out, came, 0) else { continue };
        assert!(run.doubt(&request, &sent, &site).is_none(), "it can be listed, and nobody else is there");
        let weighed = run.weigh(&request, &sent);
        run.answered(&request, &sent, &weighed);
        let Some(claim) = run.claim(&request, sent, weighed, &mut site) else { continue };
        let look = run.look(&claim, 0, &site, &site);
        let listing = listing(listed);
        let fits = look.fits(&claim, &listing);
        let before = run.evidence.has_findings();
        run.read_back(&claim, look, &site, &listing);
        assert_eq!(run.evidence.has_findings(), before || !fits, "what does not fit is told");
    }
    let judged = run.finish();
    let upheld = judged.upheld().map(str::to_owned).collect();
    (judged.outcome, judged.broken().map(str::to_owned).collect(), upheld)
}

const THEIRS: (&str, &str) = ("Name", "web");
const OURS: (&str, &str) = ("dewspec-00112233", "v");

#[test]
fn what_is_accepted_and_stored_holds() {
    let suite = suite();
    let (outcome, broken, upheld) = alone(&suite, &case(&suite, Answer::Accepted), Some(204), &[THEIRS, OURS]);
    assert_eq!((outcome, broken), (Outcome::Pass, Vec::new()));
    for topic in ["stored", "success.status"] {
        assert!(upheld.contains(&format!("csms.create-secret-tag.{topic}")), "{topic}: {upheld:?}");
    }
}

#[test]
fn what_is_accepted_and_lost_or_takes_others_with_it_is_broken() {
    let suite = suite();
    for listed in [&[THEIRS][..], &[OURS], &[THEIRS, (OURS.0, "w")]] {
        let (outcome, broken, upheld) = alone(&suite, &case(&suite, Answer::Accepted), Some(204), listed);
        assert_eq!((outcome, broken), (Outcome::Fail, vec!["csms.create-secret-tag.stored".to_owned()]), "{listed:?}");
        assert!(!upheld.contains(&"csms.create-secret-tag.stored".to_owned()));
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let suite = suite();
    let refused = case(&suite, Answer::Refused);
    let (outcome, _, upheld) = alone(&suite, &refused, Some(400), &[THEIRS]);
    assert_eq!(outcome, Outcome::Pass);
    assert!(upheld.contains(&"csms.create-secret-tag.refused-unchanged".to_owned()), "{upheld:?}");
    let (outcome, broken, _) = alone(&suite, &refused, Some(400), &[THEIRS, OURS]);
    assert_eq!((outcome, broken), (Outcome::Fail, vec!["csms.create-secret-tag.refused-unchanged".to_owned()]));
}

#[test]
fn a_target_that_dies_of_it_is_blamed_and_nothing_held() {
    let suite = suite();
    let (outcome, broken, upheld) = alone(&suite, &case(&suite, Answer::Accepted), None, &[]);
    assert_eq!((outcome, broken), (Outcome::Fail, vec!["csms.create-secret-tag.server-error".to_owned()]));
    assert_eq!(upheld, Vec::<String>::new());
}

#[test]
fn together_with_others_the_same_is_held() {
    let suite = suite();
    let case = case(&suite, Answer::Accepted);
    let known = Knowledge::new(&suite, Secrets::default(), Duration::ZERO, (1, "run"));
    let mut site = Site::new(&suite, ResourceKind::Secret, "s");
    let mut run = CaseRun::new(&known, &case);
    let Some(Want::Send(request)) = run.want() else { unreachable!("it sends") };
    let exchange = Arc::new(exchange(request.payload.as_ref(), Some(204)));
    let json = request.payload.as_ref().and_then(|payload| payload.json.clone());
    let sent = Sent {
        index: run.evidence.exchange(Arc::clone(&exchange)),
        exchange,
        json,
        item: None,
        after_head: None,
        second_try: false,
    };
    let weighed = run.weigh(&request, &sent);
    run.answered(&request, &sent, &weighed);
    let Some(claim) = run.claim(&request, sent, weighed, &mut site) else { unreachable!("it says something") };
    let all = [THEIRS, OURS, ("dewspec-44556677", "another case's")];
    let seen: State = all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    run.read_back_with_others(claim, Some(&seen), &[], &site);
    assert_eq!(run.own[0].keys().collect::<Vec<_>>(), [OURS.0]);
    let judged = run.finish();
    let upheld: Vec<&str> = judged.upheld().collect();
    assert_eq!(upheld, ["csms.create-secret-tag.success.status", "csms.create-secret-tag.stored"]);
}
