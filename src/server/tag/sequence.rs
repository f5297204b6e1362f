//! The sequence number of a request.

use super::place::is_uuid;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::reading::SequenceLength;
use crate::server::rules::Rules;

const LENGTH: usize = 36;

/// Checks the member `sequence` of a body.
pub(crate) fn check(rules: &Rules, body: &Json<'_>) -> Result<(), Failure> {
    let readings = &rules.sequence;
    let sequence = match body.get("sequence") {
        None if rules.bends(Deviation::RequiresSequence) => {
            return Err(Failure::missing("sequence"));
        }
        None => return Ok(()),
        Some(Json::Null) if readings.null_accepted => return Ok(()),
        Some(Json::Number(_)) if rules.bends(Deviation::CoercesNumberSequence) => return Ok(()),
        Some(Json::String(sequence)) => sequence.as_bytes(),
        Some(other) => return Err(Failure::wrong_type("sequence", "a string", other.kind())),
    };
    let (fits, rule) = match readings.length {
        SequenceLength::Exactly36 => (sequence.len() == LENGTH, "sequence: must be 36 bytes long"),
        SequenceLength::AtMost36 => (sequence.len() <= LENGTH, "sequence: must be at most 36 bytes long"),
        SequenceLength::Any => (true, ""),
    };
    if !fits {
        return Err(Failure::invalid(Reason::Sequence, rule));
    }
    if readings.uuid && sequence.len() == LENGTH && !is_uuid(sequence) {
        return Err(Failure::invalid(Reason::Sequence, "sequence: must be a UUID"));
    }
    Ok(())
}
