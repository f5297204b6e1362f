use std::cell::OnceCell;
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
        let target = embedded_target(ENDPOINT, server.identities());
        let addresses = Addresses::new(&target, 0);
        let contracts = suite()?.operations.iter().map(Contract::new).collect();
        let places = Placeholders::new(0, "fuzz", "fuzz", "");
        let (ordinary, listing, words) = (Vec::new(), Vec::new(), words(&target));
        let profile = config.profile;
        let mut arena = Arena { server, profile, target, addresses, contracts, places, ordinary, listing, words };
        let ops = suite()?.operations.iter();
        arena.ordinary = ops.map(|op| [false, true].map(|second| arena.addressed(op, second))).collect();
        for kind in [ResourceKind::Secret, ResourceKind::Key, ResourceKind::Events] {
            let [first, second] = [false, true].map(|second| arena.lister(kind, second));
            arena.listing.push((kind, [first?, second?]));
        }
        Ok(arena)
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
        let mut all = self.ordinary.iter().filter_map(|both| both[usize::from(second)].as_ref());
        let request = all.find(|request| request.operation == op.operation.id)?;
        Some(Request { body: Some(body), ..request.clone() })
    }

    /// The operation whose own URL this is, to the letter, by its place in the suite, and whether it is the second
    /// resource's.
    pub(super) fn placed(&self, url: &str) -> Option<(usize, bool)> {
        let is = |request: &Option<Request>| request.as_ref().is_some_and(|request| request.url == url);
        self.ordinary.iter().enumerate().find_map(|(place, [first, second])| {
            if is(first) { Some((place, false)) } else { is(second).then_some((place, true)) }
        })
    }

    fn addressed(&self, op: &OperationSuite, second: bool) -> Option<Request> {
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
            body: None,
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
        let known = self.listing.iter().find(|(known, _)| *known == kind);
        let (observer, request) = known.map(|(_, both)| &both[usize::from(second)]).ok_or("nothing can be listed")?;
        let exchange = self.send(request.clone())?.ok_or("no listing can be asked for")?;
        let body = exchange.answer.ok().filter(|response| response.status == 200).and_then(|response| response.json());
        body.and_then(|body| parse_listing(observer, &body)).ok_or_else(|| format!("{} lists nothing", observer.id))
    }

    /// What lists a resource.
    fn lister(&self, kind: ResourceKind, second: bool) -> Result<(&'static Observer, Request), String> {
        let mut observers = suite()?.observers.iter();
        let observer = observers.find(|observer| observer.purpose == Purpose::List && observer.resource == kind);
        let observer = observer.ok_or_else(|| format!("no observer lists the {kind}"))?;
        let own = |_: &str| PathChoice::Own;
        let resource = self.resource(kind, second);
        let url = self.addresses.url(&observer.service, &observer.path, kind, &resource, own, None);
        let request = Request {
            operation: observer.id.clone(),
            method: observer.method.clone(),
            url: url.ok_or("nothing can be listed")?,
            headers: vec![("X-Auth-Token".to_owned(), self.target.token.clone())],
            body: None,
        };
        Ok((observer, request))
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

fn words(target: &Target) -> Vec<(&'static str, String)> {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let foreign = &target.foreign;
    vec![
        ("{project}", target.project_id.clone()),
        ("{secret}", text(target.secret_ids.first())),
        ("{key}", text(target.key_ids.first())),
        ("{token}", target.token.clone()),
        ("{reader}", text(target.read_only_token.as_ref())),
        ("{other-project}", text(foreign.project_id.as_ref())),
        ("{other-secret}", text(foreign.secret_id.as_ref())),
        ("{other-key}", text(foreign.key_id.as_ref())),
        ("{other-token}", text(foreign.token.as_ref())),
    ]
}
