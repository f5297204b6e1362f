//! The lines of a journal, and what they come to. No I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use fnv::FnvHasher;
use serde::{Deserialize, Serialize};

use crate::ledger::word;
use crate::model::{ResourceKind, State};

/// The version of the form.
const FORM: &str = "dewspec.journal/1";
/// Longer values, in bytes, stand as their hash.
const LONG: usize = 256;

/// Which run on which target; the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `dewspec.journal/1`.
    journal: String,
    /// The run that wrote it.
    pub run_id: String,
    /// Base URL of the CSMS service, without credentials.
    pub csms: Option<String>,
    /// Base URL of the KMS service, likewise.
    pub kms: Option<String>,
    /// The project.
    pub project_id: String,
}

impl Header {
    /// Of a run on a target.
    pub fn new(run_id: &str, csms: Option<&str>, kms: Option<&str>, project_id: &str) -> Self {
        Header {
            journal: FORM.to_owned(),
            run_id: run_id.to_owned(),
            csms: csms.map(without_credentials),
            kms: kms.map(without_credentials),
            project_id: project_id.to_owned(),
        }
    }

    /// Whether both speak of the same target.
    pub fn is_same_target(&self, other: &Header) -> bool {
        (&self.csms, &self.kms, &self.project_id) == (&other.csms, &other.kms, &other.project_id)
    }
}

/// What stands before the host of a URL may be a password.
fn without_credentials(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            // Neither fails for what has a host.
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

/// A value that was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recorded {
    /// As it was sent.
    Text(String),
    /// Only its hash, since it was long.
    Hash {
        /// FNV-1a of its bytes, 64 bits.
        fnv1a: String,
        /// How many bytes.
        bytes: usize,
    },
}

impl Recorded {
    /// Of a value.
    pub fn of(value: &str) -> Self {
        if value.len() <= LONG {
            return Recorded::Text(value.to_owned());
        }
        let mut hasher = FnvHasher::default();
        hasher.write(value.as_bytes());
        let hash = hasher.finish();
        Recorded::Hash { fnv1a: format!("{hash:016x}"), bytes: value.len() }
    }

    /// The value, if it stands here as it was sent.
    pub fn text(&self) -> Option<&str> {
        match self {
            Recorded::Text(text) => Some(text),
            Recorded::Hash { .. } => None,
        }
    }
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct At {
    pub(super) kind: ResourceKind,
    pub(super) id: String,
}

/// One line after the first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Line {
    /// These may be stored from now on.
    Sent { at: At, items: Vec<(String, Recorded)> },
    /// This is gone.
    Gone { at: At, key: String },
    /// Nothing is there any more.
    Clean { at: At },
    /// A secret or key of this name may be made from now on, for the run alone.
    Make { kind: ResourceKind, name: String },
    /// It was, and has this id.
    Made { kind: ResourceKind, name: String, id: String },
    /// It is gone, or will be by itself.
    Removed { kind: ResourceKind, name: String },
}

/// A secret or key that a run has made for itself, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which of them.
    pub kind: ResourceKind,
    /// Its name or alias, which only dewspec makes up.
    pub name: String,
    /// Its id, once the target has told it.
    pub id: Option<String>,
}

/// What may be there, by key, with every value that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    items: BTreeMap<String, BTreeSet<Recorded>>,
}

impl Items {
    /// By their keys.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.items.keys()
    }

    /// What was sent last, as far as it stands here: what listings are compared by.
    pub fn sent(&self) -> State {
        let text =
            |values: &BTreeSet<Recorded>| values.iter().filter_map(Recorded::text).next_back().map(str::to_owned);
        self.items.iter().filter_map(|(key, values)| Some((key.clone(), text(values)?))).collect()
    }

    /// Of what is listed, that which the run has put there: under a key with its mark, or still with a value that it sent.
    /// The second is what has one of its keys and another value: nobody knows whose that is.
    pub fn divide(&self, seen: &State) -> (State, State) {
        let words: BTreeSet<u32> = self.items.keys().filter_map(|key| word(key)).collect();
        let (mut ours, mut doubtful) = (State::new(), State::new());
        for (key, value) in seen {
            let marked = word(key).is_some_and(|word| words.contains(&word));
            match self.items.get(key) {
                Some(sent) if marked || sent.contains(&Recorded::of(value)) => ours.insert(key.clone(), value.clone()),
                Some(_) => doubtful.insert(key.clone(), value.clone()),
                None if marked => ours.insert(key.clone(), value.clone()),
                None => None,
            };
        }
        (ours, doubtful)
    }
}

/// What may be left, by resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Line>", into = "Vec<Line>")]
pub struct Left {
    resources: BTreeMap<At, Items>,
    /// What was made, by kind and name, each with its id if that is known.
    made: BTreeMap<(ResourceKind, String), Option<String>>,
}

impl From<Vec<Line>> for Left {
    fn from(lines: Vec<Line>) -> Self {
        let mut left = Left::default();
        lines.into_iter().for_each(|line| left.apply(line));
        left
    }
}

impl From<Left> for Vec<Line> {
    fn from(left: Left) -> Self {
        left.lines().collect()
    }
}

impl Left {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.made.is_empty()
    }

    /// Whether there are tags or events of ours on something.
    pub fn has_items(&self) -> bool {
        !self.resources.is_empty()
    }

    /// The secrets and keys that were made for a run alone, or may have been.
    pub fn made(&self) -> impl Iterator<Item = Made> {
        self.made.iter().map(|((kind, name), id)| Made { kind: *kind, name: name.clone(), id: id.clone() })
    }

    /// The resources, with what may be left there.
    pub fn resources(&self) -> impl Iterator<Item = (ResourceKind, &str, &Items)> {
        self.resources.iter().map(|(at, items)| (at.kind, at.id.as_str(), items))
    }

    /// What may be left on one.
    pub fn on(&self, kind: ResourceKind, id: &str) -> Option<&Items> {
        self.resources.get(&At { kind, id: id.to_owned() })
    }

    pub(super) fn apply(&mut self, line: Line) {
        match line {
            Line::Sent { at, items } => {
                let known = self.resources.entry(at).or_default();
                for (key, value) in items {
                    known.items.entry(key).or_default().insert(value);
                }
            }
            Line::Gone { at, key } => {
                if let Some(known) = self.resources.get_mut(&at) {
                    known.items.remove(&key);
                    if known.items.is_empty() {
                        self.resources.remove(&at);
                    }
                }
            }
            Line::Clean { at } => drop(self.resources.remove(&at)),
            Line::Make { kind, name } => drop(self.made.entry((kind, name)).or_default()),
            Line::Made { kind, name, id } => drop(self.made.insert((kind, name), Some(id))),
            Line::Removed { kind, name } => self.remove(kind, name),
        }
    }

    /// What was on it is gone with it.
    fn remove(&mut self, kind: ResourceKind, name: String) {
        if let Some(id) = self.made.remove(&(kind, name)).flatten() {
            self.resources.remove(&At { kind, id });
        }
    }

    /// The lines that come to this.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        let made = self.made().map(|Made { kind, name, id }| match id {
            Some(id) => Line::Made { kind, name, id },
            None => Line::Make { kind, name },
        });
        let items = self.resources.iter().map(|(at, known)| {
            let each =
                known.items.iter().flat_map(|(key, values)| values.iter().map(move |v| (key.clone(), v.clone())));
            Line::Sent { at: at.clone(), items: each.collect() }
        });
        made.chain(items)
    }
}

/// Reads a journal. A last line that is not whole is what a killed run was writing, and was not sent.
///
/// # Errors
/// What is wrong, with the number of the line.
pub(super) fn parse(text: &str) -> Result<(Header, Left), String> {
    let mut lines = text.lines().enumerate().peekable();
    let (_, first) = lines.next().ok_or("it is empty")?;
    let header: Header = serde_json::from_str(first).map_err(|e| format!("line 1 is no header of a journal: {e}"))?;
    if header.journal != FORM {
        return Err(format!("it is {:?}, and this dewspec reads {FORM:?}", header.journal));
    }
    let mut left = Left::default();
    while let Some((number, line)) = lines.next() {
        match serde_json::from_str(line) {
            Ok(line) => left.apply(line),
            Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
            Err(error) => return Err(format!("line {}: {error}", number + 1)),
        }
    }
    Ok((header, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: &str) -> At {
        At { kind: ResourceKind::Secret, id: id.to_owned() }
    }

    fn sent(id: &str, items: &[(&str, &str)]) -> Line {
        let items = items.iter().map(|(key, value)| ((*key).to_owned(), Recorded::of(value))).collect();
        Line::Sent { at: at(id), items }
    }

    fn text(lines: &[Line]) -> String {
        let header = Header::new("r", Some("http://u:secret@host:1/x"), None, "p");
        let lines = lines.iter().map(|line| serde_json::to_string(line).unwrap_or_default());
        let first = serde_json::to_string(&header).unwrap_or_default();
        std::iter::once(first).chain(lines).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let long = "x".repeat(LONG + 1);
        let written = [
            sent("a", &[("k", "1"), ("l", &long)]),
            sent("a", &[("k", "2")]),
            sent("b", &[("DEV", "1")]),
            Line::Gone { at: at("b"), key: "DEV".to_owned() },
            sent("c", &[("z", "1")]),
            Line::Clean { at: at("c") },
        ];
        let text = text(&written);
        assert!(!text.contains("secret@") && !text.contains(&long));
        let (header, left) = parse(&text).unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!((header.csms.as_deref(), header.run_id.as_str()), (Some("http://host:1/x"), "r"));
        assert_eq!(left.resources().map(|(_, id, items)| (id, items.keys().count())).collect::<Vec<_>>(), [("a", 2)]);
        let mut again = Left::default();
        left.lines().for_each(|line| again.apply(line));
        assert_eq!(again, left);
    }

    #[test]
    fn what_was_made_is_known_until_it_is_removed_with_all_that_was_on_it() {
        let (kind, name) = (ResourceKind::Secret, |text: &str| text.to_owned());
        let made = text(&[
            Line::Make { kind, name: name("dewspec-r-1") },
            Line::Made { kind, name: name("dewspec-r-1"), id: name("a") },
            Line::Make { kind, name: name("dewspec-r-2") },
            sent("a", &[("k", "1")]),
        ]);
        let (_, mut left) = parse(&made).unwrap_or_else(|error| unreachable!("{error}"));
        let ids: Vec<_> = left.made().map(|made| (made.name, made.id)).collect();
        assert_eq!(ids, [(name("dewspec-r-1"), Some(name("a"))), (name("dewspec-r-2"), None)]);
        let mut again = Left::default();
        left.lines().for_each(|line| again.apply(line));
        assert_eq!(again, left);
        left.apply(Line::Removed { kind, name: name("dewspec-r-1") });
        assert!(!left.has_items() && !left.is_empty(), "its tags are gone with it, and the other may be there");
        left.apply(Line::Removed { kind, name: name("dewspec-r-2") });
        assert!(left.is_empty());
    }

    #[test]
    fn a_last_line_that_is_not_whole_was_not_sent() {
        let whole = text(&[sent("a", &[("k", "1")])]);
        let (_, left) = parse(&format!("{whole}{{\"sent\":{{\"at\"")).unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(left.on(ResourceKind::Secret, "a").map(|items| items.keys().count()), Some(1));
        assert!(parse(&format!("{whole}nonsense\n{whole}")).is_err_and(|why| why.contains("line 3")));
        assert!(parse("{}").is_err_and(|why| why.contains("line 1")) && parse("").is_err());
    }

    #[test]
    fn only_what_still_has_a_value_of_ours_or_our_mark_is_ours() {
        let mut left = Left::default();
        left.apply(sent("a", &[("DEV", "1"), ("Name", "x"), ("dewspec-0011aabbQ", "v")]));
        let seen = [("DEV", "1"), ("Name", "web-server-7"), ("dewspec-0011aabbq", "?"), ("dewspec-99999999", "v")];
        let seen: State = seen.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (ours, doubtful) = left.on(ResourceKind::Secret, "a").map(|items| items.divide(&seen)).unwrap_or_default();
        assert_eq!(ours.into_keys().collect::<Vec<_>>(), ["DEV", "dewspec-0011aabbq"]);
        assert_eq!(doubtful.into_keys().collect::<Vec<_>>(), ["Name"]);
    }
}
