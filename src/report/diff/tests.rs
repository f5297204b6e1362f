use crate::model::{Level, Outcome, Verdict};
use crate::report::{Cause, Observation, Report, sample_for_tests};

use super::*;

/// Two nights that are the same.
fn nights() -> (Report, Report) {
    let mut report = sample_for_tests();
    for cause in &mut report.causes {
        cause.observations = vec![Observation { clause: cause.clauses[0].clone(), observed: "status 204".to_owned() }];
    }
    (report.clone(), Report { run_id: "later".to_owned(), ..report })
}

fn first_failure(report: &mut Report) -> &mut Cause {
    report.causes.iter_mut().find(|cause| cause.level == Level::Must && !cause.flaky).unwrap()
}

#[test]
fn the_same_is_nothing_new() {
    let (old, new) = nights();
    let diff = compare(&old, &new);
    assert_eq!((diff.exit_code, diff.conclusion.as_str()), (0, "nothing is new"), "{diff:?}");
    assert!(diff.suite.is_empty() && diff.notes.is_empty());
}

#[test]
fn causes_come_go_and_change() {
    let (old, mut new) = nights();
    let gone = first_failure(&mut new).id.clone();
    new.causes.retain(|cause| cause.id != gone);
    let diff = compare(&old, &new);
    assert_eq!((diff.exit_code, diff.gone_causes[0].id.as_str()), (0, gone.as_str()));
    let back = compare(&new, &old);
    assert_eq!(
        (back.exit_code, back.new_causes[0].id.as_str(), back.conclusion.as_str()),
        (1, gone.as_str(), "1 new cause")
    );
    let (old, mut new) = nights();
    first_failure(&mut new).observations[0].observed = "status 201".to_owned();
    let diff = compare(&old, &new);
    assert_eq!(
        (diff.exit_code, diff.changed_causes[0].detail.as_str()),
        (1, "observed: status 201; before: status 204")
    );
    let (mut old, new) = nights();
    let id = first_failure(&mut old).id.clone();
    first_failure(&mut old).level = Level::Should;
    let graver = compare(&old, &new).changed_causes;
    assert_eq!((graver[0].id.as_str(), graver[0].detail.as_str()), (id.as_str(), "it was a warning, and is a failure"));
}

#[test]
fn clauses_readings_and_what_is_flaky_are_told() {
    let (old, mut new) = nights();
    let upheld = new.clauses.iter().position(|clause| clause.verdict == Verdict::Upheld).unwrap();
    new.clauses[upheld].verdict = Verdict::Unobservable;
    assert_eq!((compare(&old, &new).exit_code, compare(&old, &new).unobservable.len()), (1, 1));
    assert_eq!((compare(&new, &old).exit_code, compare(&new, &old).observable.len()), (0, 1));
    let (old, mut new) = nights();
    new.clauses[upheld].verdict = Verdict::Violated;
    assert_eq!((compare(&old, &new).exit_code, compare(&old, &new).broken.len()), (1, 1));
    assert_eq!((compare(&new, &old).exit_code, compare(&new, &old).mended.len()), (0, 1));
    let (old, mut new) = nights();
    new.cases.iter_mut().find(|case| case.outcome == Outcome::Pass).unwrap().outcome = Outcome::Flaky;
    assert_eq!((compare(&old, &new).exit_code, compare(&old, &new).flaky.len()), (1, 1));
    let (mut old, mut new) = nights();
    old.readings[0].remaining = vec!["a".to_owned(), "b".to_owned()];
    new.readings[0].remaining = vec!["a".to_owned()];
    assert_eq!(compare(&old, &new).exit_code, 0, "more is known, and nothing else");
    new.readings[0].remaining = vec!["c".to_owned()];
    assert_eq!((compare(&old, &new).exit_code, compare(&old, &new).readings.len()), (1, 1));
}

#[test]
fn what_another_suite_shows_is_no_regression() {
    let (mut old, new) = nights();
    let cause = first_failure(&mut old).clone();
    old.cases.retain(|case| !cause.cases.contains(&case.id));
    old.causes.retain(|known| known.id != cause.id);
    old.clauses.retain(|clause| !cause.clauses.contains(&clause.id));
    let diff = compare(&old, &new);
    assert_eq!(diff.exit_code, 0, "{diff:?}");
    assert_eq!(diff.suite.causes_added[0].id, cause.id);
    assert_eq!((diff.suite.cases_added, &diff.suite.clauses_added), (cause.cases.len(), &cause.clauses));
    let other_seed = Report { seed: old.seed + 1, ..new.clone() };
    let diff = compare(&old, &other_seed);
    assert_eq!((diff.exit_code, diff.new_causes[0].id.as_str()), (1, cause.id.as_str()), "its turn came with the seed");
    let back = compare(&new, &old);
    assert!(back.gone_causes.is_empty() && back.suite.causes_removed[0].id == cause.id);
}

#[test]
fn a_night_without_a_verdict_mends_nothing() {
    let (old, mut new) = nights();
    (new.exit_code, new.conclusion) = (3, "no verdict: nobody answers".to_owned());
    (new.causes, new.cases, new.clauses) = (Vec::new(), Vec::new(), Vec::new());
    let diff = compare(&old, &new);
    assert!(diff.exit_code == 1 && diff.gone_causes.is_empty() && diff.suite.is_empty());
    assert!(diff.conclusion.contains("nobody answers"));
}

#[test]
fn every_form_tells_the_same() {
    let (mut old, new) = nights();
    let gone = first_failure(&mut old).id.clone();
    old.causes.retain(|cause| cause.id != gone);
    old.latency.insert("CreateSecretTag".to_owned(), Default::default());
    let mut new = new;
    new.latency.insert("CreateSecretTag".to_owned(), crate::report::Latency { p95_us: 12_300, ..Default::default() });
    let diff = compare(&old, &new);
    let page = html(&diff);
    for (form, told) in [("text", text(&diff, 100)), ("markdown", markdown(&diff)), ("html", page.clone())] {
        for part in ["1 new cause", gone.as_str(), "12.3"] {
            assert!(told.contains(part), "{form}: {part} is not in {told}");
        }
        assert!(!told.contains("<script>alert") && !told.contains('\u{202e}'), "{form}: what a target sends is text");
    }
    assert!(page.contains("default-src 'none'"));
    let read: Diff = serde_json::from_str(&json(&diff).unwrap()).unwrap();
    assert_eq!((read.schema.as_str(), read.new_causes), (SCHEMA, diff.new_causes));
}
