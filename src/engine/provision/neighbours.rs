use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::refusal::{Refusal, refusal};
use crate::model::{Attempt, Clock, Exchange, Request, TokenChoice};
use crate::redaction::Redactor;
use crate::suite::ResourceKind;
use crate::target::{Addresses, Proxy, Settings, Target};
use crate::transport::{Client, TransportError};

use super::super::preflight::unreached;
use super::super::runner::{client, over_the_network};

/// Between two tries to reach a target that is not up yet.
const PAUSE: Duration = Duration::from_millis(250);

/// The operations beside the four: those that make, show, list and remove secrets and keys.
pub struct Neighbours {
    client: Client,
    addresses: Addresses,
    redactor: Redactor,
    proxy: Proxy,
    wait_for: Duration,
}

/// A neighbouring operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neighbour {
    pub(super) name: &'static str,
    service: &'static str,
    method: &'static str,
    path: &'static str,
    /// The permission that it takes.
    pub(super) action: &'static str,
}

impl Neighbour {
    const fn csms(name: &'static str, method: &'static str, path: &'static str, action: &'static str) -> Self {
        Neighbour { name, service: "csms", method, path, action }
    }

    const fn kms(name: &'static str, path: &'static str, action: &'static str) -> Self {
        Neighbour { name, service: "kms", method: "POST", path, action }
    }
}

pub(super) const CREATE_SECRET: Neighbour =
    Neighbour::csms("CreateSecret", "POST", "/v1/{project_id}/secrets", "csms:secret:create");
pub(super) const SHOW_SECRET: Neighbour =
    Neighbour::csms("ShowSecret", "GET", "/v1/{project_id}/secrets/{secret_name}", "csms:secret:get");
pub(super) const LIST_SECRETS: Neighbour =
    Neighbour::csms("ListSecrets", "GET", "/v1/{project_id}/secrets", "csms:secret:list");
pub(super) const DELETE_SECRET: Neighbour =
    Neighbour::csms("DeleteSecret", "DELETE", "/v1/{project_id}/secrets/{secret_name}", "csms:secret:delete");
pub(super) const SECRETS_BY_TAG: Neighbour = Neighbour::csms(
    "ListResourceInstances",
    "POST",
    "/v1/{project_id}/csms/resource_instances/action",
    "csms:secret:listResourceInstances",
);
pub(super) const CREATE_KEY: Neighbour =
    Neighbour::kms("CreateKey", "/v1.0/{project_id}/kms/create-key", "kms:cmk:create");
pub(super) const SHOW_KEY: Neighbour =
    Neighbour::kms("ListKeyDetail", "/v1.0/{project_id}/kms/describe-key", "kms:cmk:get");
pub(super) const LIST_KEYS: Neighbour = Neighbour::kms("ListKeys", "/v1.0/{project_id}/kms/list-keys", "kms:cmk:list");
pub(super) const DELETE_KEY: Neighbour =
    Neighbour::kms("DeleteKey", "/v1.0/{project_id}/kms/schedule-key-deletion", "kms:cmk:update");
pub(super) const KEYS_BY_TAG: Neighbour =
    Neighbour::kms("ListKmsByTags", "/v1.0/{project_id}/kms/resource_instances/action", "kms:cmk:getByTag");

impl Neighbours {
    /// Those of a target.
    ///
    /// # Errors
    /// If the client cannot be set up.
    pub fn new(target: &Target, settings: &Settings) -> Result<Self, TransportError> {
        let transport = over_the_network(target, settings)?;
        Ok(Neighbours {
            client: client(settings, Arc::clone(&transport), Clock::starting()),
            addresses: Addresses::new(target, settings.seed),
            redactor: Redactor::new(target),
            proxy: target.network.proxy.clone(),
            wait_for: settings.wait_for,
        })
    }

    /// Asks one; `name` is what stands in its path, `query` what stands behind it.
    ///
    /// # Errors
    /// What was refused, or why there is no answer.
    pub(super) async fn ask(
        &self,
        neighbour: Neighbour,
        (name, query): (Option<&str>, &str),
        body: Option<Value>,
    ) -> Result<Value, Refusal> {
        let url = self.addresses.url(
            neighbour.service,
            neighbour.path,
            ResourceKind::Events,
            "",
            |_| crate::model::PathChoice::Own,
            name,
        );
        let Some(url) = url else {
            return Err(Refusal::without_answer(format!("there is no endpoint of {}", neighbour.service), ""));
        };
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend(self.addresses.credential(TokenChoice::Valid));
        let request = Request {
            operation: neighbour.name.to_owned(),
            method: neighbour.method.to_owned(),
            url: url + query,
            headers,
            body: body.map(|body| body.to_string().into()),
        };
        let exchange = self.sent(request).await;
        if let Some((why, advice)) = unreached(&exchange, &self.proxy) {
            let was_sent = exchange.failure().is_none_or(|kind| !kind.is_unsent())
                || exchange.earlier.iter().any(Attempt::is_in_doubt);
            let refusal = Refusal::without_answer(self.redactor.clean(&why), advice);
            return Err(Refusal { in_doubt: was_sent, ..refusal });
        }
        match &exchange.answer {
            Ok(response) if response.is_success() => Ok(response.json().unwrap_or(json!(null))),
            _ => Err(refusal(neighbour, &exchange, |text| self.redactor.clean(text))),
        }
    }

    /// Sends, and waits for a target that is not up yet as long as the user wants to.
    async fn sent(&self, request: Request) -> Exchange {
        let started = Instant::now();
        loop {
            let exchange = self.client.send(request.clone()).await;
            if exchange.answer.is_ok() || started.elapsed() >= self.wait_for {
                return exchange;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
