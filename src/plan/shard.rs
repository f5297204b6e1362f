//! One of several parts of a plan, each for a run of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Plan, PlannedCase};
use crate::suite::ResourceKind;

/// More parts than this are nobody's wish.
const MOST: usize = 1_000;

/// Which part: `2/5`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Its number, from 1.
    pub number: usize,
    /// Of so many.
    pub of: usize,
    /// The milliseconds that cases took in an earlier run, by id, if the parts are to take equally long. All parts of a whole
    /// have the same.
    #[serde(default)]
    pub durations: BTreeMap<String, u64>,
}

/// Why a text names no part.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid shard {0:?}: give K/N, such as 2/5, with K from 1 to N and N at most {MOST}")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |digits: &str| digits.parse::<usize>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
        let parsed = text.split_once('/').and_then(|(k, n)| Some((number(k)?, number(n)?)));
        match parsed {
            Some((number, of)) => Shard::new(number, of).ok_or_else(|| ShardError(text.to_owned())),
            None => Err(ShardError(text.to_owned())),
        }
    }
}

impl Shard {
    /// The one of this number, if there can be such a shard.
    pub fn new(number: usize, of: usize) -> Option<Self> {
        ((1..=of).contains(&number) && of <= MOST).then(|| Shard { number, of, durations: BTreeMap::new() })
    }

    /// Of many things that all parts know of, those for this one: every N-th, so that no two parts share one. Where there are
    /// fewer than parts, all.
    pub fn share_of<T: Clone>(&self, all: &[T]) -> Vec<T> {
        if all.len() < self.of {
            return all.to_vec();
        }
        all.iter().skip(self.number - 1).step_by(self.of).cloned().collect()
    }

    /// The number of the part that each case belongs to, in the order of the plan.
    fn owners(&self, plan: &Plan) -> Vec<usize> {
        let known: Vec<u64> = plan.cases().filter_map(|case| self.durations.get(&case.spec.id).copied()).collect();
        let usual = known.iter().copied().fold(0, u64::saturating_add) / (known.len() as u64).max(1);
        // A case that took no time takes a little all the same.
        let weight = |case: &PlannedCase| self.durations.get(&case.spec.id).copied().unwrap_or(usual).saturating_add(1);
        let mut loads = vec![0_u64; self.of];
        let least = |loads: &[u64]| (0..self.of).min_by_key(|part| loads[*part]).unwrap_or_default();
        let mut owners = vec![0; plan.cases().count()];
        let together = plan.cases().filter(|case| is_exclusive(case)).map(weight).fold(0, u64::saturating_add);
        loads[0] = together;
        // Each of the rest to the part that has least to do, the longest first. All parts run their probes: these only have to
        // belong somewhere.
        let mut rest: Vec<(usize, u64)> = Vec::with_capacity(owners.len());
        for (at, case) in plan.cases().enumerate() {
            match (is_exclusive(case), case.probes.is_some()) {
                (true, _) => owners[at] = 1,
                (false, true) => owners[at] = at % self.of + 1,
                (false, false) => rest.push((at, weight(case))),
            }
        }
        rest.sort_by_key(|(at, weight)| (Reverse(*weight), *at));
        for (at, weight) in rest {
            let part = least(&loads);
            loads[part] = loads[part].saturating_add(weight);
            owners[at] = part + 1;
        }
        owners
    }
}

/// Whether a case is about something of which a project has only one, so that it can be at work in one part alone.
fn is_exclusive(case: &PlannedCase) -> bool {
    case.op.operation.resource == ResourceKind::Events
}

/// A part of a plan.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which.
    pub shard: Shard,
    /// Probes that are in it for the readings they determine, and belong to another part.
    pub borrowed: BTreeSet<String>,
}

impl Plan {
    /// The part of this plan that one shard runs. Every case belongs to exactly one of the shards. The probes of the open
    /// clauses, by which all other cases are generated and judged, are run by each: no shard has to wait for another, each
    /// judges as a run in one piece does, and shards that come to different readings show that they did not meet one target.
    /// What acts on the events of the project, of which there is one set, is all in the first shard, its probes included, so
    /// that shards with secrets and keys of their own do not get into each other's way.
    pub fn part(&self, shard: &Shard) -> Plan {
        let owners = shard.owners(self);
        let mine: BTreeMap<&str, bool> =
            self.cases().zip(&owners).map(|(case, owner)| (case.spec.id.as_str(), *owner == shard.number)).collect();
        let is_mine = |case: &PlannedCase| mine.get(case.spec.id.as_str()).copied().unwrap_or_default();
        let pick = |cases: &[PlannedCase]| cases.iter().filter(|case| is_mine(case)).cloned().collect();
        let is_borrowed = |case: &&PlannedCase| !is_mine(case) && !is_exclusive(case);
        let borrowed = self.probes.iter().flatten().filter(is_borrowed).map(|case| case.spec.id.clone());
        let runs = |case: &&PlannedCase| is_mine(case) || is_borrowed(case);
        let probes = self.probes.iter().map(|layer| layer.iter().filter(runs).cloned().collect());
        Plan {
            early: pick(&self.early),
            left_out: self.left_out.clone(),
            probes: probes.filter(|layer: &Vec<PlannedCase>| !layer.is_empty()).collect(),
            main: pick(&self.main),
            pairs: pick(&self.pairs),
            properties: pick(&self.properties),
            signatures: pick(&self.signatures),
            part: Some(Part { shard: shard.clone(), borrowed: borrowed.collect() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Filter, plan};
    use super::*;
    use crate::suite::{DataSource, Suite};

    fn whole() -> Plan {
        let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
        plan(&suite, &Filter::default())
    }

    fn ids(plan: &Plan) -> Vec<String> {
        plan.cases().map(|case| case.spec.id.clone()).collect()
    }

    /// The cases of each part that are its own.
    fn own(whole: &Plan, of: usize, durations: &BTreeMap<String, u64>) -> Vec<Vec<String>> {
        let part = |number| {
            let part = whole.part(&Shard { number, of, durations: durations.clone() });
            let borrowed = part.part.clone().expect("a part").borrowed;
            ids(&part).into_iter().filter(|id| !borrowed.contains(id)).collect()
        };
        (1..=of).map(part).collect()
    }

    #[test]
    fn every_case_is_in_exactly_one_part_and_every_probe_runs_in_each() {
        let whole = whole();
        let all = ids(&whole);
        let durations: BTreeMap<String, u64> =
            all.iter().enumerate().skip(7).map(|(at, id)| (id.clone(), at as u64 % 97)).collect();
        for durations in [BTreeMap::new(), durations] {
            for of in [1, 2, 3, 7] {
                let parts = own(&whole, of, &durations);
                let mut together: Vec<String> = parts.concat();
                together.sort();
                let mut wanted = all.clone();
                wanted.sort();
                assert_eq!(together, wanted, "of {of}");
                assert_eq!(parts, own(&whole, of, &durations), "the same each time");
            }
        }
        let (first, second) = (whole.part(&"1/3".parse().expect("1/3")), whole.part(&"2/3".parse().expect("2/3")));
        let probes = |plan: &Plan| plan.probes.concat().iter().filter(|case| !is_exclusive(case)).count();
        assert!(probes(&whole) > 50 && probes(&second) == probes(&whole), "{}", probes(&second));
        assert_eq!(
            first.cases().filter(|case| is_exclusive(case)).count(),
            whole.cases().filter(|case| is_exclusive(case)).count()
        );
        assert!(!second.cases().any(is_exclusive), "what a project has one of is in one part");
    }

    #[test]
    fn parts_take_equally_long_where_it_is_known_how_long_cases_take() {
        let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
        let whole = plan(&suite, &Filter::words(&["CreateKmsTag".to_owned()]));
        // One case takes as long as all others together.
        let mut durations: BTreeMap<String, u64> = ids(&whole).into_iter().map(|id| (id, 9)).collect();
        let slow = whole.main[5].spec.id.clone();
        durations.insert(slow.clone(), durations.len() as u64 * 10);
        let probes: BTreeSet<String> = whole.probes.concat().into_iter().map(|case| case.spec.id).collect();
        let parts = own(&whole, 2, &durations);
        let with_slow = parts.iter().find(|part| part.contains(&slow)).expect("a part has it");
        let beside: Vec<&String> = with_slow.iter().filter(|id| !probes.contains(*id)).collect();
        assert_eq!(beside.len(), 1, "{beside:?}");
    }

    #[test]
    fn a_shard_is_named_by_two_numbers() {
        assert_eq!("2/5".parse(), Ok(Shard { number: 2, of: 5, durations: BTreeMap::new() }));
        for wrong in
            ["", "2", "0/5", "6/5", "2/0", "a/b", "-1/5", "+1/5", "1/5/7", "1/1001", "1 / 5", "99999999999999999999/5"]
        {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn resources_are_shared_out_where_there_is_one_for_each() {
        let shard = |text: &str| text.parse::<Shard>().expect("a shard");
        let all = ["a", "b", "c", "d", "e"];
        assert_eq!(shard("1/2").share_of(&all), ["a", "c", "e"]);
        assert_eq!(shard("2/2").share_of(&all), ["b", "d"]);
        assert_eq!(shard("5/5").share_of(&all), ["e"]);
        assert_eq!(shard("1/6").share_of(&all), all);
    }
}
