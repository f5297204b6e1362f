//! What every request passes on its way to the server, where something was asked for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State as Shared};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::log::Asked;
use super::options::{Hosting, Teller};
use super::quota::Quota;
use crate::server::http::{Envelope, Failure, Reason};
use crate::server::identity;
use crate::server::state::State;
use crate::server::store::Keeper;

/// The way to a server.
pub(super) struct Front {
    state: Arc<State>,
    latency: Option<Duration>,
    quota: Option<Quota>,
    log: Option<Teller>,
    keeper: Option<Arc<Keeper>>,
}

impl Front {
    /// Nothing where nothing was asked for, so that it costs nothing.
    pub(super) fn of(hosting: &Hosting, state: &Arc<State>, keeper: Option<&Arc<Keeper>>) -> Option<Self> {
        let front = Self {
            state: Arc::clone(state),
            latency: hosting.latency,
            quota: hosting.quota.map(Quota::new),
            log: hosting.log.clone(),
            keeper: keeper.map(Arc::clone),
        };
        let asked = front.latency.is_some() || front.quota.is_some() || front.log.is_some() || front.keeper.is_some();
        asked.then_some(front)
    }

    /// The gateway's answer to what is too much. The identity service is another one, with a quota of its own.
    fn throttled(&self, request: &Request) -> Option<Response> {
        let quota = self.quota.as_ref().filter(|_| !identity::is_served(request.uri().path()))?;
        if quota.admits(Instant::now()) {
            return None;
        }
        let message = format!(
            "The throttling threshold has been reached: policy user over ratelimit,limit:{},time:1 second",
            quota.per_second()
        );
        let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, Reason::Throttled, message);
        Some(self.state.answerer.answer(self.state.gateway(), Err(failure.enveloped(Envelope::Gateway))))
    }
}

pub(super) async fn pass(Shared(front): Shared<Arc<Front>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let asked = front.log.as_ref().map(|_| Asked::of(&request));
    let may_change = request.method() != Method::GET;
    if let Some(latency) = front.latency {
        tokio::time::sleep(latency).await;
    }
    let response = match front.throttled(&request) {
        Some(response) => response,
        None => next.run(request).await,
    };
    if let Some(keeper) = front.keeper.as_ref().filter(|_| may_change && response.status().is_success()) {
        keeper.changed();
    }
    match (&front.log, asked) {
        (Some(tell), Some(asked)) => {
            let (line, response) = asked.told(response, began.elapsed()).await;
            tell(&line);
            response
        }
        _ => response,
    }
}
