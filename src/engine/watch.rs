//! Looking again at what nobody has touched since: a list that shows a write at one time and not at another is no slow one.

use std::time::Duration;

use crate::judge::parse_listing;
use crate::model::Exchange;
use crate::suite::Purpose;

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

    /// Looks at each item that the case has stored by the observer that shows one. A target that does not serve that one
    /// cannot be told from one that does not find the item.
    pub(super) async fn show(&mut self) {
        let session = self.session;
        let observers = &session.known.suite.observers;
        let show = observers.iter().find(|o| o.resource == self.first.kind && o.purpose == Purpose::Show);
        let Some(observer) = show else { return };
        for key in self.run.own[0].keys().cloned().collect::<Vec<_>>() {
            let Some(request) = self.first.request(session, observer, Some(&key), None) else { return };
            let exchange = session.client.send(request).await;
            self.run.evidence.came(exchange.came());
            let answered = exchange.answer.as_ref().ok().filter(|answer| observer.success.contains(&answer.status));
            let shown = answered.and_then(|answer| parse_listing(observer, answer.json()?));
            self.first.looks.push(exchange);
            match shown {
                Some(shown) => self.run.shown(&key, &shown),
                None => self.run.evidence.skip(format!("{} does not show it", observer.id), false),
            }
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
