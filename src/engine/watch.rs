//! Looking again at what nobody has touched since: a list that shows a write at one time and not at another is no slow one.

use std::time::Duration;

use crate::model::Exchange;

use super::alone::Alone;

/// So many looks tell one that is right at times from one that is late.
const LOOKS: usize = 10;

impl Alone<'_, '_> {
    /// Looks so many times in a row at what the case has left. What is amiss may be late, even where another reader was not:
    /// only what is amiss after all the time that a write may take to show counts.
    pub(super) async fn watch(&mut self, count: usize) {
        if !self.first.can_list() {
            return;
        }
        if self.amiss(count, 1).await.is_none_or(|amiss| amiss.is_empty()) {
            return self.run.watched(count, &[]);
        }
        let settle = self.session.settings.settle;
        tokio::time::sleep(settle.max(Duration::from_millis(1))).await;
        if let Some(amiss) = self.amiss(LOOKS, LOOKS).await {
            self.run.watched(LOOKS, &amiss);
        }
    }

    /// What was amiss in each of so many looks that were not as they should be, until there are enough; nothing, if what is
    /// there could not be read.
    async fn amiss(&mut self, count: usize, enough: usize) -> Option<Vec<String>> {
        let mut amiss = Vec::new();
        for _ in 0..count {
            let listing = self.first.look_patiently(self.session).await?;
            self.run.evidence.came(self.first.looks.last().and_then(Exchange::came));
            amiss.extend(self.run.differs_from_left(&listing));
            if amiss.len() >= enough {
                break;
            }
        }
        Some(amiss)
    }
}
