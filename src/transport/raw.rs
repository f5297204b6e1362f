use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Position, Url};

use super::failure::{self, garbled};
use super::framing::Answer;
use super::proxy::Way;
use super::transport_trait::Received;
use crate::model::{Failure, FailureKind, Request};
use crate::target::Network;

/// How much is read at most.
const CAP: usize = 1 << 20;
/// How long the target may take to send bytes that it should not send at all.
const LINGER: Duration = Duration::from_millis(300);
/// Between the pieces of a body, so that no two of them travel in one packet.
const PAUSE: Duration = Duration::from_millis(15);

/// Connections by hand, one a request: HTTP libraries hide the body of a 204, the case of names, and pieces. They take
/// the same way as all others: the same proxy, certificates and addresses.
#[derive(Clone)]
pub(super) struct RawConnection {
    network: Network,
    tls: TlsConnector,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl RawConnection {
    pub(super) fn new(network: &Network, tls: ClientConfig) -> Self {
        RawConnection { network: network.clone(), tls: Arc::new(tls).into() }
    }

    /// Sends one request and reads everything that comes back; `usual` are the fields that it has unless it has them
    /// itself. `None` where the way to the target is one that only the library knows.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        usual: &[(HeaderName, Vec<HeaderValue>)],
        in_pieces: bool,
    ) -> Option<Result<Received, Failure>> {
        let url = match Url::parse(&request.url) {
            Ok(url) => url,
            Err(e) => return Some(Err(garbled(format!("the URL cannot be sent: {e}")))),
        };
        let way = Way::to(&self.network.proxy, &url);
        if matches!(way, Way::Unknown) {
            return None;
        }
        let connected = tokio::time::timeout(self.network.connect_timeout, self.connect(&url, &way)).await;
        let unreachable = |message: String| Failure { kind: FailureKind::Unreachable, message };
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(e)) => {
                let why = failure::of_io(&e, false).message;
                return Some(Err(unreachable(format!("no connection: {why}"))));
            }
            Err(_) => {
                let seconds = self.network.connect_timeout.as_secs_f64();
                return Some(Err(unreachable(format!("no connection within {seconds} s"))));
            }
        };
        Some(talk(stream, &pieces(request, &url, &way, usual, in_pieces)).await)
    }

    async fn connect(&self, url: &Url, way: &Way) -> io::Result<Box<dyn Stream>> {
        let missing = |what: &str| io::Error::other(format!("the URL has no {what}"));
        let host = url.host_str().ok_or_else(|| missing("host"))?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().ok_or_else(|| missing("port"))?;
        let encrypted = url.scheme() == "https";
        let stream = match way {
            Way::Http(proxy) => {
                let stream = TcpStream::connect((proxy.host.as_str(), proxy.port)).await?;
                if encrypted { proxy.tunnel(stream, url).await? } else { stream }
            }
            Way::Direct | Way::Unknown => match self.network.address_of(&host, port) {
                Some(address) => TcpStream::connect(address).await?,
                None => TcpStream::connect((host.as_str(), port)).await?,
            },
        };
        stream.set_nodelay(true)?;
        if !encrypted {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        Ok(Box::new(self.tls.connect(name, stream).await?))
    }
}

/// The bytes of a request, cut where pauses are to be.
fn pieces(
    request: &Request,
    url: &Url,
    way: &Way,
    usual: &[(HeaderName, Vec<HeaderValue>)],
    in_pieces: bool,
) -> Vec<Vec<u8>> {
    let body = request.body.clone().unwrap_or_default();
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let through = match way {
        Way::Http(proxy) if url.scheme() == "http" => Some(proxy),
        _ => None,
    };
    let named = if through.is_some() { &url[..Position::AfterQuery] } else { path };
    let mut head = format!("{} {named} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method, url.authority())
        .into_bytes();
    let mut field = |name: &str, value: &[u8]| {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    };
    for (name, value) in &request.headers {
        field(name, value.as_bytes());
    }
    for (name, values) in usual {
        if !request.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name.as_str())) {
            values.iter().for_each(|value| field(name.as_str(), value.as_bytes()));
        }
    }
    if let Some(credentials) = through.and_then(|proxy| proxy.authorization.as_deref()) {
        field("Proxy-Authorization", credentials.as_bytes());
    }
    let (start, rest) = body.split_at(if in_pieces { cut(&body) } else { body.len() });
    let is_chunked = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked")
    };
    let (start, rest) = if request.headers.iter().any(is_chunked) {
        (chunk(start), [chunk(rest), LAST_CHUNK.to_vec()].concat())
    } else {
        field("Content-Length", body.len().to_string().as_bytes());
        (start.to_vec(), rest.to_vec())
    };
    head.extend_from_slice(b"\r\n");
    if in_pieces { vec![head, start, rest] } else { vec![[head, start, rest].concat()] }
}

/// What says that there are no more chunks.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Some bytes of a body that comes in chunks; none take none, since an empty chunk is the last.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Where to cut a body: within a character if there is one of several bytes, else in the middle.
fn cut(body: &[u8]) -> usize {
    body.iter().position(|byte| !byte.is_ascii()).map_or(body.len() / 2, |at| at + 1)
}

async fn talk(mut stream: Box<dyn Stream>, pieces: &[Vec<u8>]) -> Result<Received, Failure> {
    let mut unsent = None;
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        // Whoever refuses a request early may have answered it before it was all there.
        if let Err(e) = async { stream.write_all(piece).await.and(stream.flush().await) }.await {
            unsent = Some(e);
            break;
        }
    }
    let mut received = Vec::new();
    let mut buffer = [0u8; 4096];
    let mut answer = Answer::default();
    while received.len() < CAP {
        let reading = stream.read(&mut buffer);
        // Once the answer is whole, only what follows promptly is of interest.
        let read = if answer.is_whole() {
            tokio::time::timeout(LINGER, reading).await.map_or(Ok(0), |read| Ok(read.unwrap_or(0)))
        } else {
            reading.await
        };
        match read {
            Ok(0) => break,
            Ok(read) => received.extend_from_slice(&buffer[..read]),
            Err(e) if received.is_empty() => return Err(failure::of_io(&unsent.unwrap_or(e), false)),
            // Some end encrypted connections without saying so.
            Err(_) => break,
        }
        answer.read(&received);
    }
    match unsent.filter(|_| received.is_empty()) {
        Some(e) => Err(failure::of_io(&e, false)),
        None => answer.finish(&received),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_cut_within_a_character() {
        assert_eq!((cut(b""), cut(b"abcd"), cut("ab\u{e9}".as_bytes())), (0, 2, 3));
    }
}
