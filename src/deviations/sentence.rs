use crate::exit;
use crate::report::{DeviationsReport, DeviationsVerdict, EntryState, Report};

/// What the run came to beside the known deviations, in one sentence.
pub(super) fn conclusion(report: &Report, of_file: &DeviationsReport) -> String {
    let count = |state| of_file.of_state(state).count();
    let mut beside = vec![format!("{} known", of_file.known)];
    let unseen = count(EntryState::Hidden) + count(EntryState::Unobservable);
    if unseen > 0 {
        beside.push(format!("{unseen} not to be seen"));
    }
    let beside = beside.join(", ");
    match of_file.conclusion {
        DeviationsVerdict::Conforms => of_file.without.conclusion.clone(),
        DeviationsVerdict::KnownDeviations => {
            let more = notice(&of_file.without.conclusion);
            format!("no new deviations ({beside}){more}")
        }
        DeviationsVerdict::NoVerdict => {
            let why = match &report.otherwise {
                Some(otherwise) if of_file.without.exit_code == exit::NONCONFORMING => &otherwise.conclusion,
                _ => &of_file.without.conclusion,
            };
            format!("{why}; known deviations: {beside}")
        }
        DeviationsVerdict::Differs => {
            let told = [
                (of_file.new, "new"),
                (of_file.changed, "changed"),
                (of_file.expired, "expired"),
                (count(EntryState::Stale), "stale"),
            ];
            let told: Vec<String> =
                told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
            let which: Vec<&str> = of_file.of_state(EntryState::Stale).map(|entry| entry.names.as_str()).collect();
            let remove = if which.is_empty() {
                String::new()
            } else {
                format!("; to be removed from {}: {}", of_file.file, some_of(&which))
            };
            let early = match &report.otherwise {
                Some(otherwise) => format!("; {}", otherwise.conclusion),
                None => String::new(),
            };
            format!("differs from the known deviations: {} ({beside}){remove}{early}", told.join(", "))
        }
    }
}

/// What a conforming run is said to have beside, such as operations that were left out or what is flaky.
fn notice(without: &str) -> String {
    let rest = without.strip_prefix("the target conforms").unwrap_or_default();
    let rest = rest
        .strip_prefix(" in what was selected")
        .map_or(rest.to_owned(), |rest| format!(", in what was selected{rest}"));
    rest.replacen(", but ", "; ", 1)
}

/// The first of several names, and how many there are besides.
fn some_of(names: &[&str]) -> String {
    const NAMED: usize = 3;
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
