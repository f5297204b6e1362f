use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::target::Proxy;

/// Bytes of a proxy's answer, at most.
const LONGEST: usize = 16 * 1024;

/// The way that raw connections take.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// Straight to the target.
    Direct,
    /// Through a proxy that speaks HTTP.
    Http(HttpProxy),
    /// One that only the library knows.
    Unknown,
}

/// A proxy that speaks HTTP.
#[derive(Clone, Debug)]
pub(super) struct HttpProxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`, if it asks for one.
    pub(super) authorization: Option<String>,
}

impl Way {
    /// The way to a URL.
    pub(super) fn to(proxy: &Proxy, url: &Url) -> Self {
        let of = |url: &str| Url::parse(url).ok().and_then(|url| HttpProxy::of(&url)).map_or(Way::Unknown, Way::Http);
        match proxy {
            Proxy::Direct => Way::Direct,
            Proxy::Url(url) => of(url),
            Proxy::Environment => in_environment(url),
        }
    }
}

/// The way that the environment names, by the rules of the library, `NO_PROXY` among them.
fn in_environment(url: &Url) -> Way {
    let Ok(uri) = url.as_str().parse::<http::Uri>() else { return Way::Unknown };
    let Some(proxy) = Matcher::from_env().intercept(&uri) else { return Way::Direct };
    let known = Url::parse(&proxy.uri().to_string()).ok().and_then(|url| HttpProxy::of(&url));
    let authorization = proxy.basic_auth().and_then(|value| value.to_str().ok()).map(str::to_owned);
    known.map_or(Way::Unknown, |known| Way::Http(HttpProxy { authorization, ..known }))
}

impl HttpProxy {
    fn of(url: &Url) -> Option<Self> {
        if url.scheme() != "http" {
            return None;
        }
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let authorization = (!url.username().is_empty()).then(|| {
            let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        });
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        Some(HttpProxy { host, port: url.port_or_known_default()?, authorization })
    }

    /// Asks for a tunnel to the host of a URL.
    pub(super) async fn tunnel(&self, mut stream: TcpStream, url: &Url) -> io::Result<TcpStream> {
        let port = url.port_or_known_default().unwrap_or(443);
        let to = format!("{}:{port}", url.host_str().unwrap_or_default());
        let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n");
        if let Some(credentials) = &self.authorization {
            request.push_str(&format!("Proxy-Authorization: {credentials}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        // Byte by byte, so that nothing of what comes through the tunnel is taken away.
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") && answer.len() < LONGEST {
            answer.push(stream.read_u8().await?);
        }
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1).unwrap_or_default();
        if status.starts_with('2') {
            return Ok(stream);
        }
        Err(io::Error::other(format!("the proxy refused the tunnel: {}", text.lines().next().unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_told_by_their_url() {
        let to = |proxy: &Proxy| Way::to(proxy, &Url::parse("http://target").expect("a URL"));
        let Way::Http(proxy) = to(&Proxy::Url("http://u%40x:p@127.0.0.1:3128".to_owned())) else {
            unreachable!("it speaks HTTP")
        };
        assert_eq!((proxy.host.as_str(), proxy.port), ("127.0.0.1", 3128));
        assert_eq!(proxy.authorization.as_deref(), Some("Basic dUB4OnA="));
        assert!(matches!(to(&Proxy::Url("socks5://127.0.0.1:1080".to_owned())), Way::Unknown));
        assert!(matches!(to(&Proxy::Direct), Way::Direct));
    }
}
