//! All that a running server holds.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::access::Credentials;
use super::config::ServerConfig;
use super::event::{Event, Past};
use super::fault::FaultSet;
use super::http::Answerer;
use super::identities::Identities;
use super::operation::Operation::{self, BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretEvent, CreateSecretTag};
use super::rules::Rules;
use super::tag::Shelf;

/// One customer with a project of its own.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) project_id: String,
    pub(crate) secrets: Shelf,
    pub(crate) keys: Shelf,
    events: Mutex<BTreeMap<String, Event>>,
    /// Sequence numbers of requests that were carried out, where a fault looks at them.
    sequences: Mutex<HashSet<Vec<u8>>>,
    past: Mutex<Past>,
}

/// The whole server: rules, tenants and who may do what.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tenants: [Tenant; 2],
    pub(crate) credentials: Credentials,
    pub(crate) answerer: Answerer,
    operations: [Rules; 4],
    observers: [Rules; 4],
}

impl Tenant {
    fn new(project_id: &str, secret_ids: &[String], key_ids: &[String]) -> Self {
        Self {
            project_id: project_id.to_owned(),
            secrets: Shelf::new(secret_ids),
            keys: Shelf::new(key_ids),
            events: Mutex::default(),
            sequences: Mutex::default(),
            past: Mutex::default(),
        }
    }

    fn empty(&self) {
        self.secrets.empty();
        self.keys.empty();
        self.events().clear();
        self.sequences().clear();
        *self.past() = Past::default();
    }

    /// What events were before; only faults ask for it, and never before they have let go of it to lock the events.
    pub(crate) fn past(&self) -> MutexGuard<'_, Past> {
        locked(&self.past)
    }

    pub(crate) fn events(&self) -> MutexGuard<'_, BTreeMap<String, Event>> {
        locked(&self.events)
    }

    pub(crate) fn sequences(&self) -> MutexGuard<'_, HashSet<Vec<u8>>> {
        locked(&self.sequences)
    }
}

impl State {
    /// `over_the_wire`: whether answers pass the rewriting of [`start`](super::start).
    pub(crate) fn new(config: &ServerConfig, identities: &Identities, over_the_wire: bool) -> Self {
        let rules = |faults: &FaultSet| {
            let of = |operation: Operation| Rules::new(operation, &config.profile, faults);
            [of(CreateSecretTag), of(BatchCreateOrDeleteTags), of(CreateKmsTag), of(CreateSecretEvent)]
        };
        let foreign_secrets = [identities.foreign_secret_id.clone()];
        let foreign_keys = [identities.foreign_key_id.clone()];
        Self {
            tenants: [
                Tenant::new(&identities.project_id, &identities.secret_ids, &identities.key_ids),
                Tenant::new(&identities.foreign_project_id, &foreign_secrets, &foreign_keys),
            ],
            credentials: Credentials::new(identities),
            answerer: Answerer::new(config.seed, over_the_wire),
            operations: rules(&config.faults),
            observers: rules(&FaultSet::default()),
        }
    }

    pub(crate) fn operation(&self, operation: Operation) -> &Rules {
        &self.operations[operation as usize]
    }

    /// The rules an observer shares with the operation beside it.
    pub(crate) fn observer(&self, neighbour: Operation) -> &Rules {
        &self.observers[neighbour as usize]
    }

    pub(crate) fn tenant_of(&self, project: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.project_id == project)
    }

    /// Back to the state of a server that was just started.
    pub(crate) fn empty(&self) {
        self.tenants.iter().for_each(Tenant::empty);
        self.operations.iter().chain(&self.observers).for_each(Rules::restart);
        self.answerer.restart();
    }

    pub(crate) fn writes_bodies_with_204(&self) -> bool {
        self.operations.iter().any(Rules::writes_body_with_204)
    }
}

/// Locks whatever happened before: a panic elsewhere must not take the server down.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
