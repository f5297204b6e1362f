//! Who and what exists on a reference server.

use std::fmt;

use super::config::ServerConfig;
use super::random::SplitMix;

const TOKEN_LENGTH: usize = 200;
const TOKEN_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";

/// Identifiers and credentials of the two tenants, a function of the seed alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Identities {
    /// The first tenant's project, 32 hexadecimal digits.
    pub project_id: String,
    /// The first tenant's secrets, UUIDs.
    pub secret_ids: Vec<String>,
    /// The first tenant's keys, UUIDs.
    pub key_ids: Vec<String>,
    /// A token that may do everything in the first project.
    pub token: String,
    /// A token that may only read in the first project.
    pub read_only_token: String,
    /// The second tenant's project.
    pub foreign_project_id: String,
    /// A secret of the second tenant.
    pub foreign_secret_id: String,
    /// A key of the second tenant.
    pub foreign_key_id: String,
    /// A token that may do everything in the second project.
    pub foreign_token: String,
}

/// Leaves the tokens out: what is debugged may be printed.
impl fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identities")
            .field("project_id", &self.project_id)
            .field("secret_ids", &self.secret_ids)
            .field("key_ids", &self.key_ids)
            .field("foreign_project_id", &self.foreign_project_id)
            .field("foreign_secret_id", &self.foreign_secret_id)
            .field("foreign_key_id", &self.foreign_key_id)
            .finish_non_exhaustive()
    }
}

impl Identities {
    /// Derives the identities of a configuration.
    ///
    /// Every kind draws from a stream of its own, so that more secrets do not change the keys.
    pub(crate) fn derive(config: &ServerConfig) -> Self {
        let stream = |kind: u64| SplitMix::new(config.seed ^ kind.wrapping_mul(0xd6e8_feb8_6659_fd93));
        let mut projects = stream(1);
        let mut secrets = stream(2);
        let mut keys = stream(3);
        let mut tokens = stream(4);
        let mut foreign = stream(5);
        Self {
            project_id: project_id(&mut projects),
            secret_ids: (0..config.secrets).map(|_| uuid(&mut secrets)).collect(),
            key_ids: (0..config.keys).map(|_| uuid(&mut keys)).collect(),
            token: token(&mut tokens),
            read_only_token: token(&mut tokens),
            foreign_project_id: project_id(&mut projects),
            foreign_secret_id: uuid(&mut foreign),
            foreign_key_id: uuid(&mut foreign),
            foreign_token: token(&mut tokens),
        }
    }
}

fn project_id(random: &mut SplitMix) -> String {
    format!("{:016x}{:016x}", random.next(), random.next())
}

fn uuid(random: &mut SplitMix) -> String {
    let bits = u128::from(random.next()) << 64 | u128::from(random.next());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

fn token(random: &mut SplitMix) -> String {
    let mut token = String::from("MIID");
    while token.len() < TOKEN_LENGTH - 2 {
        let index = usize::try_from(random.next() >> 58).unwrap_or_default();
        token.push(char::from(TOKEN_ALPHABET[index]));
    }
    token.push_str("==");
    token
}
