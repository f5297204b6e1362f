use crate::exit;
use crate::model::{Level, Outcome, Verdict};
use crate::report::{
    CaseReport, Cause, CauseExample, ClauseReport, DeviationsVerdict, EntryState, Evidence, FindingReport, Observation,
    Otherwise, ReadingReport, Report, StandingKind, html, json, junit, markdown, sample_for_tests, sarif,
};

use super::*;

const OPERATION: &str = "CreateKmsTag";
const CAUSE: &str = "kms.create-kms-tag.accepts.key";
const CLAUSE: &str = "kms.create-kms-tag.key.max-length";
const CASE: &str = "kms.create-kms-tag.key.max-length/long";

/// A night of 2026-12-01 in which these clauses are broken, each by a case and a cause of its own.
fn night(broken: &[(&str, &str)]) -> Report {
    let mut report = sample_for_tests();
    report.started_at = "2026-12-01T02:00:00Z".to_owned();
    (report.causes, report.cases, report.notes) = (Vec::new(), Vec::new(), Vec::new());
    report.readings = vec![ReadingReport {
        clause: "kms.create-kms-tag.tag-limit".to_owned(),
        determined: Some("twenty".to_owned()),
        remaining: vec!["twenty".to_owned()],
        meaning: Default::default(),
    }];
    report.clauses = [CLAUSE, "kms.create-kms-tag.value.max-length", "kms.create-kms-tag.stored"].map(upheld).into();
    report.cases.push(CaseReport::passed(OPERATION, CASE));
    (report.exit_code, report.conclusion) = (exit::CONFORMS, "the target conforms".to_owned());
    for (clause, seen) in broken {
        let topic = clause.trim_start_matches("kms.create-kms-tag.").split('.').next().unwrap_or_default();
        let id = format!("kms.create-kms-tag.accepts.{topic}");
        let case = format!("{clause}/long");
        report.cases.retain(|known| known.id != case);
        report.cases.push(failed(&case, clause, &id, seen));
        report.causes.push(cause(&id, clause, &case, seen));
        for known in report.clauses.iter_mut().filter(|known| known.id == *clause) {
            known.verdict = Verdict::Violated;
            known.evidence = Evidence { held: 0, broken: 1, inconclusive: 0 };
        }
        (report.exit_code, report.conclusion) = (exit::NONCONFORMING, "the target does not conform".to_owned());
    }
    report
}

fn upheld(id: &str) -> ClauseReport {
    ClauseReport {
        id: id.to_owned(),
        operation: OPERATION.to_owned(),
        level: Level::Must,
        verdict: Verdict::Upheld,
        source: String::new(),
        wording: String::new(),
        defined: String::new(),
        reason: None,
        checks: 3,
        evidence: Evidence { held: 3, broken: 0, inconclusive: 0 },
        broken_by: Vec::new(),
    }
}

fn failed(id: &str, clause: &str, cause: &str, seen: &str) -> CaseReport {
    let finding = FindingReport {
        clause: clause.to_owned(),
        level: Level::Must,
        wording: String::new(),
        source: String::new(),
        allowed: "refused with status 400".to_owned(),
        seen: seen.to_owned(),
        exchange: None,
    };
    CaseReport {
        outcome: Outcome::Fail,
        causes: vec![cause.to_owned()],
        seen: Some(seen.to_owned()),
        findings: vec![finding],
        ..CaseReport::passed(OPERATION, id)
    }
}

fn cause(id: &str, clause: &str, case: &str, seen: &str) -> Cause {
    Cause {
        id: id.to_owned(),
        title: "CreateKmsTag accepts what it should refuse".to_owned(),
        level: Level::Must,
        flaky: false,
        rate: None,
        operations: vec![OPERATION.to_owned()],
        clauses: vec![clause.to_owned()],
        count: 1,
        cases: vec![case.to_owned()],
        expected: "refused with status 400".to_owned(),
        observed: seen.to_owned(),
        example: CauseExample { case: case.to_owned(), exchange: None, curl: None, replay: String::new() },
        diagnosis: Vec::new(),
        shared: None,
        observations: vec![Observation { clause: clause.to_owned(), observed: seen.to_owned() }],
        standing: None,
    }
}

fn listed(entries: &[&str]) -> KnownDeviations {
    let about = "reason = 'the gateway cuts it'\nowner = 'kms'\nlink = 'KMS-1'\n";
    let text: Vec<String> = entries
        .iter()
        .map(|entry| {
            let until = if entry.contains("until") { "" } else { "until = 2027-03-31\n" };
            format!("[[deviation]]\n{about}{until}{entry}\n")
        })
        .collect();
    parse("known.toml", &text.join("\n"), None, false).unwrap_or_else(|problems| unreachable!("{problems:?}"))
}

fn held(report: &Report, entries: &[&str]) -> Report {
    let mut report = report.clone();
    apply(&listed(entries), &mut report).unwrap();
    report
}

/// Exit code, verdict, and what became of each entry.
fn told(report: &Report) -> (u8, DeviationsVerdict, Vec<EntryState>) {
    let applied = report.deviations.as_ref().unwrap();
    (report.exit_code, applied.conclusion, applied.entries.iter().map(|entry| entry.state).collect())
}

const LONG: (&str, &str) = (CLAUSE, "status 204");
const OF_CAUSE: &str = "cause = 'kms.create-kms-tag.accepts.key'";

#[test]
fn what_is_listed_is_known_whatever_names_it() {
    for entry in [
        OF_CAUSE,
        "clause = 'kms.create-kms-tag.key.max-length'",
        "case = 'kms.create-kms-tag.key.max-length/long'",
        "cause = 'kms.create-kms-tag.accepts.key'\noperation = 'CreateKmsTag'",
        "cause = 'kms.create-kms-tag.accepts.key'\nobserved = ['status 201', 'status 204']",
        "cause = 'kms.create-kms-tag.accepts.key'\nuntil = 2026-12-01",
        "cause = 'kms.create-kms-tag.accepts.key'\nreadings = { 'kms.create-kms-tag.tag-limit' = 'twenty' }",
    ] {
        let report = held(&night(&[LONG]), &[entry]);
        assert_eq!(told(&report), (0, DeviationsVerdict::KnownDeviations, vec![EntryState::Known]), "{entry}");
        assert_eq!(report.conclusion, "no new deviations (1 known)");
        assert!(report.causes[0].is_known());
    }
}

#[test]
fn what_is_not_listed_is_new() {
    let value = ("kms.create-kms-tag.value.max-length", "status 204");
    let report = held(&night(&[LONG, value]), &[OF_CAUSE]);
    assert_eq!(told(&report), (1, DeviationsVerdict::Differs, vec![EntryState::Known]));
    assert_eq!(report.conclusion, "differs from the known deviations: 1 new (1 known)");
    let kinds: Vec<StandingKind> = report.causes.iter().map(|c| c.standing.as_ref().unwrap().kind).collect();
    assert_eq!(kinds, [StandingKind::Known, StandingKind::New]);
    for other in [
        "cause = 'kms.create-kms-tag.accepts.key'\noperation = 'CreateSecretTag'",
        "cause = 'kms.create-kms-tag.accepts.key'\nreadings = { 'kms.create-kms-tag.tag-limit' = 'ten' }",
    ] {
        assert_eq!(held(&night(&[LONG]), &[other]).exit_code, 1, "{other}");
    }
    assert_eq!(held(&night(&[LONG]), &[]).exit_code, 1);
}

#[test]
fn a_part_of_a_cause_is_not_the_whole() {
    let mut report = night(&[LONG]);
    let other = "kms.create-kms-tag.key.characters";
    report.causes[0].clauses.push(other.to_owned());
    report.cases.push(failed("kms.create-kms-tag.key.characters/star", other, CAUSE, "status 204"));
    let report = held(&report, &["clause = 'kms.create-kms-tag.key.max-length'"]);
    assert_eq!(report.exit_code, 1);
    assert!(report.causes[0].standing.as_ref().unwrap().detail.contains("a part of it is known (line 1)"));
    let both = ["clause = 'kms.create-kms-tag.key.max-length'", "case = 'kms.create-kms-tag.key.characters/star'"];
    assert_eq!(held(&report, &both).exit_code, 0, "held against another file, it is judged anew");
}

#[test]
fn another_observation_is_a_change() {
    let entry = "cause = 'kms.create-kms-tag.accepts.key'\nobserved = ['status 204']";
    let report = held(&night(&[(CLAUSE, "status 201")]), &[entry]);
    assert_eq!(told(&report), (1, DeviationsVerdict::Differs, vec![EntryState::Changed]));
    assert_eq!(report.conclusion, "differs from the known deviations: 1 changed (0 known)");
    let detail = &report.causes[0].standing.as_ref().unwrap().detail;
    assert_eq!(detail, "observed: status 201; recorded: status 204");
}

#[test]
fn what_has_run_out_counts_again_and_what_is_about_to_is_told() {
    let report = held(&night(&[LONG]), &["cause = 'kms.create-kms-tag.accepts.key'\nuntil = 2026-11-30"]);
    assert_eq!(told(&report), (1, DeviationsVerdict::Differs, vec![EntryState::Expired]));
    assert_eq!(report.deviations.unwrap().entries[0].days_left, None, "it has ended");
    for (until, days) in [("2026-12-01", Some(0)), ("2026-12-15", Some(14)), ("2026-12-16", None)] {
        let entry = format!("cause = 'kms.create-kms-tag.accepts.key'\nuntil = {until}");
        let report = held(&night(&[LONG]), &[&entry]);
        assert_eq!((report.exit_code, report.deviations.unwrap().entries[0].days_left), (0, days), "{until}");
    }
}

#[test]
fn what_holds_is_stale_and_what_could_not_be_seen_is_not() {
    let known = "cause = 'kms.create-kms-tag.accepts.key'\nclauses = ['kms.create-kms-tag.key.max-length']";
    for entry in [
        known,
        OF_CAUSE,
        "clause = 'kms.create-kms-tag.key.max-length'",
        "case = 'kms.create-kms-tag.key.max-length/long'",
    ] {
        let report = held(&night(&[]), &[entry]);
        assert_eq!(told(&report), (1, DeviationsVerdict::Differs, vec![EntryState::Stale]), "{entry}");
        assert!(report.conclusion.contains("to be removed from known.toml: c"), "{}", report.conclusion);
    }
    // Somebody else breaks its clause.
    let mut hidden = night(&[LONG]);
    hidden.causes[0].id = "kms.create-kms-tag.refuses".to_owned();
    hidden.cases.iter_mut().for_each(|case| case.causes = vec!["kms.create-kms-tag.refuses".to_owned()]);
    let report = held(&hidden, &[known, "cause = 'kms.create-kms-tag.refuses'"]);
    assert_eq!(told(&report).2, [EntryState::Hidden, EntryState::Known]);
    assert_eq!((report.exit_code, report.conclusion.as_str()), (0, "no new deviations (1 known, 1 not to be seen)"));
    // Nobody could look.
    let mut unseen = night(&[]);
    unseen.clauses[0].verdict = Verdict::Unobservable;
    unseen.clauses[0].evidence.held = 0;
    let mut skipped = night(&[]);
    skipped.cases[0].outcome = Outcome::Skip;
    let mut filtered = night(&[]);
    filtered.filters = vec!["key".to_owned()];
    let example = format!("{known}\nexample = '{CASE}'");
    assert_eq!(told(&held(&night(&[]), &[&example])).2, [EntryState::Stale]);
    let of_losses = format!("{known}\nexample = 'kms.create-kms-tag.stored/sentinel'");
    assert_eq!(told(&held(&night(&[]), &[&of_losses])).2, [EntryState::Stale], "it is there only if it fails");
    let elsewhere = format!("{known}\nexample = 'kms.create-kms-tag.server-error/of-another-seed'");
    for (report, entry) in [
        (&unseen, known),
        (&skipped, example.as_str()),
        (&night(&[]), elsewhere.as_str()),
        (&skipped, "case = 'kms.create-kms-tag.key.max-length/long'"),
        (&filtered, known),
        (&night(&[]), "cause = 'kms.create-kms-tag.accepts.key'\ngenerated = true"),
        (&night(&[]), "cause = 'kms.create-kms-tag.accepts.key'\nflaky = 'warn'"),
    ] {
        let report = held(report, &[entry]);
        assert_eq!(told(&report), (0, DeviationsVerdict::KnownDeviations, vec![EntryState::Unobservable]), "{entry}");
        assert!(!report.deviations.unwrap().entries[0].detail.is_empty());
    }
}

#[test]
fn a_run_without_a_verdict_gets_none() {
    let mut dead = night(&[]);
    (dead.exit_code, dead.conclusion) = (exit::BROKEN, "no verdict: connection refused".to_owned());
    let report = held(&dead, &[OF_CAUSE]);
    assert_eq!(told(&report), (3, DeviationsVerdict::NoVerdict, vec![EntryState::Unobservable]));
    let mut early = night(&[LONG]);
    early.otherwise = Some(Otherwise { exit_code: exit::BROKEN, conclusion: "no verdict: it went away".to_owned() });
    let report = held(&early, &[OF_CAUSE]);
    assert_eq!(told(&report), (3, DeviationsVerdict::NoVerdict, vec![EntryState::Known]));
    assert_eq!(report.conclusion, "no verdict: it went away; known deviations: 1 known");
    assert_eq!(held(&early, &[]).exit_code, 1, "what is new is proven all the same");
    let mut stopped = night(&[]);
    stopped.exit_code = exit::INTERRUPTED;
    assert_eq!(held(&stopped, &[OF_CAUSE]).exit_code, exit::INTERRUPTED);
}

#[test]
fn what_is_flaky_fails_by_its_entry() {
    let mut report = night(&[LONG]);
    report.causes[0].flaky = true;
    (report.exit_code, report.cases[0].outcome) = (exit::CONFORMS, Outcome::Flaky);
    for (policy, code) in [("pass", 0), ("warn", 0), ("fail", 1)] {
        let entry = format!("cause = 'kms.create-kms-tag.accepts.key'\nflaky = '{policy}'");
        assert_eq!(held(&report, &[&entry]).exit_code, code, "{policy}");
    }
    assert_eq!(held(&report, &[]).exit_code, 0, "without an entry it is a warning, as it is without a file");
}

#[test]
fn mistakes_are_told_with_their_places() {
    let suite = crate::suite::Suite::load(&crate::suite::DataSource::embedded().unwrap()).unwrap();
    let ids = KnownIds::new(&suite);
    let whole = "reason = 'r1'\nowner = 'o1'\nlink = 'l1'\nuntil = 2027-01-01\n";
    for (text, expected) in [
        ("[[deviation]\n", "known.toml:1:"),
        (
            "[[deviation]]\nclause = 'kms.create-kms-tag.stored'\nraeson = 'x'\n",
            "known.toml:3:1: unknown field `raeson`",
        ),
        ("[[deviation]]\nclause = 'kms.create-kms-tag.stored'\n", "known.toml:1:1: `reason` is missing"),
        (
            &format!("[[deviation]]\nclause = 'kms.create-kms-tag.key.max-lenght'\n{whole}"),
            "known.toml:2:10: there is no clause \"kms.create-kms-tag.key.max-lenght\": was one of these meant: \
             kms.create-kms-tag.key.max-length",
        ),
        (
            &format!("[[deviation]]\ncause = 'kms.create-kms-tag.acepts.key'\n{whole}"),
            "was one of these meant: kms.create-kms-tag.accepts.key",
        ),
        (&format!("[[deviation]]\ncase = 'nothing'\n{whole}"), "see `dewspec list cases`"),
        (
            &format!("[[deviation]]\ncause = '{CAUSE}'\n{whole}example = 'nothing'"),
            "known.toml:7:11: there is no case \"nothing\"",
        ),
        (&format!("[[deviation]]\n{whole}"), "known.toml:1:1: the entry names nothing"),
        (
            &format!("[[deviation]]\nclause = 'kms.create-kms-tag.stored'\ncase = 'x'\n{whole}"),
            "known.toml:1:1: the entry names several things",
        ),
        (
            &format!("[[deviation]]\nclause = 'kms.create-kms-tag.stored'\n{}", whole.replace("2027-01-01", "'soon'")),
            "known.toml:6:9: `until` is \"soon\", which is no day",
        ),
        (
            &format!("[[deviation]]\nclause = 'kms.create-kms-tag.stored'\n{}", whole.replace("'r1'", "'TODO'")),
            "known.toml:3:10: `reason` is \"TODO\", which says nothing",
        ),
        (
            &format!(
                "[[deviation]]\nclause = 'kms.create-kms-tag.stored'\n{whole}readings = {{ 'kms.create-kms-tag.tag-limit' = 'thirty' }}"
            ),
            "known.toml:7:14: the clause kms.create-kms-tag.tag-limit has no reading \"thirty\": it has ",
        ),
        (
            &format!("[[deviation]]\nclause = 'kms.create-kms-tag.stored'\n{whole}").repeat(2),
            "known.toml:7:1: clause kms.create-kms-tag.stored is listed twice: see line 1",
        ),
    ] {
        let problems = parse("known.toml", text, Some(&ids), false).expect_err(text);
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(all.iter().any(|told| told.contains(expected)), "{expected} is not in {all:#?}");
    }
    let in_turn = crate::plan::plan(&suite, &crate::plan::Filter::default().in_turn(None));
    let with_turns = in_turn.cases().filter(|case| case.spec.turn.is_some()).take(20);
    for case in with_turns.map(|case| case.spec.id.as_str()) {
        let text = format!("[[deviation]]\ncase = '{case}'\nexample = '{case}'\n{whole}");
        assert!(parse("f", &text, Some(&ids), false).is_ok(), "{case}, whatever the seed");
    }
    for cause in [CAUSE, "every-operation.form.error.error_msg", "kms.create-kms-tag.state"] {
        assert!(
            parse("f", &format!("[[deviation]]\ncause = '{cause}'\n{whole}"), Some(&ids), false).is_ok(),
            "{cause}"
        );
    }
}

#[test]
fn recorded_entries_are_filled_in_by_a_person_and_pruned_once_they_hold() {
    let header = "# ours\n\n# the first\n[[deviation]]\nclause = 'kms.create-kms-tag.stored' # why\nreason = 'slow'\nowner = 'o1'\nlink = 'l1'\nuntil = 2027-01-01\n";
    let known = parse("known.toml", header, None, true).unwrap();
    let mut report = night(&[LONG]);
    apply(&known, &mut report).unwrap();
    let recorded = record(header, &known, &report, &[], &Filling::default()).unwrap();
    assert_eq!(recorded.added, [CAUSE]);
    assert!(recorded.text.starts_with(header), "{}", recorded.text);
    assert!(recorded.text.contains("until = 2027-03-01") && recorded.text.contains("observed = [\"status 204\"]"));
    let problems = parse("known.toml", &recorded.text, None, false).expect_err("placeholders");
    assert_eq!(problems.len(), 3, "{problems:?}");
    let filling = Filling {
        reason: Some("cut".to_owned()),
        owner: Some("kms".to_owned()),
        link: Some("KMS-1".to_owned()),
        until: Some("2027-02-01".parse().unwrap()),
    };
    let recorded = record(header, &known, &report, &[], &filling).unwrap();
    let known = parse("known.toml", &recorded.text, None, false).unwrap();
    // The next night the first entry is stale, and the new one known: pruning takes out the one and nothing else.
    apply(&known, &mut report).unwrap();
    let (text, gone) = prune(&recorded.text, report.deviations.as_ref().unwrap()).unwrap();
    assert_eq!(gone, ["clause kms.create-kms-tag.stored"]);
    assert!(text.starts_with("# ours\n") && !text.contains("the first") && text.contains(CAUSE), "{text}");
    let left = parse("known.toml", &text, None, false).unwrap();
    assert_eq!(left.entries.len(), 1);
    apply(&left, &mut report).unwrap();
    assert_eq!(prune(&text, report.deviations.as_ref().unwrap()).unwrap(), (text.clone(), Vec::new()));
    // What has changed is taken over by name alone.
    let mut changed = night(&[(CLAUSE, "status 201")]);
    apply(&left, &mut changed).unwrap();
    let recorded = record(&text, &left, &changed, &[], &filling).unwrap();
    assert_eq!((recorded.left, recorded.text.as_str()), (vec![CAUSE.to_owned()], text.as_str()));
    let recorded = record(&text, &left, &changed, &[CAUSE.to_owned()], &filling).unwrap();
    assert!(recorded.updated == [CAUSE] && recorded.text.contains("observed = [\"status 201\"]"), "{}", recorded.text);
    // What has run out is renewed in the same way.
    let mut later = night(&[LONG]);
    later.started_at = "2027-05-01T02:00:00Z".to_owned();
    apply(&left, &mut later).unwrap();
    let renewing = Filling { until: Some("2027-08-01".parse().unwrap()), ..Filling::default() };
    let recorded = record(&text, &left, &later, &[], &renewing).unwrap();
    assert_eq!((recorded.left, recorded.text.as_str()), (vec![CAUSE.to_owned()], text.as_str()));
    let recorded = record(&text, &left, &later, &[CAUSE.to_owned()], &renewing).unwrap();
    assert!(recorded.updated == [CAUSE] && recorded.text.contains("until = 2027-08-01"), "{}", recorded.text);
    assert!(recorded.text.contains("reason = \"cut\""), "{}", recorded.text);
    assert!(record(&text, &left, &changed, &["nothing".to_owned()], &filling).is_err());
}

/// Another fault may show as the same cause.
#[test]
fn a_cause_that_breaks_more_than_was_recorded_has_changed() {
    const OTHER: &str = "kms.create-kms-tag.key.characters";
    let mut report = night(&[LONG]);
    let more = failed("kms.create-kms-tag.key.characters/star", OTHER, CAUSE, "status 204");
    report.causes[0].clauses.push(OTHER.to_owned());
    report.cases.push(more);
    let recorded = format!("{OF_CAUSE}\nobserved = ['status 204']\nclauses = ['{CLAUSE}']");
    assert_eq!(told(&held(&report, &[&recorded])), (1, DeviationsVerdict::Differs, vec![EntryState::Changed]));
    let both = format!("{OF_CAUSE}\nobserved = ['status 204']\nclauses = ['{CLAUSE}', '{OTHER}']");
    assert_eq!(told(&held(&report, &[&both])).0, 0);
    report
        .cases
        .iter_mut()
        .filter(|case| case.id.ends_with("star"))
        .for_each(|case| case.generated = Some(Default::default()));
    assert_eq!(told(&held(&report, &[&recorded])).0, 0, "generated input is another each night");
}

#[test]
fn nothing_is_recorded_from_a_part() {
    assert_eq!(unfit(&night(&[LONG])), None);
    let mut filtered = night(&[]);
    filtered.filters.push("key".to_owned());
    let mut dead = night(&[]);
    dead.exit_code = exit::BROKEN;
    let mut stopped = night(&[LONG]);
    stopped.exit_code = exit::TERMINATED;
    let mut early = night(&[LONG]);
    early.otherwise = Some(Otherwise { exit_code: exit::VACUOUS, conclusion: "--max-time".to_owned() });
    for (report, why) in
        [(filtered, "filtered (key)"), (dead, "no verdict"), (stopped, "interrupted"), (early, "--max-time")]
    {
        assert!(unfit(&report).is_some_and(|told| told.contains(why)), "{why}");
        assert!(unfit(&held(&report, &[OF_CAUSE])).is_some(), "{why}, held against a file");
    }
}

#[test]
fn every_format_tells_what_is_known_and_what_is_stale() {
    let value = ("kms.create-kms-tag.value.max-length", "status 204");
    let stale = "clause = 'kms.create-kms-tag.stored'\nuntil = 2026-12-05";
    let report = held(&night(&[LONG, value]), &[OF_CAUSE, stale]);
    assert_eq!(report.exit_code, 1);
    let xml = junit::render(&report).unwrap();
    assert!(xml.contains("known deviation: the gateway cuts it (kms, KMS-1, until 2027-03-31)"), "{xml}");
    assert_eq!(xml.matches("<failure").count(), 2, "what is new, and the stale entry: {xml}");
    let sarif: serde_json::Value = serde_json::from_str(&sarif::render(&report).unwrap()).unwrap();
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[0]["suppressions"][0]["kind"], "external");
    assert_eq!(results[1]["suppressions"], serde_json::json!([]));
    let page = html::render(&report);
    assert!(page.contains("Differs from the known deviations") && page.contains("class=\"cause known\""));
    assert!(page.contains("remove the entry in line"));
    let text = markdown::render(&report);
    assert!(text.contains("## Entries of `known.toml`") && text.contains("**stale**"), "{text}");
    let lines = crate::report::annotations::render(&report);
    let kinds: Vec<&str> = lines.lines().filter_map(|line| line.split([' ', ',']).next()).collect();
    assert_eq!(kinds, ["::error", "::error", "::notice"], "{lines}");
    assert!(lines.contains("::error file=known.toml,line=8,title="), "{lines}");
    let style = crate::report::terminal::TerminalStyle::default();
    let shown = crate::report::terminal::render(&report, &style);
    for part in ["Failures  1 cause", "Known deviations  1 cause", "Entries  1 of known.toml", "stale"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    let stored = json::read(&json::render(&report).unwrap()).unwrap();
    assert_eq!(stored.deviations, report.deviations);
    assert_eq!(held(&stored, &[OF_CAUSE]).exit_code, 1, "a stored report is held against a file as the run was");
}
