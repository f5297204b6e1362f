//! What a run found beside the known deviations, as reports tell it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{CaseReport, Cause, Report};
use crate::exit;

/// What a run would have come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Otherwise {
    /// The exit code.
    pub exit_code: u8,
    /// Why it is that.
    pub conclusion: String,
}

impl Otherwise {
    /// Of a run that was ended by its first failure.
    pub(crate) fn cut_short() -> Self {
        let conclusion = "nothing was proven: --fail-fast ended the run at the first failure".to_owned();
        Otherwise { exit_code: exit::VACUOUS, conclusion }
    }
}

/// What a run found beside the known deviations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviationsReport {
    /// The file, as it was named.
    pub file: String,
    /// The day against which `until` was held: that of the run, as YYYY-MM-DD.
    pub today: String,
    /// In one word.
    pub conclusion: DeviationsVerdict,
    /// Causes that are known.
    pub known: usize,
    /// Causes that no entry names.
    pub new: usize,
    /// Causes that an entry names, and in which something else was observed.
    pub changed: usize,
    /// Causes whose entry has run out.
    pub expired: usize,
    /// What became of each entry, in the order of the file.
    pub entries: Vec<EntryReport>,
    /// What the run came to without the file.
    pub without: Otherwise,
}

impl EntryReport {
    /// What to say of it beside what it names: why, or until when it counts.
    pub(super) fn told(&self) -> String {
        let ending = self.days_left.map(|days| format!("it ends on {}, in {days} day(s)", self.until));
        let parts = [Some(self.detail.clone()).filter(|detail| !detail.is_empty()), ending];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl DeviationsReport {
    /// Entries of which something is to be said beside that they are known.
    pub(super) fn told(&self) -> impl Iterator<Item = &EntryReport> {
        let is_worth_it = |entry: &&EntryReport| {
            entry.days_left.is_some()
                || matches!(entry.state, EntryState::Stale | EntryState::Hidden | EntryState::Unobservable)
        };
        self.entries.iter().filter(is_worth_it)
    }

    /// Entries of which so much is said.
    pub fn of_state(&self, state: EntryState) -> impl Iterator<Item = &EntryReport> {
        self.entries.iter().filter(move |entry| entry.state == state)
    }
}

/// The verdict beside the known deviations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DeviationsVerdict {
    /// Nothing is broken, and nothing is listed.
    Conforms,
    /// Nothing is new: what is broken is listed.
    KnownDeviations,
    /// Something is new, changed or expired, or an entry is stale.
    Differs,
    /// The run came to no verdict.
    NoVerdict,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryReport {
    /// What it names, such as `cause csms.create-secret-tag.accepts.key`.
    pub names: String,
    /// Its line in the file.
    pub line: usize,
    /// What became of it.
    pub state: EntryState,
    /// Why, and what to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Why the deviation is accepted for now.
    pub reason: String,
    /// Who looks after it.
    pub owner: String,
    /// Where it is tracked.
    pub link: String,
    /// The last day on which it counts.
    pub until: String,
    /// It ends within a fortnight, in so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
}

/// What a run says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum EntryState {
    /// It shows, as it is listed.
    Known,
    /// It shows in another way.
    Changed,
    /// It shows, and has run out.
    Expired,
    /// What it names was observed and held: the entry is to be removed.
    Stale,
    /// What it names is broken by another cause.
    Hidden,
    /// What it names could not be observed.
    Unobservable,
}

/// How a cause stands to the known deviations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseStanding {
    /// In one word.
    pub kind: StandingKind,
    /// In a sentence, where there is more to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Why it is accepted for now.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The last day on which that counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
}

impl CauseStanding {
    /// Everything there is to say of it, in a sentence.
    pub(super) fn told(&self) -> String {
        let listed = (!self.reason.is_empty()).then(|| told(&self.reason, &self.owner, &self.link, &self.until));
        let parts = [Some(self.detail.clone()).filter(|detail| !detail.is_empty()), listed];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// How a cause stands to the known deviations, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum StandingKind {
    /// No entry names it, or not all of it.
    New,
    /// It is listed.
    Known,
    /// It is listed, and something else was observed.
    Changed,
    /// It was listed until a day that has passed.
    Expired,
}

/// How a case stands to the known deviations, if all that it found is known.
pub(super) fn known<'r>(report: &'r Report, case: &CaseReport) -> Option<&'r CauseStanding> {
    let mut of_case = report.causes.iter().filter(|cause| case.causes.contains(&cause.id)).peekable();
    let first = of_case.peek().and_then(|cause| cause.standing.as_ref());
    if of_case.all(Cause::is_known) { first } else { None }
}

/// Why something is accepted for now, who looks after it and until when.
pub(super) fn told(reason: &str, owner: &str, link: &str, until: &str) -> String {
    format!("{reason} ({owner}, {link}, until {until})")
}
