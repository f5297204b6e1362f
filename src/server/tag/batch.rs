//! Adding or deleting several tags at once.

use super::item::{TagItem, read};
use super::place::find;
use super::put::{put, repeated};
use super::rare;
use super::removal::remove;
use super::rewrite::stored;
use super::set::{Tag, TagSet};
use super::{sequence, text};
use crate::server::dispatch::{Call, check_members};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::reading::RepeatedKey;
use crate::server::rules::Rules;

/// How many items one delete may have where that is limited.
const MAX_DELETED: usize = 20;

/// Where a forgetful create stops.
const FORGETFUL_STOP: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Create,
    Delete,
}

/// `BatchCreateOrDeleteTags`, and its like for keys.
pub(crate) async fn batch(call: Call<'_>, id: &str, body: &Json<'_>) -> Result<Success, Failure> {
    let rules = call.rules;
    check_members(rules.access.unknown_field_refused, "body", body, &["tags", "action", "sequence"])?;
    sequence::check(rules, body)?;
    if sequence::is_dropped(call, body) {
        return Ok(Success::NoContent);
    }
    let action = action(rules, body)?;
    let tags = tags(rules, body)?;
    if rules.bends(Deviation::DeletesEverythingOnEmptyList)
        && action == Action::Delete
        && tags.is_empty()
        && let Some(place) = find(call, id)?
    {
        *place.tags() = TagSet::default();
    }
    if matches!(body.get("tags"), Some(Json::Array(_))) {
        check_size(rules, action, tags.len())?;
    }
    match action {
        Action::Create => {
            let created = create(call, id, tags).await;
            if rules.is_bent()
                && created.is_err()
                && let Some(place) = find(call, id)?
            {
                let named = |key: &str| {
                    tags.iter().any(|tag| matches!(tag.get("key"), Some(Json::String(name)) if name == key))
                };
                rare::refused(rules, &mut place.tags(), named);
            }
            created?;
        }
        Action::Delete => {
            let items = deleted_items(rules, tags)?;
            if let Some(place) = find(call, id)? {
                remove(call, place, &items)?;
            }
        }
    }
    sequence::note(call, body);
    Ok(Success::NoContent)
}

fn action(rules: &Rules, body: &Json<'_>) -> Result<Action, Failure> {
    let action = match body.get("action") {
        None if rules.bends(Deviation::AcceptsMissingAction) => return Ok(Action::Create),
        None => return Err(Failure::missing("action")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullAction) => return Ok(Action::Create),
        Some(Json::Array(actions)) if rules.bends(Deviation::CoercesActionArray) => actions.first(),
        other => other,
    };
    let action = match action {
        Some(Json::String(action)) => action,
        other => {
            return Err(Failure::wrong_type("action", "a string", other.map_or("nothing", Json::kind)));
        }
    };
    let is = |name: &str| {
        action == name || rules.bends(Deviation::MatchesActionInAnyCase) && action.eq_ignore_ascii_case(name)
    };
    if is("create") {
        Ok(Action::Create)
    } else if is("delete") {
        Ok(if rules.bends(Deviation::AlwaysCreates) { Action::Create } else { Action::Delete })
    } else if rules.bends(Deviation::CreatesOnUnknownAction) {
        Ok(Action::Create)
    } else if rules.bends(Deviation::DeletesOnUnknownAction) {
        Ok(Action::Delete)
    } else {
        Err(Failure::invalid(Reason::Action, "action: must be create or delete"))
    }
}

fn tags<'a>(rules: &Rules, body: &'a Json<'a>) -> Result<&'a [Json<'a>], Failure> {
    match body.get("tags") {
        None if rules.bends(Deviation::AcceptsMissingTags) => Ok(&[]),
        None => Err(Failure::missing("tags")),
        Some(Json::Null) if rules.bends(Deviation::AcceptsNullTags) => Ok(&[]),
        Some(Json::Array(tags)) => Ok(tags),
        Some(tag @ Json::Object(_)) if rules.bends(Deviation::AcceptsTagsObject) => Ok(std::slice::from_ref(tag)),
        Some(other) => Err(Failure::wrong_type("tags", "an array", other.kind())),
    }
}

fn check_size(rules: &Rules, action: Action, size: usize) -> Result<(), Failure> {
    let readings = &rules.batch;
    let empty_accepted = match action {
        Action::Create => readings.empty_create_accepted,
        Action::Delete => readings.empty_delete_accepted,
    };
    if size == 0 && !empty_accepted {
        return Err(Failure::invalid(Reason::TagList, "tags: must not be empty"));
    }
    if action == Action::Delete && size > MAX_DELETED && !readings.long_delete_accepted {
        let rule = format!("tags: must have at most {MAX_DELETED} items, not {size}");
        return Err(Failure::invalid(Reason::TagList, rule));
    }
    Ok(())
}

async fn create(call: Call<'_>, id: &str, tags: &[Json<'_>]) -> Result<(), Failure> {
    let rules = call.rules;
    let mut items = Vec::with_capacity(tags.len().min(MAX_DELETED));
    for (index, tag) in tags.iter().enumerate() {
        let item = read(rules, tag, Some(index)).and_then(|item| {
            item.as_ref().map_or(Ok(()), |item| text::check(rules, item))?;
            Ok(item)
        });
        match item {
            Ok(item) => items.extend(item),
            Err(failure) => {
                if rules.bends(Deviation::AppliesRefusedBatchPartly)
                    && let Some(place) = find(call, id)?
                {
                    // The client hears of the invalid item only.
                    let _ = put(call, place, items.iter().map(|item| stored(rules, item)).collect()).await;
                }
                return Err(failure);
            }
        }
    }
    let tags = applied(rules, distinct(rules, items)?);
    match find(call, id)? {
        Some(place) => put(call, place, tags).await,
        None => Ok(()),
    }
}

/// Settles keys that are given more than once.
fn distinct(rules: &Rules, items: Vec<TagItem<'_>>) -> Result<Vec<Tag>, Failure> {
    let mut places = std::collections::HashMap::with_capacity(items.len());
    let mut tags: Vec<Tag> = Vec::with_capacity(items.len());
    for item in &items {
        let place = *places.entry(&*item.key).or_insert(tags.len());
        match tags.get_mut(place) {
            None => tags.push(stored(rules, item)),
            Some(_) if rules.bends(Deviation::KeepsBothRepeatedKeys) => tags.push(stored(rules, item)),
            Some(tag) => match rules.batch.repeated_key {
                RepeatedKey::LastWins => *tag = stored(rules, item),
                RepeatedKey::FirstWins => {}
                RepeatedKey::Refused => {
                    let message = format!("{}: stands in the batch before", item.field("key"));
                    return Err(repeated(rules.tag.duplicate_status, message));
                }
            },
        }
    }
    Ok(tags)
}

/// The tags that are really stored: all of them, unless a fault drops some.
fn applied(rules: &Rules, mut tags: Vec<Tag>) -> Vec<Tag> {
    let last = tags.len().saturating_sub(1);
    if rules.bends(Deviation::AppliesOnlyFirstItem) {
        tags.truncate(1);
    } else if rules.bends(Deviation::AppliesOnlyLastItem) {
        tags.drain(..last);
    } else if rules.bends(Deviation::DropsLastItem) {
        tags.truncate(last.max(1));
    } else if rules.bends(Deviation::StopsAfterTenItems) {
        tags.truncate(FORGETFUL_STOP);
    }
    rare::shared(rules, tags)
}

/// Items to delete. Only their shape is checked, so that whatever was stored can be deleted.
fn deleted_items<'a>(rules: &Rules, tags: &'a [Json<'_>]) -> Result<Vec<TagItem<'a>>, Failure> {
    let mut items = Vec::with_capacity(tags.len());
    for (index, tag) in tags.iter().enumerate() {
        if let Some(item) = read(rules, tag, Some(index))? {
            if item.key.is_empty() {
                return Err(Failure::invalid(Reason::KeyLength, format!("{}: must not be empty", item.field("key"))));
            }
            items.push(item);
        }
    }
    Ok(items)
}
