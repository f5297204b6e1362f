//! Putting a body behind a 204, which no HTTP library would send.
//!
//! The response leaves the library with a placeholder status, under which it is framed with its body; only the status
//! line is changed on the way to the socket.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Stands for 204 until the bytes leave.
pub(crate) const PLACEHOLDER_STATUS: u16 = 299;

const PLACEHOLDER: &[u8] = b" 299 ";
const NO_CONTENT: &[u8] = b" 204 No Content";
const VERSION: std::ops::Range<usize> = 0.."HTTP/1.1".len();

/// Accepts connections whose status lines are rewritten.
#[derive(Debug)]
pub(super) struct RewritingListener<L>(pub(super) L);

impl<L> Listener for RewritingListener<L>
where
    L: Listener<Addr = SocketAddr>,
{
    type Io = RewritingStream<L::Io>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (inner, address) = self.0.accept().await;
        (RewritingStream { inner, pending: Vec::new(), sent: 0 }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A connection that owns what it has not sent yet, so that every write from above starts a response.
#[derive(Debug)]
pub(super) struct RewritingStream<S> {
    inner: S,
    pending: Vec<u8>,
    sent: usize,
}

impl<S: AsyncWrite + Unpin> RewritingStream<S> {
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.pending.len() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(context, &self.pending[self.sent..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
        }
        self.pending.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for RewritingStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        rewrite(bytes, &mut this.pending);
        match this.poll_send(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.inner).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for RewritingStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(context, buffer)
    }
}

/// Copies a response, with the placeholder in its status line replaced.
fn rewrite(bytes: &[u8], into: &mut Vec<u8>) {
    let line = bytes.iter().position(|byte| *byte == b'\r').unwrap_or_default();
    match bytes.get(VERSION.end..line) {
        Some(status) if bytes.starts_with(b"HTTP/1.") && status.starts_with(PLACEHOLDER) => {
            into.extend_from_slice(&bytes[VERSION]);
            into.extend_from_slice(NO_CONTENT);
            into.extend_from_slice(&bytes[line..]);
        }
        _ => into.extend_from_slice(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_placeholder_is_replaced() {
        let rewritten = |bytes: &[u8]| {
            let mut into = Vec::new();
            rewrite(bytes, &mut into);
            into
        };
        assert_eq!(rewritten(b"HTTP/1.1 299 <none>\r\na: b\r\n\r\n{ }"), b"HTTP/1.1 204 No Content\r\na: b\r\n\r\n{ }");
        for kept in [&b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 299 x\r\n"[..], b"", b"HTTP/1.1", b"\r\n"] {
            assert_eq!(rewritten(kept), kept);
        }
    }
}
