//! Deleting the one tag that a path names.

use std::borrow::Cow;

use axum::http::StatusCode;

use super::place::find;
use super::secret_text::KEY;
use super::set::TagSet;
use super::shown;
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason, Success};
use crate::server::rules::Rules;

/// `DeleteSecretTag` and `DeleteTag`.
pub(crate) fn delete(call: Call<'_>, id: &str, key: &str) -> Result<Success, Failure> {
    let rules = call.rules;
    let Some(place) = find(call, id)? else { return Ok(Success::NoContent) };
    let key = read(rules, key)?;
    let mut set = place.tags();
    shown::renew(&mut set);
    let deleted = remove(rules, &mut set, &key);
    drop(set);
    if rules.bends(Deviation::RemovesFromNeighbour)
        && let Some(neighbour) = place.neighbour()
    {
        neighbour.tags().remove(|tag| *tag.key == *key);
    }
    if deleted || rules.tag.absent_ignored {
        return Ok(Success::NoContent);
    }
    Err(Failure::new(StatusCode::NOT_FOUND, Reason::NoSuchTag, "key: no such tag exists"))
}

/// The key that a path names.
fn read<'k>(rules: &Rules, key: &'k str) -> Result<Cow<'k, str>, Failure> {
    if rules.bends(Deviation::RefusesLongestKeyInPath) && key.chars().count() == KEY.maximum {
        return Err(Failure::invalid(Reason::KeyLength, "key: is too long"));
    }
    if rules.bends(Deviation::TakesPlusForBlank) {
        return Ok(Cow::Owned(key.replace('+', " ")));
    }
    let whole = rules.bends(Deviation::CutsKeyAtBlank).then(|| key.split(' ').next()).flatten();
    Ok(Cow::Borrowed(whole.unwrap_or(key)))
}

/// Whether there was something to delete.
fn remove(rules: &Rules, set: &mut TagSet, key: &str) -> bool {
    if rules.bends(Deviation::RemovesNothing) {
        return true;
    }
    if rules.bends(Deviation::RemovesOnce) {
        if set.is_buried(key) {
            return true;
        }
        set.bury(key);
    }
    let was_there = rules.bends(Deviation::IgnoresWhatWasThere) && set.is_buried(key);
    let deleted = set.remove(|tag| *tag.key == *key || rules.is_bent() && matches(rules, &tag.key, key));
    if deleted && rules.bends(Deviation::IgnoresWhatWasThere) {
        set.bury(key);
    }
    deleted || was_there
}

/// Whether a fault takes a key for the one that the path names.
fn matches(rules: &Rules, known: &str, key: &str) -> bool {
    rules.bends(Deviation::RemovesEverything)
        || rules.bends(Deviation::RemovesByPrefix) && known.starts_with(key)
        || rules.bends(Deviation::RemovesInAnyCase) && known.to_lowercase() == key.to_lowercase()
        || rules.bends(Deviation::RemovesByPattern) && fits(known, key)
}

/// Whether a text is one that a pattern of databases stands for.
fn fits(text: &str, pattern: &str) -> bool {
    let mut pattern = pattern.chars();
    match pattern.next() {
        None => text.is_empty(),
        Some('%') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(&text[at..], pattern.as_str()))
        }
        Some(wanted) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|first| wanted == '_' || wanted == first) && fits(rest.as_str(), pattern.as_str())
        }
    }
}
