//! Adding one tag to a secret or a key.

use super::item::{TagItem, check_absence, read};
use super::place::find;
use super::put::put;
use super::rewrite::stored;
use super::set::TagSet;
use super::{sequence, text};
use crate::server::dispatch::{Call, FRAGILE_DEPTH, check_members};
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Success};
use crate::server::json::Json;
use crate::server::operation::Service;

/// `CreateSecretTag` and `CreateKmsTag`.
pub(crate) async fn create(call: Call<'_>, id: &str, body: &Json<'_>) -> Result<Success, Failure> {
    let rules = call.rules;
    let is_kms = rules.operation.service() == Service::Kms;
    let known: &[&str] = if is_kms { &["tag", "sequence"] } else { &["tag"] };
    if rules.bends(Deviation::ForgetsOnDeepNesting)
        && body.depth() >= FRAGILE_DEPTH
        && let Some(place) = find(call, id)?
    {
        *place.tags() = TagSet::default();
    }
    check_members(rules.access.unknown_field_refused, "body", body, known)?;
    if is_kms {
        sequence::check(rules, body)?;
        if sequence::is_dropped(call, body) {
            return Ok(Success::NoContent);
        }
    }
    let item = item(call, body)?;
    if let Some(item) = &item
        && let Err(failure) = text::check(rules, item)
    {
        if rules.bends(Deviation::StoresRefused)
            && let Some(place) = find(call, id)?
        {
            place.tags().put(stored(rules, item));
        }
        return Err(failure);
    }
    let Some(place) = find(call, id)? else {
        return Ok(Success::NoContent);
    };
    if let Some(item) = item {
        put(call, place, vec![stored(rules, &item)]).await?;
    }
    if is_kms {
        sequence::note(call, body);
    }
    Ok(Success::NoContent)
}

/// The member `tag`; nothing if it, or its key, is not there and that is accepted.
fn item<'a>(call: Call<'_>, body: &'a Json<'_>) -> Result<Option<TagItem<'a>>, Failure> {
    let rules = call.rules;
    match body.get("tag") {
        absent @ (None | Some(Json::Null)) => check_absence(rules, absent).map(|()| None),
        Some(Json::Array(tags)) if rules.bends(Deviation::AcceptsTagArray) => match tags.first() {
            Some(tag) => read(rules, tag, None),
            None => Ok(None),
        },
        Some(tag) => read(rules, tag, None),
    }
}
