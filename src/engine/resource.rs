use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use crate::judge::case::Site;
use crate::judge::{Listing, State, describe, is_unreadable, parse_listing};
use crate::ledger::{Ledger, word};
use crate::model::{Exchange, PathChoice, Request, TokenChoice};
use crate::suite::{Observer, ResourceKind, Suite};

use super::session::Session;

/// Between two looks at a state that is not yet as expected.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// The longest such pause.
const LOOK_AGAIN_MOST: Duration = Duration::from_millis(100);
/// Pages read of one listing at most, and bytes of all of them.
const PAGES: usize = 200;
const LISTED: usize = 2 << 20;
/// So much is kept of a page that could be read.
const KEPT: usize = 16 * 1024;
/// So much of what was written is remembered, even if it is gone.
const REMEMBERED: usize = 512;
/// Where nothing can delete, no more than this is written to one resource.
pub(super) const LEFT_BEHIND: usize = 5;

/// One secret, key or event collection, held by one case at a time: what is known of it, and what looks at it.
#[derive(Debug)]
pub(super) struct Resource {
    site: Site,
    /// A batch delete has been seen to leave alone what it was not told to delete.
    pub(super) many_is_careful: bool,
    /// Operations of which no tag can be placed here for no other purpose than to be missed; see `sentinel`.
    pub(super) unwatchable: BTreeSet<String>,
    /// How often such an item was placed here.
    pub(super) placed: usize,
    /// Of each that stands here, by its key, the operation that stored it, and since when it does.
    pub(super) watched: BTreeMap<String, (String, u64)>,
    /// Time spent between looks that failed.
    paused: Duration,
    /// Exchanges with observers, for the report of the case that holds the resource.
    pub(super) looks: Vec<Exchange>,
}

impl Deref for Resource {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl DerefMut for Resource {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

impl Resource {
    pub(super) fn new(suite: &Suite, kind: ResourceKind, id: &str) -> Self {
        Resource {
            site: Site::new(suite, kind, id),
            many_is_careful: false,
            unwatchable: BTreeSet::new(),
            placed: 0,
            watched: BTreeMap::new(),
            paused: Duration::ZERO,
            looks: Vec::new(),
        }
    }

    /// Of what is there beside what is expected, that which dewspec wrote. The rest is somebody else's.
    pub(super) fn own_of(&mut self, session: &Session, seen: State) -> State {
        session.known.look_for_strays(self.kind, &self.id, seen.keys());
        // Nobody can delete what has no key: it takes room from now on.
        let (unreadable, seen): (State, State) = seen.into_iter().partition(|(key, _)| is_unreadable(key));
        let news = unreadable.iter().filter(|(key, _)| self.ledger.value(key).is_none());
        news.collect::<Vec<_>>().into_iter().for_each(|(key, value)| self.ledger.not_deleted(key, value));
        let is_ours = |ledger: &Ledger, key: &str, value: &str| {
            ledger.is_our_item(key, value) || session.known.has_sent_item(key, value)
        };
        let (own, strange) = self.site.ledger.divide(seen, is_ours);
        if let Some(other) = strange.iter().find(|key| word(key).is_some()) {
            session.meets_another_run(self.kind, other);
        }
        for key in strange {
            session.note(format!(
                "{key:?} appeared on the {} during the run, and nothing shows that dewspec wrote it: it stays",
                self.kind.carrier()
            ));
        }
        own
    }

    /// The whole state of the other tenant's resource of the same kind, as that tenant sees it.
    pub(super) async fn look_as_foreign(&mut self, session: &Session) -> Option<Listing> {
        let observer = self.list.clone()?;
        let first = self.request_as_foreign(session, &observer, None)?;
        self.pages(session, &observer, first).await
    }

    /// Deletes something from the other tenant's resource, as that tenant; `false` if that did not work.
    pub(super) async fn remove_as_foreign(&self, session: &Session, key: &str) -> bool {
        let request = self.delete.as_ref().and_then(|o| Some((o, self.request_as_foreign(session, o, Some(key))?)));
        let Some((observer, request)) = request else { return false };
        let exchange = session.client.send(request).await;
        exchange.status().is_some_and(|status| observer.success.contains(&status))
    }

    fn request_as_foreign(&self, session: &Session, observer: &Observer, item: Option<&str>) -> Option<Request> {
        let foreign = |_: &str| PathChoice::Foreign;
        let url = session.addresses.url(&observer.service, &observer.path, self.kind, &self.id, foreign, item)?;
        let headers = vec![session.addresses.credential(TokenChoice::Foreign)?];
        Some(Request { operation: observer.id.clone(), method: observer.method.clone(), url, headers, body: None })
    }

    pub(super) fn request(
        &self,
        session: &Session,
        observer: &Observer,
        item: Option<&str>,
        body: Option<Bytes>,
    ) -> Option<Request> {
        self.request_with(session, TokenChoice::Valid, observer, item, body)
    }

    /// The same with other credentials.
    fn request_with(
        &self,
        session: &Session,
        token: TokenChoice,
        observer: &Observer,
        item: Option<&str>,
        body: Option<Bytes>,
    ) -> Option<Request> {
        let url =
            session.addresses.url(&observer.service, &observer.path, self.kind, &self.id, |_| PathChoice::Own, item)?;
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend(session.addresses.credential(token));
        Some(Request { operation: observer.id.clone(), method: observer.method.clone(), url, headers, body })
    }

    /// What a target answers that does not let the token read that may only read.
    pub(super) async fn refusal_of_read_only(&self, session: &Session) -> Option<String> {
        let request = self.request_with(session, TokenChoice::ReadOnly, self.list.as_deref()?, None, None)?;
        let exchange = session.client.send(request).await;
        let reads = exchange.status().is_some_and(|status| self.list_statuses().contains(&status));
        (!reads).then(|| describe(&exchange))
    }

    /// Why the resource itself is not there any more, if it could be listed and is not found now.
    pub(super) async fn is_gone(&self, session: &Session) -> Option<String> {
        let exchange = session.client.send(self.list_request(session)?).await;
        let status = exchange.status().filter(|status| matches!(status, 404 | 410))?;
        Some(format!("the {} {} is not there any more: its list is answered with {status} now", self.kind, self.id))
    }

    /// The request that lists what is stored; of paged listings, the first page as it comes.
    pub(super) fn list_request(&self, session: &Session) -> Option<Request> {
        self.request(session, self.list.as_deref()?, None, None)
    }

    /// The statuses of a listing.
    pub(super) fn list_statuses(&self) -> Vec<u16> {
        self.list.as_ref().map(|observer| observer.success.clone()).unwrap_or_default()
    }

    /// The whole stored state; `None` if it cannot be had.
    pub(super) async fn look(&mut self, session: &Session) -> Option<Listing> {
        let observer = self.list.clone()?;
        let first = self.request(session, &observer, None, None)?;
        self.pages(session, &observer, first).await
    }

    /// Every page of a listing, beginning with this request.
    async fn pages(&mut self, session: &Session, observer: &Observer, first: Request) -> Option<Listing> {
        let mut all = Listing::default();
        let mut known: HashSet<String> = HashSet::new();
        let mut bytes = 0;
        let mut marker: Option<String> = None;
        for _ in 0..PAGES {
            let mut request = first.clone();
            if let Some(page) = &observer.page {
                let mut url = url::Url::parse(&request.url).ok()?;
                url.query_pairs_mut().append_pair(&page.limit, &page.size.to_string());
                if let Some(marker) = &marker {
                    url.query_pairs_mut().append_pair(&page.marker, marker);
                }
                request.url = url.to_string();
            }
            let mut exchange = session.client.send(request).await;
            session.read_in(exchange.elapsed);
            bytes += exchange.answer.as_ref().map_or(0, |response| response.body.len());
            let body = exchange
                .answer
                .as_ref()
                .ok()
                .filter(|r| observer.success.contains(&r.status) && !r.capped)
                .and_then(|r| r.json());
            let next = observer
                .page
                .as_ref()
                .and_then(|page| body.as_ref()?.pointer(&page.next)?.as_str().map(str::to_owned))
                .filter(|next| !next.is_empty() && marker.as_deref() != Some(next));
            let parsed = body.filter(|_| bytes <= LISTED).and_then(|body| parse_listing(observer, body));
            if parsed.is_some() {
                exchange.cut(KEPT);
            }
            self.looks.push(exchange);
            let listing = parsed?;
            let Some(next) = next else {
                all.items.extend(listing.items);
                return Some(all);
            };
            let before = known.len();
            known.extend(listing.items.iter().map(|item| item.key.clone()));
            let news = known.len() > before;
            all.items.extend(listing.items);
            // A target that ignores the marker would send the same page for ever.
            if !news {
                return Some(all);
            }
            marker = Some(next);
        }
        None
    }

    /// A look that failed by chance, or because the target is throttling, is taken again; but not for ever
    /// where looking fails every time.
    pub(super) async fn look_patiently(&mut self, session: &Session) -> Option<Listing> {
        let kept = self.looks.len();
        for pause in [50, 200, 800].map(Duration::from_millis) {
            if let Some(listing) = self.look(session).await {
                return Some(listing);
            }
            if session.is_cut_short() || self.is_impatient(&session.known) {
                return None;
            }
            self.suspicions.waste(pause);
            tokio::time::sleep(pause).await;
            self.paused += pause;
            self.looks.truncate(kept);
        }
        self.look(session).await
    }

    /// Looks until `done` or until patience is at its end; returns the last look. What was deleted and
    /// has not gone yet is left out.
    pub(super) async fn look_until(
        &mut self,
        session: &Session,
        patience: Duration,
        done: impl Fn(&Listing) -> bool,
    ) -> Option<Listing> {
        // The exchanges' own times, not ours: they are the same when a record of this run is judged.
        let mut started = None;
        // What a throttle or a failed look takes is no time that a write takes to show.
        let (held, paused) = (session.client.health().held_up(), self.paused);
        let mut pause = LOOK_AGAIN;
        let kept = self.looks.len();
        let mut changes = Changes::default();
        loop {
            // Only the last look is evidence.
            self.looks.truncate(kept);
            let mut listing = self.look_patiently(session).await?;
            let passed = self.since(&mut started, kept);
            let seen = self.state(&listing);
            self.ledger.saw(&seen);
            listing.items.retain(|item| self.counts(&session.known, &item.key));
            if done(&listing) {
                if pause != LOOK_AGAIN {
                    let other = (session.client.health().held_up() - held) + (self.paused - paused);
                    self.lag = self.lag.max(passed.saturating_sub(other));
                    if !self.lag.is_zero() {
                        self.ledger.shows_late();
                    }
                }
                return Some(listing);
            }
            // Nothing is sent but looks meanwhile: what comes and goes all the same is somebody else's doing.
            // Where writes show late, once may be one of those.
            let often = if self.lag.is_zero() { 1 } else { 2 };
            let restless =
                changes.restless(&listing, often).into_iter().filter(|key| !self.is_ours(&session.known, key));
            let restless: Vec<String> = restless.collect();
            restless.iter().for_each(|key| self.ledger.volatile(key));
            listing.items.retain(|item| self.counts(&session.known, &item.key));
            if passed + pause > patience || session.is_cut_short() {
                self.suspicions.waste(passed);
                return Some(listing);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_AGAIN_MOST);
        }
    }

    /// From the sending of the first look after `kept` others to the end of the last one.
    fn since(&self, started: &mut Option<Instant>, kept: usize) -> Duration {
        let first = self.looks.get(kept).and_then(|look| look.sent);
        let last = self.looks.last().and_then(|look| Some(look.sent? + look.elapsed));
        let started = *started.get_or_insert_with(|| first.unwrap_or_else(Instant::now));
        last.unwrap_or(started).saturating_duration_since(started)
    }

    /// Forgets what was written and is gone again, so that a long run needs no more memory than a short one.
    pub(super) async fn forget(&mut self, session: &Session) {
        // Where each look has to wait for writes to show, it is taken less often.
        let most = if self.lag.is_zero() { REMEMBERED } else { REMEMBERED * 8 };
        if self.ledger.remembered() < most {
            return;
        }
        if !self.can_list() {
            self.ledger.settled();
            return;
        }
        self.let_settle().await;
        let expected = self.ledger.expected();
        let listing = self.look(session).await;
        let kept = |key: &String| expected.contains_key(key) || !self.counts(&session.known, key);
        if listing.is_some_and(|listing| listing.items.iter().all(|item| kept(&item.key))) {
            self.ledger.settled();
        }
        self.looks.clear();
    }

    /// Waits as long as a write has been seen to take, so that a look shows what there is to see.
    pub(super) async fn let_settle(&self) {
        if !self.lag.is_zero() {
            tokio::time::sleep(self.lag * 2).await;
        }
    }
}

/// Which items change while nothing but looks is sent.
#[derive(Default)]
struct Changes {
    last: Option<BTreeMap<String, Option<Value>>>,
    count: BTreeMap<String, usize>,
}

impl Changes {
    /// Takes in one more look; names what has changed so often, at least.
    fn restless(&mut self, listing: &Listing, often: usize) -> Vec<String> {
        let now: BTreeMap<String, Option<Value>> =
            listing.items.iter().map(|item| (item.key.clone(), item.value.clone())).collect();
        if let Some(last) = self.last.take() {
            let keys: BTreeSet<&String> = last.keys().chain(now.keys()).collect();
            for key in keys.into_iter().filter(|key| last.get(*key) != now.get(*key)) {
                *self.count.entry(key.clone()).or_default() += 1;
            }
        }
        self.last = Some(now);
        self.count.iter().filter(|(_, count)| **count >= often).map(|(key, _)| key.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::ListedItem;
    use std::sync::Arc;

    use super::super::session::Time;
    use crate::model::Clock;
    use crate::target::{Network, ReplayLine, Settings, Target};
    use crate::transport::{Client, Health, HttpTransport, Limits};

    fn session() -> Session {
        let limits = Limits::default();
        let transport = HttpTransport::new(&Network::default(), &limits, false).unwrap_or_else(|e| unreachable!("{e}"));
        let client = Client::new(Arc::new(transport), limits, Arc::new(Health::new(Duration::ZERO)));
        Session::new(
            &Suite::default(),
            &Target::default(),
            &Settings::default(),
            &ReplayLine::default(),
            client,
            (Arc::default(), Time::Present(Clock::starting()), None),
        )
    }

    #[test]
    fn what_somebody_else_writes_stays_theirs() {
        let session = session();
        let mut resource = Resource::new(&Suite::default(), ResourceKind::Secret, "s");
        resource.ledger.sent("dewspec-0011aabb", "v");
        let seen = ["dewspec-0011aabb", "production"].map(|key| (key.to_owned(), "v".to_owned()));
        let own = resource.own_of(&session, State::from(seen));
        assert_eq!(own.into_keys().collect::<Vec<_>>(), ["dewspec-0011aabb"]);
        assert!(resource.ledger.is_theirs("production"));
        assert_eq!((resource.ledger.carries(), resource.ledger.expected().len()), (1, 0));
        assert_eq!(session.notes().len(), 1);
    }

    #[test]
    fn what_comes_and_goes_is_restless_and_what_shows_late_is_not() {
        let listing = |keys: &[&str]| Listing {
            items: keys
                .iter()
                .map(|key| ListedItem { key: (*key).to_owned(), value: Some("v".into()), entity: None })
                .collect(),
        };
        let mut changes = Changes::default();
        assert!(changes.restless(&listing(&["steady", "comes"]), 2).is_empty());
        assert!(changes.restless(&listing(&["steady", "late"]), 2).is_empty());
        assert_eq!(changes.restless(&listing(&["steady", "late", "comes"]), 2), ["comes"]);
        let mut changes = Changes::default();
        assert!(changes.restless(&listing(&["steady", "comes"]), 1).is_empty());
        assert_eq!(changes.restless(&listing(&["steady"]), 1), ["comes"]);
    }
}
