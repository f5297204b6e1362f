use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use proptest::prelude::*;

use super::mark;
use super::pool;
use super::series::{Lengths, Series, below};
use crate::rules::{FieldFacts, admits, is_invisible};
use crate::suite::Characters;

/// Greatest length of a text that no clause bounds.
const UNBOUNDED: usize = 64;

/// What is needed to make up texts for one field.
#[derive(Clone)]
pub(super) struct TextRule {
    /// Least and greatest length.
    pub(super) least: usize,
    pub(super) most: usize,
    /// The most that readings agree about, counted in UTF-16 units.
    units: Option<usize>,
    /// White space may not stand at the ends.
    trimmed: (bool, bool),
    prefixes: Vec<String>,
    blank: bool,
    inside: Arc<Vec<Vec<char>>>,
    outside: Arc<Vec<Vec<char>>>,
    /// Which of the marks makes the text one of ours, if it names what is stored.
    mark: Option<usize>,
}

impl TextRule {
    /// From the facts about a field of text. `None` if readings leave nothing to make up.
    pub(super) fn new(facts: &FieldFacts, mark: Option<usize>) -> Option<Self> {
        if facts.disputed.iter().any(|d| d.everything_else) || facts.rules.one_of.is_some() {
            return None;
        }
        let alphabet = alphabet(facts);
        let blank = facts.disputed.iter().any(|d| d.blank);
        let longest = facts.disputed.iter().filter_map(|d| d.longer_than).chain(facts.rules.max_length).min();
        let most = longest.unwrap_or(UNBOUNDED);
        Some(TextRule {
            least: facts.rules.min_length.unwrap_or(0).max(usize::from(blank)),
            most,
            units: facts.disputed.iter().any(|d| d.character_unit).then_some(most),
            trimmed: (facts.rules.first_not.is_some(), facts.rules.last_not.is_some()),
            prefixes: facts.disputed.iter().flat_map(|d| d.prefixes.clone()).collect(),
            blank,
            inside: alphabet.inside,
            outside: alphabet.outside,
            mark,
        })
    }

    /// Texts that the facts allow, of these lengths.
    pub(super) fn inside(&self, least: usize, most: usize) -> BoxedStrategy<String> {
        self.inside_of(&[Lengths::new(1, least, most)])
    }

    /// Texts that the facts allow, of any of these lengths.
    fn inside_of(&self, lengths: &[Lengths]) -> BoxedStrategy<String> {
        let rule = self.clone();
        characters(&self.inside, lengths).prop_map(move |text| rule.finished(text)).boxed()
    }

    /// Texts that the facts allow with room for many characters, and some short ones.
    pub(super) fn roomy(&self) -> BoxedStrategy<String> {
        let least = self.least.max(18).min(self.most);
        let roomy = Lengths::new(3, least, (least + 14).min(self.most));
        self.inside_of(&[roomy, Lengths::new(1, self.least.max(1), least.min(self.most))])
    }

    /// Texts of any length that the facts allow, short ones and those at the bound more often.
    pub(super) fn usual(&self) -> BoxedStrategy<String> {
        let (least, most) = (self.least, self.most);
        self.inside_of(&[
            Lengths::new(3, least, (least + 8).min(most)),
            Lengths::new(4, least.max(18).min(most), (least + 30).min(most)),
            Lengths::new(1, least, most),
            Lengths::new(1, most.saturating_sub(1), most),
        ])
    }

    /// Texts that are too long and otherwise as they should be.
    pub(super) fn too_long(&self, most: usize) -> BoxedStrategy<String> {
        let rule = TextRule { units: None, mark: None, ..self.clone() };
        characters(&self.inside, &[Lengths::new(1, most + 1, most * 3)])
            .prop_map(move |text| rule.finished(text))
            .boxed()
    }

    /// Texts with one character that does not belong there. `None` if every character does.
    pub(super) fn with_stranger(&self) -> Option<BoxedStrategy<String>> {
        if self.outside.is_empty() {
            return None;
        }
        let text = || characters(&self.inside, &[Lengths::new(1, 0, 6)]);
        let rule = TextRule { mark: None, ..self.clone() };
        Some(
            (text(), one_of(&self.outside), text())
                .prop_map(move |(before, stranger, after)| {
                    let mut text = before;
                    text.push(stranger);
                    text.extend(after);
                    rule.edges(&mut text);
                    text.into_iter().collect()
                })
                .boxed(),
        )
    }

    /// Texts with blanks before (or else after) them.
    pub(super) fn padded(&self, before: bool) -> BoxedStrategy<String> {
        let rule = TextRule { mark: None, ..self.clone() };
        let text = characters(&self.inside, &[Lengths::new(1, 1, self.most.min(24).saturating_sub(3).max(1))])
            .prop_map(move |text| rule.finished(text));
        (text, 1..=3usize)
            .prop_map(move |(text, blanks)| {
                let blanks = " ".repeat(blanks);
                if before { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
            })
            .boxed()
    }

    /// Off the ground that readings disagree about, and marked if there is room.
    fn finished(&self, mut text: Vec<char>) -> String {
        if let Some(most) = self.units {
            let mut units: usize = text.iter().map(|c| c.len_utf16()).sum();
            while units > most {
                units -= text.pop().map_or(units, char::len_utf16);
            }
        }
        self.edges(&mut text);
        if let Some(mark) = self.mark {
            mark::embed(&mut text, mark);
        }
        text.into_iter().collect()
    }

    fn edges(&self, text: &mut [char]) {
        let plain = self.inside.first().and_then(|category| category.first()).copied().unwrap_or('a');
        let begins = |prefix: &String| prefix.chars().zip(&*text).filter(|(a, b)| a == *b).count() == prefix.len();
        let reserved = self.prefixes.iter().any(begins);
        let blank = self.blank && text.iter().all(|c| is_invisible(*c));
        if let Some(first) = text.first_mut()
            && (reserved || blank || (self.trimmed.0 && first.is_whitespace()))
        {
            *first = plain;
        }
        if let Some(last) = text.last_mut()
            && self.trimmed.1
            && last.is_whitespace()
        {
            *last = plain;
        }
    }
}

/// The characters that a field may have, and those that it may not, by category.
#[derive(Clone)]
struct Alphabet {
    inside: Arc<Vec<Vec<char>>>,
    outside: Arc<Vec<Vec<char>>>,
}

/// Each set of facts is looked through once in the life of the process.
fn alphabet(facts: &FieldFacts) -> Alphabet {
    static KNOWN: Mutex<BTreeMap<String, Alphabet>> = Mutex::new(BTreeMap::new());
    let beyond: Vec<&Characters> = facts.disputed.iter().filter_map(|d| d.beyond.as_ref()).collect();
    let name = format!("{:?} {beyond:?}", facts.rules.characters);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(name).or_insert_with(|| look_through(facts.rules.characters.as_ref(), &beyond)).clone()
}

fn look_through(characters: Option<&Characters>, beyond: &[&Characters]) -> Alphabet {
    let admitted = |c: char| characters.iter().chain(beyond).all(|facts| admits(facts, c));
    let mut outside = only(|c| characters.is_some_and(|facts| !admits(facts, c)));
    if characters.is_some_and(|facts| !facts.classes.is_empty()) {
        // No class has a lone surrogate.
        outside.push(mark::surrogates().collect());
    }
    Alphabet { inside: Arc::new(only(admitted)), outside: Arc::new(outside) }
}

/// The characters of the pool that pass, by category.
fn only(passes: impl Fn(char) -> bool) -> Vec<Vec<char>> {
    pool::by_category()
        .iter()
        .map(|category| category.iter().copied().filter(|c| passes(*c)).collect::<Vec<_>>())
        .filter(|category| !category.is_empty())
        .collect()
}

/// Texts: every category of characters as likely as every other.
fn characters(pool: &Arc<Vec<Vec<char>>>, lengths: &[Lengths]) -> Series<char> {
    let pool = Arc::clone(pool);
    let plain = pool.first().and_then(|category| category.first()).copied().unwrap_or('a');
    Series::new(lengths, plain, move |rng| {
        let category = &pool[below(rng, pool.len())];
        category[below(rng, category.len())]
    })
}

/// One character of any category.
fn one_of(pool: &Arc<Vec<Vec<char>>>) -> impl Strategy<Value = char> + Clone + use<> {
    let pool = Arc::clone(pool);
    (0..pool.len(), 0..=u16::MAX).prop_map(move |(category, place)| {
        let category = &pool[category];
        category[usize::from(place) % category.len()]
    })
}
