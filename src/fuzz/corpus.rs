use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use fnv::FnvHasher;
use std::path::Path;

use super::{Behaviour, FileError, Input};
use crate::generate::Placeholders;

/// Behaviours that are told apart, at most: a target that never answers alike must not cost memory without end.
const MOST: usize = 8_192;

/// Inputs, each of which made the target behave in a way that no shorter one did.
#[derive(Debug, Default)]
pub struct Corpus {
    entries: Vec<Entry>,
    /// The shortest input of each behaviour, as a place among the entries.
    best: BTreeMap<Shown, usize>,
    seen: BTreeSet<Shown>,
    feedback: bool,
}

/// How an input came to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Fuzzing began with it.
    Seed,
    /// It showed something new, and all of its requests were accepted.
    Accepted,
    /// It showed something new.
    Learned,
}

/// What an input has shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// A behaviour.
    One(String),
    /// The outlines of two behaviours in a row.
    Two(String),
}

#[derive(Debug)]
struct Entry {
    input: Input,
    origin: Origin,
    /// How many behaviours it is the shortest input of.
    stands_for: usize,
    picked: std::sync::atomic::AtomicUsize,
}

impl Corpus {
    /// An empty corpus; without feedback only seeds stay in it.
    pub fn new(feedback: bool) -> Self {
        Corpus { feedback, ..Corpus::default() }
    }

    /// Takes an input, whatever comes of it.
    pub fn seed(&mut self, input: Input) {
        if !input.requests.is_empty() && !self.entries.iter().any(|e| e.input == input) {
            self.entries.push(Entry { input, origin: Origin::Seed, stands_for: 1, picked: Default::default() });
        }
    }

    /// Takes note of how a target behaved. An input that shows something new, or something known in a shorter way,
    /// is kept. Returns how many behaviours of single requests are new.
    pub fn learn(&mut self, input: &Input, accepted: bool, behaviours: &[Behaviour]) -> usize {
        let singles = behaviours.iter().map(|behaviour| Shown::One(behaviour.text().to_owned()));
        let pairs = behaviours.windows(2).map(|pair| Shown::Two(pair[1].after(&pair[0])));
        let mut place = None;
        let mut news = 0;
        for shown in singles.chain(pairs) {
            if self.seen.len() >= MOST {
                break;
            }
            let new = self.seen.insert(shown.clone());
            news += usize::from(new && matches!(shown, Shown::One(_)));
            let shorter = self.best.get(&shown).is_some_and(|at| input.size() < self.entries[*at].input.size());
            if !self.feedback || !(new || shorter) {
                continue;
            }
            let place = *place.get_or_insert_with(|| {
                let origin = if accepted { Origin::Accepted } else { Origin::Learned };
                self.entries.push(Entry { input: input.clone(), origin, stands_for: 0, picked: Default::default() });
                self.entries.len() - 1
            });
            self.entries[place].stands_for += 1;
            if let Some(old) = self.best.insert(shown, place) {
                self.entries[old].stands_for = self.entries[old].stands_for.saturating_sub(1);
            }
        }
        news
    }

    /// One of the inputs: of two that chance names, the one on which fewer requests were spent. Half of the time it
    /// is one that fuzzing began with, and a quarter of the time one that was accepted: there are many ways to be
    /// refused, but what is stored wrongly is found near what is stored.
    pub fn pick(&self, chance: [usize; 2]) -> Option<&Input> {
        let wanted = |entry: &&Entry| match (entry.origin, chance[1] % 4) {
            (Origin::Seed, _) => true,
            (_, 0 | 1) => false,
            (origin, 2) => entry.stands_for > 0 && origin == Origin::Accepted,
            _ => entry.stands_for > 0,
        };
        let alive: Vec<&Entry> = self.entries.iter().filter(wanted).collect();
        let of = |chance: usize| alive.get(chance.checked_rem(alive.len())?).copied();
        let picked = |entry: &Entry| entry.picked.load(std::sync::atomic::Ordering::Relaxed);
        let (first, second) = (of(chance[0])?, of(chance[1] / 4)?);
        let entry = if picked(second) < picked(first) { second } else { first };
        entry.picked.fetch_add(entry.input.requests.len(), std::sync::atomic::Ordering::Relaxed);
        Some(&entry.input)
    }

    /// The inputs that are worth keeping.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.entries.iter().filter(|entry| entry.stands_for > 0).map(|entry| &entry.input)
    }

    /// How single requests were answered, in words.
    pub fn behaviours(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().filter_map(|shown| if let Shown::One(text) = shown { Some(text.as_str()) } else { None })
    }

    /// Reads every input of a directory, the shortest first. One that is not there yet is empty.
    ///
    /// # Errors
    /// If the directory or a file in it cannot be read, or is no input.
    pub fn read(dir: &Path) -> Result<Vec<Input>, FileError> {
        if !dir.exists() {
            return Ok(Vec::new());
        }
        let mut inputs = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|e| FileError::new(dir, e))? {
            let path = entry.map_err(|e| FileError::new(dir, e))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).map_err(|e| FileError::new(&path, e))?;
                let input: Input = serde_json::from_str(&text).map_err(|e| FileError::new(&path, e))?;
                inputs.push(input.read().bounded());
            }
        }
        inputs.sort_by_cached_key(|input| (input.size(), serde_json::to_string(input).unwrap_or_default()));
        Ok(inputs)
    }

    /// Writes every input that is not there yet, each under a name made of its content. With `minimise`, inputs
    /// that showed nothing here that a shorter one does not show are removed.
    ///
    /// # Errors
    /// If the directory cannot be made or a file not be written.
    pub fn write(&self, dir: &Path, places: &Placeholders, minimise: bool) -> Result<usize, FileError> {
        std::fs::create_dir_all(dir).map_err(|e| FileError::new(dir, e))?;
        let mut names = BTreeSet::new();
        let mut written = 0;
        for input in self.inputs() {
            let text = serde_json::to_string_pretty(&input.shown(places)).map_err(|e| FileError::new(dir, e))?;
            let mut hasher = FnvHasher::default();
            text.hash(&mut hasher);
            let name = format!("{:016x}.json", hasher.finish());
            let path = dir.join(&name);
            if !path.exists() {
                // Another process may write to the same directory: a file is there whole or not at all.
                let aside = dir.join(format!("{name}.{}", std::process::id()));
                std::fs::write(&aside, text + "\n").map_err(|e| FileError::new(&aside, e))?;
                std::fs::rename(&aside, &path).map_err(|e| FileError::new(&path, e))?;
                written += 1;
            }
            names.insert(name);
        }
        if minimise {
            for entry in std::fs::read_dir(dir).map_err(|e| FileError::new(dir, e))? {
                let path = entry.map_err(|e| FileError::new(dir, e))?.path();
                let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                if name.ends_with(".json") && !names.contains(&name) {
                    std::fs::remove_file(&path).map_err(|e| FileError::new(&path, e))?;
                }
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fuzz::{Request, SeenEffect, behaviour};
    use crate::model::{Exchange, Response};

    fn shown(status: u16) -> Behaviour {
        let (method, url) = ("POST".to_owned(), "http://h/v1".to_owned());
        let request = crate::model::Request { operation: "O".to_owned(), method, url, headers: Vec::new(), body: None };
        let answer = Ok(Response { status, ..Response::default() });
        let exchange = Exchange::new(request, answer, Duration::ZERO);
        behaviour(&exchange, SeenEffect::Unseen, Duration::from_secs(1))
    }

    fn input(body: &str) -> Input {
        Input { requests: vec![Request { operation: "O".to_owned(), body: body.to_owned() }] }
    }

    #[test]
    fn news_is_kept_and_the_shorter_way_to_it_takes_its_place() {
        let mut corpus = Corpus::new(true);
        assert_eq!(corpus.learn(&input("a long one"), false, &[shown(400)]), 1);
        assert_eq!(corpus.learn(&input("longer than that"), false, &[shown(400)]), 0);
        assert_eq!(corpus.learn(&input("short"), false, &[shown(400)]), 0);
        assert_eq!(corpus.learn(&input("other"), true, &[shown(204)]), 1);
        let bodies: Vec<&str> = corpus.inputs().map(|input| input.requests[0].body.as_str()).collect();
        assert_eq!(bodies, ["short", "other"]);
        assert_eq!(corpus.behaviours().count(), 2);
        let mut deaf = Corpus::new(false);
        deaf.seed(input("seed"));
        deaf.learn(&input("news"), true, &[shown(204)]);
        assert!((0..8).all(|chance| deaf.pick([chance, chance]) == Some(&input("seed"))));
    }

    #[test]
    fn a_corpus_is_written_read_and_minimised() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| unreachable!("{e}"));
        let places = Placeholders::new(1, "r", "c", "");
        let all = |corpus: &Corpus| corpus.inputs().cloned().collect::<Vec<_>>();
        let mut corpus = Corpus::new(true);
        corpus.learn(&input(&crate::generate::mark::key(3)), true, &[shown(204)]);
        corpus.learn(&input("x"), true, &[shown(400)]);
        let written = |corpus: &Corpus, minimise| corpus.write(dir.path(), &places, minimise).unwrap_or_default();
        assert_eq!((written(&corpus, false), written(&corpus, false)), (2, 0));
        let read = || Corpus::read(dir.path()).unwrap_or_default();
        let mut expected = all(&corpus);
        expected.sort_by_key(Input::size);
        assert_eq!(read(), expected);
        let mut smaller = Corpus::new(true);
        smaller.learn(&input("x"), true, &[shown(400)]);
        assert_eq!(written(&smaller, true), 0);
        assert_eq!(read(), [input("x")]);
    }
}
