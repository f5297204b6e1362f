use std::hash::{Hash, Hasher};

use fnv::FnvHasher;

use super::body;

/// Replaces `${…}` in the data's texts. What it puts there depends on seed, run id, case and name alone.
#[derive(Clone, Debug)]
pub struct Placeholders {
    seed: u64,
    run_id: String,
    case: String,
    valid: String,
}

/// The character that pads strings of each kind.
const FILLERS: &[(&str, char)] = &[("ascii", 'a'), ("latin", 'é'), ("cjk", '中'), ("astral", '\u{20000}')];
/// How deep placeholders may produce placeholders.
const DEPTH: usize = 4;

/// Where the characters begin that stand for raw bytes: a private plane that nothing else here uses.
pub(super) const RAW_BYTES: u32 = 0xF_0000;

/// The bytes to send for a filled text: UTF-8, but for the characters that stand for raw bytes.
pub fn to_bytes(text: &str) -> Vec<u8> {
    // All of those characters begin with this byte, and few others do.
    if !text.as_bytes().contains(&0xF3) {
        return text.as_bytes().to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        match u8::try_from(u32::from(character).wrapping_sub(RAW_BYTES)) {
            Ok(byte) => out.push(byte),
            Err(_) => out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    out
}

/// The padding character of a kind of filler.
pub fn filler(kind: &str) -> Option<char> {
    FILLERS.iter().find(|(name, _)| *name == kind).map(|(_, c)| *c)
}

impl Placeholders {
    /// For one case of one run of an operation with this valid body.
    pub fn new(seed: u64, run_id: &str, case: &str, valid: &str) -> Self {
        Placeholders { seed, run_id: run_id.to_owned(), case: case.to_owned(), valid: valid.to_owned() }
    }

    fn number(&self, name: &str) -> u64 {
        let mut hasher = seeded(self.seed);
        self.run_id.hash(&mut hasher);
        self.case.hash(&mut hasher);
        name.hash(&mut hasher);
        mixed(&hasher)
    }

    /// A short word: distinct for distinct names and cases.
    pub fn word(&self, name: &str) -> String {
        format!("{:08x}", (self.number(name) >> 16) & 0xffff_ffff)
    }

    /// Replaces every placeholder; an unknown one becomes a key of that name.
    ///
    /// - `${valid}`: the operation's valid body; `${rewritten}`: the same written otherwise;
    ///   `${set:/pointer=text}`, `${null:/pointer}`, `${twice:/pointer}`: the same, changed
    /// - `${value…}`: a tag value; `${name…}`: an event name; `${uuid…}`: a UUID
    /// - `${fresh:N}`: N different tags, as the elements of a JSON array
    /// - `${largest:N}`: N tags of the greatest size that CSMS allows
    /// - `${escaped:N}`: the same, every character beyond ASCII written as an escape
    /// - `${ascii:N}`, `${latin:N}`, `${cjk:N}`, `${astral:N}`: N characters
    /// - `${exact:KIND:N:NAME}`: N characters that begin with what `${NAME}` stands for, if there is room
    /// - `${byte:ff}`: a byte that need not be UTF-8; see [`to_bytes`]
    /// - any other word: a tag key that nothing else uses
    pub fn fill(&self, text: &str) -> String {
        self.fill_to(text, DEPTH)
    }

    fn fill_to(&self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(length) = closing(&rest[start + 2..]) else { break };
            out.push_str(&rest[..start]);
            let replaced = self.one(&rest[start + 2..start + 2 + length]);
            out.push_str(&if depth > 0 { self.fill_to(&replaced, depth - 1) } else { replaced });
            rest = &rest[start + 3 + length..];
        }
        out.push_str(rest);
        out
    }

    fn one(&self, name: &str) -> String {
        match name {
            "valid" => return self.valid.clone(),
            "rewritten" => return body::rewritten(&self.valid).unwrap_or_default(),
            _ => {}
        }
        if let Some((kind, arguments)) = name.split_once(':')
            && let Some(text) = self.with_arguments(kind, arguments)
        {
            return text;
        }
        if name.starts_with("uuid") {
            return self.uuid(name);
        }
        if name.starts_with("value") {
            return format!("v-{}", self.word(name));
        }
        if name.starts_with("name") {
            return self.event_name(name);
        }
        self.key(name)
    }

    fn with_arguments(&self, kind: &str, arguments: &str) -> Option<String> {
        if kind == "exact" {
            return self.exact(arguments);
        }
        if let Some(changed) = body::changed(&self.valid, kind, arguments) {
            return Some(changed);
        }
        if kind == "byte" {
            return char::from_u32(RAW_BYTES + u32::from_str_radix(arguments, 16).ok()?).map(String::from);
        }
        let count = arguments.parse::<usize>().ok()?;
        let list = |element: &dyn Fn(usize) -> String| Some((0..count).map(element).collect::<Vec<_>>().join(","));
        match kind {
            "fresh" => list(&|i| self.tag(&format!("fresh{i}"))),
            "largest" => list(&|i| self.largest(i)),
            "escaped" => list(&|i| escaped(&self.largest(i))),
            _ => Some(std::iter::repeat_n(filler(kind)?, count).collect()),
        }
    }

    /// A tag key that no other case, and hardly anything else on the target, uses.
    pub fn key(&self, name: &str) -> String {
        format!("dewspec-{}", self.word(name))
    }

    /// An event name, distinct between runs too.
    pub fn event_name(&self, name: &str) -> String {
        format!("dewspec-{}-{}", self.run_id, self.word(name))
    }

    /// A UUID that depends on seed, case and name.
    pub fn uuid(&self, name: &str) -> String {
        let half = |which: &str| u128::from(self.number(&format!("{name}-{which}")));
        let bits = (half("high") << 64) | half("low");
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
    }

    fn tag(&self, name: &str) -> String {
        format!(r#"{{"key":"{}","value":"v-{}"}}"#, self.key(name), self.word(name))
    }

    /// A CSMS tag of the greatest size, in characters of three bytes.
    fn largest(&self, number: usize) -> String {
        let key = self.exact(&format!("cjk:128:largest{number}")).unwrap_or_default();
        let value = self.exact("cjk:255:").unwrap_or_default();
        format!(r#"{{"key":"{key}","value":"{value}"}}"#)
    }

    /// `KIND:N:NAME` → N characters.
    fn exact(&self, text: &str) -> Option<String> {
        let mut parts = text.splitn(3, ':');
        let padding = filler(parts.next()?)?;
        let length: usize = parts.next()?.parse().ok()?;
        let prefix = parts.next().filter(|name| !name.is_empty()).map(|name| self.one(name)).unwrap_or_default();
        let taken = prefix.chars().count();
        Some(if taken < length {
            prefix.chars().chain(std::iter::repeat_n(padding, length - taken)).collect()
        } else {
            std::iter::repeat_n(padding, length).collect()
        })
    }
}

/// The JSON text with escapes in the place of characters beyond ASCII.
fn escaped(text: &str) -> String {
    let escape = |unit: u16| format!("\\u{unit:04x}");
    let one = |c: char| {
        if c.is_ascii() { c.to_string() } else { c.encode_utf16(&mut [0; 2]).iter().map(|u| escape(*u)).collect() }
    };
    text.chars().map(one).collect()
}

/// A seed of its own for everything under one name.
pub fn seed_of(seed: u64, name: &str) -> u64 {
    let mut hasher = seeded(seed);
    name.hash(&mut hasher);
    mixed(&hasher)
}

/// Stable over releases and platforms, which std's hasher does not promise.
fn seeded(seed: u64) -> FnvHasher {
    FnvHasher::with_key(0xcbf2_9ce4_8422_2325 ^ seed)
}

/// What was hashed, with one more round of mixing, since only some of the bits are shown.
fn mixed(hasher: &FnvHasher) -> u64 {
    let hash = hasher.finish();
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

/// Offset of the `}` that closes a placeholder, those inside it skipped.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0usize;
    for (i, character) in text.char_indices() {
        match character {
            '{' => open += 1,
            '}' if open == 0 => return Some(i),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}
