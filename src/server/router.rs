//! Putting a server together.

use std::sync::Arc;

use axum::Router;

use super::config::ServerConfig;
use super::dispatch::handle;
use super::identities::Identities;
use super::state::State;

/// A server before anything listens. Clones share its state.
#[derive(Clone)]
pub(crate) struct Assembled {
    pub(crate) router: Router,
    pub(crate) identities: Identities,
    pub(crate) state: Arc<State>,
    /// Whether answers need rewriting on the way to the socket.
    pub(crate) rewrites: bool,
}

/// A router for use inside the process, and who and what exists behind it.
pub fn router(config: ServerConfig) -> (Router, Identities) {
    let Assembled { router, identities, .. } = assemble(&config, false);
    (router, identities)
}

pub(crate) fn assemble(config: &ServerConfig, over_the_wire: bool) -> Assembled {
    assemble_for(config, over_the_wire, "http")
}

/// The same for a server that is reached by the given scheme.
pub(crate) fn assemble_for(config: &ServerConfig, over_the_wire: bool, scheme: &'static str) -> Assembled {
    let identities = Identities::derive(config);
    let state = Arc::new(State::new(config, &identities, over_the_wire).reached_by(scheme));
    let rewrites = state.writes_bodies_with_204();
    // Paths are resolved by hand: tag keys arrive percent-encoded, and every path shares one answer to being unknown.
    let router = Router::new().fallback(handle).with_state(Arc::clone(&state));
    Assembled { router, identities, state, rewrites }
}
