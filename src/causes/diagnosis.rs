use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::report::Likeness;

use super::looks::{BETWEEN, Looks, levels};

/// Faults that a cause is said to look like, at most.
const MOST: usize = 3;
/// Less alike is not worth a word. For a fault that the dictionary lacks, the most alike of the others is one of the same family
/// in nine of ten cases above this, and in six of ten just below (`docs/mutants.md`).
const LEAST: f64 = 0.7;
/// Scores are as exact as this.
const DIGITS: f64 = 1e6;
/// What a clause weighs by itself, as a part of what it weighs with its observation.
const CLAUSE_ALONE: f64 = 0.5;

/// What each seeded fault of the reference server looks like, made by `dewspec mutants --dictionary`. It knows what failures
/// look like; what is a failure, and which belong together, is none of its business.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dictionary {
    /// Clauses with observations, by number.
    features: Vec<String>,
    faults: Vec<Fault>,
}

/// One fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The name of the fault.
    pub(crate) fault: String,
    /// What the server does wrong.
    pub(crate) summary: String,
    /// The cause that it shows as.
    pub(crate) cause: String,
    /// How often each feature was found.
    looks: Vec<(usize, u32)>,
}

/// What there is to know of a fault.
pub(crate) struct Seen<'a> {
    pub(crate) fault: &'a str,
    pub(crate) summary: &'a str,
    pub(crate) cause: &'a str,
    pub(crate) looks: &'a Looks,
}

impl Dictionary {
    /// The one that was made of this version's faults.
    pub(crate) fn built_in() -> &'static Self {
        // A test reads it: it can be read.
        static BUILT_IN: LazyLock<Dictionary> =
            LazyLock::new(|| serde_json::from_str(include_str!("dictionary.json")).unwrap_or_default());
        &BUILT_IN
    }

    /// Of these faults.
    pub(crate) fn of<'a>(faults: impl Iterator<Item = Seen<'a>> + Clone) -> Self {
        let all = faults.clone().flat_map(|seen| seen.looks.keys());
        let numbers: BTreeMap<&String, usize> = all.map(|feature| (feature, 0)).collect();
        let features: Vec<String> = numbers.keys().map(|feature| (*feature).clone()).collect();
        let number = |feature: &String| features.binary_search(feature).ok();
        let entry = |seen: Seen<'a>| Fault {
            fault: seen.fault.to_owned(),
            summary: seen.summary.to_owned(),
            cause: seen.cause.to_owned(),
            looks: seen.looks.iter().filter_map(|(feature, count)| Some((number(feature)?, *count))).collect(),
        };
        Dictionary { faults: faults.map(entry).collect(), features: features.clone() }
    }

    /// As JSON, one fault a line.
    pub(crate) fn render(&self) -> Result<String, serde_json::Error> {
        let lines = |items: Vec<String>| items.join(",\n");
        let features = self.features.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let faults = self.faults.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("{{\"features\":[\n{}\n],\"faults\":[\n{}\n]}}\n", lines(features), lines(faults)))
    }

    /// Every fault.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

/// A dictionary with what it takes to compare: each fault as a direction, in which what few faults show weighs most.
pub(super) struct Index<'d> {
    faults: Vec<(&'d Fault, Direction)>,
    /// How much a feature says.
    weights: HashMap<String, f64>,
}

type Direction = HashMap<String, f64>;

impl<'d> Index<'d> {
    pub(super) fn of(dictionary: &'d Dictionary) -> Self {
        let looks = |entry: &Fault| -> Looks {
            let known = entry.looks.iter();
            known.filter_map(|(at, count)| Some((dictionary.features.get(*at)?.clone(), *count))).collect()
        };
        let counted: Vec<(&Fault, Direction)> =
            dictionary.faults.iter().map(|entry| (entry, counts(&looks(entry)))).collect();
        let mut weights: HashMap<String, f64> = HashMap::new();
        for feature in counted.iter().flat_map(|(_, counts)| counts.keys()) {
            *weights.entry(feature.clone()).or_default() += 1.0;
        }
        let all = counted.len() as f64;
        weights.values_mut().for_each(|count| *count = (all / *count).ln() + 1.0);
        let faults = counted.into_iter().map(|(entry, counts)| (entry, direction(counts, &weights))).collect();
        Index { faults, weights }
    }

    pub(super) fn built_in() -> &'static Index<'static> {
        static BUILT_IN: LazyLock<Index<'static>> = LazyLock::new(|| Index::of(Dictionary::built_in()));
        &BUILT_IN
    }

    /// The faults that look like this, the most alike first.
    pub(super) fn alike(&self, looks: &Looks) -> Vec<Likeness> {
        let wanted = direction(counts(looks), &self.weights);
        let score = |direction: &Direction| {
            let parts = wanted.iter().filter_map(|(feature, weight)| Some(weight * direction.get(feature)?));
            // In whatever order they are added up: the last digits must not decide who comes first.
            (parts.sum::<f64>() * DIGITS).round() / DIGITS
        };
        let mut alike: Vec<(f64, &Fault)> =
            self.faults.iter().map(|(entry, direction)| (score(direction), *entry)).collect();
        alike.retain(|(score, _)| *score >= LEAST);
        // Of those that point the same way, the one that shows about as often.
        let all: u32 = looks.values().sum();
        let apart = |entry: &Fault| entry.looks.iter().map(|(_, count)| *count).sum::<u32>().abs_diff(all);
        alike.sort_by(|(one, a), (other, b)| {
            other.total_cmp(one).then_with(|| apart(a).cmp(&apart(b))).then_with(|| a.fault.cmp(&b.fault))
        });
        let told = |(score, entry): (f64, &Fault)| Likeness {
            fault: entry.fault.clone(),
            summary: entry.summary.clone(),
            score: (score * 100.0).round() / 100.0,
        };
        alike.into_iter().take(MOST).map(told).collect()
    }
}

/// Features and what is less special than they are, each with how much it was seen: ten times is twice as much as once.
fn counts(looks: &Looks) -> Direction {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for (feature, count) in looks {
        levels(feature).for_each(|level| *seen.entry(level).or_default() += count);
    }
    let weight = |feature: &str| if feature.contains(BETWEEN) { 1.0 } else { CLAUSE_ALONE };
    let much = |feature: &str, count: u32| weight(feature) * (f64::from(count).log10() + 1.0);
    seen.into_iter().map(|(feature, count)| (feature.to_owned(), much(feature, count))).collect()
}

/// Weighed, and of length one. What no fault shows weighs as if one did.
fn direction(counts: Direction, weights: &HashMap<String, f64>) -> Direction {
    let rarest = weights.values().copied().fold(1.0, f64::max);
    let mut direction: Direction = counts
        .into_iter()
        .map(|(feature, count)| {
            let weight = weights.get(&feature).copied().unwrap_or(rarest);
            (feature, count * weight)
        })
        .collect();
    let length = direction.values().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length > 0.0 {
        direction.values_mut().for_each(|weight| *weight /= length);
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::fault;

    fn looks(features: &[(&str, u32)]) -> Looks {
        features.iter().map(|(feature, count)| ((*feature).to_owned(), *count)).collect()
    }

    #[test]
    fn what_looks_like_a_fault_is_told_and_what_looks_like_none_is_not() {
        let faults = [
            ("too-long", looks(&[("key.max-length -> status 204", 5), ("key.unit -> status 204", 1)])),
            ("in-bytes", looks(&[("key.max-length -> status 400", 5), ("key.unit -> status 400", 4)])),
            ("lost", looks(&[("stored -> is missing", 40)])),
        ];
        let seen = faults.iter().map(|(fault, looks)| Seen { fault, summary: "what it does", cause: "c", looks });
        let dictionary = Dictionary::of(seen);
        let read: Dictionary = serde_json::from_str(&dictionary.render().unwrap()).unwrap();
        let index = Index::of(&read);
        for (fault, looks) in &faults {
            let first = &index.alike(looks)[0];
            assert_eq!((first.fault.as_str(), first.score), (*fault, 1.0));
        }
        let similar = index.alike(&looks(&[("key.max-length -> status 400", 9), ("key.unit -> status 400", 2)]));
        assert_eq!(similar[0].fault, "in-bytes");
        assert!(similar[0].score > 0.9, "{similar:?}");
        assert!(index.alike(&looks(&[("token -> status 500", 3)])).is_empty());
        assert!(index.alike(&Looks::new()).is_empty());
    }

    #[test]
    fn the_dictionary_knows_this_versions_faults_and_no_others() {
        let known: Vec<&str> = Dictionary::built_in().faults().iter().map(|entry| entry.fault.as_str()).collect();
        let faults: Vec<_> = fault::catalogue()
            .into_iter()
            .filter(|fault| ![fault::NEIGHBOUR, fault::RARE, fault::SIGNATURE].contains(&fault.family))
            .collect();
        let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
        let missing: Vec<_> = names.iter().filter(|name| !known.contains(name)).collect();
        let gone: Vec<_> = known.iter().filter(|name| !names.contains(name)).collect();
        let how = "make it anew with `dewspec mutants --no-alarms --quick --dictionary src/causes/dictionary.json`";
        assert!(missing.is_empty() && gone.is_empty(), "not in the dictionary: {missing:?}; gone: {gone:?}; {how}");
        assert!(known == names, "the order of the faults has changed: {how}");
        for (entry, fault) in Dictionary::built_in().faults().iter().zip(&faults) {
            assert_eq!(entry.summary, fault.summary, "{}", entry.fault);
            assert!(!entry.looks.is_empty(), "{}", entry.fault);
        }
    }
}
