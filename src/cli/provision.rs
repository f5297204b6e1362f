//! Secrets and keys that are made for one run: asked about before, removed after it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialoguer::Confirm;

use super::prompt::{asked, is_interactive};
use super::{CliError, console};
use crate::engine::{Neighbours, NotMade, PENDING_DAYS, Stop, Wanted, create, early_journal, remove};
use crate::ledger::journal::{Journal, Made};
use crate::report::{PreflightStep, Report};
use crate::suite::ResourceKind;
use crate::target::{Settings, Target};

/// How long the removal may take, and after somebody wants the program to end.
const REMOVAL: Duration = Duration::from_secs(60);
const LAST_MOMENTS: Duration = Duration::from_secs(8);
/// How long what is being made may still take then.
const MAKING: Duration = Duration::from_secs(4);

/// Sees to it that somebody wants this.
///
/// # Errors
/// Usage, if nobody can be asked and nothing was said, or the answer is no.
pub(super) fn consent(wanted: Wanted, target: &Target, yes: bool) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    let question = question(wanted, target);
    if !is_interactive() {
        return Err(CliError::usage(format!("{question}\nnobody can be asked here: give --yes if that is meant")));
    }
    let answer = asked(|| Confirm::new().with_prompt(format!("{question} Go on?")).default(false).interact_opt())?;
    match answer {
        Some(true) => Ok(()),
        _ => Err(CliError::usage("nothing was made, and nothing sent")),
    }
}

fn question(wanted: Wanted, target: &Target) -> String {
    let mut at: Vec<&str> = [&target.csms, &target.kms].into_iter().flatten().map(String::as_str).collect();
    at.dedup();
    let later = match wanted.keys {
        0 => String::new(),
        _ => format!(" A key cannot be deleted at once: its deletion is scheduled, in {PENDING_DAYS} days."),
    };
    format!(
        "--provision makes {wanted} in project {} at {}, and removes what it made at the end. That may cost money.{later}",
        target.project_id,
        at.join(" and "),
    )
}

/// What was made for a run, while it lasts.
pub(super) struct Provisioning {
    neighbours: Neighbours,
    pub(super) journal: Arc<Journal>,
    /// The ids of what was made.
    pub(super) ids: Vec<String>,
    /// Why the run cannot begin, if so.
    pub(super) obstacle: Option<PreflightStep>,
}

impl Provisioning {
    /// Makes what is wanted, and gives it to the target. What an earlier run has made for itself on this target and left is
    /// removed first.
    ///
    /// # Errors
    /// If the journal or the client cannot be had: then nothing was made.
    pub(super) async fn begin(
        target: &mut Target,
        settings: &Settings,
        wanted: Wanted,
        mut stop: Stop,
    ) -> Result<Self, CliError> {
        let neighbours = Neighbours::new(target, settings).map_err(|e| CliError::usage(e.to_string()))?;
        let journal = early_journal(target, settings)
            .map_err(|why| CliError::usage(format!("the journal cannot be kept, and so nothing is made: {why}")))?;
        let stopped = AtomicBool::new(false);
        let made = {
            let mut making = pin!(async {
                for left in journal.left().made() {
                    let removed = remove(&neighbours, &left).await;
                    console::info(&format!("left by an earlier run: {removed}"));
                    if removed.is_done() {
                        journal.removed(left.kind, &left.name);
                    }
                }
                let told = |made: &Made| console::info(&format!("made for this run: {}", named(made)));
                create(&neighbours, &journal, &settings.run_id, wanted, &stopped, told).await
            });
            tokio::select! {
                biased;
                () = &mut stop => {
                    stopped.store(true, Ordering::Relaxed);
                    // What is under way ends; if not in time, the journal knows its name.
                    tokio::time::timeout(MAKING, &mut making).await.unwrap_or(Ok(Vec::new()))
                }
                made = &mut making => made,
            }
        };
        let (made, obstacle) = match made {
            Ok(made) => (made, None),
            Err(NotMade { step }) => (Vec::new(), Some(step)),
        };
        let ids = |kind: ResourceKind| made.iter().filter(move |one| one.kind == kind).filter_map(|one| one.id.clone());
        target.secret_ids.extend(ids(ResourceKind::Secret));
        target.key_ids.extend(ids(ResourceKind::Key));
        let ids = made.iter().filter_map(|one| one.id.clone()).collect();
        Ok(Provisioning { neighbours, journal, ids, obstacle })
    }

    /// Removes everything again; what became of it, a line each, and whether nothing is left.
    pub(super) async fn end(self, hurried: bool) -> (Vec<String>, bool) {
        let most = if hurried { LAST_MOMENTS } else { REMOVAL };
        let mut lines = Vec::new();
        let all = async {
            for made in self.journal.left().made() {
                let removed = remove(&self.neighbours, &made).await;
                if removed.is_done() {
                    self.journal.removed(made.kind, &made.name);
                }
                lines.push(format!("made for this run: {removed}"));
            }
        };
        let in_time = tokio::time::timeout(most, all).await.is_ok();
        let left: Vec<String> = self.journal.left().made().map(|made| named(&made)).collect();
        if !in_time {
            lines.push(format!("made for this run, and not removed in time: {}", left.join(", ")));
        }
        let (path, failed) = self.journal.end();
        if let (Some(path), false) = (path, left.is_empty()) {
            lines.push(format!("`dewspec clean` removes what is left: {} names it", path.display()));
        }
        lines.extend(failed.map(|why| format!("the journal could not be written to its end: {why}")));
        (lines, left.is_empty())
    }
}

/// Says in a report what became of what was made; what of that is no good end comes back.
pub(super) fn add_to(report: &mut Report, lines: Vec<String>, nothing_is_left: bool) -> Vec<String> {
    report.notes.extend(lines);
    if nothing_is_left {
        Vec::new()
    } else {
        vec!["what was made for this run could not be removed: see the notes".to_owned()]
    }
}

fn named(made: &Made) -> String {
    let id = made.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{} {}{id}", made.kind, made.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_asked_hears_where_what_and_what_stays() {
        let target = Target {
            csms: Some("https://kms.example".to_owned()),
            kms: Some("https://kms.example".to_owned()),
            project_id: "p".to_owned(),
            ..Target::default()
        };
        let told = question(Wanted { secrets: 2, keys: 1 }, &target);
        assert!(told.contains("makes 2 secrets and a key in project p at https://kms.example, and removes"), "{told}");
        assert!(told.contains("may cost money") && told.contains("in 7 days"), "{told}");
        assert!(!question(Wanted { secrets: 1, keys: 0 }, &target).contains("7 days"));
    }

    #[test]
    fn what_is_left_is_no_good_end_and_no_matter_of_the_verdict() {
        let mut report: Report = crate::report::sample_for_tests();
        let before = report.exit_code;
        assert_eq!(add_to(&mut report, vec!["gone".to_owned()], true), Vec::<String>::new());
        assert_eq!(add_to(&mut report, Vec::new(), false).len(), 1);
        assert!(report.exit_code == before && report.notes.contains(&"gone".to_owned()));
    }
}
