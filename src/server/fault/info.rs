//! What is known about each fault.

use std::sync::LazyLock;

use strum::IntoEnumIterator;

use super::Fault;
use crate::server::operation::{Operation, Service};

/// A fault as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultInfo {
    /// The name by which it is inserted into a set.
    pub name: &'static str,
    /// The family it belongs to.
    pub family: &'static str,
    /// Clause-id prefixes of the operations it affects.
    pub operations: &'static [&'static str],
    /// The full id of the clause it breaks.
    pub clause: &'static str,
    /// What the server does wrong.
    pub summary: &'static str,
    /// Whether it takes connections to see it: it shows in bytes that no HTTP library sends, or only when several
    /// requests are on their way at once. All others are seen in process, too.
    pub needs_sockets: bool,
}

/// The family of faults that only rare input, or several requests in a row, bring out. The suite's own cases need
/// not find them; fuzzing is measured by them.
pub const RARE: &str = "rare";

/// The family of faults that only signatures bring out which do not fit their requests: what `dewspec run --signature` sends.
pub const SIGNATURE: &str = "signature";

/// Every fault, grouped by operation.
pub fn catalogue() -> Vec<FaultInfo> {
    static INFOS: LazyLock<Vec<FaultInfo>> = LazyLock::new(|| Fault::iter().map(info).collect());
    INFOS.clone()
}

/// The family of faults at neighbours of the documented operations: what `dewspec run --neighbours` finds.
pub const NEIGHBOUR: &str = "neighbour";

fn info(fault: Fault) -> FaultInfo {
    let traits = fault.deviation().traits();
    let operation = fault.operation();
    let suffix = match (operation.service(), traits.clause) {
        (Service::Kms, "request.secret_id") => "request.key_id",
        (_, clause) => clause,
    };
    FaultInfo {
        name: fault.into(),
        family: if operation.is_documented() { traits.family } else { NEIGHBOUR },
        operations: operation_ids(operation),
        clause: format!("{}.{suffix}", operation.id()).leak(),
        summary: traits.summary,
        needs_sockets: fault.deviation().needs_sockets(),
    }
}

/// The catalogue lives as long as the process, and so do its slices.
fn operation_ids(operation: Operation) -> &'static [&'static str] {
    vec![operation.id()].leak()
}
