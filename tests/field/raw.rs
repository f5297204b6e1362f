//! Servers that are none: what listens at a wrong port, and what wants to cost a client time and memory.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flate2::{Compress, Compression, Crc, FlushCompress};

/// How long a server waits for a client that says nothing more.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that does with connections what it likes, on threads of its own.
#[derive(Debug)]
pub(crate) struct Raw {
    address: std::net::SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Raw {
    /// Does this with each connection, without having heard anything.
    pub(crate) fn greeting(greet: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let (greet, counted) = (Arc::new(greet), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::Relaxed);
                let greet = Arc::clone(&greet);
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    greet(&mut stream);
                    // Closed with a part of the request unread, the connection would be reset, and the answer with it.
                    let _ = stream.shutdown(Shutdown::Write);
                    let mut scrap = [0; 4096];
                    while stream.read(&mut scrap).is_ok_and(|length| length > 0) {}
                });
            }
        });
        Raw { address, connections }
    }

    /// Hears a whole head, and does this then.
    pub(crate) fn answering(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::greeting(move |stream| {
            let mut heard = Vec::new();
            let mut buffer = [0; 4096];
            while !heard.windows(4).any(|window| window == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(length) if length > 0 => heard.extend_from_slice(&buffer[..length]),
                    _ => return,
                }
            }
            answer(stream);
        })
    }

    /// Answers every request with these bytes.
    pub(crate) fn saying(bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        Self::answering(move |stream| drop(stream.write_all(&bytes)))
    }

    /// Takes connections, and never says anything.
    pub(crate) fn silent() -> Self {
        Self::greeting(|stream| {
            let mut scrap = [0; 4096];
            let _ = stream.set_read_timeout(None);
            while stream.read(&mut scrap).is_ok_and(|length| length > 0) {}
        })
    }

    /// Begins each answer so, and then repeats this for as long as the client takes it.
    pub(crate) fn endless(begin: &'static str, more: Vec<u8>, pause: Duration) -> Self {
        Self::answering(move |stream| {
            let _ = stream.write_all(begin.as_bytes());
            while stream.write_all(&more).is_ok() {
                std::thread::sleep(pause);
            }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Bytes that mean nothing, the same every time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let byte = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(byte).collect()
}

/// What a server that expects TLS says to a client that does not speak it: an alert, handshake failure.
pub(crate) const ALERT: &[u8] = b"\x15\x03\x01\x00\x02\x02\x28";

/// Gzip of so many MiB of blanks, a thousandth of that long.
pub(crate) fn bomb(mib: usize) -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    // After a full flush the compressor has forgotten everything, so that a block may stand as often as one likes.
    let mut compress = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    compress.compress_vec(&blanks, &mut block, FlushCompress::Full).expect("a block");
    let mut crc = Crc::new();
    let mut bytes = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff".to_vec();
    for _ in 0..mib {
        bytes.extend_from_slice(&block);
        crc.update(&blanks);
    }
    // An empty last block.
    bytes.extend_from_slice(b"\x03\x00");
    bytes.extend_from_slice(&crc.sum().to_le_bytes());
    bytes.extend_from_slice(&crc.amount().to_le_bytes());
    bytes
}

mod tests {
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_bomb_is_small_and_what_it_says() {
        let bytes = bomb(8);
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        let mut text = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut text).expect("gzip");
        assert!(text.len() == 8 << 20 && text.iter().all(|byte| *byte == b' '));
    }
}
