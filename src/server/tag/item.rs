//! A tag as a request gives it.

use std::borrow::Cow;
use std::fmt;

use crate::server::dispatch::check_members;
use crate::server::fault::Deviation;
use crate::server::http::Failure;
use crate::server::json::Json;
use crate::server::operation::Service;
use crate::server::rules::Rules;

/// Key and value of the right types, not yet checked further.
#[derive(Debug, Clone)]
pub(crate) struct TagItem<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) value: Option<Cow<'a, str>>,
    position: Option<usize>,
}

/// Where a tag, or a member of it, stands in the body; only messages spell it out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    position: Option<usize>,
    member: Option<&'static str>,
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            None => formatter.write_str("tag")?,
            Some(index) => write!(formatter, "tags[{index}]")?,
        }
        match self.member {
            None => Ok(()),
            Some(member) => write!(formatter, ".{member}"),
        }
    }
}

impl<'a> TagItem<'a> {
    /// The one tag of a request.
    pub(crate) fn one(key: &'a str, value: Option<&'a str>) -> Self {
        Self { key: Cow::Borrowed(key), value: value.map(Cow::Borrowed), position: None }
    }
}

impl TagItem<'_> {
    pub(crate) fn field(&self, member: &'static str) -> Field {
        Field { position: self.position, member: Some(member) }
    }
}

/// Reads a tag; nothing if it has no key and that is accepted.
pub(crate) fn read<'a>(
    rules: &Rules,
    json: &'a Json<'_>,
    position: Option<usize>,
) -> Result<Option<TagItem<'a>>, Failure> {
    let field = |member| Field { position, member };
    if !json.is_object() {
        return Err(Failure::wrong_type(field(None), "an object", json.kind()));
    }
    if rules.tag.unknown_field_refused {
        check_members(true, &field(None).to_string(), json, &["key", "value"])?;
    }
    let value = read_value(rules, json, field(Some("value")))?;
    let key = read_key(rules, json, field(Some("key")))?;
    Ok(key.map(|key| TagItem { key, value, position }))
}

fn read_key<'a>(rules: &Rules, json: &'a Json<'_>, field: Field) -> Result<Option<Cow<'a, str>>, Failure> {
    let readings = &rules.tag;
    match json.get("key") {
        None if readings.absent_key_accepted || rules.bends(Deviation::AcceptsMissingKey) => Ok(None),
        None => Err(Failure::missing(field)),
        Some(Json::Null) if readings.null_key_accepted || rules.bends(Deviation::AcceptsNullKey) => Ok(None),
        Some(Json::String(key)) => Ok(Some(Cow::Borrowed(key))),
        Some(Json::Number(key)) if rules.bends(Deviation::CoercesNumberKey) => Ok(Some(Cow::Borrowed(key))),
        Some(Json::Bool(key)) if rules.bends(Deviation::CoercesBooleanKey) => Ok(Some(Cow::Owned(key.to_string()))),
        Some(other) => Err(Failure::wrong_type(field, "a string", other.kind())),
    }
}

fn read_value<'a>(rules: &Rules, json: &'a Json<'_>, field: Field) -> Result<Option<Cow<'a, str>>, Failure> {
    match json.get("value") {
        None => Ok(None),
        Some(Json::Null) if rules.tag.null_value_accepted => Ok(None),
        Some(Json::String(value)) => Ok(Some(Cow::Borrowed(value))),
        Some(Json::Number(value)) if rules.bends(Deviation::CoercesNumberValue) => Ok(Some(Cow::Borrowed(value))),
        Some(Json::Bool(value)) if rules.bends(Deviation::CoercesBooleanValue) => {
            Ok(Some(Cow::Owned(value.to_string())))
        }
        Some(other) => Err(Failure::wrong_type(field, "a string", other.kind())),
    }
}

/// What a tag that is not there, or null, is refused with; nothing where it is accepted.
pub(crate) fn check_absence(rules: &Rules, json: Option<&Json<'_>>) -> Result<(), Failure> {
    let kms = rules.operation.service() == Service::Kms;
    let accepted = match json {
        None => kms && rules.tag.absent_tag_accepted || rules.bends(Deviation::AcceptsMissingTag),
        Some(_) => kms && rules.tag.null_tag_accepted || rules.bends(Deviation::AcceptsNullTag),
    };
    let field = Field { position: None, member: None };
    match json {
        _ if accepted => Ok(()),
        None => Err(Failure::missing(field)),
        Some(json) => Err(Failure::wrong_type(field, "an object", json.kind())),
    }
}
