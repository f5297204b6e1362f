use crate::exit;
use crate::report::Report;

/// Why a report says nothing of what it does not mention, if that is so: what was not looked at may be as it was.
pub fn unfit(report: &Report) -> Option<String> {
    if !report.filters.is_empty() {
        return Some(format!("the run was filtered ({})", report.filters.join(" ")));
    }
    if let Some(shard) = &report.shard {
        return Some(format!("the run was shard {} of {}: merge it with the others", shard.number, shard.of));
    }
    let (code, why) = match (&report.otherwise, &report.deviations) {
        (Some(otherwise), _) => (otherwise.exit_code, otherwise.conclusion.as_str()),
        (None, Some(applied)) => (applied.without.exit_code, applied.without.conclusion.as_str()),
        (None, None) => (report.exit_code, report.conclusion.as_str()),
    };
    match code.max(if report.exit_code > exit::VACUOUS { report.exit_code } else { 0 }) {
        exit::CONFORMS | exit::NONCONFORMING => None,
        exit::VACUOUS | exit::BROKEN => Some(format!("the run came to no verdict ({why})")),
        _ => Some("the run was interrupted".to_owned()),
    }
}
