//! Who and what exists on a reference server.

use std::fmt;

use super::config::ServerConfig;
use super::random::SplitMix;

/// Where the documented examples are.
const REGION: &str = "cn-north-4";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
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
    /// The id of an access key that may do everything in the first project.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// The id of a temporary access key of the same owner.
    pub temporary_access_key: String,
    /// Its secret.
    pub temporary_secret_key: String,
    /// What comes with requests that it signs.
    pub security_token: String,
    /// The accounts of the two tenants, 32 hexadecimal digits.
    pub(crate) domain_ids: [String; 2],
    /// The keys that protect secrets which name none, one a tenant, UUIDs.
    pub(crate) default_key_ids: [String; 2],
    /// The account that the first project belongs to, by name.
    pub domain_name: String,
    /// A user who may do everything in the first project.
    pub user_name: String,
    /// Their id, 32 hexadecimal digits.
    pub user_id: String,
    /// Their password.
    pub password: String,
    /// The region, which is the name of the first project as well.
    pub region: String,
}

/// Leaves tokens, keys and the password out: what is debugged may be printed.
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
            .field("access_key", &self.access_key)
            .field("user_name", &self.user_name)
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
        let mut access_keys = stream(6);
        let mut account = stream(7);
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
            access_key: text(&mut access_keys, CAPITALS, 20),
            secret_key: text(&mut access_keys, ALPHANUMERIC, 40),
            temporary_access_key: text(&mut access_keys, CAPITALS, 20),
            temporary_secret_key: text(&mut access_keys, ALPHANUMERIC, 40),
            security_token: text(&mut access_keys, ALPHANUMERIC, TOKEN_LENGTH),
            domain_ids: [project_id(&mut account), project_id(&mut account)],
            default_key_ids: [uuid(&mut account), uuid(&mut account)],
            domain_name: "reference".to_owned(),
            user_name: "developer".to_owned(),
            user_id: project_id(&mut account),
            password: text(&mut account, ALPHANUMERIC, 24),
            region: REGION.to_owned(),
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

fn text(random: &mut SplitMix, alphabet: &[u8], length: usize) -> String {
    let mut letter = || {
        let index = usize::try_from(random.next() >> 32).unwrap_or_default() % alphabet.len();
        char::from(alphabet[index])
    };
    (0..length).map(|_| letter()).collect()
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
