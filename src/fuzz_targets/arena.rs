use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use axum::http::Request as HttpRequest;

use crate::check::{Listing, parse_listing};
use crate::contract::Contract;
use crate::generate::{Known, Placeholders};
use crate::mutants::embedded_target;
use crate::server::fault::FaultSet;
use crate::server::reading::catalogue;
use crate::server::{InProcess, Profile, ServerConfig};
use crate::suite::{Capacity, DataSource, Observer, OperationSuite, Purpose, ResourceKind, Suite};
use crate::target::{Addresses, Target};
use crate::vocabulary::{Exchange, PathChoice, Request, Response};

/// Where the server would be if it had a socket.
const ENDPOINT: &str = "http://dewspec.test";
/// Secrets and keys on it.
const RESOURCES: usize = 2;
/// Different choices of readings that inputs can ask for.
pub(super) const PROFILES: usize = 4;

/// The suite, loaded once.
pub(super) fn suite() -> Result<&'static Suite, String> {
    static SUITE: LazyLock<Result<Suite, String>> = LazyLock::new(|| {
        let source = DataSource::embedded().map_err(|e| e.to_string())?;
        Suite::load(&source).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    SUITE.as_ref().map_err(Clone::clone)
}

/// Servers in this process, one for each choice of readings, all with the same faults.
pub(super) struct Arenas {
    faults: FaultSet,
    made: [OnceCell<Result<Arena, String>>; PROFILES],
}

impl Arenas {
    pub(super) fn new(faults: FaultSet) -> Self {
        Arenas { faults, made: Default::default() }
    }

    /// The emptied server that a number chooses.
    pub(super) fn of(&self, number: usize) -> Result<&Arena, String> {
        let number = number % PROFILES;
        let arena = self.made[number].get_or_init(|| Arena::new(profile(number)?, self.faults));
        let arena = arena.as_ref().map_err(Clone::clone)?;
        arena.server.empty();
        Ok(arena)
    }
}

/// The default readings; the second of each; the third where there is one; a mixture.
pub(super) fn profile(number: usize) -> Result<Profile, String> {
    let mut profile = Profile::default();
    for (place, set) in catalogue().iter().enumerate() {
        let which = if number == PROFILES - 1 { place } else { number };
        let reading = set.readings[which % set.readings.len()];
        profile.set(set.clause, reading).map_err(|e| e.to_string())?;
    }
    Ok(profile)
}

/// One server with all that is needed to talk to it.
pub(super) struct Arena {
    server: InProcess,
    pub(super) profile: Profile,
    pub(super) target: Target,
    pub(super) addresses: Addresses,
    pub(super) contracts: Vec<Contract>,
    pub(super) places: Placeholders,
}

impl Arena {
    fn new(profile: Profile, faults: FaultSet) -> Result<Self, String> {
        let config = ServerConfig { profile, faults, secrets: RESOURCES, keys: RESOURCES, ..ServerConfig::default() };
        let server = InProcess::new(&config);
        let target = embedded_target(ENDPOINT, server.identities());
        let addresses = Addresses::new(&target, 0);
        let contracts = suite()?.operations.iter().map(Contract::new).collect();
        let places = Placeholders::new(0, "fuzz", "fuzz", "");
        Ok(Arena { server, profile: config.profile, target, addresses, contracts, places })
    }

    /// The answer to a request; nothing if it could not be sent over HTTP at all.
    ///
    /// # Errors
    /// If the server does not answer at once.
    pub(super) fn send(&self, request: Request) -> Result<Option<Exchange>, String> {
        let mut http = HttpRequest::builder().method(request.method.as_str()).uri(request.url.as_str());
        for (name, value) in &request.headers {
            http = http.header(name, value);
        }
        let Ok(http) = http.body(request.body.clone().unwrap_or_default()) else { return Ok(None) };
        let answer = self.server.answer(http).ok_or("the server neither answers nor refuses")?;
        let headers = answer.headers().iter();
        let response = Response {
            status: answer.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: answer.into_body(),
            capped: false,
        };
        Ok(Some(Exchange { request, answer: Ok(response), elapsed: Duration::ZERO }))
    }

    /// A request of an operation with nothing unusual about it.
    pub(super) fn request(&self, op: &OperationSuite, second: bool, body: Vec<u8>) -> Option<Request> {
        let operation = &op.operation;
        let resource = self.resource(operation.resource, second);
        let own = |_: &str| PathChoice::Own;
        let (service, path) = (&operation.service, &operation.path);
        Some(Request {
            operation: operation.id.clone(),
            method: operation.method.clone(),
            url: self.addresses.url(service, path, operation.resource, &resource, own, None)?,
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Auth-Token".to_owned(), self.target.token.clone()),
            ],
            body: Some(body),
        })
    }

    /// The first or second resource of a kind.
    pub(super) fn resource(&self, kind: ResourceKind, second: bool) -> String {
        self.target.resources(kind).into_iter().nth(usize::from(second)).unwrap_or_default()
    }

    /// What is stored, as the server itself lists it.
    ///
    /// # Errors
    /// If it cannot be listed.
    pub(super) fn listing(&self, kind: ResourceKind, second: bool) -> Result<Listing, String> {
        let resource = self.resource(kind, second);
        let observer = lister(kind)?;
        let own = |_: &str| PathChoice::Own;
        let url = self.addresses.url(&observer.service, &observer.path, kind, &resource, own, None);
        let request = Request {
            operation: observer.id.clone(),
            method: observer.method.clone(),
            url: url.ok_or("nothing can be listed")?,
            headers: vec![("X-Auth-Token".to_owned(), self.target.token.clone())],
            body: None,
        };
        let exchange = self.send(request)?.ok_or("no listing can be asked for")?;
        let body = exchange.answer.ok().filter(|response| response.status == 200).and_then(|response| response.json());
        body.and_then(|body| parse_listing(observer, &body)).ok_or_else(|| format!("{} lists nothing", observer.id))
    }

    /// What the server's own readings mean for sequences.
    pub(super) fn known(&self, op: &OperationSuite) -> Result<Known, String> {
        let ops = suite()?.acting_on(op.operation.resource);
        let reading = |op: &OperationSuite, topic: &str| self.profile.get(&op.id(topic)).map(str::to_owned);
        let each = |topic: &str, yes: &str| {
            ops.iter().filter_map(|op| Some((op.operation.id.clone(), reading(op, topic)? == yes))).collect()
        };
        let limit = match &op.operation.capacity {
            Some(Capacity::Fixed(limit)) => Some(*limit),
            Some(Capacity::Clause(topic)) => reading(op, topic).and_then(|reading| reading.parse().ok()),
            None => None,
        };
        Ok(Known {
            overwrites: each("existing-key", "overwrite"),
            accepts_same: each("existing-pair", "accept"),
            ignores_absent: ops.iter().find_map(|op| reading(op, "delete.absent-tag")).map(|r| r == "ignored"),
            limit,
            carried: 0,
        })
    }
}

/// The observer that lists everything of a kind.
fn lister(kind: ResourceKind) -> Result<&'static Observer, String> {
    static FOUND: LazyLock<BTreeMap<ResourceKind, &'static Observer>> = LazyLock::new(|| {
        let observers = suite().map(|suite| suite.observers.as_slice()).unwrap_or_default();
        observers.iter().filter(|o| o.purpose == Purpose::List).map(|o| (o.resource, o)).collect()
    });
    FOUND.get(&kind).copied().ok_or_else(|| format!("no observer lists the {kind}"))
}
