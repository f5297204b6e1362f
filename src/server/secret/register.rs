//! The secrets of one tenant, by name.

use std::collections::BTreeMap;

use axum::http::StatusCode;

use super::Secret;
use super::model::SecretState;
use crate::server::http::{Failure, Reason};

/// Secrets by their names, which no two share.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecretRegister {
    by_name: BTreeMap<String, Secret>,
    /// Whether anything may differ from what it was made of.
    touched: bool,
}

impl FromIterator<Secret> for SecretRegister {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        Self { by_name: secrets.into_iter().map(|secret| (secret.name.clone(), secret)).collect(), touched: false }
    }
}

impl SecretRegister {
    /// Puts other secrets in the place of those that are there.
    pub(crate) fn replace(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        *self = Self { touched: true, ..secrets.into_iter().collect() };
    }

    /// As it was made, which costs nothing where nothing was changed.
    pub(crate) fn reset_to(&mut self, first: &Self) {
        if self.touched {
            self.clone_from(first);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.by_name.values()
    }

    pub(super) fn by_name(&self) -> &BTreeMap<String, Secret> {
        &self.by_name
    }

    /// Whether a secret tells an event of that name.
    pub(crate) fn subscribes(&self, event: &str) -> bool {
        self.iter().any(|secret| secret.event_subscriptions.iter().any(|name| name == event))
    }

    pub(super) fn get(&self, name: &str) -> Result<&Secret, Failure> {
        self.by_name.get(name).ok_or_else(unknown)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Result<&mut Secret, Failure> {
        self.touched = true;
        self.by_name.get_mut(name).ok_or_else(unknown)
    }

    /// A secret that is not about to be deleted.
    pub(super) fn enabled(&mut self, name: &str) -> Result<&mut Secret, Failure> {
        let secret = self.get_mut(name)?;
        if secret.state == SecretState::PendingDelete {
            return Err(Failure::invalid(Reason::PendingDeletion, "secret_name: this secret is pending deletion"));
        }
        Ok(secret)
    }

    pub(super) fn add(&mut self, secret: Secret) -> Result<(), Failure> {
        if self.by_name.contains_key(&secret.name) {
            let message = "name: belongs to another secret";
            return Err(Failure::new(StatusCode::CONFLICT, Reason::RepeatedSecret, message));
        }
        self.touched = true;
        self.by_name.insert(secret.name.clone(), secret);
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> Result<Secret, Failure> {
        self.touched = true;
        self.by_name.remove(name).ok_or_else(unknown)
    }
}

fn unknown() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, Reason::NoSuchSecret, "secret_name: no such secret exists")
}
