use serde_json::Value;

use super::Field;
use crate::suite::CaseSpec;

/// A mandatory field is neither left out nor null; an optional one may be left out.
pub(super) fn expand(field: &Field<'_>, mandatory: bool) -> Vec<CaseSpec> {
    if mandatory {
        let mut cases = field.refused_everywhere("absent", |pointer| field.without(pointer));
        cases.extend(field.refused_everywhere("null", |pointer| field.with(pointer, Value::Null)));
        cases
    } else {
        vec![field.accepted("absent", field.without(&field.pointer_in_turn(0)))]
    }
}
