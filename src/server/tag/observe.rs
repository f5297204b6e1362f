//! Reading tags back.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use super::place::find;
use super::set::{Tag, TagSet, TagValue};
use super::shown;
use crate::server::dispatch::Call;
use crate::server::http::{Failure, Success};

#[derive(Serialize)]
struct SecretTags<'a> {
    tags: Vec<&'a Tag>,
    sys_tags: Option<()>,
}

#[derive(Serialize)]
struct KmsTags<'a> {
    tags: Vec<&'a Tag>,
    #[serde(rename = "existTagsNum")]
    exist_tags_num: usize,
}

impl Serialize for Tag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", &*self.key)?;
        match &self.value {
            TagValue::Text(text) => map.serialize_entry("value", &**text)?,
            TagValue::Null => map.serialize_entry("value", &())?,
            TagValue::Absent => {}
        }
        map.end()
    }
}

/// Reads what was written, the three forms of a value included.
impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            key: Box<str>,
            #[serde(default, deserialize_with = "given")]
            value: Option<Option<Box<str>>>,
        }
        fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Box<str>>>, D::Error> {
            Option::deserialize(deserializer).map(Some)
        }
        let Written { key, value } = Written::deserialize(deserializer)?;
        let value = match value {
            None => TagValue::Absent,
            Some(None) => TagValue::Null,
            Some(Some(text)) => TagValue::Text(text),
        };
        Ok(Self { key, value })
    }
}

/// `ListSecretTags`.
pub(crate) fn list_secret_tags(call: Call<'_>, id: &str) -> Result<Success, Failure> {
    list(call, id, |tags| Success::json(&SecretTags { tags, sys_tags: None }))
}

/// `ShowKmsTags`.
pub(crate) fn show_kms_tags(call: Call<'_>, id: &str) -> Result<Success, Failure> {
    list(call, id, |tags| Success::json(&KmsTags { exist_tags_num: tags.len(), tags }))
}

fn list(
    call: Call<'_>,
    id: &str,
    show: impl FnOnce(Vec<&Tag>) -> Result<Success, Failure>,
) -> Result<Success, Failure> {
    with_tags(call, id, |set| match shown::listed(call, set) {
        None => show(set.iter().collect()),
        Some(tags) => show(tags.iter().collect()),
    })
}

fn with_tags(
    call: Call<'_>,
    id: &str,
    act: impl FnOnce(&mut TagSet) -> Result<Success, Failure>,
) -> Result<Success, Failure> {
    match find(call, id)? {
        Some(place) => act(&mut place.tags()),
        None => Ok(Success::NoContent),
    }
}
