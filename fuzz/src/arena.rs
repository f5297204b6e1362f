use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request as HttpRequest;
use serde_json::Value;

use super::requests::{Requests, resource, suite, words};
use dewspec::generate::{Placeholders, TargetFacts};
use dewspec::judge::{Listing, Secrets, parse_listing};
use dewspec::model::{Exchange, Request, Response};
use dewspec::rules::Contract;
use dewspec::server::fault::FaultSet;
use dewspec::server::reading::catalogue;
use dewspec::server::{InProcess, Profile, ServerConfig};
use dewspec::suite::{Capacity, Observer, OperationSuite, ResourceKind};
use dewspec::target::{Addresses, IN_PROCESS_ENDPOINT, Target, embedded_target};

/// Secrets and keys on it.
const RESOURCES: usize = 2;
/// Different choices of readings that inputs can ask for.
pub(super) const PROFILES: usize = 4;

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
    pub(super) secrets: Secrets,
    pub(super) addresses: Addresses,
    pub(super) contracts: Vec<Contract>,
    pub(super) places: Placeholders,
    /// The valid body of each operation, by its place in the suite.
    pub(super) valid: Vec<Value>,
    /// An ordinary request of each operation, by its place in the suite, to the first resource and the second.
    ordinary: Vec<[Option<Request>; 2]>,
    /// What lists the first resource of each kind, and the second.
    listing: Vec<(ResourceKind, [(&'static Observer, Request); 2])>,
    /// Words that stand for what is on the server, in requests as text.
    pub(super) words: Vec<(&'static str, String)>,
}

impl Arena {
    fn new(profile: Profile, faults: FaultSet) -> Result<Self, String> {
        let config = ServerConfig { profile, faults, secrets: RESOURCES, keys: RESOURCES, ..ServerConfig::default() };
        let server = InProcess::new(&config);
        let target = embedded_target(IN_PROCESS_ENDPOINT, server.identities());
        let secrets = Secrets::new(&target.secrets());
        let addresses = Addresses::new(&target, 0);
        let contracts = suite()?.operations.iter().map(Contract::new).collect();
        let places = Placeholders::new(0, "fuzz", "fuzz", "");
        let parsed =
            |op: &Arc<OperationSuite>| serde_json::from_str(&places.fill(&op.operation.valid)).unwrap_or_default();
        let valid = suite()?.operations.iter().map(parsed).collect();
        let known = Requests { target: &target, addresses: &addresses };
        let ordinary = suite()?.operations.iter().map(|op| [false, true].map(|second| known.addressed(op, second)));
        let ordinary = ordinary.collect();
        let mut listing = Vec::new();
        for kind in [ResourceKind::Secret, ResourceKind::Key, ResourceKind::Events] {
            let [first, second] = [false, true].map(|second| known.lister(kind, second));
            listing.push((kind, [first?, second?]));
        }
        let (words, profile) = (words(&target), config.profile);
        Ok(Arena { server, profile, target, secrets, addresses, contracts, places, valid, ordinary, listing, words })
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
        let Ok(http) = http.body(Vec::from(request.body.clone().unwrap_or_default())) else { return Ok(None) };
        let answer = self.server.answer(http).ok_or("the server neither answers nor refuses")?;
        let (head, body) = answer.into_parts();
        let response = Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            capped: false,
            ..Response::default()
        };
        Ok(Some(Exchange::new(request, Ok(response), Duration::ZERO)))
    }

    /// A request of an operation with nothing unusual about it.
    pub(super) fn request(&self, op: &OperationSuite, second: bool, body: Vec<u8>) -> Option<Request> {
        let mut all = self.ordinary.iter().filter_map(|both| both[usize::from(second)].as_ref());
        let request = all.find(|request| request.operation == op.operation.id)?;
        Some(Request { body: Some(body.into()), ..request.clone() })
    }

    /// The operation whose own URL this is, to the letter, by its place in the suite, and whether it is the second
    /// resource's.
    pub(super) fn placed(&self, url: &str) -> Option<(usize, bool)> {
        let is = |request: &Option<Request>| request.as_ref().is_some_and(|request| request.url == url);
        self.ordinary.iter().enumerate().find_map(|(place, [first, second])| {
            if is(first) { Some((place, false)) } else { is(second).then_some((place, true)) }
        })
    }

    /// The first or second resource of a kind.
    pub(super) fn resource(&self, kind: ResourceKind, second: bool) -> String {
        resource(&self.target, kind, second)
    }

    /// What is stored, as the server itself lists it.
    ///
    /// # Errors
    /// If it cannot be listed.
    pub(super) fn listing(&self, kind: ResourceKind, second: bool) -> Result<Listing, String> {
        let known = self.listing.iter().find(|(known, _)| *known == kind);
        let (observer, request) = known.map(|(_, both)| &both[usize::from(second)]).ok_or("nothing can be listed")?;
        let exchange = self.send(request.clone())?.ok_or("no listing can be asked for")?;
        let body = exchange.answer.ok().filter(|response| response.status == 200).and_then(|response| response.json());
        body.and_then(|body| parse_listing(observer, body)).ok_or_else(|| format!("{} lists nothing", observer.id))
    }

    /// What the server's own readings mean for sequences.
    pub(super) fn known(&self, op: &OperationSuite) -> Result<TargetFacts, String> {
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
        Ok(TargetFacts {
            overwrites: each("existing-key", "overwrite"),
            accepts_same: each("existing-pair", "accept"),
            ignores_absent: ops.iter().find_map(|op| reading(op, "delete.absent-tag")).map(|r| r == "ignored"),
            removes_absent: None,
            limit,
            carried: 0,
        })
    }
}
