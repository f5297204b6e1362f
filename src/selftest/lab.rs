use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::Conforming;
use super::scope::Scopes;
use crate::engine::{Assignment, RunError, run};
use crate::plan::{Filter, Plan, plan};
use crate::report::Report;
use crate::server::fault::FaultInfo;
use crate::server::{ServerConfig, host, router, start};
use crate::suite::Suite;
use crate::target::{IN_PROCESS_ENDPOINT, InProcessTransport, Settings, Target, embedded_target};
use crate::transport::{Limits, Transport};

/// The reference server shows what it stores at once, so nothing is gained by waiting for it.
const AT_ONCE: Duration = Duration::from_millis(20);
/// Secrets and keys of a server that is only sent what it is about: two and a spare one. More only cost requests.
const FEW: usize = 3;
/// Any free port of this machine.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

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

/// The way from the suite to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Over sockets, client and server on one thread.
    Sockets,
    /// Over sockets to a server with threads of its own, as `dewspec run` has it.
    Hosted,
    /// Like a function.
    InProcess,
}

/// Starts a reference server and runs the suite against it, as often as one likes.
#[derive(Clone)]
pub struct Laboratory {
    suite: Arc<Suite>,
    plan: Arc<Plan>,
    settings: Settings,
    way: Way,
    /// Parts of the plan, where a server is only given what it is about.
    scopes: Option<Arc<Scopes>>,
}

impl Laboratory {
    /// A laboratory with the whole suite, over sockets, with settings for any target.
    pub fn new(suite: Suite, settings: Settings) -> Self {
        let plan = plan(&suite, &Filter::default().in_turn(settings.turn()));
        let settings = Settings { settle: AT_ONCE, ..settings };
        Laboratory { suite: Arc::new(suite), plan: Arc::new(plan), settings, way: Way::Sockets, scopes: None }
    }

    /// The same as `dewspec run` goes about it without an endpoint: [`Settings::embedded`], a server with threads of its
    /// own. The seed stays.
    #[must_use]
    pub fn as_on_the_command_line(&self) -> Self {
        let settings = Settings { seed: self.settings.seed, ..Settings::embedded() };
        Laboratory { settings, way: Way::Hosted, ..self.clone() }
    }

    /// The same in short: each server is only sent what it is about and a few requests beside, the cases that need
    /// connections left aside wherever the server can do without.
    #[must_use]
    pub fn in_short(&self) -> Self {
        let scopes = Some(Arc::new(Scopes::new(&self.suite, &self.plan)));
        Laboratory { scopes, ..self.clone() }
    }

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        Laboratory { settings: Settings { seed, ..self.settings.clone() }, ..self.clone() }
    }

    pub(super) fn suite(&self) -> &Suite {
        &self.suite
    }

    /// What the settings are called: `embedded`, those of `dewspec run` without an endpoint, or `default`, those for any
    /// target.
    pub(super) fn settings_name(&self) -> &'static str {
        if self.way == Way::Hosted { "embedded" } else { "default" }
    }

    /// Made fit for a server with this fault.
    pub(super) fn for_fault(&self, fault: &FaultInfo) -> Self {
        match &self.scopes {
            None => self.clone(),
            Some(scopes) => {
                let in_process = self.way == Way::Sockets && !fault.needs_sockets;
                self.with_part(scopes.of_operations(fault.operations, in_process), in_process)
            }
        }
    }

    /// Made fit for this conforming server.
    pub(super) fn for_conforming(&self, server: &Conforming) -> Self {
        match &self.scopes {
            None => self.clone(),
            Some(scopes) => {
                let in_process = self.way == Way::Sockets && !scopes.needs_sockets(&server.readings);
                self.with_part(scopes.of_readings(&server.readings, in_process), in_process)
            }
        }
    }

    fn with_part(&self, plan: Arc<Plan>, in_process: bool) -> Self {
        let way = if in_process { Way::InProcess } else { self.way };
        Laboratory { plan, way, ..self.clone() }
    }

    /// One run against one server, which is gone afterwards.
    ///
    /// # Errors
    /// If the server does not start or cannot be reached.
    pub async fn run(&self, server: ServerConfig) -> Result<Report, LabError> {
        let server = match self.scopes.is_some() && self.way != Way::Hosted {
            true => ServerConfig { secrets: FEW, keys: FEW, ..server },
            false => server,
        };
        match self.way {
            Way::Sockets => {
                let server = start(server, ANYWHERE).await?;
                let report = self.against(&embedded_target(&server.url(), server.identities()), None).await?;
                server.shutdown().await;
                Ok(report)
            }
            Way::Hosted => {
                let server = host(server, ANYWHERE)?;
                self.against(&embedded_target(server.url(), server.identities()), None).await
            }
            Way::InProcess => {
                let (service, identities) = router(server);
                let limits = Limits { timeout: self.settings.timeout, ..Limits::default() };
                let transport = Arc::new(InProcessTransport::new(service, &limits));
                self.against(&embedded_target(IN_PROCESS_ENDPOINT, &identities), Some(transport)).await
            }
        }
    }

    async fn against(&self, target: &Target, transport: Option<Arc<dyn Transport>>) -> Result<Report, LabError> {
        let never = Box::pin(std::future::pending());
        let assignment = Assignment { transport, ..Assignment::new(&self.suite, &self.plan, target, &self.settings) };
        Ok(run(&assignment, never).await?)
    }
}
