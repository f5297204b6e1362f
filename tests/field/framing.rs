//! Requests and answers on a connection, read by hand: a library would mend what a test wants to see broken.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;

/// Longest head that is read.
const HEAD: usize = 1 << 20;

/// One end of a connection, and what was read of it beyond the message before.
pub(crate) struct Wire {
    stream: TcpStream,
    early: Vec<u8>,
}

/// A request: its parts, and its bytes as they came.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// An answer: its parts, and its bytes as they came.
pub(crate) struct Received {
    pub(crate) answer: Answer,
    pub(crate) bytes: Vec<u8>,
    /// Whether the connection ends with it.
    pub(crate) last: bool,
}

/// How the end of a body is told.
enum End {
    Length(usize),
    Chunks,
    Close,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Wire { stream, early: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Says that nothing more will come, and lets the other side read what did: closed at once, the connection would
    /// be reset, and what was sent last be lost with it.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
        self.gone().await;
    }

    /// Waits until the other side hangs up.
    pub(crate) async fn gone(&mut self) {
        let mut scrap = [0; 4096];
        while self.stream.read(&mut scrap).await.is_ok_and(|length| length > 0) {}
    }

    /// The next request; `None` when the other side has hung up.
    pub(crate) async fn request(&mut self) -> io::Result<Option<Heard>> {
        let Some(head) = self.head().await? else { return Ok(None) };
        let (first, fields) = lines(&head);
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let end = match end_of(&fields) {
            End::Close => End::Length(0),
            end => end,
        };
        let (body, raw) = self.body(end).await?;
        Ok(Some(Heard { method, path, fields, body, bytes: [head, raw].concat() }))
    }

    /// The next answer, to a request of this method.
    pub(crate) async fn answer(&mut self, method: &str) -> io::Result<Received> {
        let mut bytes = Vec::new();
        loop {
            let head = self.head().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let (first, fields) = lines(&head);
            bytes.extend_from_slice(&head);
            let status =
                first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
            if (100..200).contains(&status) {
                continue;
            }
            let bare = method == "HEAD" || status == 204 || status == 304;
            let end = if bare { End::Length(0) } else { end_of(&fields) };
            let closes = matches!(end, End::Close) || closes(&fields);
            let (body, raw) = self.body(end).await?;
            bytes.extend(raw);
            // Something that should not be there is passed on, too: it is what some tests are about.
            let stray = std::mem::take(&mut self.early);
            let last = closes || !stray.is_empty();
            bytes.extend(stray);
            return Ok(Received { answer: Answer { status, fields, body }, bytes, last });
        }
    }

    async fn head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut begin = 0;
        loop {
            if let Some(at) = self.early[begin..].windows(4).position(|window| window == b"\r\n\r\n") {
                return Ok(Some(self.take(begin + at + 4)));
            }
            begin = self.early.len().saturating_sub(3);
            if self.early.len() > HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if !self.more().await? {
                return if self.early.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// The content of a body, and its bytes as they came.
    async fn body(&mut self, end: End) -> io::Result<(Vec<u8>, Vec<u8>)> {
        match end {
            End::Length(length) => {
                let body = self.exactly(length).await?;
                Ok((body.clone(), body))
            }
            End::Close => {
                while self.more().await? {}
                let body = std::mem::take(&mut self.early);
                Ok((body.clone(), body))
            }
            End::Chunks => {
                let (mut content, mut raw) = (Vec::new(), Vec::new());
                loop {
                    let line = self.line().await?;
                    let text = String::from_utf8_lossy(&line).into_owned();
                    let size = text.split(';').next().unwrap_or_default().trim();
                    let size = usize::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
                    raw.extend(line);
                    let chunk = self.exactly(size + 2).await?;
                    content.extend_from_slice(&chunk[..size]);
                    raw.extend(chunk);
                    if size == 0 {
                        return Ok((content, raw));
                    }
                }
            }
        }
    }

    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.early.iter().position(|byte| *byte == b'\n') {
                return Ok(self.take(at + 1));
            }
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.early.len() < length {
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.take(length))
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.early.split_off(length);
        std::mem::replace(&mut self.early, rest)
    }

    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.early).await? > 0)
    }
}

/// The first line of a head, and its fields.
fn lines(head: &[u8]) -> (String, Vec<(String, String)>) {
    let text = String::from_utf8_lossy(head).into_owned();
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let field =
        |line: &str| line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    (first, lines.filter_map(field).collect())
}

fn end_of(fields: &[(String, String)]) -> End {
    let field = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    if field("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return End::Chunks;
    }
    field("content-length").and_then(|value| value.parse().ok()).map_or(End::Close, End::Length)
}

/// Whether a message says that it is the last on its connection.
pub(crate) fn closes(fields: &[(String, String)]) -> bool {
    let close = |value: &str| value.split(',').any(|word| word.trim().eq_ignore_ascii_case("close"));
    fields.iter().any(|(name, value)| name.eq_ignore_ascii_case("connection") && close(value))
}
