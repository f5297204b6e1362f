//! A reference server on a socket.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::front::{Front, pass};
use super::tls::TlsListener;
use super::wire::RewritingListener;
use super::{Hosting, HostingError, Tls};
use crate::server::config::ServerConfig;
use crate::server::identities::Identities;
use crate::server::router::{Assembled, assemble, assemble_for};
use crate::server::state::State;
use crate::server::store::{Keeper, StateError};

/// How long a shutdown waits for requests under way.
const GRACE: Duration = Duration::from_secs(1);
/// Threads of a hosted server, at most: there are some dozen connections to share.
const THREADS: usize = 4;

/// A server that listens until it is shut down or dropped.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    identities: Identities,
    state: Arc<State>,
    keeper: Option<Arc<Keeper>>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RunningServer {
    /// The base URL that clients use.
    pub fn url(&self) -> String {
        format!("{}://{}", self.state.scheme(), self.address)
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who and what exists on it.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// The secrets of the first tenant that exist now, by id, in the order of their names.
    pub fn secret_ids(&self) -> Vec<String> {
        self.state.tenants[0].secret_register().iter().map(|secret| secret.id.clone()).collect()
    }

    /// The keys of the first tenant that exist now, by id, in the order of their making, and that can be tagged.
    pub fn key_ids(&self) -> Vec<String> {
        let tenant = &self.state.tenants[0];
        let register = tenant.key_register();
        let ids = register.iter().map(|key| key.key_id.clone());
        ids.filter(|id| *id != tenant.default_key_id).collect()
    }

    /// The same as [`shutdown`](Self::shutdown), and keeps the state once more where it is kept.
    ///
    /// # Errors
    ///
    /// The state could not be written.
    pub async fn finish(self) -> Result<(), StateError> {
        let keeper = self.keeper.clone();
        self.shutdown().await;
        match keeper {
            Some(keeper) => keeper.keep(),
            None => Ok(()),
        }
    }

    /// Stops listening, lets requests under way finish for a moment, and returns.
    pub async fn shutdown(self) {
        // The receiver is gone only if the server has stopped already.
        let _ = self.stop.send(());
        let mut task = self.task;
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Starts a server on the current runtime; port 0 takes a free one.
///
/// Dropping the server stops it: the sender goes with it, which the accept loop notices.
///
/// # Errors
///
/// Fails if the address cannot be listened on.
pub async fn start(config: ServerConfig, listen: SocketAddr) -> std::io::Result<RunningServer> {
    run(TcpListener::bind(listen).await?, assemble(&config, true), None)
}

/// The same for a server that is put before its clients in a special way.
///
/// # Errors
///
/// Fails if the address cannot be listened on, or the state file cannot be read or written.
pub async fn start_with(
    config: ServerConfig,
    listen: SocketAddr,
    hosting: &Hosting,
) -> Result<RunningServer, HostingError> {
    let listener = TcpListener::bind(listen).await?;
    let scheme = if hosting.tls.is_some() { "https" } else { "http" };
    let mut assembled = assemble_for(&config, true, scheme);
    let keeper = match &hosting.state {
        Some(path) => Some(Keeper::start(path, &assembled.state, hosting.warn.clone())?),
        None => None,
    };
    if let Some(front) = Front::of(hosting, &assembled.state, keeper.as_ref()) {
        let pass = axum::middleware::from_fn_with_state(Arc::new(front), pass);
        assembled.router = assembled.router.layer(pass);
    }
    let mut server = run(listener, assembled, hosting.tls.as_ref())?;
    server.keeper = keeper;
    Ok(server)
}

/// Takes connections on the current runtime.
fn run(listener: TcpListener, assembled: Assembled, tls: Option<&Tls>) -> std::io::Result<RunningServer> {
    let Assembled { router, identities, state, rewrites } = assembled;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let task = match tls {
        Some(tls) => serve(TlsListener::new(listener, tls)?, router, rewrites, stopped),
        None => {
            let listener = listener.tap_io(|stream| {
                // Without it answers only get slower.
                let _ = stream.set_nodelay(true);
            });
            serve(listener, router, rewrites, stopped)
        }
    };
    Ok(RunningServer { address, identities, state, keeper: None, stop, task })
}

/// Serves until it is told to stop, or nobody is left who could tell. It ends without an error: accepting retries, and
/// a broken connection is its client's affair.
fn serve<L>(listener: L, router: Router, rewrites: bool, stopped: oneshot::Receiver<()>) -> JoinHandle<()>
where
    L: Listener<Addr = SocketAddr>,
    L::Io: Unpin,
{
    let until_stopped = async move {
        let _ = stopped.await;
    };
    if rewrites {
        tokio::spawn(async move {
            let server = axum::serve(RewritingListener(listener), router);
            let _ = server.with_graceful_shutdown(until_stopped).await;
        })
    } else {
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).with_graceful_shutdown(until_stopped).await;
        })
    }
}

/// A server with threads of its own, which stop when this is dropped.
#[derive(Debug)]
pub struct HostedServer {
    url: String,
    identities: Identities,
    stop: Option<watch::Sender<()>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl HostedServer {
    /// The base URL that clients use.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Who and what exists on it.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }
}

impl Drop for HostedServer {
    fn drop(&mut self) {
        // The threads notice that nobody can tell them anything any more.
        self.stop = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Starts a server on threads of its own, so that it shares nothing with its clients but the network: as many as the
/// machine has processors, if not too many, each of which takes some of the connections, as servers do.
///
/// # Errors
///
/// Fails if the address cannot be listened on, or no thread can be had.
pub fn host(config: ServerConfig, listen: SocketAddr) -> std::io::Result<HostedServer> {
    let listener = std::net::TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    let assembled = assemble(&config, true);
    let (stop, stopped) = watch::channel(());
    let identities = assembled.identities.clone();
    let mut hosted = HostedServer { url, identities, stop: Some(stop), threads: Vec::new() };
    for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let server = {
            let _within = runtime.enter();
            run(TcpListener::from_std(listener.try_clone()?)?, assembled.clone(), None)?
        };
        let mut stopped = stopped.clone();
        let serving = move || {
            runtime.block_on(async {
                // Nothing is ever sent: the sender goes.
                let _ = stopped.changed().await;
                server.shutdown().await;
            });
        };
        hosted.threads.push(std::thread::Builder::new().name("server".to_owned()).spawn(serving)?);
    }
    Ok(hosted)
}
