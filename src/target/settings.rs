use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Authentication, Network, SECURITY_TOKEN};
use crate::ledger::journal::Place;
use crate::model::Repetition;
use crate::suite::ResourceKind;

/// What is tested.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// True when it is the reference server in this process.
    pub embedded: bool,
    /// Base URL of the CSMS service, without a slash at its end.
    pub csms: Option<String>,
    /// Base URL of the KMS service.
    pub kms: Option<String>,
    /// The caller's project.
    pub project_id: String,
    /// Secrets that may be changed.
    pub secret_ids: Vec<String>,
    /// KMS keys that may be changed.
    pub key_ids: Vec<String>,
    /// The caller's token, or what stands for it in requests until they are sent; empty where requests are signed.
    pub token: String,
    /// How requests show whose they are.
    pub authentication: Authentication,
    /// Where the credentials come from, for people; never what they are.
    pub credentials_from: Option<String>,
    /// A token of the same project that may only read.
    pub read_only_token: Option<String>,
    /// Another tenant.
    pub foreign: Foreign,
    /// How to connect to it.
    pub network: Network,
}

/// Another tenant, for isolation checks.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Its project.
    pub project_id: Option<String>,
    /// A secret of its.
    pub secret_id: Option<String>,
    /// A KMS key of its.
    pub key_id: Option<String>,
    /// Its token.
    pub token: Option<String>,
}

impl Target {
    /// Base URL of a service. One that has no option of its own is where `--endpoint` says.
    pub fn endpoint(&self, service: &str) -> Option<&str> {
        match service {
            "csms" => self.csms.as_deref(),
            "kms" => self.kms.as_deref(),
            _ => self.csms.as_deref().or(self.kms.as_deref()),
        }
    }

    /// Whether a service is reached over HTTPS.
    pub fn is_encrypted(&self) -> bool {
        let is_https = |url: &String| url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
        [&self.csms, &self.kms].into_iter().flatten().any(is_https)
    }

    /// The resources of one kind.
    pub fn resources(&self, kind: ResourceKind) -> Vec<String> {
        match kind {
            ResourceKind::Secret => self.secret_ids.clone(),
            ResourceKind::Key => self.key_ids.clone(),
            ResourceKind::Events => vec![self.project_id.clone()],
        }
    }

    /// A resource of the other of the two kinds that have tags.
    pub fn resource_of_other_kind(&self, kind: ResourceKind) -> Option<&str> {
        match kind {
            ResourceKind::Secret => self.key_ids.iter().find(|id| !self.secret_ids.contains(id)).map(String::as_str),
            ResourceKind::Key => self.secret_ids.iter().find(|id| !self.key_ids.contains(id)).map(String::as_str),
            ResourceKind::Events => None,
        }
    }

    /// Another tenant's resource of one kind.
    pub fn foreign_resource(&self, kind: ResourceKind) -> Option<&str> {
        match kind {
            ResourceKind::Secret => self.foreign.secret_id.as_deref(),
            ResourceKind::Key => self.foreign.key_id.as_deref(),
            ResourceKind::Events => None,
        }
    }

    /// Everything that must never be shown: the credentials, and what of the network is like them.
    pub fn hidden(&self) -> Vec<&str> {
        self.tokens().chain(self.authentication.secrets()).chain(self.network.hidden()).collect()
    }

    /// The tokens of the API, or what stands for them, which a target must never repeat.
    pub fn secrets(&self) -> Vec<&str> {
        let security_token = self.authentication.signs().then_some(SECURITY_TOKEN);
        self.tokens().chain(security_token).collect()
    }

    fn tokens(&self) -> impl Iterator<Item = &str> {
        let all = [Some(self.token.as_str()), self.read_only_token.as_deref(), self.foreign.token.as_deref()];
        all.into_iter().flatten().filter(|token| !token.is_empty())
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Credentials are left out, so that no debug print can leak them.
        f.debug_struct("Target")
            .field("csms", &self.csms)
            .field("kms", &self.kms)
            .field("project_id", &self.project_id)
            .field("secret_ids", &self.secret_ids)
            .field("key_ids", &self.key_ids)
            .finish_non_exhaustive()
    }
}

/// How a run goes about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// Seed of everything generated.
    pub seed: u64,
    /// Sends every value of the catalogue at every position, not only those whose turn it is.
    #[serde(default)]
    pub thorough: bool,
    /// Sends signatures that do not fit their requests, too.
    #[serde(default)]
    pub signature: bool,
    /// Checks neighbours of the documented operations, too.
    #[serde(default)]
    pub neighbours: bool,
    /// Keeps names of created events apart between runs; lower-case letters, digits and `-`, at most 20.
    pub run_id: String,
    /// Generated inputs per property.
    pub cases: u64,
    /// Maximum requests in flight.
    pub concurrency: usize,
    /// Requests at once to one resource, of cases that do not depend on each other; where the target takes its time, it
    /// is as many as are under way at all.
    pub width: usize,
    /// Longest wait for one answer, from sending the request to its last byte.
    pub timeout: Duration,
    /// Longest time a read-back may lag behind a write.
    pub settle: Duration,
    /// Requests a second, if limited.
    pub rate: Option<u32>,
    /// Stop at the first failed case.
    pub fail_fast: bool,
    /// Violated SHOULD clauses count as failures.
    pub strict: bool,
    /// How often cases run.
    #[serde(default)]
    pub repetition: Repetition,
    /// The longest time in all that a run may be held up by a target that throttles or is in maintenance.
    pub max_wait: Duration,
    /// After this time the run ends with what it knows.
    pub max_time: Option<Duration>,
    /// How long to wait at the beginning for a target that does not answer yet.
    pub wait_for: Duration,
    /// Where it is noted what is about to be stored; nowhere, if it will be gone with the target.
    #[serde(skip)]
    pub journal: Option<Place>,
    /// Where everything is written down that is sent and comes; nowhere, if nobody wants to judge it again.
    #[serde(skip)]
    pub record: Option<PathBuf>,
}

impl Settings {
    /// The seed that says which of several alternatives are sent; none where all of them are.
    pub fn turn(&self) -> Option<u64> {
        (!self.thorough).then_some(self.seed)
    }

    /// For the embedded server: it has nothing else to do, takes many requests at once to one resource, and what is
    /// written to it shows at once.
    pub fn embedded() -> Self {
        Settings { cases: 32, concurrency: 64, width: 16, settle: Duration::from_millis(100), ..Settings::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 0x00DE_C0DE,
            thorough: false,
            signature: false,
            neighbours: false,
            run_id: "local".to_owned(),
            cases: 2,
            concurrency: 32,
            width: 1,
            timeout: Duration::from_secs(10),
            settle: Duration::from_secs(2),
            rate: None,
            fail_fast: false,
            strict: false,
            repetition: Repetition::default(),
            max_wait: Duration::from_secs(300),
            max_time: None,
            wait_for: Duration::ZERO,
            journal: None,
            record: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{AccessKey, IamLogin, Login, Proxy, TokenSource};

    /// What a panic message shows is the debug form.
    #[test]
    fn no_credential_is_in_the_debug_form() {
        let key = AccessKey {
            access_key: "hidden-ak".to_owned(),
            secret_key: "hidden-sk".to_owned(),
            security_token: Some("hidden-st".to_owned()),
        };
        let (user, password, domain) = ("me".to_owned(), "hidden-password".to_owned(), "us".to_owned());
        let login = Login::Password { user, password, domain };
        let iam = IamLogin { endpoint: "http://iam".to_owned(), project_id: "p".to_owned(), login };
        for authentication in [
            Authentication::Signature(key),
            Authentication::FetchedToken(TokenSource::Iam(iam)),
            Authentication::FetchedToken(TokenSource::Command("echo hidden-word".to_owned())),
        ] {
            let hidden: Vec<String> = authentication.secrets().into_iter().map(str::to_owned).collect();
            let target = Target {
                token: "hidden-token".to_owned(),
                read_only_token: Some("hidden-reader".to_owned()),
                foreign: Foreign { token: Some("hidden-foreign".to_owned()), ..Foreign::default() },
                network: Network { proxy: Proxy::Url("http://a:hidden@b".to_owned()), ..Network::default() },
                authentication,
                ..Target::default()
            };
            let shown = format!("{target:?} {:?}", target.authentication);
            assert!(!shown.contains("hidden"), "{shown}");
            assert!(!hidden.is_empty() && hidden.iter().all(|secret| target.hidden().contains(&secret.as_str())));
        }
    }
}
