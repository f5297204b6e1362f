//! The account of the first tenant: who can log in, and to what.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::identities::Identities;

/// How long a token counts where nothing else is said.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One user of one account with one project.
pub(crate) struct Account {
    pub(super) domain_id: String,
    pub(super) domain_name: String,
    pub(super) user_id: String,
    pub(super) user_name: String,
    pub(super) password: String,
    pub(super) project_id: String,
    /// What the project is called, too.
    pub(super) region: String,
    pub(super) token_lifetime: Duration,
}

/// Leaves the password out: what is debugged may be printed.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Account").field("user_name", &self.user_name).finish_non_exhaustive()
    }
}

impl Account {
    pub(crate) fn new(identities: &Identities, token_lifetime: Option<Duration>) -> Self {
        Self {
            domain_id: identities.domain_ids[0].clone(),
            domain_name: identities.domain_name.clone(),
            user_id: identities.user_id.clone(),
            user_name: identities.user_name.clone(),
            password: identities.password.clone(),
            project_id: identities.project_id.clone(),
            region: identities.region.clone(),
            token_lifetime: token_lifetime.unwrap_or(DAY),
        }
    }

    pub(super) fn domain(&self) -> Value {
        json!({ "id": self.domain_id, "name": self.domain_name })
    }

    pub(super) fn project(&self) -> Value {
        json!({ "id": self.project_id, "name": self.region, "domain": self.domain() })
    }

    pub(super) fn user(&self) -> Value {
        json!({ "id": self.user_id, "name": self.user_name, "domain": self.domain(), "password_expires_at": "" })
    }

    /// Where each service is: here, all of them.
    pub(super) fn catalog(&self, base: &str) -> Value {
        let service = |kind: &str, name: &str, region: &str, path: String| {
            let endpoint = json!({
                "id": Uuid::new_v4().simple().to_string(),
                "interface": "public",
                "region": region,
                "region_id": region,
                "url": format!("{base}{path}"),
            });
            json!({ "id": Uuid::new_v4().simple().to_string(), "type": kind, "name": name, "endpoints": [endpoint] })
        };
        json!([
            service("identity", "keystone", "*", "/v3".to_owned()),
            service("kms", "kms", &self.region, format!("/v1.0/{}", self.project_id)),
            service("csms", "csms", &self.region, format!("/v1/{}", self.project_id)),
        ])
    }

    /// The project as it is listed.
    pub(super) fn listed_project(&self, base: &str) -> Value {
        json!({
            "id": self.project_id,
            "name": self.region,
            "domain_id": self.domain_id,
            "parent_id": self.domain_id,
            "description": "",
            "enabled": true,
            "is_domain": false,
            "links": { "self": format!("{base}/v3/projects/{}", self.project_id) },
        })
    }
}
