use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A request body as JSON, read as leniently as a target might: a byte order mark is skipped.
pub fn parse_request(body: &[u8]) -> Option<Value> {
    let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    // Quicker than to look at each of its texts.
    serde_json::from_str(std::str::from_utf8(text).ok()?).ok()
}

/// Whether some object of a JSON text has two members of the same name, so that readers may differ.
pub fn is_ambiguous(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut repeated = false;
    let mut reader = serde_json::Deserializer::from_slice(text);
    // A text that cannot be read has no meaning to differ about.
    let read = Names(&mut repeated).deserialize(&mut reader);
    read.is_ok() && repeated
}

/// Walks a JSON text and takes note of repeated names.
struct Names<'a>(&'a mut bool);

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            *self.0 |= !names.insert(name);
            map.next_value_seed(Names(self.0))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Names(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_found_at_every_depth() {
        assert!(is_ambiguous(br#"{"a":1,"a":2}"#));
        assert!(is_ambiguous(br#"{"a":[{"b":1,"c":null,"b":"x"}]}"#));
        assert!(!is_ambiguous(br#"{"a":{"a":1.5},"b":[true,"a"]}"#));
        assert!(!is_ambiguous(b"{\"a\":1,\"a\":"));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(parse_request(b"\xEF\xBB\xBF{}"), Some(serde_json::json!({})));
        assert_eq!(parse_request(b"{} x"), None);
    }
}
