//! One statement that stands for several: `each` beside a clause or a case.

use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Mistake;
use super::meant::hint;
use super::template::{Node, Parameters, fill, is_name};
use crate::model::{PathChoice, TokenChoice};

/// The key.
const EACH: &str = "each";

/// Words that the engine knows: what is nearly right, but is not.
fn set(name: &str) -> Option<Vec<String>> {
    match name {
        "near-identifier" => Some(PathChoice::NEAR.iter().map(ToString::to_string).collect()),
        "near-token" => Some(TokenChoice::NEAR.iter().map(ToString::to_string).collect()),
        _ => None,
    }
}

/// Names of what the engine knows.
const SETS: &[&str] = &["near-identifier", "near-token"];

/// Names that an entry's own `each` gives a meaning.
pub(super) fn names(entry: &DeTable<'_>) -> Vec<String> {
    let own = |table: &DeTable<'_>| table.keys().map(|key| key.get_ref().clone().into_owned()).collect();
    match entry.get(EACH).map(Spanned::get_ref) {
        Some(DeValue::Table(one)) => own(one),
        Some(DeValue::Array(several)) => {
            several.first().and_then(|first| first.get_ref().as_table()).map(own).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// An entry as often as its `each` says, filled in, each with the place of its values; just itself if it has none.
///
/// # Errors
/// If `each` is none, or a name in double braces has no value.
pub(super) fn expand<'t>(mut entry: Node<'t>) -> Result<Vec<Node<'t>>, Mistake> {
    let DeValue::Table(members) = entry.get_mut() else { return Ok(vec![entry]) };
    let Some(each) = members.remove(EACH) else {
        fill(&mut entry, &Parameters::default())?;
        return Ok(vec![entry]);
    };
    rounds(&each)?
        .into_iter()
        .map(|(span, values)| {
            let mut one = Spanned::new(span, entry.get_ref().clone());
            fill(&mut one, &Parameters { values, ..Parameters::default() })?;
            Ok(one)
        })
        .collect()
}

/// Values by name, with their place.
type Round<'t> = (Range<usize>, IndexMap<String, DeValue<'t>>);

fn rounds<'t>(each: &Node<'t>) -> Result<Vec<Round<'t>>, Mistake> {
    let wrong = |span, message: String| Err(Mistake::new(span, message));
    let form = "`each` is a list of tables with the same keys, or one table `{ name = [values] }`";
    let rounds = match each.get_ref() {
        DeValue::Table(one) => {
            let mut members = one.iter();
            let (Some((name, values)), None) = (members.next(), members.next()) else {
                return wrong(each.span(), form.to_owned());
            };
            let span = values.span();
            let values: Vec<Node<'t>> = match values.get_ref() {
                DeValue::Array(values) => values.iter().cloned().collect(),
                DeValue::String(word) => match set(word) {
                    Some(words) => {
                        words.into_iter().map(|word| Spanned::new(span.clone(), DeValue::String(word.into()))).collect()
                    }
                    None => {
                        let known = SETS.join(", ");
                        let hint = hint(word, SETS.iter().copied());
                        return wrong(values.span(), format!("`{word}` is no set of words; there are: {known}{hint}"));
                    }
                },
                _ => return wrong(values.span(), form.to_owned()),
            };
            let name = name.get_ref().clone().into_owned();
            let round = |value: Node<'t>| (value.span(), IndexMap::from([(name.clone(), value.into_inner())]));
            values.into_iter().map(round).collect::<Vec<_>>()
        }
        DeValue::Array(several) => {
            let mut rounds: Vec<Round<'t>> = Vec::new();
            for round in several.iter() {
                let Some(values) = round.get_ref().as_table() else { return wrong(round.span(), form.to_owned()) };
                let own = |(key, value): (&Spanned<std::borrow::Cow<'t, str>>, &Node<'t>)| {
                    (key.get_ref().clone().into_owned(), value.get_ref().clone())
                };
                let values: IndexMap<_, _> = values.iter().map(own).collect();
                let same = |first: &IndexMap<String, _>| {
                    first.len() == values.len() && first.keys().all(|key| values.contains_key(key))
                };
                if !rounds.first().is_none_or(|(_, first)| same(first)) {
                    return wrong(round.span(), form.to_owned());
                }
                rounds.push((round.span(), values));
            }
            rounds
        }
        _ => return wrong(each.span(), form.to_owned()),
    };
    let Some((_, first)) = rounds.first() else { return wrong(each.span(), "`each` of nothing".to_owned()) };
    match first.keys().find(|name| !is_name(name)) {
        Some(name) => {
            wrong(each.span(), format!("`{name}` cannot be filled in: names have small letters, digits and hyphens"))
        }
        None => Ok(rounds),
    }
}
