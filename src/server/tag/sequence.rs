//! The sequence number of a request.

use super::place::is_uuid;
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::json::Json;
use crate::server::reading::SequenceLength;
use crate::server::rules::Rules;

const LENGTH: usize = 36;
/// Where a UUID says of which version it is.
const VERSION: usize = 14;

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
        Some(Json::String(sequence)) if sequence.is_empty() && rules.bends(Deviation::TakesEmptySequenceForNone) => {
            return Ok(());
        }
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
    if rules.bends(Deviation::WantsSequenceOfVersion4) && sequence.len() == LENGTH && sequence[VERSION] != b'4' {
        return Err(Failure::invalid(Reason::Sequence, "sequence: must be a random UUID"));
    }
    if readings.uuid && sequence.len() == LENGTH && !is_uuid(sequence) {
        return Err(Failure::invalid(Reason::Sequence, "sequence: must be a UUID"));
    }
    Ok(())
}

/// Whether a request is taken for one that was carried out before, and dropped.
pub(crate) fn is_dropped(call: Call<'_>, body: &Json<'_>) -> bool {
    call.rules.bends(Deviation::DropsRepeatedSequence)
        && matches!(body.get("sequence"), Some(Json::String(text)) if call.tenant.sequences().contains(text.as_bytes()))
}

/// Remembers the sequence number of a request that was carried out, where that counts.
pub(crate) fn note(call: Call<'_>, body: &Json<'_>) {
    if call.rules.bends(Deviation::DropsRepeatedSequence)
        && let Some(Json::String(text)) = body.get("sequence")
    {
        call.tenant.sequences().insert(text.as_bytes().to_vec());
    }
}
