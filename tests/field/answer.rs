//! Answers of a server or of something before it, as values that a rule can make or change.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

/// One answer, its body as a client is to understand it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Answer { status, fields: Vec::new(), body: Vec::new() }
    }

    /// What a server of this API says when it refuses something.
    pub(crate) fn refusal(status: u16, message: &str) -> Self {
        let body = json!({ "error": { "error_code": "CSMS.0002", "error_msg": message } });
        Self::json(status, &body.to_string())
    }

    /// What the gateway before the services says: a flat object.
    pub(crate) fn gateway(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "error_code": code, "error_msg": message, "request_id": "7d0c7c1f" });
        Self::json(status, &body.to_string())
    }

    pub(crate) fn json(status: u16, text: &str) -> Self {
        Self::of(status, "application/json", text)
    }

    /// A page as web servers and reverse proxies make it.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let text = format!("<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>");
        Self::of(status, "text/html", &text)
    }

    fn of(status: u16, kind: &str, text: &str) -> Self {
        let fields = vec![("Content-Type".to_owned(), kind.to_owned())];
        Answer { status, fields, body: text.as_bytes().to_vec() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another status: what an implementation that means well answers.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same compressed, and announced as such.
    pub(crate) fn gzipped(mut self) -> Self {
        self.body = gzip(&self.body);
        self.with("Content-Encoding", "gzip")
    }

    /// As it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in self.fields.iter().filter(|(name, _)| !is_framing(name)) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        // A 204 has neither a body nor a length.
        if self.status != 204 {
            text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut bytes = format!("{text}\r\n").into_bytes();
        if self.status != 204 {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// Whether a field says where a body ends: that is said anew for a body that was changed.
fn is_framing(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn reason(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown")
}
