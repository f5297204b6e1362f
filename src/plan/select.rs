use std::collections::BTreeSet;

use super::PlannedCase;

/// Which cases the user asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Parts of case ids, clause ids or operation names.
    pub words: Vec<String>,
    /// Ids of cases, exactly.
    pub exact: BTreeSet<String>,
    /// Whether every case is asked for.
    everything: bool,
    /// Where one of several alternatives is enough, which one; all of them without.
    seed: Option<u64>,
}

/// The seed of runs that are told no other.
pub const DEFAULT_SEED: u64 = 0x00DE_C0DE;

impl Default for Filter {
    /// Selects everything.
    fn default() -> Self {
        Filter::words(&[])
    }
}

impl Filter {
    /// A filter of words; none selects everything.
    pub fn words(words: &[String]) -> Self {
        let (words, everything) = (words.to_vec(), words.is_empty());
        Filter { words, exact: BTreeSet::new(), everything, seed: Some(DEFAULT_SEED) }
    }

    /// A filter of exact case ids.
    pub fn exact(ids: impl IntoIterator<Item = String>) -> Self {
        let exact = ids.into_iter().collect();
        Filter { words: Vec::new(), exact, everything: false, seed: Some(DEFAULT_SEED) }
    }

    /// The same, where one of several alternatives is enough: the one for this seed, or, with none, all of them.
    #[must_use]
    pub fn in_turn(self, seed: Option<u64>) -> Self {
        Filter { seed, ..self }
    }

    /// The same filter, in which a word that is the id of one of these cases means that case alone, and no longer those
    /// whose ids begin with it.
    pub(super) fn among(&self, cases: &[PlannedCase]) -> Self {
        let is_id = |word: &&String| cases.iter().any(|case| case.spec.id == **word);
        let (ids, words): (Vec<&String>, Vec<&String>) = self.words.iter().partition(is_id);
        Filter {
            words: words.into_iter().cloned().collect(),
            exact: self.exact.iter().chain(ids).cloned().collect(),
            everything: self.everything,
            seed: self.seed,
        }
    }

    /// Whether a case is asked for. Whoever names one of several alternatives gets it, whatever the seed.
    pub fn selects(&self, case: &PlannedCase) -> bool {
        self.exact.contains(&case.spec.id) || self.means(case) && self.is_its_turn(case)
    }

    /// Whether a case would be selected with another seed.
    pub(super) fn leaves_out(&self, case: &PlannedCase) -> bool {
        self.means(case) && !self.is_its_turn(case) && !self.exact.contains(&case.spec.id)
    }

    fn is_its_turn(&self, case: &PlannedCase) -> bool {
        match (&case.spec.turn, self.seed) {
            (Some(turn), Some(seed)) => turn.is_on(seed),
            _ => true,
        }
    }

    fn means(&self, case: &PlannedCase) -> bool {
        self.everything
            || self.words.iter().any(|word| {
                case.spec.id.contains(word.as_str())
                    || case.op.operation.id.eq_ignore_ascii_case(word)
                    || case.op.operation.service == *word
                    || case.spec.clauses.iter().any(|c| c == word)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;
    use crate::suite::{DataSource, Suite};

    fn selected(words: &[&str]) -> Vec<String> {
        let suite = Suite::load(&DataSource::embedded().unwrap()).unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        plan(&suite, &Filter::words(&words)).cases().map(|case| case.spec.id.clone()).collect()
    }

    #[test]
    fn the_id_of_a_case_selects_no_other_case() {
        let all = selected(&[]);
        let (short, long) = all
            .iter()
            .find_map(|id| Some((id, all.iter().find(|other| *other != id && other.starts_with(id.as_str()))?)))
            .expect("two cases of which one id begins with the other");
        let found = selected(&[short]);
        assert!(found.contains(short) && !found.contains(long), "{found:?}");
        let without_last = &short[..short.len() - 1];
        assert!(selected(&[without_last]).contains(long), "a part of an id selects all that have it");
        assert!(selected(&[short, long]).contains(long));
    }

    #[test]
    fn nothing_given_is_everything_and_an_unknown_word_is_nothing() {
        assert!(selected(&[]).len() > 1000);
        assert!(selected(&["no-such-case"]).is_empty());
        let suite = Suite::load(&DataSource::embedded().unwrap()).unwrap();
        assert_eq!(plan(&suite, &Filter::exact([])).cases().count(), 0, "no ids are no cases");
        assert!(plan(&suite, &Filter::default()).cases().count() > 1000);
    }
}
