use std::borrow::Cow;

use memchr::memmem;
use strum::IntoEnumIterator;

use crate::model::TokenChoice;
use crate::redaction::Redactor;
use crate::target::{Addresses, Target};

/// What stands for the target's token, the one that may only read, and the other tenant's. As long as a token is, at least, so
/// that an answer that repeats one is seen to do so.
pub(super) const VALID: &str = "the-token-of-the-target";
pub(super) const READ_ONLY: &str = "the-token-that-may-only-read";
pub(super) const FOREIGN: &str = "the-token-of-another-tenant";
/// Shorter credentials are not looked for in texts: they occur by chance.
const LEAST: usize = 16;
/// So much of its beginning tells a token.
const TELLING: usize = 12;
/// What is no longer than this is searched for parts of tokens in any case of letters.
const SHORT: usize = 16 * 1024;

/// Puts placeholders in the places of credentials, and of everything that is made from one: what is nearly a token tells it.
#[derive(Debug)]
pub(super) struct Mask {
    /// What is sent as a token, and its placeholder; the longest first.
    tokens: Vec<(String, String)>,
    /// Removes what is left: parts of tokens, and what the network has of its own.
    redactor: Redactor,
}

impl Mask {
    /// For the credentials of a target; `masked` is the same target with placeholders.
    pub(super) fn new(target: &Target, masked: &Target, seed: u64) -> Self {
        let (theirs, ours) = (Addresses::new(target, seed), Addresses::new(masked, seed));
        let of = |choice| Some((theirs.token(choice)?, ours.token(choice)?));
        let mut tokens: Vec<(String, String)> =
            TokenChoice::iter().filter_map(of).filter(|(token, placeholder)| token != placeholder).collect();
        tokens.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
        let mut long = target.clone();
        let is_short = |token: &str| token.len() < LEAST;
        if is_short(&long.token) {
            long.token.clear();
        }
        long.read_only_token.take_if(|token| is_short(token));
        long.foreign.token.take_if(|token| is_short(token));
        Mask { tokens, redactor: Redactor::new(&long) }
    }

    /// The value of a header field that carries a token.
    pub(super) fn token(&self, value: &str) -> String {
        let known = self.tokens.iter().find(|(token, _)| token == value);
        known.map_or_else(
            || String::from_utf8_lossy(&self.bytes(value.as_bytes())).into_owned(),
            |(_, masked)| masked.clone(),
        )
    }

    /// Bytes of any kind.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut masked = Cow::Borrowed(bytes);
        for (token, placeholder) in self.tokens.iter().filter(|(token, _)| token.len() >= LEAST) {
            let finder = memmem::Finder::new(token.as_bytes());
            if finder.find(&masked).is_none() {
                continue;
            }
            let mut replaced = Vec::with_capacity(masked.len());
            let mut from = 0;
            for at in finder.find_iter(&masked) {
                replaced.extend_from_slice(&masked[from..at]);
                replaced.extend_from_slice(placeholder.as_bytes());
                from = at + token.len();
            }
            replaced.extend_from_slice(&masked[from..]);
            masked = Cow::Owned(replaced);
        }
        // To look for every part of a token in what is long takes longer than to send it.
        let beginnings = || self.tokens.iter().filter_map(|(token, _)| token.as_bytes().get(..TELLING));
        if masked.len() <= SHORT || beginnings().any(|part| memmem::find(&masked, part).is_some()) {
            return self.redactor.clean_bytes(&masked);
        }
        masked.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordedTarget;

    #[test]
    fn no_form_of_a_token_stays() {
        let token = "MIIabc09-zZ4-and-more";
        let target = Target { token: token.to_owned(), ..Target::default() };
        let masked = RecordedTarget::default().target();
        let mask = Mask::new(&target, &masked, 1);
        let addresses = Addresses::new(&target, 1);
        for choice in TokenChoice::iter() {
            let Some(sent) = addresses.token(choice) else { continue };
            let shown = mask.token(&sent);
            assert!(!shown.contains("MIIabc09") && !shown.contains("NJJbcd10"), "{choice}: {shown}");
            assert_eq!(Some(shown), Addresses::new(&masked, 1).token(choice), "{choice}");
        }
        let echo = mask.bytes(format!("{{\"token\":\"{token}\"}}").as_bytes());
        assert_eq!(String::from_utf8_lossy(&echo), format!("{{\"token\":\"{VALID}\"}}"));
        let part = mask.bytes(b"MIIabc09-zZ4-an");
        assert!(!String::from_utf8_lossy(&part).contains("abc09"), "{part:?}");
    }

    #[test]
    fn a_short_token_is_masked_where_it_is_sent() {
        let target = Target { token: "t".to_owned(), ..Target::default() };
        let mask = Mask::new(&target, &RecordedTarget::default().target(), 1);
        assert_eq!(mask.token("t"), VALID);
        assert_eq!(mask.bytes(b"that"), b"that");
    }
}
