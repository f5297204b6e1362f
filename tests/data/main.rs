//! The contract's data is sound: it loads, every reference holds, and the facts agree with the documented
//! expressions and examples.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod contract;
mod format;

use std::collections::BTreeSet;

use dewspec::generate::{Placeholders, to_bytes};
use dewspec::judge::{History, Judgement, Scene, Secrets, judge};
use dewspec::model::{Exchange, Level, Request, Response};
use dewspec::plan::{Filter, expand, lint_coverage, plan};
use dewspec::server::{fault, reading};
use dewspec::suite::fixture::FixtureKind;
use dewspec::suite::{Answer, DataFile, DataSource, Judge, OperationSuite, Suite};
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use strum::VariantNames;

fn suite() -> Suite {
    Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes")
}

#[test]
fn every_clause_can_be_broken_and_every_case_has_a_clause() {
    let suite = suite();
    assert_eq!(lint_coverage(&suite), Vec::new());
    let operations: Vec<&str> = suite.operations.iter().map(|op| op.operation.id.as_str()).collect();
    assert_eq!(operations, ["BatchCreateOrDeleteTags", "CreateSecretEvent", "CreateSecretTag", "CreateKmsTag"]);
    for op in &suite.operations {
        assert!(op.clauses.len() > 80, "{} has only {} clauses", op.operation.id, op.clauses.len());
        assert!(
            expand(op, &suite.catalogue).len() > 150,
            "{} expands to only {} cases",
            op.operation.id,
            expand(op, &suite.catalogue).len()
        );
    }
    let cases: Vec<_> = plan(&suite, &Filter::default()).cases().map(|c| c.spec.clone()).collect();
    assert!(cases.iter().all(|c| !c.clauses.is_empty()));
    let ids: BTreeSet<_> = cases.iter().map(|c| c.id.clone()).collect();
    assert_eq!(ids.len(), cases.len(), "two cases share an id");
}

#[test]
fn every_table_row_of_the_documents_has_a_clause() {
    // Rows of the tables that describe requests and success; the error tables are checked below.
    let rows = [
        (
            "CreateSecretTag",
            vec![(1, "project_id"), (1, "secret_id"), (2, "X-Auth-Token"), (3, "tag"), (4, "key"), (4, "value")],
        ),
        (
            "BatchCreateOrDeleteTags",
            vec![
                (1, "project_id"),
                (1, "secret_id"),
                (2, "X-Auth-Token"),
                (3, "tags"),
                (3, "action"),
                (3, "sequence"),
                (4, "key"),
                (4, "value"),
            ],
        ),
        (
            "CreateKmsTag",
            vec![
                (1, "project_id"),
                (1, "key_id"),
                (2, "X-Auth-Token"),
                (3, "tag"),
                (3, "sequence"),
                (4, "key"),
                (4, "value"),
            ],
        ),
        (
            "CreateSecretEvent",
            vec![
                (1, "project_id"),
                (2, "X-Auth-Token"),
                (3, "name"),
                (3, "event_types"),
                (3, "state"),
                (3, "notification"),
                (4, "target_type"),
                (4, "target_id"),
                (4, "target_name"),
                (5, "event"),
                (6, "name"),
                (6, "event_id"),
                (6, "event_types"),
                (6, "state"),
                (6, "create_time"),
                (6, "update_time"),
                (6, "notification"),
                (7, "target_type"),
                (7, "target_id"),
                (7, "target_name"),
            ],
        ),
    ];
    let suite = suite();
    for (operation, rows) in rows {
        let op = suite.operation(operation).expect("an operation");
        for document in &op.operation.documents {
            for (table, row) in &rows {
                let cited = op
                    .clauses
                    .iter()
                    .flat_map(|c| &c.source)
                    .any(|s| s.document == *document && s.table == Some(*table) && s.row.as_deref() == Some(*row));
                assert!(cited, "{operation}: no clause cites {document} table {table} row {row}");
            }
        }
    }
}

#[test]
fn every_documented_error_status_has_its_body_clauses() {
    let suite = suite();
    for op in &suite.operations {
        let statuses: &[u16] =
            if op.operation.service == "kms" { &[400, 403, 404] } else { &[400, 401, 403, 404, 500, 502, 504] };
        for status in statuses {
            assert!(op.clause(&op.id(&format!("status.{status}"))).is_some(), "{} {status}", op.operation.id);
            for member in ["error", "error_code", "error_msg"] {
                assert!(
                    op.clause(&op.id(&format!("error.{status}.{member}"))).is_some(),
                    "{} {status}",
                    op.operation.id
                );
            }
        }
    }
}

/// The documented expressions, run by an engine with look-around, agree with the facts that cases come from.
#[test]
fn expanded_strings_agree_with_the_documented_expressions() {
    let suite = suite();
    let mut compared = 0;
    for op in &suite.operations {
        for clause in &op.clauses {
            let Some(constraint) = &clause.constraint else { continue };
            let Some(pattern) = constraint.characters.as_ref().and_then(|c| c.pattern.as_deref()) else { continue };
            let pattern = fancy_regex::Regex::new(pattern).expect("a documented expression");
            for case in expand(op, &suite.catalogue).iter().filter(|c| c.clauses == [clause.id.clone()]) {
                let step = &case.steps[0];
                let places = Placeholders::new(7, "run", &case.id, &op.operation.valid);
                let text = places.fill(step.body.as_deref().expect("a body"));
                let body: Value = serde_json::from_slice(&to_bytes(&text)).expect("JSON");
                let accepted = step.expect.as_ref().expect("an expectation").answer == Answer::Accepted;
                let pointers = [constraint.field.replace('*', "0"), constraint.field.replace('*', "1")];
                let texts: Vec<&str> =
                    pointers.iter().filter_map(|p| body.pointer(p)).filter_map(Value::as_str).collect();
                let all = texts.iter().all(|t| pattern.is_match(t).expect("a match"));
                assert_eq!(all, accepted, "{}: {texts:?}", case.id);
                compared += 1;
            }
        }
    }
    assert!(compared > 400, "only {compared} strings were compared");
}

#[test]
fn documented_responses_satisfy_our_own_oracles() {
    let suite = suite();
    let mut judged = 0;
    for fixture in suite.fixtures.iter().filter(|f| f.kind == FixtureKind::Response) {
        let op: &OperationSuite = suite.operation(&fixture.operation).expect("an operation");
        let request = Request {
            operation: fixture.operation.clone(),
            method: "POST".to_owned(),
            url: "http://target".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let response = Response {
            status: fixture.status.expect("a status"),
            headers: [(CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect(),
            body: fixture.text.clone().into_bytes(),
            capped: false,
            cut_from: 0,
        };
        let exchange = Exchange::new(request, Ok(response), std::time::Duration::ZERO);
        let scene = Scene {
            operation: &op.operation,
            exchange: &exchange,
            request: None,
            repeated_server_error: false,
            transient_server_error: false,
            gateway_territory: false,
            unusual: false,
            secrets: &Secrets::default(),
            // The example was made at the time it shows.
            now: 1_581_507_580,
            answered: Default::default(),
        };
        for clause in &op.clauses {
            let Some(oracle) = &clause.judge else { continue };
            let mut history = History::default();
            let found = judge(oracle, &clause.id, &scene, || &mut history);
            assert!(!matches!(found, Judgement::Broken { .. }), "{}: {}: {found:?}", fixture.id, clause.id);
            judged += usize::from(found == Judgement::Upheld);
        }
    }
    assert!(judged > 20, "only {judged} clauses were judged");
}

#[test]
fn the_reference_server_has_exactly_the_readings_of_the_suite() {
    let suite = suite().with_neighbours();
    let of_suite: BTreeSet<(String, BTreeSet<String>)> = suite
        .operations
        .iter()
        .flat_map(|op| op.clauses.iter())
        .filter(|c| c.level == Level::Open)
        .map(|c| (c.id.clone(), c.readings.keys().cloned().collect()))
        .collect();
    let of_server: BTreeSet<(String, BTreeSet<String>)> = reading::catalogue()
        .iter()
        .chain(reading::neighbours())
        .map(|set| (set.clause.to_owned(), set.readings.iter().map(|r| (*r).to_owned()).collect()))
        .collect();
    assert_eq!(of_suite.difference(&of_server).collect::<Vec<_>>(), Vec::<&_>::new(), "only in the suite");
    assert_eq!(of_server.difference(&of_suite).collect::<Vec<_>>(), Vec::<&_>::new(), "only in the server");
}

#[test]
fn every_fault_breaks_a_clause_that_there_is() {
    let suite = suite().with_signature().with_neighbours();
    for fault in fault::catalogue() {
        assert!(
            suite.clause(fault.clause).is_some(),
            "{} breaks {}, which is not in the suite",
            fault.name,
            fault.clause
        );
    }
}

#[test]
fn every_kind_of_oracle_is_in_use() {
    let suite = suite().with_neighbours();
    let judges = suite.operations.iter().flat_map(|op| op.clauses.iter()).filter_map(|c| c.judge.as_ref());
    let used: BTreeSet<&str> = judges.map(Into::into).collect();
    let unused: Vec<&&str> = Judge::VARIANTS.iter().filter(|kind| !used.contains(**kind)).collect();
    assert!(!Judge::VARIANTS.is_empty() && unused.is_empty(), "no clause has these oracles: {unused:?}");
}

#[test]
fn frozen_lists_of_clauses_name_clauses() {
    let suite = suite();
    let newest = suite.revisions.last().expect("a revision");
    let unknown: Vec<&String> = newest.clauses.iter().filter(|id| suite.clause(id).is_none()).collect();
    assert!(newest.clauses.len() > 400 && unknown.is_empty(), "{}: {unknown:?}", newest.name);
    // A list is frozen: it changes nothing of what is checked, and so not what tells one suite from another.
    let mut source = DataSource::embedded().expect("embedded data");
    source.suites.retain(|file| !file.path.contains("/revisions/"));
    let without = Suite::load(&source).expect("a suite without revisions");
    assert_eq!((without.fingerprint, without.revisions.len()), (suite.fingerprint.clone(), 0));
    let first = newest.clauses.first().expect("a clause");
    let twice = |text: &str| text.replace("clauses = [", &format!("clauses = [\n  \"{first}\","));
    assert_told(&broken("revisions/2026-12.toml", twice), &["2026-12.toml", "twice"]);
    assert_told(&broken("revisions/2026-12.toml", |t| t.replace("summary", "sumary")), &["2026-12.toml:1", "sumary"]);
}

/// Loads the embedded data with one file changed; returns the errors.
fn broken(path: &str, change: impl Fn(&str) -> String) -> Vec<String> {
    let mut source = DataSource::embedded().expect("embedded data");
    let all = source.suites.iter_mut().chain(&mut source.fixtures);
    let file: &mut DataFile = all.into_iter().find(|f| f.path.ends_with(path)).expect("a file to break");
    let before = file.text.clone();
    file.text = change(&file.text);
    assert_ne!(before, file.text, "{path} was not changed");
    match Suite::load(&source) {
        Ok(suite) => lint_coverage(&suite).iter().map(ToString::to_string).collect(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn assert_told(errors: &[String], parts: &[&str]) {
    assert!(errors.iter().any(|e| parts.iter().all(|p| e.contains(p))), "{parts:?} is not in {errors:#?}");
}

#[test]
fn mistakes_in_the_data_are_told_with_file_and_line() {
    let clauses = "csms/create-secret-tag/clauses.toml";
    let told = "create-secret-tag/clauses.toml:";
    assert_told(&broken(clauses, |t| t.replace("level = \"must\"", "level = \"may\"")), &[told, "must"]);
    assert_told(&broken(clauses, |t| t.replace("wording = ", "wordign = ")), &[told, "did you mean `wording`?"]);
    assert_told(&broken(clauses, |t| t.replace("{ table = 4", "{ table = 99")), &[told, "99"]);
    assert_told(
        &broken(clauses, |t| t.replace("shape = \"answers\"", "shape = \"answer\"")),
        &["there is no shape `answer`", "did you mean `answers`?"],
    );
    assert_told(&broken(clauses, |t| t.replace("id = \"tag-limit\"", "id = \"example\"")), &["second clause"]);
    assert_told(
        &broken(clauses, |t| t.replace("id = \"tag-limit\"", "id = \"{{tag}}-limit\"")),
        &[told, "no parameter `tag` is given here; there are none"],
    );
    assert_told(&broken(clauses, |t| t.replace("[{ row = \"request example\" }]", "[]")), &["no source"]);
    assert_told(&broken(clauses, |t| t.replace("field = \"/tag\"", "field = \"/label\"")), &["/label"]);
    assert_told(&broken(clauses, |t| t.replace("[[clause]]", "[[clauses]]")), &[told, "did you mean `clause`?"]);
    assert_told(
        &broken(clauses, |t| t.replace("max-length = 128", "max-lenght = 128")),
        &["create-secret-tag/clauses.toml:53:1: ", "did you mean `max-length`?"],
    );
    let operation = "csms/create-secret-tag/operation.toml";
    assert_told(&broken(operation, |t| t.replace("[operation]", "[operation")), &["operation.toml:3:"]);
    assert_told(&broken(operation, |t| t.replace("item-body", "# item-body")), &["says in no `item-body` how"]);
    assert_told(
        &broken(operation, |t| t.replace("capacity = 20", "capacity = [20]")),
        &["operation.toml:11:", "a capacity is a number, or the topic of the open clause"],
    );
    let cases = "csms/create-secret-tag/cases.toml";
    let told = "create-secret-tag/cases.toml:";
    assert_told(&broken(cases, |t| t.replace("\"example/", "\"exmaple/")), &["exmaple", told]);
    assert_told(&broken(cases, |t| t.replace("fixture = \"csms", "fixture = \"kms")), &["fixture", told]);
    assert_told(
        &broken(cases, |t| t.replace("expect = \"refused\"", "expect = \"refuse\"")),
        &[told, "did you mean `refused`?"],
    );
    assert_told(
        &broken(cases, |t| t.replace("expect = \"refused\"", "expect = { anwser = \"refused\" }")),
        &[told, "did you mean `answer`?"],
    );
    assert_told(&broken(cases, |t| t.replace("expect = \"refused\"", "expect = true")), &[told, "a status or a list"]);
    let shape = "shapes/json-body.toml";
    assert_told(
        &broken(shape, |t| t.replace("last = \"The last", "latest = \"The last")),
        &["json-body.toml:", "predicts"],
    );
    assert_told(
        &broken(shape, |t| t.replace("accepted = \"Parsers may ignore it.\"", "")),
        &["json-body.toml:", "readings"],
    );
    assert_told(&broken("shapes/credentials.toml", |t| t.replace("@token.wrong", "@token.bad")), &["token.bad"]);
    assert_told(
        &broken("fixtures/index.toml", |t| t.replace("kms/create_kms_tag.request.json", "kms/nowhere.json")),
        &["nowhere.json", "index.toml:"],
    );
    assert_told(
        &broken("create_kms_tag.request.json", |t| t.replace('}', "")),
        &["create_kms_tag.request.json:", "not JSON"],
    );
    assert_told(&broken("documents.toml", |t| t.replace("DOC-003", "DOC-33")), &["DOC-003"]);
    assert_told(
        &broken(clauses, |t| {
            format!(
                "{t}\n[[clause]]\nid = \"idle\"\nlevel = \"must\"\nwording = \"Nothing.\"\nsource = [{{ table = 3, row = \"tag\" }}]\n"
            )
        }),
        &["create-secret-tag/clauses.toml:", "nothing can break", "idle"],
    );
}

#[test]
fn parameters_of_shapes_are_typed_and_a_mistake_in_them_is_told_where_they_are_given() {
    let clauses = "csms/create-secret-tag/clauses.toml";
    for (from, to, expected) in [
        ("header-table = 2", "header-table = \"2\"", "the parameter `header-table` is of type integer, not string"),
        ("header-table = 2", "heeder-table = 2", "the shape `credentials` needs the parameter `header-table`"),
        ("with = { header-table = 2 }", "with = { header-table = 2, x = 1 }", "no parameter `x`; it has: header-table"),
        ("max-length = 255", "", "and no row of a table above states `value.max-length`"),
        ("with = { path-table = 1 }", "with = [1]", "`with` is a table"),
        ("[[include]]\nshape = \"plain-texts\"", "[include]\nshape = \"plain-texts\"", ""),
    ] {
        assert_told(&broken(clauses, |t| t.replacen(from, to, 1)), &["create-secret-tag/clauses.toml:", expected]);
    }
    let shape = "shapes/credentials.toml";
    for (from, to, expected) in [
        ("\"{{header-table}}\"", "2", "the parameter `header-table` is never used"),
        ("table = \"{{header-table}}\"", "table = \"no {{header-table}}\"", "invalid type: string"),
        ("type = \"integer\"", "type = \"number\"", "unknown variant `number`"),
        ("near = \"near-token\"", "near = \"near-tokens\"", "did you mean `near-token`?"),
        ("token = \"{{near}}\"", "token = \"{{neer}}\"", "did you mean `near`?"),
    ] {
        assert_told(&broken(shape, |t| t.replacen(from, to, 1)), &["shapes/credentials.toml:", expected]);
    }
}

#[test]
fn data_that_no_case_can_be_made_of_is_told_and_breaks_nothing() {
    let event = "csms/create-secret-event/clauses.toml";
    let states = "enum = [\"ENABLED\", \"DISABLED\"]";
    for (from, to, expected) in [
        ("max-length = 64", "max-length = 0", "a greatest length is 1 or more"),
        ("max-length = 64", "max-length = 9000000000", "a length is 100000 or less"),
        (states, "enum = []", "an enumeration has words"),
        (states, "enum = [\"ENABLED\", \"\"]", "a word of an enumeration is not empty"),
    ] {
        assert_told(&broken(event, |t| t.replacen(from, to, 1)), &["create-secret-event/clauses.toml:", expected]);
    }
    let batch = "csms/batch-create-or-delete-tags/cases-delete.toml";
    let alone = "needs = [\"second-resource\"]";
    assert_told(
        &broken(batch, |t| t.replacen(alone, "needs = [\"list\"]", 1)),
        &["a step that goes to the second resource"],
    );
}
