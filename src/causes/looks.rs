use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::report::{CaseReport, FindingReport};

use super::signature::status_in;

/// What failures look like: how many findings there are of each clause and observation, and of clauses about characters with
/// the unusual ones that were sent, where those were not generated. Nothing else of the cases is in it, so that it is alike with other seeds and
/// on other targets.
pub(crate) type Looks = BTreeMap<String, u32>;

/// Between a clause, what was observed, and what was sent.
pub(super) const BETWEEN: &str = " -> ";
/// In the ids of clauses about characters.
const OF_CHARACTERS: &str = "character";
/// More unusual characters are no sign of anything.
const UNUSUAL: usize = 2;
/// Words of an observation.
const WORDS: usize = 6;

/// Of findings.
pub(super) fn looks<'a>(findings: impl Iterator<Item = (&'a CaseReport, &'a FindingReport)>) -> Looks {
    let mut looks = Looks::new();
    for (case, finding) in findings {
        let mut feature = format!("{}{BETWEEN}{}", finding.clause, gist(&finding.seen));
        if let Some(unusual) = unusual(case, finding) {
            feature.push_str(BETWEEN);
            feature.push_str(&unusual);
        }
        *looks.entry(feature).or_default() += 1;
    }
    looks
}

/// A feature, and what is less special than it: without what was sent, and without what was observed.
pub(super) fn levels(feature: &str) -> impl Iterator<Item = &str> {
    let ends = feature.match_indices(BETWEEN).map(|(at, _)| at).chain([feature.len()]);
    ends.map(|end| &feature[..end])
}

/// The unusual characters of what was sent and got such an answer, by code point.
fn unusual(case: &CaseReport, finding: &FindingReport) -> Option<String> {
    status_in(&finding.seen).filter(|_| finding.clause.contains(OF_CHARACTERS))?;
    let body = case.exchanges.get(finding.exchange?)?.request_body.as_ref().filter(|_| case.generated.is_none())?;
    let mut found = BTreeSet::new();
    collect(&serde_json::from_str(body).ok()?, &mut found);
    let told = || found.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect::<Vec<_>>().join(" ");
    (1..=UNUSUAL).contains(&found.len()).then(told)
}

/// How many kinds of unusual characters are in the texts of a body.
pub(super) fn unusual_in(body: &str) -> usize {
    let mut found = BTreeSet::new();
    match serde_json::from_str(body) {
        Ok(value) => collect(&value, &mut found),
        Err(_) => found.extend(body.chars().filter(|c| !c.is_ascii())),
    }
    found.len()
}

fn collect(value: &Value, found: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => found.extend(text.chars().filter(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c))),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An observation without what differs from run to run: its status, or its first words outside quotes.
fn gist(seen: &str) -> String {
    if let Some(status) = status_in(seen) {
        return format!("status {status}");
    }
    let unquoted: Vec<&str> = seen.split(['"', '`']).step_by(2).collect();
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    unquoted.join(" ").split_whitespace().filter(is_word).take(WORDS).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_of_two_runs_are_alike() {
        for (one, other) in [
            ("status 400 with `{\"error\":1}`", "status 400 with `{}`"),
            ("\"dewspec-1a\" is missing", "\"dewspec-2b\" is missing"),
            ("\"a\" has the value \"b c\", and 3 more", "\"x\" has the value \"y\", and 41 more"),
        ] {
            assert_eq!(gist(one), gist(other));
            assert!(!gist(one).is_empty());
        }
        assert_ne!(gist("\"a\" is missing"), gist("\"a\" appeared"));
    }
}
