use std::cell::RefCell;

use serde_json::Value;

use crate::generate::json::compact;
use crate::generate::mark;
use crate::model::at_mut;
use crate::rules::pointers;

/// What stands at a place while the text around it is taken down: a character that is in no text of the data.
const HERE: &str = "\u{10FFFD}";

/// A valid body with a field in it that is to be given another value, at one of the places where it stands: all else
/// is written and made readable once.
#[derive(Debug)]
pub(super) struct Frame {
    spots: Vec<Spot>,
    /// The body as its target reads it, but for words that differ from case to case.
    readable: RefCell<Value>,
}

/// One of the places, and the text before and after it.
#[derive(Debug)]
struct Spot {
    pointer: String,
    before: String,
    after: String,
}

impl Frame {
    /// Around every place of a field in a body.
    pub(super) fn new(base: &Value, field: &str) -> Self {
        let spots = pointers(base, field).into_iter().filter_map(|pointer| Spot::new(base, pointer)).collect();
        let mut readable = base.clone();
        mark::exemplify(&mut readable);
        Frame { spots, readable: RefCell::new(readable) }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.spots.len()
    }

    /// The text with a value at one of the places, and what is to be said of the body, if it can be read.
    pub(super) fn written<R>(
        &self,
        place: usize,
        mut value: Value,
        say: impl FnOnce(&Value) -> R,
    ) -> (String, Option<R>) {
        let Some(spot) = self.spots.get(place) else { return (String::new(), None) };
        let text = [spot.before.as_str(), &compact(&value), &spot.after].concat();
        if !mark::exemplify(&mut value) {
            return (text, None);
        }
        let mut body = self.readable.borrow_mut();
        let usual = at_mut(&mut body, &spot.pointer).map(|usual| std::mem::replace(usual, value));
        let said = say(&body);
        if let (Some(usual), Some(place)) = (usual, at_mut(&mut body, &spot.pointer)) {
            *place = usual;
        }
        (text, Some(said))
    }
}

impl Spot {
    fn new(base: &Value, pointer: String) -> Option<Self> {
        let mut body = base.clone();
        *at_mut(&mut body, &pointer)? = Value::from(HERE);
        let text = compact(&body);
        let (before, after) = text.split_once(&format!("\"{HERE}\""))?;
        Some(Spot { before: before.to_owned(), after: after.to_owned(), pointer })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_stands_at_its_place_alone() {
        let base = json!({"tags": [{"key": mark::key(0), "value": "a"}, {"key": mark::key(1), "value": "b"}]});
        let frame = Frame::new(&base, "/tags/*/value");
        let pointers = pointers(&base, "/tags/*/value");
        assert_eq!(frame.places(), pointers.len());
        for (place, pointer) in pointers.iter().enumerate() {
            for value in [json!("\"\u{1f600}"), json!(null), json!([{"value": "a"}]), json!(mark::key(3))] {
                let mut whole = base.clone();
                *whole.pointer_mut(pointer).expect("a place") = value.clone();
                let text = compact(&whole);
                mark::exemplify(&mut whole);
                assert_eq!(frame.written(place, value, Value::clone), (text, Some(whole)));
            }
        }
        let surrogate: String = mark::surrogates().take(1).collect();
        assert_eq!(
            frame.written(0, Value::from(surrogate), |_| ()).1,
            None,
            "nothing can be said of what cannot be read"
        );
        assert_eq!(frame.written(9, Value::Null, |_| ()), (String::new(), None));
    }
}
