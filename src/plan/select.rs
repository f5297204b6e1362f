use std::collections::BTreeSet;

use super::PlannedCase;

/// Which cases the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Parts of case ids, clause ids or operation names; none selects everything.
    pub words: Vec<String>,
    /// Exactly these cases, if given: for replays.
    pub exact: Option<BTreeSet<String>>,
}

impl Filter {
    /// A filter of words.
    pub fn words(words: &[String]) -> Self {
        Filter { words: words.to_vec(), exact: None }
    }

    /// A filter of exact case ids.
    pub fn exact(ids: impl IntoIterator<Item = String>) -> Self {
        Filter { words: Vec::new(), exact: Some(ids.into_iter().collect()) }
    }

    /// Whether a case is asked for.
    pub fn selects(&self, case: &PlannedCase) -> bool {
        if let Some(ids) = &self.exact {
            return ids.contains(&case.spec.id);
        }
        self.words.is_empty()
            || self.words.iter().any(|word| {
                case.spec.id.contains(word.as_str())
                    || case.op.operation.id.eq_ignore_ascii_case(word)
                    || case.op.operation.service == *word
                    || case.spec.clauses.iter().any(|c| c == word)
            })
    }
}
