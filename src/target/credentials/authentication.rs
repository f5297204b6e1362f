//! The ways in which requests show whose they are.

use super::{AccessKey, IamLogin};
use crate::model::TokenChoice;

/// What stands in requests for a token that is fetched, until they are sent.
pub const TOKEN: &str = "a-token-that-is-put-in-when-it-is-sent";
/// What stands in `Authorization` of requests that are signed, until they are.
pub const SIGNED: &str = "SDK-HMAC-SHA256 signed-when-it-is-sent";
/// Behind [`SIGNED`], what the signature does not fit.
const WRONGLY: &str = "; ";
/// What stands for the security token of a temporary key in whatever a target has repeated.
pub const SECURITY_TOKEN: &str = "the-security-token-of-the-access-key";

/// What stands in `Authorization` of requests whose signature is not to fit them.
pub fn signed_wrongly(choice: TokenChoice) -> String {
    format!("{SIGNED}{WRONGLY}{choice}")
}

/// How a request is to be signed whose `Authorization` is this; `None` if that stands for no signature.
pub fn how_signed(authorization: &str) -> Option<TokenChoice> {
    match authorization.strip_prefix(SIGNED)? {
        "" => Some(TokenChoice::Valid),
        rest => rest.strip_prefix(WRONGLY)?.parse().ok().filter(|choice: &TokenChoice| choice.is_signature()),
    }
}

/// How requests show whose they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Authentication {
    /// `X-Auth-Token`, with a token that stays the same: [`Target::token`](crate::target::Target::token).
    #[default]
    Token,
    /// `X-Auth-Token`, with a token that is fetched, and again when it is over. [`TOKEN`] stands for it everywhere else.
    FetchedToken(TokenSource),
    /// `Authorization`, with a signature of each request. [`SIGNED`] stands for it everywhere else.
    Signature(AccessKey),
}

/// Where a token is fetched from.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// What this command prints, for the shell.
    Command(String),
    /// The identity service.
    Iam(IamLogin),
}

impl Authentication {
    /// Whether each request is signed, and has no token.
    pub fn signs(&self) -> bool {
        matches!(self, Authentication::Signature(_))
    }

    /// What must never be shown.
    pub fn secrets(&self) -> Vec<&str> {
        match self {
            // Whoever writes a command writes passwords into it.
            Authentication::FetchedToken(TokenSource::Command(command)) => vec![command],
            Authentication::Token => Vec::new(),
            Authentication::FetchedToken(TokenSource::Iam(login)) => login.secrets(),
            Authentication::Signature(key) => key.secrets().collect(),
        }
    }
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Authentication::Token => "Token",
            Authentication::FetchedToken(TokenSource::Command(_)) => "FetchedToken(Command)",
            Authentication::FetchedToken(TokenSource::Iam(_)) => "FetchedToken(Iam)",
            Authentication::Signature(_) => "Signature",
        })
    }
}
