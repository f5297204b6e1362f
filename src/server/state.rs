//! All that a running server holds.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use strum::EnumCount;

use super::access::Credentials;
use super::config::ServerConfig;
use super::event::{Event, Past};
use super::fault::FaultSet;
use super::http::Answerer;
use super::identities::Identities;
use super::identity::Account;
use super::key::{DEFAULT_ALIAS, Key, KeyRegister, Owner};
use super::operation::Operation::{
    self, BatchCreateOrDeleteTags, CreateKmsTag, CreateSecretEvent, CreateSecretTag, DeleteSecretTag, UpdateSecretEvent,
};
use super::rules::Rules;
use super::secret::{Secret, SecretRegister};
use super::tag::Shelf;

/// One customer with a project of its own.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) project_id: String,
    pub(crate) secrets: Shelf,
    pub(crate) keys: Shelf,
    /// The key that protects secrets which name none.
    pub(crate) default_key_id: String,
    events: Mutex<BTreeMap<String, Event>>,
    /// Sequence numbers of requests that were carried out, where a fault looks at them.
    sequences: Mutex<HashSet<Vec<u8>>>,
    past: Mutex<Past>,
    secret_register: Mutex<SecretRegister>,
    key_register: Mutex<KeyRegister>,
    first: Registers,
}

/// What is registered at the start.
#[derive(Debug, Clone)]
struct Registers {
    secrets: SecretRegister,
    keys: KeyRegister,
}

/// The whole server: rules, tenants and who may do what.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tenants: [Tenant; 2],
    pub(crate) credentials: Credentials,
    pub(crate) account: Account,
    pub(crate) answerer: Answerer,
    scheme: &'static str,
    operations: [Rules; Operation::COUNT],
    observers: [Rules; Operation::COUNT],
}

impl Tenant {
    fn new(project_id: &str, secret_ids: &[String], key_ids: &[String], default_key_id: &str, owner: &Owner) -> Self {
        let secrets = secret_ids.iter().enumerate().map(|(index, id)| {
            Secret::new(id.clone(), format!("reference-secret-{}", index + 1), default_key_id.to_owned())
        });
        let keys = key_ids.iter().enumerate();
        let keys = keys.map(|(index, id)| Key::new(id.clone(), format!("reference-key-{}", index + 1), owner));
        let default_key = Key::new(default_key_id.to_owned(), DEFAULT_ALIAS.to_owned(), owner);
        let first =
            Registers { secrets: secrets.collect(), keys: KeyRegister::new(owner.clone(), keys.chain([default_key])) };
        Self {
            project_id: project_id.to_owned(),
            secrets: Shelf::new(secret_ids),
            keys: Shelf::new(key_ids),
            default_key_id: default_key_id.to_owned(),
            events: Mutex::default(),
            sequences: Mutex::default(),
            past: Mutex::default(),
            secret_register: Mutex::new(first.secrets.clone()),
            key_register: Mutex::new(first.keys.clone()),
            first,
        }
    }

    fn empty(&self) {
        self.secrets.empty();
        self.keys.empty();
        self.events().clear();
        self.sequences().clear();
        *self.past() = Past::default();
        self.secret_register().reset_to(&self.first.secrets);
        self.key_register().reset_to(&self.first.keys);
    }

    /// What events were before; only faults ask for it, and never before they have let go of it to lock the events.
    pub(crate) fn past(&self) -> MutexGuard<'_, Past> {
        locked(&self.past)
    }

    /// What is known of the secrets besides their tags.
    pub(crate) fn secret_register(&self) -> MutexGuard<'_, SecretRegister> {
        locked(&self.secret_register)
    }

    /// What is known of the keys besides their tags.
    pub(crate) fn key_register(&self) -> MutexGuard<'_, KeyRegister> {
        locked(&self.key_register)
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
            [
                of(CreateSecretTag),
                of(BatchCreateOrDeleteTags),
                of(CreateKmsTag),
                of(CreateSecretEvent),
                of(DeleteSecretTag),
                of(UpdateSecretEvent),
            ]
        };
        let foreign_secrets = [identities.foreign_secret_id.clone()];
        let foreign_keys = [identities.foreign_key_id.clone()];
        let tenant = |project: &str, secrets: &[String], keys: &[String], index: usize| {
            let owner = Owner { domain_id: identities.domain_ids[index].clone(), region: identities.region.clone() };
            Tenant::new(project, secrets, keys, &identities.default_key_ids[index], &owner)
        };
        Self {
            tenants: [
                tenant(&identities.project_id, &identities.secret_ids, &identities.key_ids, 0),
                tenant(&identities.foreign_project_id, &foreign_secrets, &foreign_keys, 1),
            ],
            credentials: Credentials::new(identities, config.token_lifetime),
            account: Account::new(identities, config.token_lifetime),
            answerer: Answerer::new(config.seed, over_the_wire),
            scheme: "http",
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

    /// The same for a server that is reached by another scheme.
    pub(crate) fn reached_by(self, scheme: &'static str) -> Self {
        Self { scheme, ..self }
    }

    /// The scheme of the URLs that the server tells of itself.
    pub(crate) fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The rules of what is in front of all operations.
    pub(crate) fn gateway(&self) -> &Rules {
        self.observer(CreateSecretTag)
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
