use std::collections::{BTreeMap, BTreeSet};

use super::{
    Answer, CaseSpec, Clause, Constraint, DataError, Located, Need, OperationSuite, Origin, StatusRule, StepSpec, Suite,
};
use crate::model::Level;
use crate::suite::fixture::FixtureKind;

/// Looks for mistakes that a parser cannot see: dangling and duplicate ids, clauses without source,
/// open clauses without readings, fixtures that nothing uses.
pub fn lint(suite: &Suite) -> Vec<DataError> {
    let mut lint = Lint { suite, errors: Vec::new() };
    lint.unique_ids();
    for operation in &suite.operations {
        lint.operation(operation);
        for clause in &operation.clauses {
            lint.clause(operation, clause);
        }
        for case in &operation.cases {
            lint.case(operation, case);
        }
    }
    lint.fixtures();
    lint.errors
}

/// Longer texts are no example of anything that a table documents.
const MOST_CHARACTERS: usize = 100_000;

struct Lint<'a> {
    suite: &'a Suite,
    errors: Vec<DataError>,
}

impl Lint<'_> {
    fn error(&mut self, origin: &Origin, message: String) {
        self.errors.push(DataError::new(origin.clone(), message));
    }

    fn unique_ids(&mut self) {
        let mut seen: BTreeMap<String, Origin> = BTreeMap::new();
        let suite = self.suite;
        let ids = suite.operations.iter().flat_map(|op| {
            let clauses = op.clauses.iter().map(|c| (format!("clause {}", c.id), &c.origin));
            let cases = op.cases.iter().map(|c| (format!("case {}", c.id), &c.origin));
            clauses.chain(cases)
        });
        for (id, origin) in ids {
            if let Some(first) = seen.get(&id) {
                self.error(origin, format!("there is a second {id}; the first is at {first}"));
            } else {
                seen.insert(id, origin.clone());
            }
        }
    }

    fn operation(&mut self, op: &OperationSuite) {
        if op.clauses.is_empty() || !op.operation.path.starts_with('/') {
            self.errors.push(DataError::file(&op.file, "an operation needs clauses, and a path that begins with `/`"));
        }
    }

    fn clause(&mut self, op: &OperationSuite, clause: &Located<Clause>) {
        let origin = &clause.origin;
        self.id(op, &clause.id, origin);
        if clause.source.is_empty() {
            self.error(origin, format!("clause {} has no source", clause.id));
        }
        let mut binding = false;
        for source in &clause.source {
            match self.suite.documents.iter().find(|d| d.id == source.document) {
                None => self.error(origin, format!("document `{}` is not declared in documents.toml", source.document)),
                Some(document) => {
                    binding |= document.binding;
                    if source.table.is_some_and(|t| t == 0 || t > document.tables) {
                        self.error(origin, format!("{} has no table {:?}", source.document, source.table));
                    }
                }
            }
        }
        if clause.level == Level::Must && !binding {
            self.error(origin, format!("clause {} is a must, but no binding document is its source", clause.id));
        }
        if (clause.level == Level::Open) != (clause.readings.len() >= 2) {
            let problem = format!("clause {}: `open` clauses have two or more readings, others none", clause.id);
            self.error(origin, problem);
        }
        if clause.wording.trim().is_empty() || !clause.wording.ends_with('.') {
            self.error(origin, format!("clause {}: the wording is one sentence that ends with a full stop", clause.id));
        }
        if clause.monitored && clause.judge.is_none() {
            self.error(origin, format!("clause {} is monitored, but has no judge that watches", clause.id));
        }
        if let Some(constraint) = &clause.constraint {
            self.constraint(op, clause, constraint);
        }
        if let Some(disputed) = &clause.disputed {
            if clause.level != Level::Open {
                self.error(origin, format!("clause {} is not open, so nothing about it is disputed", clause.id));
            }
            self.pointer(op, clause, &disputed.field);
        }
    }

    fn constraint(&mut self, op: &OperationSuite, clause: &Located<Clause>, constraint: &Constraint) {
        let rules = [
            constraint.mandatory.is_some(),
            constraint.kind.is_some(),
            constraint.min_length.is_some(),
            constraint.max_length.is_some(),
            constraint.characters.is_some(),
            constraint.first_not.is_some(),
            constraint.last_not.is_some(),
            constraint.one_of.is_some(),
            constraint.unique_items.is_some(),
            constraint.min_items.is_some(),
            constraint.well_formed.is_some(),
            constraint.utf8.is_some(),
        ];
        if rules.iter().filter(|set| **set).count() != 1 {
            self.error(&clause.origin, format!("the constraint of {} states one rule, no more and no less", clause.id));
        }
        self.pointer(op, clause, &constraint.field);
        self.bounds(clause, constraint);
    }

    /// What admits nothing is no fact about a field, and no case could be made of it.
    fn bounds(&mut self, clause: &Located<Clause>, constraint: &Constraint) {
        let words = constraint.one_of.as_ref();
        let problem = if constraint.max_length == Some(0) {
            "a greatest length is 1 or more"
        } else if constraint.max_length.is_some_and(|most| most > MOST_CHARACTERS)
            || constraint.min_length.is_some_and(|least| least > MOST_CHARACTERS)
        {
            "a length is 100000 or less"
        } else if words.is_some_and(Vec::is_empty) {
            "an enumeration has words"
        } else if words.is_some_and(|words| words.iter().any(String::is_empty)) {
            "a word of an enumeration is not empty"
        } else {
            return;
        };
        self.error(&clause.origin, format!("the constraint of {} cannot be: {problem}", clause.id));
    }

    /// A field that a clause speaks of is in the valid body.
    fn pointer(&mut self, op: &OperationSuite, clause: &Located<Clause>, field: &str) {
        let valid: Result<serde_json::Value, _> = serde_json::from_str(&op.operation.valid);
        match valid {
            Err(e) => self.errors.push(DataError::file(&op.file, format!("`valid` is not JSON: {e}"))),
            Ok(valid) => {
                if valid.pointer(&field.replace('*', "0")).is_none() {
                    let problem = format!("`{field}` is not in the valid body of {}", op.operation.id);
                    self.error(&clause.origin, problem);
                }
            }
        }
    }

    fn case(&mut self, op: &OperationSuite, case: &Located<CaseSpec>) {
        let origin = case.origin.clone();
        self.id(op, &case.id, &origin);
        if !case.id.contains('/') {
            self.error(&origin, format!("case {} needs a `/` before what is tested", case.id));
        }
        if case.clauses.is_empty() {
            self.error(&origin, format!("case {} checks no clause", case.id));
        }
        // A condition may speak of another operation that the case's requests go to.
        let known = |id: &String| self.suite.clause(id).is_some();
        if let Some(id) = case.when.keys().find(|id| !known(id)) {
            self.error(&origin, format!("case {} depends on the clause {id}, which there is not", case.id));
        }
        for id in &case.clauses {
            if op.clause(id).is_none() {
                self.error(&origin, format!("case {} names the clause {id}, which {} does not have", case.id, op.file));
            }
        }
        for (id, readings) in &case.when {
            for reading in readings {
                self.reading(op, &origin, id, reading);
            }
        }
        for step in &case.steps {
            self.step(op, case, step);
        }
        if !case.steps.iter().any(|s| s.expect.is_some() || !s.readings.is_empty()) {
            self.error(&origin, format!("case {} expects nothing, so it cannot fail", case.id));
        }
    }

    fn step(&mut self, op: &OperationSuite, case: &Located<CaseSpec>, step: &StepSpec) {
        let origin = case.origin.clone();
        let doings = [
            step.setup.is_some(),
            step.remove.is_some(),
            step.fill.is_some(),
            step.body.is_some(),
            step.fixture.is_some(),
            step.race.is_some(),
            step.hidden,
            step.looks.is_some(),
            step.shown,
            step.no_body,
        ];
        if doings.iter().filter(|set| **set).count() != 1 {
            let problem =
                "a step has exactly one of setup, remove, fill, body, fixture, race, looks, shown, hidden, no-body";
            self.error(&origin, format!("case {}: {problem}", case.id));
        }
        let method =
            step.method.as_deref().is_some_and(|m| m.is_empty() || !m.chars().all(|c| c.is_ascii_alphabetic()));
        if method {
            self.error(&origin, format!("case {}: a method is letters", case.id));
        }
        let has_second = case.needs.iter().any(|need| matches!(need, Need::SecondResource | Need::OtherKind));
        if step.second && !has_second {
            let problem = "a step that goes to the second resource needs `second-resource` or `other-kind`";
            self.error(&origin, format!("case {}: {problem}", case.id));
        }
        let judged = step.expect.is_some() || !step.readings.is_empty();
        let prepares = step.setup.is_some() || step.remove.is_some() || step.looks.is_some() || step.shown;
        if (!prepares && step.fill.is_none() && !judged) || (prepares && judged) {
            let problem = "a step that sends has `expect` or `readings`, a set-up, a removal or looks neither";
            self.error(&origin, format!("case {}: {problem}", case.id));
        }
        if step.remove.is_some() && !case.needs.contains(&Need::Delete) {
            self.error(&origin, format!("case {}: a step that removes needs `delete`", case.id));
        }
        if (step.looks.is_some() || step.shown) && !case.needs.contains(&Need::List) {
            self.error(&origin, format!("case {}: a step that looks needs `list`", case.id));
        }
        if let Some(parameter) = step.literal.keys().find(|parameter| !step.path.contains_key(*parameter)) {
            self.error(&origin, format!("case {}: `path` does not say what `{parameter}` counts as", case.id));
        }
        if let Some(id) = &step.fixture
            && self.suite.fixture(id).is_none()
        {
            self.error(&origin, format!("case {} sends the fixture {id}, which is not there", case.id));
        }
        if let Some(id) = &step.operation
            && self.suite.operation(id).is_none()
        {
            self.error(&origin, format!("case {} sends the operation {id}, which is not there", case.id));
        }
        if !step.readings.is_empty() {
            let probed = case.clauses.first().and_then(|id| op.clause(id));
            let stated: BTreeSet<_> = probed.map(|c| c.readings.keys().collect()).unwrap_or_default();
            let predicted: BTreeSet<_> = step.readings.keys().collect();
            if stated != predicted {
                let problem = format!("case {} predicts {predicted:?}, but its clause has {stated:?}", case.id);
                self.error(&origin, problem);
            }
        }
        for expect in step.expect.iter().chain(step.readings.values()) {
            if let StatusRule::ByClause(reference) = &expect.status {
                let id = reference.trim_start_matches('@');
                match op.clause(id) {
                    None => {
                        self.error(&origin, format!("case {} refers to the clause {id}, which is not there", case.id))
                    }
                    Some(clause) if clause.readings.keys().any(|name| name.parse::<u16>().is_err()) => {
                        self.error(&origin, format!("the readings of {id} are not statuses"));
                    }
                    Some(_) => {}
                }
            }
            if expect.answer != Answer::Accepted && !expect.or_refused.is_empty() {
                let problem = "what may also be refused is otherwise accepted";
                self.error(&origin, format!("case {}: {problem}", case.id));
            }
            if expect.answer != Answer::Accepted && (expect.number.is_some() || expect.wire_body.is_some()) {
                self.error(&origin, format!("case {}: only accepted answers have numbers or wire bodies", case.id));
            }
        }
    }

    fn id(&mut self, op: &OperationSuite, id: &str, origin: &Origin) {
        let own = id.strip_prefix(&op.operation.prefix).is_some_and(|rest| rest.starts_with('.'));
        let clean = id.chars().all(|c| c.is_ascii_alphanumeric() || "._-/+*".contains(c));
        if !own || !clean {
            let rule = "letters, digits and . _ - / + *";
            self.error(
                origin,
                format!("`{id}` is no id here: it begins with `{}.` and has {rule}", op.operation.prefix),
            );
        }
    }

    fn reading(&mut self, op: &OperationSuite, origin: &Origin, clause: &str, reading: &str) {
        if let Some(clause) = op.clause(clause)
            && !clause.readings.contains_key(reading)
        {
            let known = clause.readings.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            self.error(origin, format!("{} has no reading `{reading}`; it has: {known}", clause.id));
        }
    }

    fn fixtures(&mut self) {
        let sent: BTreeSet<_> = self
            .suite
            .operations
            .iter()
            .flat_map(|op| op.cases.iter().flat_map(|c| c.steps.iter().filter_map(|s| s.fixture.as_deref())))
            .collect();
        for fixture in &self.suite.fixtures {
            if self.suite.operation(&fixture.operation).is_none() {
                let problem = format!("fixture {} is of {}, which is no operation", fixture.id, fixture.operation);
                self.errors.push(DataError::new(fixture.origin.clone(), problem));
            }
            match fixture.kind {
                FixtureKind::Request if !sent.contains(fixture.id.as_str()) => {
                    let problem = format!("the request fixture {} is sent by no case", fixture.id);
                    self.errors.push(DataError::new(fixture.origin.clone(), problem));
                }
                FixtureKind::Response if fixture.status.is_none() => {
                    let problem = format!("the response fixture {} has no status", fixture.id);
                    self.errors.push(DataError::new(fixture.origin.clone(), problem));
                }
                _ => {}
            }
        }
    }
}
