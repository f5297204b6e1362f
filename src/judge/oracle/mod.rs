//! The oracles that look at every exchange of an operation.

mod error_body;
mod item;
mod response;
mod status;
mod time;
mod transport;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::DerefMut;

use serde_json::Value;
use tokio::time::Instant;

pub use transport::Secrets;

use super::is_by_an_intermediary;
use crate::model::{Exchange, Response};
use crate::suite::{Judge, Operation};

/// What an oracle says of one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Its precondition does not hold here.
    NotApplicable,
    /// As documented.
    Upheld,
    /// Not as documented.
    Broken {
        /// What the documents allow.
        allowed: String,
        /// What came.
        seen: String,
    },
}

impl Judgement {
    fn broken(allowed: impl Into<String>, seen: impl Into<String>) -> Self {
        Judgement::Broken { allowed: allowed.into(), seen: seen.into() }
    }

    /// What is to be told is made up only if there is something to tell.
    fn when<A: Into<String>, S: Into<String>>(
        holds: bool,
        allowed: impl FnOnce() -> A,
        seen: impl FnOnce() -> S,
    ) -> Self {
        if holds { Judgement::Upheld } else { Judgement::broken(allowed(), seen()) }
    }
}

/// One exchange with what an oracle may want to know about it.
pub struct Scene<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// The exchange.
    pub exchange: &'a Exchange,
    /// The request body as JSON, if it is JSON.
    pub request: Option<&'a Value>,
    /// The same input was a server error twice.
    pub repeated_server_error: bool,
    /// The same input was a server error once, and then was not.
    pub transient_server_error: bool,
    /// The layer in front of the service may have answered: bad credentials, unknown projects.
    pub gateway_territory: bool,
    /// Something about the request's path, method or header fields is unusual, so that whatever stands in front of the
    /// service may refuse it by itself.
    pub unusual: bool,
    /// What must never stand in an answer.
    pub secrets: &'a Secrets,
    /// Seconds since 1970, now; used where the answer has no `Date`.
    pub now: i64,
    /// The body of the answer as JSON, once somebody has asked for it.
    pub answered: OnceCell<Option<Value>>,
}

impl Scene<'_> {
    /// The body of the answer as JSON, if it is JSON.
    fn json(&self) -> Option<&Value> {
        self.answered.get_or_init(|| self.response().and_then(Response::json)).as_ref()
    }

    /// Whether this is the answer of an intermediary: to a request that is unusual as HTTP, if it is not in the service's own
    /// words, or says that it does not speak what was asked for; or a page that says that the service was not to be had just
    /// then. The documents speak of the service alone.
    fn is_answered_on_the_way(&self) -> bool {
        let own_words = || self.json().is_some_and(Value::is_object);
        let out_of_reach = self.response().is_some_and(|response| matches!(response.status, 502 | 504));
        if self.transient_server_error && out_of_reach && !own_words() {
            return true;
        }
        if is_by_an_intermediary(self.exchange, !self.gateway_territory) {
            return true;
        }
        let Some(response) = self.response().filter(|_| self.unusual) else { return false };
        let refused = (400..500).contains(&response.status) || matches!(response.status, 501 | 505);
        refused && (response.status == 406 || !own_words())
    }

    fn response(&self) -> Option<&Response> {
        self.exchange.answer.as_ref().ok()
    }

    /// The answer, if it has the success status.
    fn success(&self) -> Option<&Response> {
        self.response().filter(|r| r.status == self.operation.success)
    }
}

/// What oracles remember over a run.
#[derive(Debug, Default)]
pub struct History {
    seen: HashMap<(String, String), response::Answered>,
    /// The first time stamp of each clause about units.
    times: HashMap<String, i64>,
    /// The latest time stamp of each clause about their order, and when it had come.
    latest: HashMap<String, (i64, Instant)>,
    /// What the last answer about an item had, by clause and item.
    items: item::Items,
}

/// Applies one oracle. Few of them ask for the history, which other threads may want to see.
pub fn judge<H: DerefMut<Target = History>>(
    judge: &Judge,
    clause: &str,
    scene: &Scene<'_>,
    history: impl FnOnce() -> H,
) -> Judgement {
    match judge {
        Judge::DocumentedStatus { statuses, gateway } => status::documented(scene, statuses, gateway),
        Judge::NoServerError | Judge::NoServerErrorBeside => status::no_server_error(scene),
        Judge::AscendingField { pointer, within_seconds } => {
            time::ascending(scene, clause, pointer, *within_seconds, &mut history().latest)
        }
        Judge::NoTransientServerError => status::no_transient(scene),
        Judge::UnprovokedStatus { status } => status::unprovoked(scene, *status),
        Judge::NoBody { empty_object_allowed } => transport::no_body(scene, *empty_object_allowed),
        Judge::NoSecret => transport::no_secret(scene),
        Judge::NoByteOrderMark => transport::no_byte_order_mark(scene),
        Judge::JsonContentType => transport::json_content_type(scene),
        Judge::ErrorField { status, pointer, kind, non_empty } => {
            error_body::field(scene, *status, pointer, *kind, *non_empty)
        }
        Judge::SameOrder { pointer, echoes } => response::same_order(scene, pointer, echoes),
        Judge::ResponseField { pointer, kind, echoes, in_any_order, one_of, items, non_empty } => {
            let rule = response::Rule {
                pointer,
                kind: *kind,
                echoes: echoes.as_deref(),
                in_any_order: *in_any_order,
                one_of,
                items: *items,
                non_empty: *non_empty,
            };
            response::field(scene, &rule)
        }
        Judge::DistinctField { pointer } => response::distinct(scene, clause, pointer, &mut history().seen),
        Judge::OrderedFields { earlier, later } => time::ordered(scene, earlier, later),
        Judge::KeptField { pointer, of } => item::kept(scene, clause, (pointer, of), &mut history().items),
        Judge::MovedField { pointer, of, after_seconds } => {
            item::moved(scene, clause, (pointer, of), *after_seconds, &mut history().items)
        }
        Judge::OneUnit { pointer } => time::one_unit(scene, clause, pointer, &mut history().times),
        Judge::RecentField { pointer, within_seconds } => time::recent(scene, pointer, *within_seconds),
    }
}
