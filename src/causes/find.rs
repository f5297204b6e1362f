use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Level, Outcome};
use crate::report::{CaseReport, Cause, CauseExample, FindingReport, Rate};
use crate::suite::{OperationSuite, Suite};

use super::diagnosis::Index;
use super::looks::{Looks, looks, unusual_in};
use super::name::{Telling, title};
use super::observations::observations;
use super::shared::shared;
use super::signature::{ENVELOPE, Kind, Signature, field, status_in, topic};

/// Ids of cases that a cause names, at most; it says how many there are.
const NAMED: usize = 20;

/// What shows in one of so many cases of its operation, at least, is behind all that no reading explains there.
const WIDE: usize = 8;

/// What a case has found in one way.
struct Part<'a> {
    case: &'a CaseReport,
    operation: &'a OperationSuite,
    /// None, if it is flaky.
    findings: Vec<&'a FindingReport>,
}

/// The causes of everything that went wrong, gravest first: the fewest that explain it, the widest first. A case counts for one
/// cause; beside that, it counts for one of another sort only if what it found says something the first does not explain.
///
/// Each case is told which causes those are.
pub(crate) fn explain(suite: &Suite, cases: &mut [CaseReport]) -> Vec<Cause> {
    let mut of_cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut causes = Vec::new();
    for Found { cause, looks, cases } in found(suite, cases) {
        for case in cases {
            of_cases.entry(case).or_default().push(cause.id.clone());
        }
        causes.push(Cause { diagnosis: Index::built_in().alike(&looks), ..cause });
    }
    for case in cases {
        case.causes = of_cases.remove(&case.id).unwrap_or_default();
    }
    causes
}

/// What the failures of each cause look like, by its id.
pub(crate) fn looks_of(suite: &Suite, cases: &[CaseReport]) -> BTreeMap<String, Looks> {
    found(suite, cases).into_iter().map(|found| (found.cause.id, found.looks)).collect()
}

/// A cause, what its failures look like, and all the cases that it explains.
struct Found {
    cause: Cause,
    looks: Looks,
    cases: Vec<String>,
}

fn found(suite: &Suite, cases: &[CaseReport]) -> Vec<Found> {
    let mut left = parts(suite, cases);
    join_readings(cases, &mut left);
    let mut found: Vec<(Signature, Vec<Part<'_>>)> = Vec::new();
    while let Some(widest) = widest(&left) {
        let mut explained = Vec::new();
        left.retain_mut(|of_case| {
            let Some(part) = of_case.remove(&widest) else { return true };
            explained.push(part);
            of_case.retain(|signature, _| !widest.kind.explains(signature.kind));
            !of_case.is_empty()
        });
        found.push((widest, explained));
    }
    let of = |(signature, parts): (Signature, Vec<Part<'_>>)| {
        let cause = cause(&signature, &parts)?;
        let cases = parts.iter().map(|part| part.case.id.clone()).collect();
        Some(Found { cause, looks: looks_of_first(&parts), cases })
    };
    let mut causes: Vec<Found> = everywhere(found, cases).into_iter().filter_map(of).collect();
    causes.sort_by_key(|found| (gravity(&found.cause), Reverse(found.cause.count), found.cause.id.clone()));
    causes
}

/// What is wrong in the same way on every operation that was checked is one cause.
fn everywhere<'a>(found: Vec<(Signature, Vec<Part<'a>>)>, cases: &[CaseReport]) -> Vec<(Signature, Vec<Part<'a>>)> {
    let checked: BTreeSet<&str> = cases.iter().map(|case| case.operation.as_str()).collect();
    let alike = |signature: &Signature| {
        let same = found.iter().filter(|(other, _)| (other.kind, &other.about) == (signature.kind, &signature.about));
        same.count()
    };
    let is_everywhere = |signature: &Signature| {
        let of_all = matches!(
            signature.kind,
            Kind::Form | Kind::Status | Kind::Other | Kind::ServerError | Kind::ErrorAsSuccess
        );
        of_all && checked.len() > 1 && alike(signature) == checked.len()
    };
    let whole: BTreeSet<Signature> =
        found.iter().map(|(signature, _)| signature).filter(|signature| is_everywhere(signature)).cloned().collect();
    let mut all: Vec<(Signature, Vec<Part<'a>>)> = Vec::new();
    for (signature, parts) in found {
        let is_same = |other: &Signature| (other.kind, &other.about) == (signature.kind, &signature.about);
        match all.iter_mut().find(|(other, _)| whole.contains(&signature) && is_same(other)) {
            Some((_, known)) => known.extend(parts),
            None => all.push((signature, parts)),
        }
    }
    all
}

/// Everything that each case has found, by the way in which the target is wrong.
fn parts<'a>(suite: &'a Suite, cases: &'a [CaseReport]) -> Vec<BTreeMap<Signature, Part<'a>>> {
    let mut all = Vec::new();
    for case in cases {
        let Some(operation) = suite.operation(&case.operation) else { continue };
        let mut of_case: BTreeMap<Signature, Part<'a>> = BTreeMap::new();
        let new = || Part { case, operation, findings: Vec::new() };
        for finding in &case.findings {
            let signature = Signature::of(suite, operation, finding);
            of_case.entry(signature).or_insert_with(new).findings.push(finding);
        }
        if case.findings.is_empty() {
            let unsaid = match case.outcome {
                Outcome::Flaky => Some(Signature::flaky(operation)),
                Outcome::Fail | Outcome::Warn => Some(Signature::unsaid(operation, case.clauses.first())),
                Outcome::Pass | Outcome::Skip | Outcome::Error => None,
            };
            unsaid.into_iter().for_each(|signature| drop(of_case.insert(signature, new())));
        }
        if !of_case.is_empty() {
            all.push(of_case);
        }
    }
    all
}

/// That no reading explains what a target does with a member is mostly what becomes of another fault there, or of one that
/// shows nearly everywhere: it is the same cause, if there is one.
fn join_readings(cases: &[CaseReport], parts: &mut [BTreeMap<Signature, Part<'_>>]) {
    // What each is about: the members that its cases are about, and those that its findings name.
    let mut known: BTreeMap<Signature, BTreeSet<String>> = BTreeMap::new();
    for (signature, part) in parts.iter().flatten() {
        let clauses = part.case.clauses.iter().chain(part.findings.iter().map(|finding| &finding.clause));
        let fields = clauses.map(|clause| field(topic(part.operation, clause)));
        known.entry(signature.clone()).or_default().extend(fields);
    }
    let of_operation = |name: &str| cases.iter().filter(|case| case.operation == name).count();
    let showing = |wanted: &Signature| parts.iter().filter(|of_case| of_case.contains_key(wanted)).count();
    let is_wide = |signature: &&Signature| showing(signature) * WIDE >= of_operation(&signature.operation);
    let wide: BTreeSet<Signature> = known.keys().filter(is_wide).cloned().collect();
    let host = |reading: &Signature| {
        let of_kind = |kind: Kind| {
            let same = move |other: &&Signature| other.kind == kind && other.operation == reading.operation;
            known.keys().filter(same)
        };
        if reading.about == ENVELOPE {
            return of_kind(Kind::Form).next().cloned();
        }
        let is_about = |other: &&Signature| known.get(*other).is_some_and(|fields| fields.contains(&reading.about));
        let kinds = [Kind::ErrorAsSuccess, Kind::Accepts, Kind::State, Kind::Refuses, Kind::Status];
        let of_member = kinds.into_iter().find_map(|kind| of_kind(kind).find(is_about).cloned());
        of_member
            .or_else(|| kinds.into_iter().find_map(|kind| of_kind(kind).find(|other| wide.contains(*other)).cloned()))
    };
    for of_case in parts {
        let readings: Vec<Signature> = of_case.keys().filter(|one| one.kind == Kind::Reading).cloned().collect();
        for reading in readings {
            if let Some(host) = host(&reading)
                && let Some(part) = of_case.remove(&reading)
            {
                match of_case.get_mut(&host) {
                    Some(known) => known.findings.extend(part.findings),
                    None => drop(of_case.insert(host, part)),
                }
            }
        }
    }
}

/// What explains most of what is left.
fn widest(left: &[BTreeMap<Signature, Part<'_>>]) -> Option<Signature> {
    let mut counts: BTreeMap<&Signature, usize> = BTreeMap::new();
    for signature in left.iter().flat_map(BTreeMap::keys) {
        *counts.entry(signature).or_default() += 1;
    }
    // Of those that explain equally much, the first in order.
    counts
        .into_iter()
        .min_by_key(|(signature, count)| (Reverse(*count), *signature))
        .map(|(signature, _)| signature.clone())
}

fn cause(signature: &Signature, parts: &[Part<'_>]) -> Option<Cause> {
    let operation = parts.first()?.operation;
    let mut operations: Vec<String> = Vec::new();
    for part in parts {
        if !operations.contains(&part.operation.operation.id) {
            operations.push(part.operation.operation.id.clone());
        }
    }
    let findings = || parts.iter().flat_map(|part| part.findings.iter().copied());
    let mut clauses: BTreeMap<&str, usize> = BTreeMap::new();
    // What an error lacks that pretends to be a success is not what is wrong with it.
    let tells = |finding: &FindingReport| signature.kind != Kind::ErrorAsSuccess || status_in(&finding.seen).is_some();
    for finding in findings() {
        *clauses.entry(&finding.clause).or_default() += usize::from(tells(finding));
    }
    for flaky in parts.iter().filter(|part| part.findings.is_empty()).filter_map(|part| part.case.flaky.as_ref()) {
        *clauses.entry(&flaky.clause).or_default() += 1;
    }
    let mut clauses: Vec<(&str, usize)> = clauses.into_iter().collect();
    clauses.sort_by_key(|(id, count)| (Reverse(*count), *id));
    let first = clauses.first().map(|(id, _)| *id);
    let example = parts.iter().min_by_key(|part| size(part, first))?;
    let telling = telling(example, first);
    let level = findings().map(|finding| finding.level).min();
    let told = |of_finding: fn(&FindingReport) -> &String, of_case: &Option<String>| {
        telling.map(of_finding).or(of_case.as_ref()).cloned().unwrap_or_default()
    };
    let valid = &operation.operation.valid;
    let shared = shared(parts.iter().map(|part| (part.case, part.findings.as_slice())), valid);
    let is_flaky = parts.iter().all(|part| part.case.outcome == Outcome::Flaky);
    let exchange = telling.and_then(|finding| finding.exchange).filter(|at| *at < example.case.exchanges.len());
    Some(Cause {
        id: signature.id(operation, operations.len() > 1),
        title: title(
            signature,
            operation,
            &Telling {
                clauses: &clauses,
                about: &about(parts),
                shared: shared.as_ref(),
                is_everywhere: operations.len() > 1,
            },
        ),
        level: level.unwrap_or(Level::Should),
        flaky: is_flaky,
        rate: rate(parts).filter(|_| is_flaky),
        operations,
        clauses: clauses.iter().map(|(id, _)| (*id).to_owned()).collect(),
        count: parts.len(),
        cases: parts.iter().take(NAMED).map(|part| part.case.id.clone()).collect(),
        expected: told(|finding| &finding.allowed, &example.case.allowed),
        observed: told(|finding| &finding.seen, &example.case.seen),
        example: CauseExample {
            case: example.case.id.clone(),
            exchange,
            curl: example.case.curl.clone(),
            replay: example.case.replay.clone(),
        },
        diagnosis: Vec::new(),
        shared: shared.map(|shared| shared.told()),
        observations: observations(parts.iter().map(|part| (part.case, part.findings.as_slice()))),
        standing: None,
    })
}

/// The clauses that these cases are about, the most frequent first.
fn about<'a>(parts: &[Part<'a>]) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in parts.iter().filter_map(|part| part.case.clauses.first()) {
        *counts.entry(id).or_default() += 1;
    }
    let mut all: Vec<(&str, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(id, count)| (Reverse(*count), *id));
    all.into_iter().map(|(id, _)| id).collect()
}

/// In how many tries of these cases something went wrong.
fn rate(parts: &[Part<'_>]) -> Option<Rate> {
    let each = parts.iter().filter_map(|part| part.case.flaky.as_ref());
    let sum = each.fold(Rate::default(), |sum, one| Rate {
        failed: sum.failed.saturating_add(one.failed),
        tries: sum.tries.saturating_add(one.tries),
    });
    (sum.tries > 0).then_some(sum)
}

/// What they look like on the first operation concerned: known faults are each of one.
fn looks_of_first(parts: &[Part<'_>]) -> Looks {
    let first = parts.first().map(|part| &part.operation.operation.id);
    let of_first = parts.iter().filter(|part| Some(&part.operation.operation.id) == first);
    looks(of_first.flat_map(|part| part.findings.iter().map(|finding| (part.case, *finding))))
}

/// The finding that says most of what went wrong in a case.
fn telling<'a>(part: &Part<'a>, first: Option<&str>) -> Option<&'a FindingReport> {
    let is_other = |finding: &FindingReport| Some(finding.clause.as_str()) != first;
    part.findings.iter().copied().min_by_key(|finding| (finding.level, is_other(finding), finding.seen.len()))
}

/// Examples are small: a grave finding, of what the title says, nothing generated, few exchanges, a short request of plain
/// characters.
fn size<'a>(part: &Part<'a>, first: Option<&str>) -> impl Ord + use<'a> {
    let CaseReport { exchanges, generated, id, .. } = part.case;
    let level = part.findings.iter().map(|finding| finding.level).min().unwrap_or(Level::Should);
    let is_other = !part.findings.iter().any(|finding| Some(finding.clause.as_str()) == first);
    let bodies = || exchanges.iter().filter_map(|exchange| exchange.request_body.as_deref());
    let unusual = bodies().map(unusual_in).max().unwrap_or_default();
    let sent = bodies().map(str::len).max().unwrap_or_default();
    (level, is_other, generated.is_some(), exchanges.len(), unusual, sent, id)
}

/// A must, then an open clause that nothing explains, then what is not the same each time, then a should.
fn gravity(cause: &Cause) -> u8 {
    match (cause.flaky, cause.level) {
        (true, _) => 2,
        (false, Level::Must) => 0,
        (false, Level::Open) => 1,
        (false, Level::Should) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ExchangeReport, Flakiness};
    use crate::suite::DataSource;

    fn causes(suite: &Suite, cases: &[CaseReport]) -> Vec<Cause> {
        explain(suite, &mut cases.to_vec())
    }

    fn suite() -> Suite {
        Suite::load(&DataSource::embedded().unwrap()).unwrap()
    }

    fn finding(suite: &Suite, clause: &str, allowed: &str, seen: &str) -> FindingReport {
        let (_, known) = suite.clause(clause).unwrap_or_else(|| unreachable!("{clause}"));
        FindingReport {
            clause: clause.to_owned(),
            level: known.level,
            wording: known.wording.clone(),
            source: String::new(),
            allowed: allowed.to_owned(),
            seen: seen.to_owned(),
            exchange: None,
        }
    }

    fn case(id: &str, operation: &str, findings: Vec<FindingReport>) -> CaseReport {
        let outcome = if findings.is_empty() { Outcome::Pass } else { Outcome::Fail };
        CaseReport { outcome, findings, ..CaseReport::passed(operation, id) }
    }

    const CREATE: &str = "CreateSecretTag";
    const KMS: &str = "CreateKmsTag";

    fn ids(causes: &[Cause]) -> Vec<(&str, usize)> {
        causes.iter().map(|cause| (cause.id.as_str(), cause.count)).collect()
    }

    #[test]
    fn what_one_fault_breaks_is_one_cause_whatever_the_clauses() {
        let suite = suite();
        let accepts = |clause: &str| vec![finding(&suite, clause, "refused with status 400", "status 204")];
        let open =
            finding(&suite, "csms.create-secret-tag.key.character-unit", "reading bytes: status 400", "status 204");
        let cases = [
            case("a", CREATE, accepts("csms.create-secret-tag.key.max-length")),
            case("b", CREATE, accepts("csms.create-secret-tag.key.max-length")),
            case("c", CREATE, accepts("csms.create-secret-tag.key.characters")),
            case("d", CREATE, vec![open]),
            case("e", CREATE, Vec::new()),
        ];
        let causes = causes(&suite, &cases);
        assert_eq!(ids(&causes), [("csms.create-secret-tag.accepts.key", 4)]);
        assert_eq!(causes[0].clauses[0], "csms.create-secret-tag.key.max-length", "the most frequent one");
        assert_eq!((causes[0].level, causes[0].example.case.as_str()), (Level::Must, "a"));
        assert!(
            causes[0].title.starts_with("CreateSecretTag accepts what it should refuse: A tag key"),
            "{}",
            causes[0].title
        );
    }

    /// A case whose request has this body.
    fn with_body(suite: &Suite, id: &str, clause: &str, (allowed, seen): (&str, &str), body: &str) -> CaseReport {
        let exchange = ExchangeReport { request_body: Some(body.to_owned()), ..ExchangeReport::default() };
        let finding = FindingReport { exchange: Some(0), ..finding(suite, clause, allowed, seen) };
        let clauses = vec![clause.to_owned()];
        CaseReport { clauses, exchanges: vec![exchange], ..case(id, CREATE, vec![finding]) }
    }

    #[test]
    fn the_example_is_plain_and_about_what_the_title_quotes() {
        let suite = suite();
        let accepts = ("refused with status 400", "status 204");
        let length = "csms.create-secret-tag.key.max-length";
        let cases = [
            with_body(&suite, "a/other", "csms.create-secret-tag.key.characters", accepts, r#"{"tag":{"key":"a"}}"#),
            with_body(&suite, "b/blanks", length, accepts, r#"{"tag":{"key":"a  b"}}"#),
            with_body(&suite, "c/plain", length, accepts, r#"{"tag":{"key":"aaaaaaaaaa"}}"#),
        ];
        let causes = causes(&suite, &cases);
        assert_eq!((causes.len(), causes[0].example.case.as_str()), (1, "c/plain"));
        assert!(causes[0].title.contains("at most 128 characters"), "{}", causes[0].title);
    }

    #[test]
    fn a_refusal_is_told_by_what_is_refused() {
        let suite = suite();
        let refuses = ("accepted with status 204", "status 400 with `{}`");
        let stored = |id: &str, body: &str| with_body(&suite, id, "csms.create-secret-tag.stored", refuses, body);
        let slashes = [
            stored("a", r#"{"tag":{"key":"k","value":"1/2"}}"#),
            stored("b", r#"{"tag":{"key":"k","value":"/ x"}}"#),
            stored("c", r#"{"tag":{"key":"k.k","value":"é/"}}"#),
        ];
        let told = &causes(&suite, &slashes)[0];
        assert_eq!(told.title, "CreateSecretTag refuses what it should accept: `/` (U+002F) in /tag/value");
        assert_eq!(told.shared.as_deref(), Some("each of 3 requests has `/` (U+002F) in /tag/value"));
        // Else by what the cases are about, if the clause broken is about any request.
        let mut long = stored("d", r#"{"tag":{"key":"k","value":"v"}}"#);
        long.clauses = vec!["csms.create-secret-tag.key.max-length".to_owned()];
        let told = &causes(&suite, &[long])[0];
        assert!(
            told.title.ends_with("A tag key has at most 128 characters") && told.shared.is_none(),
            "{}",
            told.title
        );
    }

    #[test]
    fn what_is_flaky_each_time_is_told_with_its_rate() {
        let suite = suite();
        let refuses = ("accepted with status 204", "status 500");
        let flaky = |id: &str, failed, tries| {
            let clause = "csms.create-secret-tag.stored";
            let flaky = Some(Flakiness { clause: clause.to_owned(), failed, tries });
            CaseReport { outcome: Outcome::Flaky, flaky, ..with_body(&suite, id, clause, refuses, "{}") }
        };
        let all = &causes(&suite, &[flaky("a", 1, 3), flaky("b", 2, 4)])[0];
        assert_eq!((all.flaky, all.rate), (true, Some(Rate { failed: 3, tries: 7 })));
        assert!(!all.is_failure() && all.level == Level::Must);
        let failing = CaseReport { outcome: Outcome::Fail, flaky: None, ..flaky("c", 1, 2) };
        let both = &causes(&suite, &[flaky("a", 1, 3), failing])[0];
        assert_eq!((&both.id, both.flaky, both.rate), (&all.id, false, None), "one of them fails each time");
    }

    #[test]
    fn faults_of_different_kinds_keep_causes_of_their_own() {
        let suite = suite();
        let form = || {
            let allowed = "`/error/error_msg`, of type string";
            finding(&suite, "csms.create-secret-tag.error.400.error_msg", allowed, "`{}`")
        };
        let accepts =
            || finding(&suite, "csms.create-secret-tag.key.max-length", "refused with status 400", "status 204");
        let stored = finding(&suite, "kms.create-kms-tag.stored", "exactly what was sent", "\"k\" is missing");
        let many = (0..9).map(|nth| case(&format!("form-{nth}"), CREATE, vec![form()]));
        let cases: Vec<CaseReport> =
            many.chain([case("both", CREATE, vec![form(), accepts()]), case("kms", KMS, vec![stored])]).collect();
        let causes = causes(&suite, &cases);
        let expected = [
            ("csms.create-secret-tag.form.error.error_msg", 10),
            ("csms.create-secret-tag.accepts.key", 1),
            ("kms.create-kms-tag.state", 1),
        ];
        assert_eq!(ids(&causes), expected, "what the form of answers does not explain counts beside it");
    }

    #[test]
    fn what_every_operation_does_wrong_is_one_cause() {
        let suite = suite();
        let without = |clause: &str| vec![finding(&suite, clause, "`/error`, of type object", "`{}`")];
        let wrong = [
            case("a", CREATE, without("csms.create-secret-tag.error.400.error")),
            case("b", CREATE, without("csms.create-secret-tag.error.401.error")),
            case("c", KMS, without("kms.create-kms-tag.error.400.error")),
        ];
        let causes = causes(&suite, &wrong);
        assert_eq!(ids(&causes), [("every-operation.form.error.error", 3)]);
        assert_eq!(causes[0].operations, [CREATE, KMS]);
        let beside = case("d", "CreateSecretEvent", Vec::new());
        let some = self::causes(&suite, &[wrong.to_vec(), vec![beside]].concat());
        assert_eq!(some.len(), 2, "not every operation does so");
    }

    #[test]
    fn nothing_wrong_has_no_cause_and_what_is_flaky_has_one() {
        let suite = suite();
        assert!(causes(&suite, &[case("a", CREATE, Vec::new())]).is_empty());
        let flaky = CaseReport { outcome: Outcome::Flaky, ..CaseReport::passed(CREATE, "f") };
        let causes = causes(&suite, &[flaky]);
        assert_eq!(ids(&causes), [("csms.create-secret-tag.state", 1)]);
        assert!(causes[0].flaky);
    }
}
