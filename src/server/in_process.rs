//! A server without sockets, for whoever asks it much and waits for nothing.

use std::fmt;
use std::sync::Arc;
use std::task::Context;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::FutureExt;
use tower_service::Service;

use super::config::ServerConfig;
use super::http::{Collected, collect};
use super::identities::Identities;
use super::router::{Assembled, assemble};
use super::state::State;

/// The whole server, called like a function. It is emptied between uses rather than made anew, since working out its
/// rules takes far longer than a request.
pub struct InProcess {
    router: Router,
    state: Arc<State>,
    identities: Identities,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InProcess").field("identities", &self.identities).finish_non_exhaustive()
    }
}

impl InProcess {
    /// A server with this configuration.
    pub fn new(config: &ServerConfig) -> Self {
        let Assembled { router, identities, state, .. } = assemble(config, false);
        Self { router, state, identities }
    }

    /// Who and what exists on it.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Forgets everything that was stored or counted.
    pub fn empty(&self) {
        self.state.empty();
    }

    /// The answer to a request; nothing if the server would have to wait, which it never has a reason for, faults
    /// aside.
    pub fn answer(&self, request: Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let mut router = self.router.clone();
        let mut context = Context::from_waker(std::task::Waker::noop());
        if Service::<Request<Body>>::poll_ready(&mut router, &mut context).is_pending() {
            return None;
        }
        let (parts, body) = match router.call(request.map(Body::from)).now_or_never()? {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
        };
        match collect(body).now_or_never()? {
            Collected::Whole(bytes) => Some(Response::from_parts(parts, bytes.to_vec())),
            Collected::TooLarge | Collected::Broken => None,
        }
    }
}
