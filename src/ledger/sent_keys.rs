//! What a run has sent under keys that nobody else has, or that a lax target may take for keys, wherever that may now be
//! stored.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::ownership::{odd_keys, own_words, word};
use crate::model::ResourceKind;

/// So many texts that are no keys and may have been taken for some are remembered: a target that is strict has few.
const ODD_KEYS: usize = 10_000;

/// Where a word in a key was sent, and by which operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) operation: String,
    pub(crate) kind: ResourceKind,
    pub(crate) resource: String,
}

/// The keys that a run has sent.
#[derive(Debug, Default)]
pub(crate) struct SentKeys {
    /// The words in keys that may have been stored, each with the one who sent it; nobody, if that was not to one place.
    words: HashMap<u32, Option<Arc<Sender>>>,
    /// Operations of which something has shown where it was not sent, and what.
    strays: BTreeMap<String, String>,
    /// What is no key, and was not refused where one belongs; each with the place of the last body that had it.
    odd: HashMap<String, usize>,
    /// All texts of a body with such keys.
    bodies: Vec<HashSet<String>>,
}

impl SentKeys {
    /// Takes note of the keys in a body that may be stored, on whatever resource.
    pub(crate) fn sends(&mut self, body: &[u8], sender: Option<Sender>) {
        // Most bodies are texts, and to see that takes a fraction of the time that it takes to make others to texts.
        let text = std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
        let sender = sender.map(Arc::new);
        for word in own_words(&text).filter_map(word) {
            match self.words.get_mut(&word) {
                None => drop(self.words.insert(word, sender.clone())),
                Some(known) if *known != sender => *known = None,
                Some(_) => {}
            }
        }
    }

    /// Takes note of what a target may take for keys that is none, once it has not refused it; of every text, if it
    /// cannot be told what the body does.
    pub(crate) fn sends_oddly(&mut self, body: &Value, every_text: bool) {
        let odd = odd_keys(body, every_text);
        if self.odd.len() < ODD_KEYS && !odd.is_empty() {
            self.odd.extend(odd.into_iter().map(|key| (key, self.bodies.len())));
            self.bodies.push(odd_keys(body, true).into_iter().collect());
        }
    }

    /// Takes note of what shows on a resource that was sent to another one: nobody else has such keys.
    pub(crate) fn look_for_strays<'k>(&mut self, kind: ResourceKind, id: &str, keys: impl Iterator<Item = &'k String>) {
        for (key, word) in keys.filter_map(|key| Some((key, word(key)?))) {
            let Some(Some(sender)) = self.words.get(&word) else { continue };
            if (sender.kind, sender.resource.as_str()) != (kind, id) {
                let told = format!(
                    "{key:?}, which was sent to the {} {}, shows on the {kind} {id}",
                    sender.kind, sender.resource
                );
                self.strays.entry(sender.operation.clone()).or_insert(told);
            }
        }
    }

    /// What has shown where it was not sent, by operation.
    pub(crate) fn strays(&self) -> &BTreeMap<String, String> {
        &self.strays
    }

    /// Whether a key is one that was sent, or has one of our words in it.
    pub(crate) fn has_sent(&self, key: &str) -> bool {
        self.has_sent_word(key) || self.odd.contains_key(key)
    }

    /// Whether a key has a word in it that nobody else uses, and that was sent.
    fn has_sent_word(&self, key: &str) -> bool {
        word(key).is_some_and(|word| self.words.contains_key(&word))
    }

    /// The same of an item with its value: what may be anybody's key is ours only beside a value of the same body.
    pub(crate) fn has_sent_item(&self, key: &str, value: &str) -> bool {
        let beside = || {
            let body = self.odd.get(key).and_then(|body| self.bodies.get(*body));
            body.is_some_and(|texts| is_beside(texts, value))
        };
        self.has_sent_word(key) || beside()
    }
}

/// Whether a listed value comes from a body with these texts; of an entity, one of its longer texts is enough.
fn is_beside(texts: &HashSet<String>, value: &str) -> bool {
    const TELLING: usize = 12;
    texts.contains(value) || (value.starts_with('{') && texts.iter().any(|t| t.len() >= TELLING && value.contains(t)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(resource: &str) -> Sender {
        Sender { operation: "Create".to_owned(), kind: ResourceKind::Secret, resource: resource.to_owned() }
    }

    #[test]
    fn what_shows_elsewhere_than_it_was_sent_is_a_stray() {
        let mut sent = SentKeys::default();
        sent.sends(br#"{"key":"dewspec-00112233"}"#, Some(sender("a")));
        let keys = ["dewspec-00112233".to_owned(), "Name".to_owned()];
        sent.look_for_strays(ResourceKind::Secret, "a", keys.iter());
        assert!(sent.strays().is_empty());
        sent.look_for_strays(ResourceKind::Secret, "b", keys.iter());
        assert_eq!(sent.strays().len(), 1);
        sent.sends(br#"{"key":"dewspec-44556677"}"#, Some(sender("a")));
        sent.sends(br#"{"key":"dewspec-44556677"}"#, Some(sender("b")));
        sent.look_for_strays(ResourceKind::Key, "k", ["dewspec-44556677".to_owned()].iter());
        assert_eq!(sent.strays().len(), 1, "sent to several places, nobody knows which of them it comes from");
    }

    #[test]
    fn what_may_be_anybodys_is_ours_beside_its_value_alone() {
        let mut sent = SentKeys::default();
        sent.sends_oddly(&serde_json::json!({ "tags": [{ "key": 1.5, "value": "v" }] }), false);
        assert!(sent.has_sent("1.5") && !sent.has_sent("v"));
        assert!(sent.has_sent_item("1.5", "v") && !sent.has_sent_item("1.5", "other"));
    }
}
