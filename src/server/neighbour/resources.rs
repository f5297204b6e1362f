//! Secrets and keys by their tags, and the tags of a project.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::Errand;
use super::fields::{bounded, choice, digits, required};
use crate::server::http::{Failure, Reason, Success};
use crate::server::json::Json;
use crate::server::operation::Service;
use crate::server::tag::{Shelf, TagSet};

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1000;
const MAX_OFFSET: usize = 9999;
const MAX_CONDITIONS: usize = 10;
const MAX_VALUES: usize = 10;
const MAX_VALUE_OF_SECRET: usize = 255;
const MAX_VALUE_OF_KEY: usize = 43;

/// A resource as a filter sees it.
struct Candidate<'a> {
    id: &'a str,
    name: &'a str,
    detail: Value,
}

/// One tag that is asked for: any of the values, or any value at all.
struct TagCondition<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

/// What a resource has to have: all of it.
struct Filter<'a> {
    counts: bool,
    limit: usize,
    offset: usize,
    tags: Vec<TagCondition<'a>>,
    names: Vec<&'a str>,
}

/// `ListProjectSecretsTags`.
pub(super) fn secret_tags(errand: Errand<'_>) -> Result<Success, Failure> {
    let tenant = errand.call.tenant;
    let register = tenant.secret_register();
    project_tags(&tenant.secrets, register.iter().map(|secret| secret.id.as_str()))
}

/// `ListKmsTags`.
pub(super) fn key_tags(errand: Errand<'_>) -> Result<Success, Failure> {
    let tenant = errand.call.tenant;
    let register = tenant.key_register();
    project_tags(&tenant.keys, register.iter().map(|key| key.key_id.as_str()))
}

/// `ListResourceInstances`.
pub(super) fn secrets(errand: Errand<'_>) -> Result<Success, Failure> {
    let filter = Filter::read(errand, Service::Csms)?;
    let tenant = errand.call.tenant;
    let register = tenant.secret_register();
    let candidates =
        register.iter().map(|secret| Candidate { id: &secret.id, name: &secret.name, detail: shown(secret) });
    filter.apply(&tenant.secrets, candidates, Service::Csms)
}

/// `ListKmsByTags`.
pub(super) fn keys(errand: Errand<'_>) -> Result<Success, Failure> {
    let filter = Filter::read(errand, Service::Kms)?;
    let tenant = errand.call.tenant;
    let register = tenant.key_register();
    let candidates = register.iter().map(|key| Candidate { id: &key.key_id, name: &key.key_alias, detail: shown(key) });
    filter.apply(&tenant.keys, candidates, Service::Kms)
}

fn shown(resource: &impl Serialize) -> Value {
    serde_json::to_value(resource).unwrap_or_default()
}

/// Every tag key of a project with the values that it has somewhere.
fn project_tags<'a>(shelf: &Shelf, ids: impl Iterator<Item = &'a str>) -> Result<Success, Failure> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for place in ids.filter_map(|id| shelf.find(id)) {
        for tag in place.tags().iter() {
            let known = values.entry(tag.key.to_string()).or_default();
            if !known.iter().any(|value| value == tag.value.text()) {
                known.push(tag.value.text().to_owned());
            }
        }
    }
    let tags: Vec<_> = values.iter().map(|(key, values)| json!({ "key": key, "values": values })).collect();
    Success::json(&json!({ "tags": tags }))
}

impl<'a> Filter<'a> {
    fn read(errand: Errand<'a>, service: Service) -> Result<Self, Failure> {
        let body = errand.body;
        let action = choice(body, "action", &["filter", "count"])
            .map_err(|failure| Failure { reason: Reason::Action, ..failure })?;
        // Mandatory for secrets only.
        if action.is_none() && service == Service::Csms {
            return Err(Failure::missing("action"));
        }
        bounded(body, "sequence", 36).map_err(|failure| Failure { reason: Reason::Sequence, ..failure })?;
        let max_value = match service {
            Service::Csms => MAX_VALUE_OF_SECRET,
            Service::Kms => MAX_VALUE_OF_KEY,
        };
        let matches = conditions(body, "matches", Reason::Matches)?;
        let names = matches.iter().map(|condition| {
            if required(condition, "key")? != "resource_name" {
                return Err(Failure::invalid(Reason::Matches, "matches: the key must be resource_name"));
            }
            Ok(bounded(condition, "value", max_value)?.unwrap_or_default())
        });
        Ok(Self {
            counts: action == Some("count"),
            limit: digits(body, "limit", 1..=MAX_LIMIT, Reason::Limit)?.unwrap_or(DEFAULT_LIMIT),
            offset: digits(body, "offset", 0..=MAX_OFFSET, Reason::Offset)?.unwrap_or_default(),
            names: names.collect::<Result<_, _>>()?,
            tags: conditions(body, "tags", Reason::TagList)?
                .iter()
                .map(TagCondition::read)
                .collect::<Result<_, _>>()?,
        })
    }

    fn apply<'b>(
        &self,
        shelf: &Shelf,
        candidates: impl Iterator<Item = Candidate<'b>>,
        service: Service,
    ) -> Result<Success, Failure> {
        let mut found = Vec::new();
        for candidate in candidates.filter(|candidate| self.fits_name(candidate.name)) {
            let Some(place) = shelf.find(candidate.id) else { continue };
            let tags = place.tags();
            if !self.tags.iter().all(|condition| condition.fits(&tags)) {
                continue;
            }
            let mut resource = json!({
                "resource_id": candidate.id,
                "resource_name": candidate.name,
                "resource_detail": candidate.detail,
                "tags": tags.iter().collect::<Vec<_>>(),
            });
            if service == Service::Csms {
                resource["sys_tags"] = Value::Null;
            }
            found.push(resource);
        }
        let total = found.len();
        if self.counts {
            return Success::json(&json!({ "resources": null, "total_count": total }));
        }
        let shown: Vec<_> = found.into_iter().skip(self.offset).take(self.limit).collect();
        Success::json(&json!({ "resources": shown, "total_count": total }))
    }

    /// Whether a name holds all that is asked for; nothing fits an empty text.
    fn fits_name(&self, name: &str) -> bool {
        self.names.iter().all(|part| !part.is_empty() && name.to_lowercase().contains(&part.to_lowercase()))
    }
}

fn conditions<'a>(body: &'a Json<'a>, name: &str, reason: Reason) -> Result<&'a [Json<'a>], Failure> {
    match body.get(name) {
        None => Ok(&[]),
        Some(Json::Array(elements)) if elements.len() <= MAX_CONDITIONS => {
            match elements.iter().find(|element| !element.is_object()) {
                None => Ok(elements),
                Some(other) => Err(Failure::wrong_type(name, "an array of objects", other.kind())),
            }
        }
        Some(Json::Array(elements)) => {
            let rule = format!("{name}: must have at most {MAX_CONDITIONS} items, not {}", elements.len());
            Err(Failure::invalid(reason, rule))
        }
        Some(other) => Err(Failure::wrong_type(name, "an array", other.kind())),
    }
}

impl<'a> TagCondition<'a> {
    fn read(condition: &'a Json<'a>) -> Result<Self, Failure> {
        let values = match condition.get("values") {
            None => &[],
            Some(Json::Array(values)) if values.len() > MAX_VALUES => {
                let rule = format!("tags.values: must have at most {MAX_VALUES} items, not {}", values.len());
                return Err(Failure::invalid(Reason::TooManyValues, rule));
            }
            Some(Json::Array(values)) => values.as_slice(),
            Some(other) => return Err(Failure::wrong_type("tags.values", "an array", other.kind())),
        };
        let values = values.iter().map(|value| match value {
            Json::String(value) => Ok(value.as_ref()),
            other => Err(Failure::wrong_type("tags.values", "an array of strings", other.kind())),
        });
        Ok(Self { key: required(condition, "key")?, values: values.collect::<Result<_, _>>()? })
    }

    fn fits(&self, tags: &TagSet) -> bool {
        tags.get(self.key)
            .is_some_and(|tag| self.values.is_empty() || self.values.iter().any(|value| *value == tag.value.text()))
    }
}
