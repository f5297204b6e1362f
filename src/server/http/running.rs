//! A reference server on a socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::wire::RewritingListener;
use crate::server::config::ServerConfig;
use crate::server::identities::Identities;
use crate::server::router::assemble;

/// How long a shutdown waits for requests under way.
const GRACE: Duration = Duration::from_secs(1);

/// A server that listens until it is shut down or dropped.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    identities: Identities,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl RunningServer {
    /// The base URL that clients use.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who and what exists on it.
    pub fn identities(&self) -> &Identities {
        &self.identities
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
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let assembled = assemble(&config, true);
    let (stop, stopped) = oneshot::channel::<()>();
    let until_stopped = async move {
        let _ = stopped.await;
    };
    let router = assembled.router;
    // Serving ends without an error: accepting retries, and a broken connection is its client's affair.
    let task = if assembled.rewrites {
        tokio::spawn(async move {
            let server = axum::serve(RewritingListener(listener), router);
            let _ = server.with_graceful_shutdown(until_stopped).await;
        })
    } else {
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).with_graceful_shutdown(until_stopped).await;
        })
    };
    Ok(RunningServer { address, identities: assembled.identities, stop, task })
}

/// A server with a thread of its own, which stops when this is dropped.
#[derive(Debug)]
pub struct HostedServer {
    url: String,
    identities: Identities,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
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
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts a server on a thread of its own, so that it shares nothing with its clients but the network.
///
/// # Errors
///
/// Fails if the address cannot be listened on, or no thread can be had.
pub fn host(config: ServerConfig, listen: SocketAddr) -> std::io::Result<HostedServer> {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("server".to_owned()).spawn(move || {
        let started = tokio::runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| {
            let server = runtime.block_on(start(config, listen))?;
            Ok((runtime, server))
        });
        match started {
            Ok((runtime, server)) => {
                let _ = tell.send(Ok((server.url(), server.identities().clone())));
                runtime.block_on(async {
                    let _ = stopped.await;
                    server.shutdown().await;
                });
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        }
    })?;
    let (url, identities) = told.recv().map_err(std::io::Error::other)??;
    Ok(HostedServer { url, identities, stop: Some(stop), thread: Some(thread) })
}
