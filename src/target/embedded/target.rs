use crate::server::Identities;
use crate::target::{Authentication, Foreign, Network, Target};

/// Where a server without a socket would be: no name system knows this name.
pub const IN_PROCESS_ENDPOINT: &str = "http://dewspec.test";

/// The reference server as a target, with everything that a target can have.
///
/// `url` is its base URL, without a slash at its end; [`IN_PROCESS_ENDPOINT`] where it has none.
pub fn embedded_target(url: &str, who: &Identities) -> Target {
    Target {
        embedded: true,
        csms: Some(url.to_owned()),
        kms: Some(url.to_owned()),
        project_id: who.project_id.clone(),
        secret_ids: who.secret_ids.clone(),
        key_ids: who.key_ids.clone(),
        token: who.token.clone(),
        authentication: Authentication::Token,
        credentials_from: None,
        read_only_token: Some(who.read_only_token.clone()),
        foreign: Foreign {
            project_id: Some(who.foreign_project_id.clone()),
            secret_id: Some(who.foreign_secret_id.clone()),
            key_id: Some(who.foreign_key_id.clone()),
            token: Some(who.foreign_token.clone()),
        },
        network: Network::default(),
    }
}
