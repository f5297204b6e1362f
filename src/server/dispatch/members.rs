//! Members that the documents do not know.

use crate::server::http::Failure;
use crate::server::json::Json;

/// Refuses members that an object does not have, where that is the reading.
pub(crate) fn check_members(refused: bool, place: &str, object: &Json<'_>, known: &[&str]) -> Result<(), Failure> {
    let mut names = object.members().iter().map(|(name, _)| name.as_ref());
    match names.find(|name| !known.contains(name)) {
        Some(name) if refused => Err(Failure::unknown_member(place, name)),
        _ => Ok(()),
    }
}
