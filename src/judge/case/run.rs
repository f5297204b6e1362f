//! A case as a machine: it says what it wants next, is told what came of it, and ends in evidence. What sends, reads back and
//! deletes for it, alone or together with others, is not its concern.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::claim::{Claim, Says};
use super::evidence::{Evidence, JudgedCase};
use super::knowledge::Knowledge;
use super::outgoing::Sent;
use super::prediction::{predicted, writing};
use super::prospect::{Prospect, observe};
use super::request::Request;
use super::site::Site;
use crate::judge::{Blame, Change, Deviation, Listing, State, change_of, describe, difference, judge_answer, state_of};
use crate::ledger::word;
use crate::model::{Exchange, Level};
use crate::plan::PlannedCase;
use crate::suite::{Answer, Effect, Expect, OperationSuite, StepSpec};

/// What a case wants next.
pub(crate) enum Want<'a> {
    /// These items stored; nothing judges that.
    SetUp { op: &'a OperationSuite, items: Vec<(String, String)>, second: bool },
    /// Its own items of these keys deleted.
    Remove { keys: Vec<String>, second: bool },
    /// The resource filled until it carries so many items; the last request is judged as the step says.
    Fill { op: &'a OperationSuite, step: &'a StepSpec, count: usize },
    /// A request sent, and its answer and what is stored then judged.
    Send(Request<'a>),
    /// So many looks with nothing sent in between.
    Watch { count: usize },
    /// A look at each item of its own.
    Show,
    /// A look as the other tenant.
    LookAsForeign,
    /// Several requests sent at the same time.
    Race { op: &'a OperationSuite, step: &'a StepSpec },
}

/// How an answer compares with what is expected, before anything follows from it.
pub(crate) enum Weighed {
    /// With the one thing expected.
    Expected(Result<(), Deviation>),
    /// With what each reading expects.
    Readings(Vec<Prospect>),
    /// There is none, so that no reading can be told.
    Unanswered,
    /// Nothing is expected.
    Free,
}

/// What has to be known before a refusal of what may be accepted counts.
pub(crate) enum Doubt {
    /// Nothing more: it does not count, for this reason.
    Certain(String),
    /// Whether there was room for so many items; a look shows it.
    Room { stores: usize, most: Option<usize> },
    /// Whether as many ordinary items are accepted, by these requests.
    Control { bodies: Vec<String> },
}

/// A case under way.
pub(crate) struct CaseRun<'a> {
    pub(crate) known: &'a Knowledge,
    pub(crate) case: &'a PlannedCase,
    pub(crate) evidence: Evidence<'a>,
    /// What it has stored on each of its two resources, as far as is known.
    pub(crate) own: [State; 2],
    /// Everything that its requests have named, wherever they went, if that matters to it.
    named: Option<BTreeSet<String>>,
    /// So many of its steps have been wanted.
    at: usize,
}

impl<'a> CaseRun<'a> {
    /// Of which nothing has been sent yet.
    pub(crate) fn new(known: &'a Knowledge, case: &'a PlannedCase) -> Self {
        let evidence = Evidence::new(known, case);
        let looks_for_all = |step: &StepSpec| step.hidden || step.looks.is_some();
        let named = case.spec.steps.iter().any(looks_for_all).then(BTreeSet::new);
        CaseRun { known, case, evidence, own: Default::default(), named, at: 0 }
    }

    /// What it wants next; nothing, if it is over.
    pub(crate) fn want(&mut self) -> Option<Want<'a>> {
        let (known, case) = (self.known, self.case);
        let step = case.spec.steps.get(self.at).filter(|_| !self.evidence.is_over())?;
        self.at += 1;
        let op = match &step.operation {
            Some(id) => known.suite.operation(id).map(|op| &**op),
            None => Some(&*case.op),
        };
        let Some(op) = op else {
            self.evidence.skip("its operation is not in the suite", false);
            return None;
        };
        let second = step.second;
        let fill = |text: &String| known.placeholders(case).fill(text);
        Some(if let Some(items) = &step.setup {
            Want::SetUp { op, items: self.filled_items(items), second }
        } else if let Some(keys) = &step.remove {
            Want::Remove { keys: keys.iter().map(fill).collect(), second }
        } else if let Some(count) = step.fill {
            Want::Fill { op, step, count }
        } else if let Some(count) = step.looks {
            Want::Watch { count }
        } else if step.shown {
            Want::Show
        } else if step.hidden {
            Want::LookAsForeign
        } else if step.race.is_some() {
            Want::Race { op, step }
        } else {
            let own = &self.own[usize::from(second)];
            Want::Send(Request::of(known, case, op, step, own))
        })
    }

    fn filled_items(&self, items: &IndexMap<String, String>) -> Vec<(String, String)> {
        let places = self.known.placeholders(self.case);
        items.iter().map(|(key, value)| (places.fill(key), places.fill(value))).collect()
    }

    /// Takes note of what a request names, and of what it may have stored on the resource that it goes to.
    pub(crate) fn sent(&mut self, request_stays_home: bool, put: &[(String, String)], site: &mut Site) {
        if let Some(named) = &mut self.named {
            named.extend(put.iter().map(|(key, _)| key.clone()));
        }
        if request_stays_home {
            put.iter().for_each(|(key, value)| site.ledger.sent(key, value));
        }
    }

    /// Takes an accepted request as done.
    pub(crate) fn adopt(&mut self, op: &OperationSuite, sent: &Sent, second: bool, site: &mut Site) {
        let answer = sent.exchange.answer.as_ref().ok().and_then(|r| r.json());
        if let Some(json) = &sent.json {
            let change = change_of(&op.operation, json, answer.as_ref());
            remember(&change, site);
            change.apply(&mut self.own[usize::from(second)]);
        }
    }

    /// What it needs was not stored: so many items, by a request that is as valid as any.
    pub(crate) fn set_up_refused(
        &mut self,
        op: &OperationSuite,
        sent: &Sent,
        (count, there): (usize, usize),
        site: &Site,
    ) {
        let room = site.limit(self.known, self.case).is_none_or(|most| site.ledger.carries() + there + count <= most);
        let alone = !site.ledger.is_shared();
        let on_trial = self.evidence.is_on_trial(op) && room && alone && site.can_list() && !sent.second_try;
        if on_trial && sent.exchange.status() == Some(400) {
            let allowed = format!("status {}", op.operation.success);
            // What is no more than a should is none the less for failing early.
            let own = self.case.spec.clauses.first().and_then(|own| self.case.op.clause(own));
            let is_should = own.is_some_and(|own| own.level == Level::Should);
            let blame = if is_should { Blame::Case } else { Blame::Success };
            let deviation = Deviation { blame, allowed, seen: describe(&sent.exchange) };
            self.evidence.wrong_answer(&deviation, sent.index);
        }
        self.evidence.skip(format!("its set-up was refused: {}", describe(&sent.exchange)), false);
    }

    /// The bodies that fill a resource until it carries `count` items; none, and why, if it carries more.
    pub(crate) fn filling(&mut self, op: &OperationSuite, count: usize, site: &Site) -> Vec<String> {
        let base = self.own[0].len();
        let there = site.ledger.carries() + base;
        let missing = count.saturating_sub(there);
        if missing == 0 && count < there {
            self.evidence.skip(format!("the resource carries more than {count} already"), false);
            return Vec::new();
        }
        let places = self.known.placeholders(self.case);
        match &op.operation.effect {
            Effect::Remove { .. } | Effect::Update { .. } => Vec::new(),
            Effect::Create { .. } => (0..missing)
                .map(|i| places.fill(&op.operation.valid.replace("${name}", &format!("${{name-fill{}}}", base + i))))
                .collect(),
            Effect::Put { .. } | Effect::Batch { .. } => {
                let tags: Vec<(String, String)> =
                    (0..missing).map(|i| (places.key(&format!("fill{}", base + i)), format!("v{i}"))).collect();
                writing(op, &tags)
            }
        }
    }

    /// A request of those that fill a resource was not accepted, or was the last of them. `true` if it is to be judged.
    pub(crate) fn filled(&mut self, request: &Request<'_>, sent: &Sent, count: usize, site: &mut Site) -> bool {
        let Request { op, step, .. } = request;
        let accepted = sent.exchange.status() == Some(op.operation.success);
        let judged = step.expect.is_some() || !step.readings.is_empty();
        if judged && (accepted || site.can_list()) {
            return true;
        }
        if accepted {
            self.adopt(op, sent, false, site);
        } else if !site.can_list() {
            let why = "the resource is full before it should be, or carries what cannot be listed";
            self.evidence.skip(why, false);
        } else {
            let why = describe(&sent.exchange);
            self.evidence.skip(format!("the resource could not be filled to {count}: {why}"), false);
        }
        false
    }

    /// What has to be known before an answer counts: after a broken connection the first try may have been carried out, and a
    /// resource that cannot be listed, or that others write to, may be full.
    pub(crate) fn doubt(&self, request: &Request<'_>, sent: &Sent, site: &Site) -> Option<Doubt> {
        if !sent.exchange.is_refused() || !request.may_be_accepted() {
            return None;
        }
        if sent.second_try {
            let why = "the first try was lost, and the second try may have found what that one stored";
            return Some(Doubt::Certain(why.to_owned()));
        }
        // Nothing but room, and what others do with it, is looked for here.
        if !request.op.operation.effect.stores() {
            return None;
        }
        let stored = || sent.json.as_ref().map_or(1, |json| change_of(&request.op.operation, json, None).put.len());
        if site.can_list() {
            let shared = site.ledger.is_shared();
            return shared.then(|| Doubt::Room { stores: stored(), most: site.limit(self.known, self.case) });
        }
        if site.is_full {
            return Some(Doubt::Certain(takes_nothing_more(site)));
        }
        let valid = &request.op.operation.valid;
        let places = self.known.placeholders_named(&format!("{}.control", self.case.spec.id), valid);
        let count = stored().max(1);
        let tags: Vec<(String, String)> =
            (0..count).map(|number| (places.key(&format!("control{number}")), "control".to_owned())).collect();
        let bodies = match &request.op.operation.effect {
            Effect::Create { .. } => vec![places.fill(valid)],
            _ => writing(request.op, &tags),
        };
        Some(Doubt::Control { bodies })
    }

    /// Compares an answer with what is expected; nothing follows from it yet.
    pub(crate) fn weigh(&self, request: &Request<'_>, sent: &Sent) -> Weighed {
        let Request { step, op, .. } = request;
        match &step.expect {
            Some(expect) if step.readings.is_empty() => {
                let statuses = self.known.profile().statuses(&expect.status);
                let after_head = sent.after_head.as_deref();
                Weighed::Expected(judge_answer(&op.operation, expect, &statuses, &sent.exchange, after_head))
            }
            None if step.readings.is_empty() => Weighed::Free,
            _ if sent.exchange.answer.is_err() => Weighed::Unanswered,
            _ => Weighed::Readings(Prospect::all(self.known, self.case, request, sent, &self.own)),
        }
    }

    /// Takes an answer as evidence.
    pub(crate) fn answered(&mut self, request: &Request<'_>, sent: &Sent, weighed: &Weighed) {
        let op = request.op;
        match (weighed, &request.step.expect) {
            (Weighed::Expected(Ok(())), Some(expect)) => self.evidence.held_answer(op, expect, &sent.exchange),
            (Weighed::Expected(Err(deviation)), _) if !self.evidence.is_on_trial(op) => {
                self.evidence.way_blocked(op, &deviation.seen);
            }
            (Weighed::Expected(Err(deviation)), Some(expect)) => self.evidence.unlike(expect, deviation, sent.index),
            (Weighed::Unanswered, _) => {
                // No answer is a deviation in itself.
                let (blame, allowed) = (Blame::Documented, "an answer".to_owned());
                let deviation = Deviation { blame, allowed, seen: describe(&sent.exchange) };
                self.evidence.deviation(&deviation, Some(sent.index));
            }
            _ => {}
        }
    }

    /// What should be there now, given the answer, if anything can be said; `site` is where the request went to.
    pub(crate) fn claim<'s>(
        &self,
        request: &Request<'s>,
        sent: Sent,
        weighed: Weighed,
        site: &mut Site,
    ) -> Option<Claim<'s>> {
        let Request { step, op, .. } = *request;
        let says = match (weighed, &step.expect) {
            (Weighed::Expected(answer), Some(expect)) => {
                let own = self.own.clone();
                let (states, change) = predicted(self.known, self.case, op, step, expect, &sent, own);
                remember(&change, site);
                // What a request stores that should have been refused is part of that deviation, and not another one.
                let is_refusal = expect.answer == Answer::Refused && is_answered_alike(expect, &sent.exchange);
                Says::Items { expect, states, judged: answer.is_ok() || is_refusal }
            }
            (Weighed::Readings(prospects), _) => {
                prospects.iter().for_each(|prospect| remember(&prospect.change, site));
                Says::Readings(prospects)
            }
            _ => return None,
        };
        Some(Claim { op, step, sent, says })
    }

    /// The end of a claim that nothing was read back for, since no reading explains the answer.
    pub(crate) fn unexplained(&mut self, claim: &Claim<'_>) {
        if let Says::Readings(prospects) = &claim.says {
            let nothing = vec![false; prospects.len()];
            observe(&mut self.evidence, claim, prospects, describe(&claim.sent.exchange), &nothing);
        }
    }

    /// What the other tenant sees: nothing that this case's requests named is there. Returns what this case has stored there.
    pub(crate) fn looked_as_foreign(&mut self, listing: Option<&Listing>) -> Vec<String> {
        let Some(listing) = listing else {
            self.evidence.skip("the other tenant's state cannot be listed", false);
            return Vec::new();
        };
        let leaked: Vec<&String> = self.named.iter().flatten().filter(|key| listing.item(key).is_some()).collect();
        if leaked.is_empty() {
            return Vec::new();
        }
        let deviation = Deviation {
            blame: Blame::Case,
            allowed: "nothing of it at another tenant's".to_owned(),
            seen: format!("{leaked:?} listed there"),
        };
        // A name that nobody else uses has been stored there by this case.
        let stored = leaked.into_iter().filter(|key| word(key).is_some()).cloned().collect();
        self.evidence.deviation(&deviation, None);
        stored
    }

    /// How a list differs from what the case has left: what it has stored is there as it was, and nothing else that it named.
    pub(crate) fn differs_from_left(&self, listing: &Listing) -> Option<String> {
        let left = &self.own[0];
        let mut seen = state_of(listing, left);
        seen.retain(|key, _| left.contains_key(key) || self.named.iter().flatten().any(|named| named == key));
        difference(left, &seen)
    }

    /// What the observer that shows one item says of an item that is listed; nothing, if it knows of none.
    pub(crate) fn shown(&mut self, key: &str, shown: &Listing) {
        let listed: State =
            self.own[0].iter().filter(|(own, _)| *own == key).map(|(k, v)| (k.clone(), v.clone())).collect();
        let seen = state_of(shown, &listed);
        if let Some(told) = difference(&listed, &seen) {
            let allowed = "shown as it is listed, and as it was answered".to_owned();
            self.evidence.deviation(&Deviation { blame: Blame::Case, allowed, seen: told }, None);
        }
    }

    /// What was amiss in some of so many looks at what nobody has touched.
    pub(crate) fn watched(&mut self, looks: usize, amiss: &[String]) {
        let Some(first) = amiss.first() else { return };
        let deviation = Deviation {
            blame: Blame::Case,
            allowed: "the same each time, once there was time for it to show".to_owned(),
            seen: format!("{} of {looks} lists otherwise: {first}", amiss.len()),
        };
        // One of many may be the last that was late.
        if amiss.len() == 1 {
            self.evidence.flaky(deviation, None);
        } else {
            self.evidence.deviation(&deviation, None);
        }
    }

    /// Its end.
    pub(crate) fn finish(self) -> JudgedCase<'a> {
        self.evidence.finish()
    }
}

/// Why a refusal by a resource that cannot be listed does not count.
pub(crate) fn takes_nothing_more(site: &Site) -> String {
    format!("the {} takes nothing more, and what it carries cannot be listed", site.kind.carrier())
}

/// So many items of others may have been there when a request was refused, and gone when it was looked.
pub(crate) const COME_AND_GO: usize = 3;

/// Why a refusal by a resource that others write to does not count.
pub(crate) fn may_be_full(site: &Site) -> String {
    let carrier = site.kind.carrier();
    format!("somebody else writes to the {carrier}, too, and may have taken the room that this needs")
}

/// Whether an answer is at least of the kind expected: accepted is accepted, and refused is refused, with whatever status.
pub(crate) fn is_answered_alike(expect: &Expect, exchange: &Exchange) -> bool {
    match expect.answer {
        Answer::Accepted => exchange.answer.as_ref().is_ok_and(|response| response.is_success()),
        Answer::Refused => exchange.status().is_some_and(|status| status >= 400),
        Answer::Any => false,
    }
}

fn remember(change: &Change, site: &mut Site) {
    site.ledger.sent_all(change.put.iter().map(|(key, value)| (key, value)));
}
