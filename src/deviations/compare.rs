use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::causes::{EVERYWHERE, general};
use crate::model::{FlakyPolicy, Outcome, Verdict};
use crate::report::{CaseReport, Cause, EntryState, Report, StandingKind};
use crate::suite::SENTINEL;

use super::entry::{Entry, KnownDeviations, Subject};
use super::whole::unfit;

/// How the causes and entries of a night stand to each other.
pub(super) struct Comparison {
    /// For each cause of the report: how it stands, what to say of it, and the entry that speaks of it.
    pub(super) causes: Vec<(StandingKind, String, Option<usize>)>,
    /// For each entry: what became of it, and why.
    pub(super) entries: Vec<(EntryState, String)>,
}

/// Holds the entries against a report, on a day.
pub(super) fn compare(known: &KnownDeviations, report: &Report, today: Date) -> Comparison {
    let night = Night { known: &known.entries, report, today };
    let causes: Vec<_> = report.causes.iter().map(|cause| night.standing(cause)).collect();
    let entries = known.entries.iter().map(|entry| night.state(entry, &causes)).collect();
    Comparison { causes, entries }
}

struct Night<'a> {
    known: &'a [Entry],
    report: &'a Report,
    today: Date,
}

impl Night<'_> {
    fn standing(&self, cause: &Cause) -> (StandingKind, String, Option<usize>) {
        let cases = self.cases_of(cause);
        let (in_force, expired): (Vec<usize>, Vec<usize>) = (0..self.known.len())
            .filter(|nth| self.applies(&self.known[*nth]) && names(&self.known[*nth], cause, &cases))
            .partition(|nth| self.known[*nth].until >= self.today);
        let all = [in_force.as_slice(), expired.as_slice()].concat();
        if self.is_covered(cause, &cases, &in_force) {
            let change = in_force.iter().find_map(|nth| Some((self.change(&self.known[*nth], cause)?, *nth)));
            return match change {
                Some((change, nth)) => (StandingKind::Changed, change, Some(nth)),
                None => (StandingKind::Known, String::new(), in_force.first().copied()),
            };
        }
        if self.is_covered(cause, &cases, &all) {
            let nth = expired.first().copied();
            let day = nth.map(|nth| self.known[nth].until.to_string()).unwrap_or_default();
            return (StandingKind::Expired, format!("its entry counted until {day}"), nth);
        }
        let detail = match all.first() {
            Some(nth) => format!("a part of it is known (line {}), and another is not", self.known[*nth].line),
            None => String::new(),
        };
        (StandingKind::New, detail, None)
    }

    /// Whether the target follows the readings that an entry is about.
    fn applies(&self, entry: &Entry) -> bool {
        self.other_reading(entry).is_none()
    }

    fn other_reading(&self, entry: &Entry) -> Option<String> {
        let follows = |clause: &str, name: &str| {
            self.report.readings.iter().any(|known| known.clause == clause && known.determined.as_deref() == Some(name))
        };
        entry.readings.iter().find(|(clause, name)| !follows(clause, name)).map(|(clause, name)| {
            format!("it is about targets that follow the reading {name} of {clause}, and this one was not seen to")
        })
    }

    fn cases_of(&self, cause: &Cause) -> Vec<&CaseReport> {
        let of_cause = |case: &&CaseReport| case.causes.contains(&cause.id) || cause.cases.contains(&case.id);
        self.report.cases.iter().filter(of_cause).collect()
    }

    /// Whether these entries together name all that a cause explains.
    fn is_covered(&self, cause: &Cause, cases: &[&CaseReport], entries: &[usize]) -> bool {
        let of_cause = |entry: &Entry| matches!(&entry.subject, Subject::Cause(id) if *id == cause.id);
        if entries.iter().any(|nth| of_cause(&self.known[*nth]) && self.known[*nth].operation.is_none()) {
            return true;
        }
        !cases.is_empty()
            && cases.iter().all(|case| {
                let here = || {
                    let of_operation = |entry: &&Entry| entry.operation.as_ref().is_none_or(|id| *id == case.operation);
                    entries.iter().map(|nth| &self.known[*nth]).filter(of_operation)
                };
                let clauses = clauses_of(case, cause);
                let is_listed =
                    |clause: &&str| here().any(|e| matches!(&e.subject, Subject::Clause(id) if id == clause));
                here().any(|entry| of_cause(entry) || matches!(&entry.subject, Subject::Case(id) if *id == case.id))
                    || (!clauses.is_empty() && clauses.iter().all(is_listed))
            })
    }

    /// What is otherwise than when the entry was recorded, if anything is.
    fn change(&self, entry: &Entry, cause: &Cause) -> Option<String> {
        if cause.flaky && entry.flaky == Some(FlakyPolicy::Fail) {
            return Some("it is not the same each time, which its entry does not allow".to_owned());
        }
        if entry.observed.is_empty() {
            return None;
        }
        let seen: BTreeSet<String> = match &entry.subject {
            Subject::Cause(_) => cause.observations.iter().map(|one| one.observed.clone()).collect(),
            Subject::Clause(id) => {
                cause.observations.iter().filter(|one| one.clause == *id).map(|one| one.observed.clone()).collect()
            }
            Subject::Case(id) => {
                let case = self.report.cases.iter().find(|case| case.id == *id);
                case.and_then(|case| case.seen.as_deref()).map(general).into_iter().collect()
            }
        };
        if let Some(other) = seen.iter().find(|one| !entry.observed.contains(one)) {
            return Some(format!("observed: {other}; recorded: {}", entry.observed.join(" or ")));
        }
        self.further(entry, cause)
    }

    /// What a cause breaks beyond what was recorded of it: another fault may show as the same cause. Generated input is left
    /// out: it differs from night to night.
    fn further(&self, entry: &Entry, cause: &Cause) -> Option<String> {
        if !matches!(entry.subject, Subject::Cause(_)) || entry.clauses.is_empty() || self.report.fuzz.is_some() {
            return None;
        }
        let fixed = self.cases_of(cause).into_iter().filter(|case| case.generated.is_none());
        let broken: BTreeSet<&str> = fixed.flat_map(|case| clauses_of(case, cause)).collect();
        let further: Vec<&str> =
            broken.into_iter().filter(|id| !entry.clauses.iter().any(|known| known == id)).collect();
        let first = further.first()?;
        let more = if further.len() > 1 { format!(" and {} more", further.len() - 1) } else { String::new() };
        Some(format!("it breaks {first}{more}, too; recorded: {}", entry.clauses.join(", ")))
    }

    fn state(&self, entry: &Entry, causes: &[(StandingKind, String, Option<usize>)]) -> (EntryState, String) {
        if let Some(why) = self.other_reading(entry) {
            return (EntryState::Unobservable, why);
        }
        let named =
            self.report.causes.iter().zip(causes).filter(|(cause, _)| names(entry, cause, &self.cases_of(cause)));
        let mut shows = false;
        for (cause, (kind, detail, _)) in named {
            shows = true;
            if *kind == StandingKind::Changed && self.change(entry, cause).is_some() {
                return (EntryState::Changed, detail.clone());
            }
        }
        if shows && entry.until < self.today {
            return (EntryState::Expired, format!("it counted until {}: what it names counts again", entry.until));
        }
        if shows { (EntryState::Known, String::new()) } else { self.unseen(entry) }
    }

    /// Of an entry that does not show: whether it is gone, or could not be seen.
    fn unseen(&self, entry: &Entry) -> (EntryState, String) {
        let unobservable = |why: String| (EntryState::Unobservable, why);
        if let Some(why) = unfit(self.report) {
            return unobservable(why);
        }
        if self.report.fuzz.is_some() {
            return unobservable("fuzzing came to no such find".to_owned());
        }
        if entry.generated {
            return unobservable("only generated input has shown it, and that of this run did not".to_owned());
        }
        let stale = |what: &str| (EntryState::Stale, format!("{what}: remove the entry in line {}", entry.line));
        let case = |id: &str| self.report.cases.iter().find(|case| case.id == id);
        let could_not_run = |id: &str| {
            let case = case(id).filter(|case| matches!(case.outcome, Outcome::Skip | Outcome::Error))?;
            Some(format!("{id} could not be judged: {}", case.reason.as_deref().unwrap_or("no reason recorded")))
        };
        let comes_and_goes = matches!(entry.flaky, Some(FlakyPolicy::Pass | FlakyPolicy::Warn));
        if comes_and_goes {
            return unobservable("it comes and goes, and did not show".to_owned());
        }
        if let Subject::Case(id) = &entry.subject {
            return match case(id).map(|case| case.outcome) {
                Some(Outcome::Pass) => stale("the case passed"),
                Some(Outcome::Skip | Outcome::Error) => unobservable(could_not_run(id).unwrap_or_default()),
                Some(_) => unobservable("what the case found is told otherwise".to_owned()),
                None => unobservable("the case was not run".to_owned()),
            };
        }
        if let Some(example) = &entry.example {
            // Of values that are sent in turn, it is that of another seed; what tells of losses is there only with them.
            if case(example).is_none() && !example.ends_with(SENTINEL) {
                return unobservable(format!("{example}, which has shown it, was not run"));
            }
            if let Some(why) = could_not_run(example) {
                return unobservable(why);
            }
        }
        self.of_clauses(entry)
    }

    /// What its clauses say of an entry that does not show.
    fn of_clauses(&self, entry: &Entry) -> (EntryState, String) {
        let is_named = |id: &str| match &entry.subject {
            Subject::Clause(named) => named == id,
            Subject::Cause(cause) if entry.clauses.is_empty() => is_of_cause(id, cause),
            _ => entry.clauses.iter().any(|named| named == id),
        };
        let of_operation = |operation: &str| entry.operation.as_ref().is_none_or(|id| id == operation);
        let clauses =
            || self.report.clauses.iter().filter(|clause| is_named(&clause.id) && of_operation(&clause.operation));
        let broken: Vec<&str> =
            clauses().filter(|clause| clause.verdict == Verdict::Violated).map(|clause| clause.id.as_str()).collect();
        if !broken.is_empty() {
            let is_other = |cause: &&Cause| cause.clauses.iter().any(|id| broken.contains(&id.as_str()));
            let other = self.report.causes.iter().find(is_other).map_or("another cause", |cause| cause.id.as_str());
            return (EntryState::Hidden, format!("its clauses are broken by {other}"));
        }
        let unobservable = clauses().find(|clause| clause.verdict == Verdict::Unobservable);
        if let Some(clause) = unobservable {
            let why = clause.reason.as_deref().unwrap_or("it could not be checked");
            return (EntryState::Unobservable, format!("{}: {why}", clause.id));
        }
        if clauses().any(|clause| clause.evidence.held > 0) {
            let told = format!("its clauses were observed, and held: remove the entry in line {}", entry.line);
            return (EntryState::Stale, told);
        }
        (EntryState::Unobservable, "nothing of this run came to its clauses".to_owned())
    }
}

/// Whether an entry names something of a cause.
fn names(entry: &Entry, cause: &Cause, cases: &[&CaseReport]) -> bool {
    let of_operation = |case: &CaseReport| entry.operation.as_ref().is_none_or(|id| *id == case.operation);
    match &entry.subject {
        Subject::Cause(id) => {
            *id == cause.id && entry.operation.as_ref().is_none_or(|operation| cause.operations.contains(operation))
        }
        Subject::Clause(id) => {
            cause.clauses.contains(id)
                && (entry.operation.is_none()
                    || cases.iter().any(|case| of_operation(case) && clauses_of(case, cause).contains(&id.as_str())))
        }
        Subject::Case(id) => cases.iter().any(|case| case.id == *id && of_operation(case)),
    }
}

/// The clauses that a case breaks, of those that a cause is about.
fn clauses_of<'c>(case: &'c CaseReport, cause: &Cause) -> Vec<&'c str> {
    let found =
        case.findings.iter().map(|finding| &finding.clause).chain(case.flaky.as_ref().map(|flaky| &flaky.clause));
    found.filter(|clause| cause.clauses.contains(clause)).map(String::as_str).collect()
}

/// Whether a clause is one that a cause can break, as far as its id tells: `csms.x.accepts.key` is about `csms.x.key…`.
fn is_of_cause(clause: &str, cause: &str) -> bool {
    let split = |id: &str| {
        let mut parts = id.splitn(3, '.');
        let operation = format!("{}.{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        (operation, parts.next().unwrap_or_default().to_owned())
    };
    let (operation, topic) = split(clause);
    let rest = match cause.strip_prefix(EVERYWHERE) {
        Some(rest) => rest.trim_start_matches('.').to_owned(),
        None => match split(cause) {
            (of, rest) if of == operation => rest,
            _ => return false,
        },
    };
    let about = rest.split_once('.').map_or("", |(_, about)| about);
    // A member of an answer is the same whatever its status.
    let is_status = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let topic = topic.split('.').filter(|part| !is_status(part)).collect::<Vec<_>>().join(".");
    about.is_empty() || topic == about || topic.starts_with(&format!("{about}."))
}

#[cfg(test)]
mod tests {
    use super::is_of_cause;

    #[test]
    fn the_id_of_a_cause_tells_its_clauses() {
        for (clause, cause, expected) in [
            ("csms.create-secret-tag.key.max-length", "csms.create-secret-tag.accepts.key", true),
            ("csms.create-secret-tag.value.max-length", "csms.create-secret-tag.accepts.key", false),
            ("kms.create-kms-tag.key.max-length", "csms.create-secret-tag.accepts.key", false),
            ("csms.create-secret-tag.error.400.error_msg", "csms.create-secret-tag.form.error.error_msg", true),
            ("kms.create-kms-tag.error.401.error_msg", "every-operation.form.error.error_msg", true),
            ("kms.create-kms-tag.stored", "kms.create-kms-tag.refuses", true),
            ("kms.create-kms-tag.keyring", "kms.create-kms-tag.accepts.key", false),
        ] {
            assert_eq!(is_of_cause(clause, cause), expected, "{clause} of {cause}");
        }
    }
}
