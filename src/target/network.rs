use std::net::SocketAddr;
use std::time::Duration;

/// How connections to a target are made: what its address alone does not say.
#[derive(Clone, PartialEq, Eq)]
pub struct Network {
    /// Header fields for every request, over the usual ones: name and value.
    pub headers: Vec<(String, String)>,
    /// The value of `User-Agent`; `dewspec/VERSION` without it.
    pub user_agent: Option<String>,
    /// The way through a proxy, if there is one.
    pub proxy: Proxy,
    /// Certificates of further authorities to trust, as PEM.
    pub ca_certificates: Vec<Vec<u8>>,
    /// The client's certificate chain and its private key, both as PEM.
    pub client_certificate: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether certificates are taken as they come.
    pub insecure: bool,
    /// Addresses to use instead of what a name resolves to.
    pub resolve: Vec<Resolve>,
    /// The longest wait for one connection, TLS included.
    pub connect_timeout: Duration,
}

/// Which proxy requests take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// None.
    #[default]
    Direct,
    /// This one: `http://host:port`, with `user:password@` before the host if it asks for that.
    Url(String),
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    Environment,
}

/// One name with the address to use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// The host as it stands in a URL.
    pub host: String,
    /// The port as it stands there, or the scheme's.
    pub port: u16,
    /// Where to connect instead.
    pub address: SocketAddr,
}

impl Default for Network {
    fn default() -> Self {
        Network {
            headers: Vec::new(),
            user_agent: None,
            proxy: Proxy::Direct,
            ca_certificates: Vec::new(),
            client_certificate: None,
            insecure: false,
            resolve: Vec::new(),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

impl Network {
    /// Where to connect for a host and port, if the user has said so.
    pub fn address_of(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let named = |r: &&Resolve| r.port == port && r.host.eq_ignore_ascii_case(host);
        self.resolve.iter().find(named).map(|r| r.address)
    }
}

/// Whether a header field of this name mostly carries a credential.
pub fn is_credential(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    const PARTS: [&str; 9] =
        ["auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token"];
    PARTS.iter().any(|part| name.contains(part))
}

impl Network {
    /// Everything in here that must never be shown: values of header fields that carry credentials, whole and without
    /// the word before them (`Bearer`), and the proxy's password.
    pub fn hidden(&self) -> Vec<&str> {
        let values = self.headers.iter().filter(|(name, _)| is_credential(name)).map(|(_, value)| value.as_str());
        let parts = values.flat_map(|value| [Some(value), value.split_once(' ').map(|(_, rest)| rest.trim())]);
        parts.flatten().chain(self.proxy.password()).filter(|text| !text.is_empty()).collect()
    }

    /// Names of the user's header fields whose values are never shown.
    pub fn hidden_headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str()).filter(|name| is_credential(name))
    }
}

impl Proxy {
    /// The password in the URL, as it is written there.
    pub fn password(&self) -> Option<&str> {
        let Proxy::Url(url) = self else { return None };
        let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let (user, _) = authority.rsplit_once('@')?;
        Some(user.split_once(':')?.1).filter(|password| !password.is_empty())
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Header values, the proxy's password and the private key are left out, so that no debug print can leak them.
        f.debug_struct("Network")
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("user_agent", &self.user_agent)
            .field("insecure", &self.insecure)
            .field("resolve", &self.resolve)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_among_headers_and_in_the_proxy_are_known() {
        let network = Network {
            headers: vec![
                ("Authorization".to_owned(), "Bearer abc.def".to_owned()),
                ("X-Trace".to_owned(), "open".to_owned()),
                ("X-Api-Key".to_owned(), "k-1".to_owned()),
            ],
            proxy: Proxy::Url("http://me:p%40ss@proxy:3128/".to_owned()),
            ..Network::default()
        };
        assert_eq!(network.hidden(), ["Bearer abc.def", "abc.def", "k-1", "p%40ss"]);
        assert_eq!(network.hidden_headers().collect::<Vec<_>>(), ["Authorization", "X-Api-Key"]);
        let shown = format!("{network:?}");
        assert!(!shown.contains("abc") && !shown.contains("k-1") && !shown.contains("ss@"), "{shown}");
    }

    #[test]
    fn a_proxy_without_a_password_hides_nothing() {
        for url in ["http://proxy:3128", "http://me@proxy:3128", "http://proxy:3128/a:b@c"] {
            assert_eq!(Proxy::Url(url.to_owned()).password(), None, "{url}");
        }
        assert_eq!(Proxy::Environment.password(), None);
    }
}
