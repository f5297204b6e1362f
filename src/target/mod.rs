//! What is tested: endpoints, credentials, resources, and the way there.

mod address;
mod credentials;
mod embedded;
mod near;
mod network;
mod replay;
mod settings;

pub use address::Addresses;
pub use credentials::{
    AccessKey, Authentication, CLOCK_TOLERANCE, CanonicalRequest, IamLogin, Login, SECURITY_TOKEN, SIGNED, Signable,
    Signed, TOKEN, Token, TokenSource, how_signed, sha256, sign, signed_wrongly, timestamp,
};
pub use embedded::{IN_PROCESS_ENDPOINT, InProcessTransport, embedded_target};
pub use near::made_of_token;
pub use network::{Network, Proxy, Resolve, is_credential};
pub use replay::ReplayLine;
pub use settings::{Foreign, Settings, Target};
