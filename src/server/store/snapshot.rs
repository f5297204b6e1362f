//! The state of a server at one moment, as it is kept.

use serde::{Deserialize, Serialize};

use crate::server::event::Event;
use crate::server::key::Key;
use crate::server::secret::Secret;
use crate::server::state::{State, Tenant};
use crate::server::tag::{Shelf, Tag};

/// The form of the file; another one is not read.
const SCHEMA: &str = "dewspec.reference-state/1";

/// All that lasts: what exists, with its tags. Tokens that were given out do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    schema: String,
    tenants: Vec<StoredTenant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredTenant {
    project_id: String,
    secrets: Vec<Tagged<Secret>>,
    keys: Vec<Tagged<Key>>,
    events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Tagged<T> {
    resource: T,
    tags: Vec<Tag>,
}

/// Why a snapshot is not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Misfit {
    Schema(String),
    Projects,
}

impl Snapshot {
    pub(super) fn of(state: &State) -> Self {
        Self { schema: SCHEMA.to_owned(), tenants: state.tenants.iter().map(StoredTenant::of).collect() }
    }

    /// Puts a server into this state.
    pub(super) fn restore(self, state: &State) -> Result<(), Misfit> {
        if self.schema != SCHEMA {
            return Err(Misfit::Schema(format!("its schema is `{}`, not `{SCHEMA}`", self.schema)));
        }
        let projects = self.tenants.iter().map(|stored| &stored.project_id);
        if !projects.eq(state.tenants.iter().map(|tenant| &tenant.project_id)) {
            return Err(Misfit::Projects);
        }
        for (stored, tenant) in self.tenants.into_iter().zip(&state.tenants) {
            stored.restore(tenant);
        }
        Ok(())
    }
}

impl StoredTenant {
    fn of(tenant: &Tenant) -> Self {
        let tags = |shelf: &Shelf, id: &str| {
            let place = shelf.find(id);
            place.map(|place| place.tags().iter().cloned().collect()).unwrap_or_default()
        };
        let secrets = tenant.secret_register().iter().cloned().collect::<Vec<_>>();
        let keys = tenant.key_register().iter().cloned().collect::<Vec<_>>();
        Self {
            project_id: tenant.project_id.clone(),
            secrets: secrets
                .into_iter()
                .map(|secret| Tagged { tags: tags(&tenant.secrets, &secret.id), resource: secret })
                .collect(),
            keys: keys.into_iter().map(|key| Tagged { tags: tags(&tenant.keys, &key.key_id), resource: key }).collect(),
            events: tenant.events().values().cloned().collect(),
        }
    }

    fn restore(self, tenant: &Tenant) {
        let secrets = self.secrets.iter().map(|secret| (secret.resource.id.as_str(), secret.tags.as_slice()));
        refill(&tenant.secrets, tenant.secret_register().iter().map(|secret| secret.id.as_str()), secrets);
        let keys = self.keys.iter().map(|key| (key.resource.key_id.as_str(), key.tags.as_slice()));
        let taggable = keys.filter(|(id, _)| *id != tenant.default_key_id);
        refill(&tenant.keys, tenant.key_register().iter().map(|key| key.key_id.as_str()), taggable);
        tenant.secret_register().replace(self.secrets.into_iter().map(|secret| secret.resource));
        tenant.key_register().replace(self.keys.into_iter().map(|key| key.resource));
        *tenant.events() = self.events.into_iter().map(|event| (event.draft.name.clone(), event)).collect();
    }
}

/// Leaves on a shelf what is stored, and nothing else.
fn refill<'a>(
    shelf: &Shelf,
    present: impl Iterator<Item = &'a str>,
    stored: impl Iterator<Item = (&'a str, &'a [Tag])>,
) {
    present.for_each(|id| shelf.remove(id));
    for (id, tags) in stored {
        shelf.add(id);
        if let Some(place) = shelf.find(id) {
            let mut set = place.tags();
            tags.iter().cloned().for_each(|tag| set.append(tag));
        }
    }
}
