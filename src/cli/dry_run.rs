use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::engine::{PENDING_DAYS, Wanted};
use crate::generate::{Placeholders, Property};
use crate::judge::change_of;
use crate::plan::{Plan, PlannedCase};
use crate::report::grouped;
use crate::report::text::visible;
use crate::suite::{Answer, Need, Operation, ResourceKind, StepSpec, Suite};
use crate::target::{Settings, Target};

/// How often the same requests race.
const ROUNDS: u64 = 3;
/// Cases that share one read-back, on the average.
const SHARING: u64 = 8;
/// Tags that one request deletes, on the average.
const AT_ONCE: u64 = 8;
/// Requests of one generated sequence, on the average.
const SEQUENCE: u64 = 4;
/// What nearly all names have in them that dewspec makes up.
const MARK: &str = "dewspec-";
/// Other names that are listed.
const NAMES: usize = 30;

/// What would be sent, written and deleted, as far as the plan alone says it.
pub(super) fn text(
    suite: &Suite,
    plan: &Plan,
    target: Option<&Target>,
    settings: &Settings,
    made: Option<Wanted>,
) -> String {
    let estimate = Estimate::of(suite, plan, target, settings);
    let place = target.map_or_else(|| "the embedded reference server".to_owned(), endpoints);
    let mut out = format!("dry run against {place}: nothing is sent. About, as the answers decide:\n\n");
    out.push_str(&table(&estimate.counts));
    out.push_str(&format!("\n{} requests in all", grouped(estimate.total())));
    match settings.rate {
        Some(rate) => out.push_str(&format!(", {} at {rate} a second\n", duration(estimate.total() / u64::from(rate)))),
        None => out.push_str("; --rate N limits them, and says here how long they take\n"),
    }
    out.push_str(&format!("\nwritten: tags dewspec-…, events dewspec-{}-…", settings.run_id));
    // Names of the documents are short, and come before what tries a limit.
    let mut literal: Vec<&String> = estimate.literal.iter().filter(|name| !name.trim().is_empty()).collect();
    literal.sort_by_key(|name| (name.chars().count().max(2), name.as_str()));
    let literal = literal.into_iter().map(|name| format!("\"{}\"", shortened(name)));
    let shown: Vec<String> = literal.take(NAMES).collect();
    if !shown.is_empty() {
        let more = estimate.literal.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push_str(&format!("\nwritten, unless they are there already: {}{more}", shown.join(", ")));
    }
    if let Some(made) = made {
        out.push_str(&format!("\nmade for the run: {made}, and removed at its end"));
        if made.keys > 0 {
            out.push_str(&format!("; the deletion of a key can only be scheduled, in {PENDING_DAYS} days"));
        }
    }
    out.push_str("\ndeleted: what was written, and nothing else\n");
    out
}

/// The target as it will be when what is made for the run is there.
pub(super) fn with_made(target: &Target, made: Option<Wanted>) -> Target {
    let Wanted { secrets, keys } = made.unwrap_or_default();
    let mut target = target.clone();
    target.secret_ids.extend((0..secrets).map(|nth| format!("secret-to-be-made-{nth}")));
    target.key_ids.extend((0..keys).map(|nth| format!("key-to-be-made-{nth}")));
    target
}

fn endpoints(target: &Target) -> String {
    let mut urls: Vec<&str> = [&target.csms, &target.kms].into_iter().flatten().map(String::as_str).collect();
    urls.dedup();
    urls.join(" and ")
}

/// Requests by method.
type Counts = BTreeMap<String, u64>;

/// What a plan comes to.
#[derive(Default)]
struct Estimate {
    /// Requests by kind of resource and method.
    counts: BTreeMap<ResourceKind, Counts>,
    /// Requests whose read-back is that of several, and what they store, by kind of resource.
    shared: BTreeMap<ResourceKind, (u64, u64)>,
    /// Names of tags and events that do not begin with the mark.
    literal: BTreeSet<String>,
}

impl Estimate {
    fn of(suite: &Suite, plan: &Plan, target: Option<&Target>, settings: &Settings) -> Self {
        let mut estimate = Estimate::default();
        for case in plan.cases().filter(|case| target.is_none_or(|target| runs(case, target))) {
            match &case.property {
                Some(property) => estimate.add_property(case, property, settings.cases),
                None => estimate.add_case(suite, case, settings),
            }
        }
        for (kind, (requests, stored)) in std::mem::take(&mut estimate.shared) {
            let at_once = if kind == ResourceKind::Events { 1 } else { AT_ONCE };
            estimate.add(kind, "GET", requests.div_ceil(SHARING));
            estimate.add(kind, "DELETE", stored.div_ceil(at_once));
        }
        for count in estimate.counts.values_mut().flat_map(BTreeMap::values_mut) {
            *count = count.saturating_mul(settings.repetition.repeat);
        }
        estimate
    }

    fn total(&self) -> u64 {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    fn add(&mut self, kind: ResourceKind, method: &str, number: u64) {
        *self.counts.entry(kind).or_default().entry(method.to_owned()).or_default() += number;
    }

    fn add_property(&mut self, case: &PlannedCase, property: &Property, inputs: u64) {
        let operation = &case.op.operation;
        let each = if matches!(property, Property::Sequence { .. }) { SEQUENCE } else { 1 };
        let writes = inputs.saturating_mul(each);
        self.add(operation.resource, &operation.method, writes);
        // Half of what is made up is valid.
        self.share(operation.resource, writes, writes / 2);
    }

    fn add_case(&mut self, suite: &Suite, case: &PlannedCase, settings: &Settings) {
        let places = Placeholders::new(settings.seed, &settings.run_id, &case.spec.id, &case.op.operation.valid);
        let (mut reads, mut stored) = (0, 0);
        for step in &case.spec.steps {
            let op = step.operation.as_ref().and_then(|id| suite.operations.iter().find(|op| op.operation.id == *id));
            let operation = &op.unwrap_or(&case.op).operation;
            let method = step.method.as_deref().unwrap_or(&operation.method);
            let sent = requests(step);
            self.add(operation.resource, method, sent);
            reads += if step.setup.is_some() { 0 } else { sent };
            if step.method.is_none() && may_be_accepted(step) {
                let names = names(suite, operation, step, &places);
                stored += (names.len() as u64).max(step.fill.unwrap_or_default() as u64);
                self.literal.extend(names.into_iter().filter(|name| !name.contains(MARK)));
            }
        }
        let kind = case.op.operation.resource;
        if case.shareable().is_some() {
            self.share(kind, reads, stored);
        } else {
            self.add(kind, "GET", reads);
            self.share(kind, 0, stored);
        }
    }

    fn share(&mut self, kind: ResourceKind, requests: u64, stored: u64) {
        let shared = self.shared.entry(kind).or_default();
        shared.0 = shared.0.saturating_add(requests);
        shared.1 = shared.1.saturating_add(stored);
    }
}

/// Whether a target of the user's has what a case needs, as far as the options say it.
fn runs(case: &PlannedCase, target: &Target) -> bool {
    let operation = &case.op.operation;
    let own = target.resources(operation.resource);
    target.endpoint(&operation.service).is_some()
        && !own.is_empty()
        && case.spec.needs.iter().all(|need| match need {
            Need::List | Need::Delete | Need::EmptyResource => true,
            Need::AccessKey => target.authentication.signs(),
            Need::SecondResource => own.len() > 1,
            Need::OtherKind => target.resource_of_other_kind(operation.resource).is_some(),
            Need::ForeignResource => target.foreign_resource(operation.resource).is_some(),
            Need::ForeignProject => target.foreign.project_id.is_some(),
            Need::ForeignToken => target.foreign.token.is_some(),
            Need::ReadOnlyToken => target.read_only_token.is_some(),
        })
}

/// Requests that one step sends.
fn requests(step: &StepSpec) -> u64 {
    let several = |number: usize| number as u64;
    match (&step.setup, step.fill, &step.race) {
        (Some(tags), ..) => several(tags.len()),
        (_, Some(fill), _) => several(fill).div_ceil(AT_ONCE),
        (.., Some(bodies)) => several(bodies.len()) * ROUNDS,
        _ => 1,
    }
}

fn may_be_accepted(step: &StepSpec) -> bool {
    let expected: Vec<Answer> = step.expect.iter().chain(step.readings.values()).map(|expect| expect.answer).collect();
    expected.is_empty() || expected.iter().any(|answer| *answer != Answer::Refused)
}

/// The names that a step stores, if it is accepted.
fn names(suite: &Suite, operation: &Operation, step: &StepSpec, places: &Placeholders) -> Vec<String> {
    if let Some(tags) = &step.setup {
        return tags.keys().map(|key| places.fill(key)).collect();
    }
    let example = step.fixture.as_ref().and_then(|id| suite.fixture(id)).map(|fixture| fixture.text.clone());
    let bodies = step.body.iter().chain(step.race.iter().flatten()).map(|body| places.fill(body)).chain(example);
    let stored = |body: String| {
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        change_of(operation, &json, None).put.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    bodies.flat_map(stored).collect()
}

/// Kinds of resources below each other, methods beside each other.
fn table(counts: &BTreeMap<ResourceKind, Counts>) -> String {
    let mut out = format!("{:<16}{:>9}{:>9}{:>9}{:>9}\n", "", "POST", "GET", "DELETE", "others");
    for (kind, by_method) in counts {
        let name = match kind {
            ResourceKind::Secret => "tags of secrets",
            ResourceKind::Key => "tags of keys",
            ResourceKind::Events => "events",
        };
        out.push_str(&format!("{name:<16}"));
        let known = ["POST", "GET", "DELETE"];
        let of = |method: &str| by_method.get(method).copied().unwrap_or_default();
        let others = by_method.iter().filter(|(method, _)| !known.contains(&method.as_str())).map(|(_, n)| n).sum();
        for number in known.into_iter().map(of).chain([others]) {
            out.push_str(&format!("{:>9}", grouped(number)));
        }
        out.push('\n');
    }
    out
}

/// The beginning of a name, which may be as long as names go.
fn shortened(name: &str) -> String {
    const MOST: usize = 24;
    let shown: String = name.chars().take(MOST).collect();
    visible(&if shown.len() < name.len() { format!("{shown}…") } else { shown })
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}
