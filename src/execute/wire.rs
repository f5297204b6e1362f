use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::vocabulary::{Failure, FailureKind, Request, Response};

/// What came over a raw connection: HTTP clients hide the body of a 204, so it is read by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WireAnswer {
    /// Status and headers; the body is what the framing says it is.
    pub response: Response,
    /// Every byte after the head, framing included.
    pub after_head: Vec<u8>,
}

/// How much is read at most.
const CAP: usize = 64 * 1024;
/// How long the target may take to send bytes that it should not send at all.
const LINGER: Duration = Duration::from_millis(300);

/// Between the pieces of a body, so that no two of them travel in one packet.
const PAUSE: Duration = Duration::from_millis(15);

/// Sends one request over a connection of its own and reads everything that comes back; `in_pieces`: with pauses
/// before and within the body. Only for `http://` URLs; `None` for any other.
pub async fn exchange_raw(
    request: &Request,
    in_pieces: bool,
    timeout: Duration,
) -> Option<Result<WireAnswer, Failure>> {
    let url = url::Url::parse(&request.url).ok()?;
    if url.scheme() != "http" {
        return None;
    }
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default()?;
    let authority = url.authority().to_owned();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let body = request.body.clone().unwrap_or_default();
    let mut head = format!("{} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n", request.method);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut first = head.into_bytes();
    let (start, rest) = body.split_at(if in_pieces { cut(&body) } else { body.len() });
    let pieces = if in_pieces {
        vec![first, start.to_vec(), rest.to_vec()]
    } else {
        first.extend_from_slice(start);
        vec![first]
    };
    Some(match tokio::time::timeout(timeout, talk(&host, port, &pieces)).await {
        Ok(result) => result,
        Err(_) => Err(Failure { kind: FailureKind::Silent, message: format!("no answer within {timeout:?}") }),
    })
}

/// Where to cut a body: within a character if there is one of several bytes, else in the middle.
fn cut(body: &[u8]) -> usize {
    body.iter().position(|byte| !byte.is_ascii()).map_or(body.len() / 2, |at| at + 1)
}

async fn talk(host: &str, port: u16, pieces: &[Vec<u8>]) -> Result<WireAnswer, Failure> {
    let unreachable = |e: std::io::Error| Failure { kind: FailureKind::Unreachable, message: e.to_string() };
    let mut stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        stream.write_all(piece).await.map_err(unreachable)?;
    }
    let mut received = Vec::new();
    let mut buffer = [0u8; 4096];
    let mut head_end = None;
    while received.len() < CAP {
        // Once the head is there, only what follows promptly is of interest.
        let read = match head_end {
            None => stream.read(&mut buffer).await.map_err(unreachable)?,
            Some(_) => match tokio::time::timeout(LINGER, stream.read(&mut buffer)).await {
                Ok(Ok(read)) => read,
                Ok(Err(_)) | Err(_) => 0,
            },
        };
        if read == 0 {
            break;
        }
        received.extend_from_slice(&buffer[..read]);
        head_end = head_end.or_else(|| find(without_interim(&received), b"\r\n\r\n"));
    }
    parse(without_interim(&received))
}

/// What follows the answers of class 1xx, which only announce the one that counts.
fn without_interim(mut received: &[u8]) -> &[u8] {
    while let Some(end) = find(received, b"\r\n\r\n")
        && received.starts_with(b"HTTP/1.")
        && received.get(8..10) == Some(b" 1")
    {
        received = &received[end + 4..];
    }
    received
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// Splits head from what follows.
fn parse(received: &[u8]) -> Result<WireAnswer, Failure> {
    let garbled = |what: &str| Failure {
        kind: FailureKind::Garbled,
        message: format!("{what}: {:?}", String::from_utf8_lossy(&received[..received.len().min(200)])),
    };
    let end = find(received, b"\r\n\r\n").ok_or_else(|| garbled("the answer has no end of head"))?;
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1."))
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| garbled("the answer has no status line"))?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.trim()), HeaderValue::try_from(value.trim())) {
            headers.append(name, value);
        }
    }
    let after_head = received[end + 4..].to_vec();
    let chunked = headers.get_all(TRANSFER_ENCODING).iter().any(|v| v.as_bytes().eq_ignore_ascii_case(b"chunked"));
    let body = if chunked { dechunk(&after_head) } else { after_head.clone() };
    Ok(WireAnswer { response: Response { status, headers, body, capped: false }, after_head })
}

/// The contents of a chunked body, as far as they can be read.
fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..end])
            .ok()
            .and_then(|line| usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16).ok());
        match size {
            Some(size) if size > 0 && end + 2 + size <= rest.len() => {
                out.extend_from_slice(&rest[end + 2..end + 2 + size]);
                rest = rest[end + 2 + size..].strip_prefix(b"\r\n").unwrap_or_default();
            }
            _ => break,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_cut_within_a_character() {
        assert_eq!((cut(b""), cut(b"abcd"), cut("ab\u{e9}".as_bytes())), (0, 2, 3));
    }

    #[test]
    fn interim_answers_are_not_the_answer() -> Result<(), Failure> {
        let bytes = b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\na: b\r\n\r\nrest";
        let answer = parse(without_interim(bytes))?;
        assert_eq!((answer.response.status, answer.after_head.as_slice()), (204, &b"rest"[..]));
        assert_eq!(answer.response.header("a").as_deref(), Some("b"));
        Ok(())
    }
}
