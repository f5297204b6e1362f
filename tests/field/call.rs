//! A call on its way, and what rules ask about it.

use std::time::Duration;

/// Tells the calls that something is about.
pub(crate) type Which = fn(&Call) -> bool;

/// A request as a proxy sees it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// How many came before it.
    pub(crate) number: usize,
    /// How many of its method came before it.
    pub(crate) of_method: usize,
    /// Time since the proxy began.
    pub(crate) since: Duration,
    pub(crate) method: String,
    /// Path and query, as they were sent.
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body's bytes.
    pub(crate) raw: Vec<u8>,
}

impl Call {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether it only looks.
    pub(crate) fn reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// Whether it deletes tags or an event, one or many.
    pub(crate) fn deletes(&self) -> bool {
        let packed: String = self.body.split_whitespace().collect();
        self.method == "DELETE" || packed.contains("\"action\":\"delete\"")
    }

    pub(crate) fn creates(&self) -> bool {
        self.method == "POST" && !self.deletes()
    }

    pub(crate) fn creates_secret_tag(&self) -> bool {
        self.creates() && self.on("/csms/") && self.path.ends_with("/tags")
    }

    pub(crate) fn creates_key_tag(&self) -> bool {
        self.creates() && self.on("/kms/") && self.path.ends_with("/tags")
    }

    pub(crate) fn creates_batch(&self) -> bool {
        self.creates() && self.on("/csms/") && self.path.ends_with("/tags/action")
    }

    pub(crate) fn creates_event(&self) -> bool {
        self.creates() && self.path.ends_with("/csms/events")
    }

    /// Whether its path goes through here.
    pub(crate) fn on(&self, part: &str) -> bool {
        self.path.contains(part)
    }

    /// Whether its body is a documented example, whitespace left aside.
    pub(crate) fn is_example(&self) -> bool {
        let packed: String = self.body.split_whitespace().collect();
        ["\"key\":\"DEV\"", "\"key\":\"key1\"", "\"name\":\"demo-event\""].iter().any(|part| packed.contains(part))
    }
}
