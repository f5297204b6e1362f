use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::judge::{Listing, State, is_in_no_form_of_a_service, is_unreadable};
use crate::model::{Request, Response};
use crate::suite::{Observer, Purpose, ResourceKind};
use crate::transport::Confirmed;

use super::join_bounded::join_bounded;
use super::resource::Resource;
use super::session::Session;

/// Tags deleted by one request, at most.
const CHUNK: usize = 20;

/// One of them, as the list has it.
#[derive(Serialize)]
struct Item<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a String>,
}

/// What a delete came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deletion {
    /// It is gone, or was not there.
    Gone,
    /// It was refused.
    Kept,
    /// Nobody can tell: there was no answer, or only that the target will not be asked just now.
    Unsettled,
}

impl Deletion {
    fn is_gone(self) -> bool {
        self == Deletion::Gone
    }
}

impl Resource {
    /// Deletes what dewspec wrote under these keys; what was there before is never touched. What cannot
    /// be deleted is remembered as residue.
    pub(super) async fn remove(&mut self, session: &Session, tags: &State) {
        let is_ours = |key: &String| !self.ledger.is_theirs(key) && !is_unreadable(key);
        let ours: Vec<(&String, &String)> = tags.iter().filter(|(key, _)| is_ours(key)).collect();
        if ours.is_empty() {
            return;
        }
        let (many, single) = (self.delete_many.clone(), self.delete.clone());
        let mut left = Vec::new();
        match &many {
            // A batch delete is itself on trial: beside somebody's own tags it has to have proven itself.
            Some(observer)
                if single.is_none() || (ours.len() > 1 && (!self.ledger.has_theirs() || self.many_is_careful)) =>
            {
                for chunk in ours.chunks(CHUNK) {
                    if !self.delete_chunk(session, observer, chunk, &[]).await.is_gone() {
                        left.extend_from_slice(chunk);
                    }
                }
            }
            _ => left.clone_from(&ours),
        }
        let deleting = left.iter().map(|(key, _)| self.delete_alone(session, single.as_deref(), key, many.is_some()));
        let gone = join_bounded(session, deleting).await;
        let mut kept = State::new();
        let jostled = session.width() > 1 && left.len() > 1;
        for ((key, value), mut gone) in left.into_iter().zip(gone) {
            if gone == Deletion::Kept && jostled {
                // Others at the same time may have been in its way.
                gone = self.delete_alone(session, single.as_deref(), key, many.is_some()).await;
            }
            if !gone.is_gone()
                && let Some(observer) = &many
            {
                gone = self.delete_chunk(session, observer, &[(key, value)], &observer.absent).await;
            }
            match gone {
                Deletion::Gone => {}
                Deletion::Unsettled => self.ledger.unsettled(key, value),
                Deletion::Kept => drop(kept.insert(key.clone(), value.clone())),
            }
        }
        if !kept.is_empty() && self.can_list() {
            // What was refused, or got no answer, need not have been there.
            let looks = self.looks.len();
            match self.look(session).await {
                Some(listing) => kept.retain(|key, _| listing.item(key).is_some()),
                // Nobody knows.
                None => std::mem::take(&mut kept).iter().for_each(|(key, value)| self.ledger.unsettled(key, value)),
            }
            self.looks.truncate(looks);
        }
        kept.iter().for_each(|(key, value)| self.ledger.not_deleted(key, value));
        let doubtful = self.ledger.doubtful();
        for (key, _) in ours {
            if !kept.contains_key(key) && !doubtful.contains_key(key) {
                session.has_deleted(&self.id, key);
                session.journal.gone(self.kind, &self.id, key);
                self.ledger.deleted(key);
            }
        }
    }

    /// Deletes once more what a target that did not answer has kept.
    pub(super) async fn remove_again(&mut self, session: &Session) {
        let doubtful = self.ledger.doubtful();
        if !doubtful.is_empty() && !session.is_ended() {
            self.remove(session, &doubtful).await;
        }
    }

    /// Deletes by this means alone something that is there, and says whether that worked: by the answer,
    /// and by what is listed afterwards, if anything is. "It is not there" is no success here.
    pub(super) async fn removes(&mut self, session: &Session, purpose: Purpose, tags: &State) -> bool {
        let observer = if purpose == Purpose::Delete { self.delete.clone() } else { self.delete_many.clone() };
        let Some(observer) = observer else { return false };
        for (key, value) in tags {
            let answered = match purpose {
                Purpose::Delete => match self.request(session, &observer, Some(key), None) {
                    Some(request) => self.deleted(session, &observer, request, &[]).await,
                    None => Deletion::Kept,
                },
                _ => self.delete_chunk(session, &observer, &[(key, value)], &[]).await,
            };
            if !answered.is_gone() {
                return false;
            }
        }
        if !self.can_list() {
            return true;
        }
        let gone = |l: &Listing| tags.keys().all(|key| l.item(key).is_none());
        let listing = self.look_until(session, session.settings.settle, gone).await;
        if purpose == Purpose::DeleteMany {
            let (before, seen) = (self.ledger.before(), listing.as_ref().map(|listing| self.state(listing)));
            self.many_is_careful =
                seen.is_some_and(|seen| before.iter().all(|(key, value)| seen.get(key) == Some(value)));
        }
        listing.is_some_and(|l| gone(&l))
    }

    /// By a request of its own, if there is one.
    async fn delete_alone(&self, session: &Session, by: Option<&Observer>, key: &str, or_by_list: bool) -> Deletion {
        // Such keys would vanish from the path, and what is left of it names something else.
        match by.filter(|_| !["", ".", ".."].contains(&key)) {
            Some(observer) => self.delete_one(session, observer, key, or_by_list).await,
            None => Deletion::Kept,
        }
    }

    /// Where a list can be sent instead, a bad request may be one for its path's sake, and says nothing of the item.
    async fn delete_one(&self, session: &Session, observer: &Observer, key: &str, or_by_list: bool) -> Deletion {
        let absent: Vec<u16> = observer.absent.iter().copied().filter(|status| *status != 400 || !or_by_list).collect();
        match self.request(session, observer, Some(key), None) {
            Some(request) => self.deleted(session, observer, request, &absent).await,
            None => Deletion::Kept,
        }
    }

    /// One batch; `absent` are the statuses that say there was nothing to delete. What was stored without a value may
    /// have an empty one on this target, or none.
    async fn delete_chunk(
        &self,
        session: &Session,
        observer: &Observer,
        chunk: &[(&String, &String)],
        absent: &[u16],
    ) -> Deletion {
        let deleted = self.delete_as(session, observer, chunk, absent, false).await;
        if deleted == Deletion::Unsettled {
            return deleted;
        }
        let bare: Vec<_> = chunk.iter().filter(|(_, value)| value.is_empty()).copied().collect();
        if bare.is_empty() {
            return deleted;
        }
        let again = self.delete_as(session, observer, &bare, &observer.absent, true).await;
        if again.is_gone() && bare.len() == chunk.len() { again } else { deleted }
    }

    /// `empty`: whether an empty value is written, too.
    async fn delete_as(
        &self,
        session: &Session,
        observer: &Observer,
        chunk: &[(&String, &String)],
        absent: &[u16],
        empty: bool,
    ) -> Deletion {
        if self.kind == ResourceKind::Events {
            return Deletion::Kept;
        }
        let items =
            chunk.iter().map(|(key, value)| Item { key, value: Some(*value).filter(|v| empty || !v.is_empty()) });
        let list = serde_json::to_string(&items.collect::<Vec<_>>()).unwrap_or_default();
        let items = list.trim_start_matches('[').trim_end_matches(']');
        let body = observer.body.as_deref().unwrap_or_default().replace("${items}", items);
        match self.request(session, observer, None, Some(body.into())) {
            Some(request) => self.deleted(session, observer, request, absent).await,
            None => Deletion::Kept,
        }
    }

    /// Sends a delete, and again if there is no usable answer, since deleting twice does no harm.
    async fn deleted(&self, session: &Session, observer: &Observer, request: Request, absent: &[u16]) -> Deletion {
        if session.client.health().is_mute(&observer.id) {
            return Deletion::Unsettled;
        }
        let mut exchange = session.client.send(request.clone()).await;
        // Server errors have been asked again already.
        let may_be_elsewhere = |status| status < 500 && !observer.success.contains(&status);
        let is_strange =
            |response: &Response| may_be_elsewhere(response.status) && is_in_no_form_of_a_service(response);
        if exchange.answer.as_ref().is_ok_and(is_strange) {
            // Somebody on the way may have answered while the target could not be reached: of the item, that says nothing.
            let at = exchange.sent.unwrap_or_else(Instant::now);
            if session.client.confirm(&observer.id, at, Duration::ZERO).await == Confirmed::Over {
                return Deletion::Unsettled;
            }
            exchange = session.client.send(request).await;
        }
        // After a broken connection, "not there" may be the effect of the first try.
        let is_gone = |status: u16| {
            observer.success.contains(&status)
                || absent.contains(&status)
                || (exchange.is_second_try() && observer.absent.contains(&status))
        };
        match exchange.status() {
            Some(status) if is_gone(status) => Deletion::Gone,
            None | Some(401 | 429 | 503) => Deletion::Unsettled,
            Some(_) => Deletion::Kept,
        }
    }
}
