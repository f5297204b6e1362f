use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use crate::plan::{Filter, Plan, plan};
use crate::report::Report;
use crate::run::{Assignment, RunError, Silent, run};
use crate::server::{Identities, ServerConfig};
use crate::suite::Suite;
use crate::target::{Foreign, Network, ReplayLine, Settings, Target};

/// The reference server shows what it stores at once, so nothing is gained by waiting for it.
const AT_ONCE: Duration = Duration::from_millis(20);

/// Why an experiment could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The server did not start.
    #[error("the reference server cannot listen: {0}")]
    Server(#[from] std::io::Error),
    /// The run did not get through.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A name that the server does not know.
    #[error("{0}")]
    Name(String),
}

/// Starts a reference server and runs the suite against it, as often as one likes.
#[derive(Clone)]
pub struct Laboratory {
    suite: Arc<Suite>,
    plan: Arc<Plan>,
    settings: Settings,
}

impl Laboratory {
    /// A laboratory with the whole suite.
    pub fn new(suite: Suite, settings: Settings) -> Self {
        let plan = plan(&suite, &Filter::default());
        let settings = Settings { settle: AT_ONCE, ..settings };
        Laboratory { suite: Arc::new(suite), plan: Arc::new(plan), settings }
    }

    /// The same with another seed.
    pub fn with_seed(&self, seed: u64) -> Self {
        Laboratory { settings: Settings { seed, ..self.settings.clone() }, ..self.clone() }
    }

    /// One run against one server, which is gone afterwards.
    ///
    /// # Errors
    /// If the server does not start or cannot be reached.
    pub async fn run(&self, server: ServerConfig) -> Result<Report, LabError> {
        let server = crate::server::start(server, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let target = embedded_target(&server.url(), server.identities());
        let never = Box::pin(std::future::pending());
        let assignment = Assignment {
            suite: &self.suite,
            plan: &self.plan,
            target: &target,
            settings: &self.settings,
            filters: &[],
            progress: &Silent,
            replay: &ReplayLine::default(),
        };
        let report = run(&assignment, never).await?;
        server.shutdown().await;
        Ok(report)
    }
}

/// Carries out experiments a few at a time, each with client and server on one thread, and tells of each in
/// order.
pub(super) fn carry_out<I: Send, T: Send>(
    inputs: Vec<I>,
    at_once: usize,
    experiment: impl AsyncFn(I) -> Result<T, LabError> + Sync,
    told: impl Fn(&T),
) -> Result<Vec<T>, LabError> {
    let total = inputs.len();
    let queue = Mutex::new(inputs.into_iter().enumerate());
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, total.max(1)) {
            let (queue, done, experiment) = (&queue, done.clone(), &experiment);
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, input)) = next else { return };
                    let result = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .map_err(LabError::Server)
                        .and_then(|runtime| runtime.block_on(experiment(input)));
                    if done.send((place, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        in_order(&results, total, told)
    })
}

/// Takes results as they come, and hands them on in order.
fn in_order<T>(
    results: &mpsc::Receiver<(usize, Result<T, LabError>)>,
    total: usize,
    told: impl Fn(&T),
) -> Result<Vec<T>, LabError> {
    let mut early = BTreeMap::new();
    let mut all = Vec::with_capacity(total);
    for (place, result) in results {
        early.insert(place, result?);
        while let Some(next) = early.remove(&all.len()) {
            told(&next);
            all.push(next);
        }
    }
    Ok(all)
}

/// The reference server as a target.
pub fn embedded_target(url: &str, who: &Identities) -> Target {
    Target {
        embedded: true,
        csms: Some(url.to_owned()),
        kms: Some(url.to_owned()),
        project_id: who.project_id.clone(),
        secret_ids: who.secret_ids.clone(),
        key_ids: who.key_ids.clone(),
        token: who.token.clone(),
        read_only_token: Some(who.read_only_token.clone()),
        foreign: Foreign {
            project_id: Some(who.foreign_project_id.clone()),
            secret_id: Some(who.foreign_secret_id.clone()),
            key_id: Some(who.foreign_key_id.clone()),
            token: Some(who.foreign_token.clone()),
        },
        network: Network::default(),
    }
}
