use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::generate::{Placeholders, mark};

/// One input of the fuzzer: requests to one resource, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The requests.
    pub requests: Vec<Request>,
}

/// One request of an input, to the target's own resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The operation's name.
    pub operation: String,
    /// The body as text. On disk `${key0}` stands for a key that nobody else uses, `${uuid}` for a UUID and
    /// `${byte:ff}` for a byte that need not be UTF-8; in memory characters of a private plane do.
    pub body: String,
}

impl Input {
    /// Requests of one input, at most.
    pub const REQUESTS: usize = 8;
    /// Characters of one body, at most.
    pub const BODY: usize = 1 << 16;

    /// How long it is: the simpler of two inputs is the shorter one. What stands for something else weighs nothing,
    /// so that keys stay ours.
    pub fn size(&self) -> usize {
        let weight = |c: char| if mark::stands_in(c) { 0 } else { c.len_utf8() };
        self.requests.iter().map(|request| 64 + request.body.chars().map(weight).sum::<usize>()).sum()
    }

    /// As it stands on disk.
    pub fn shown(&self, places: &Placeholders) -> Input {
        self.map(|body, nth| mark::shown(body, places, nth))
    }

    /// As it is worked with.
    pub fn read(&self) -> Input {
        self.map(|body, _| mark::read(body))
    }

    /// With keys in the place of their stand-ins, as it is sent.
    pub fn resolved(&self, places: &Placeholders) -> Input {
        self.map(|body, nth| mark::resolve(body, places, nth))
    }

    fn map(&self, change: impl Fn(&str, usize) -> String) -> Input {
        let request =
            |(nth, r): (usize, &Request)| Request { operation: r.operation.clone(), body: change(&r.body, nth) };
        Input { requests: self.requests.iter().enumerate().map(request).collect() }
    }

    /// Within bounds of length and number.
    pub fn bounded(mut self) -> Input {
        self.requests.truncate(Self::REQUESTS);
        for request in &mut self.requests {
            if let Some((end, _)) = request.body.char_indices().nth(Self::BODY) {
                request.body.truncate(end);
            }
        }
        self
    }
}
