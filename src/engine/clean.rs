use std::sync::Arc;

use crate::judge::describe;
use crate::ledger::journal::{Journal, Left};
use crate::model::Clock;
use crate::suite::{ResourceKind, Suite};
use crate::target::{ReplayLine, Settings, Target};
use crate::transport::Transport;

use super::recover::recover;
use super::resource::Resource;
use super::runner::{RunError, client, over_the_network};
use super::session::{Session, Time};

/// What became of what an earlier run had left on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The kind of resource.
    pub kind: ResourceKind,
    /// Its id; the project's, if it is the events.
    pub id: String,
    /// The keys and names that were deleted.
    pub deleted: Vec<String>,
    /// Those that have another value now than that run sent: nobody knows whose they are, and they stay.
    pub doubtful: Vec<String>,
    /// Those that could not be deleted.
    pub left: Vec<String>,
    /// Why nothing could be found out, if so.
    pub unknown: Option<String>,
}

impl Cleaned {
    /// Whether nothing of that run is there any more.
    pub fn is_clean(&self) -> bool {
        self.unknown.is_none() && self.left.is_empty()
    }
}

/// Deletes what a journal names, as far as it still is what that run has put there.
///
/// # Errors
/// If the client cannot be set up.
pub async fn clean(
    suite: &Suite,
    target: &Target,
    settings: &Settings,
    transport: Option<Arc<dyn Transport>>,
    left: &Left,
) -> Result<Vec<Cleaned>, RunError> {
    let transport = match transport {
        Some(transport) => transport,
        None => over_the_network(target, settings)?,
    };
    let clock = Clock::starting();
    let of_run = (Arc::new(Journal::default()), Time::Present(clock), None);
    let client = client(settings, transport, clock);
    let session = Session::new(suite, target, settings, &ReplayLine::default(), client, of_run);
    let mut all = Vec::new();
    for (kind, id, items) in left.resources().filter(|(kind, id, _)| !is_made(left, *kind, id)) {
        let mut resource = Resource::new(suite, kind, id);
        let mut cleaned = Cleaned {
            kind,
            id: id.to_owned(),
            deleted: Vec::new(),
            doubtful: Vec::new(),
            left: Vec::new(),
            unknown: what_hides(&session, &mut resource).await,
        };
        if cleaned.unknown.is_none() {
            match recover(&session, &mut resource, items).await {
                Some(done) => {
                    (cleaned.deleted, cleaned.doubtful, cleaned.left) = (done.deleted, done.doubtful, done.left)
                }
                None => cleaned.unknown = Some("what is there could not be listed to the end".to_owned()),
            }
        }
        all.push(cleaned);
    }
    Ok(all)
}

/// Whether it was made for a run alone: what is on it goes with it.
fn is_made(left: &Left, kind: ResourceKind, id: &str) -> bool {
    left.made().any(|made| made.kind == kind && made.id.as_deref() == Some(id))
}

/// Why it cannot be found out what is there, if so.
async fn what_hides(session: &Session, resource: &mut Resource) -> Option<String> {
    if resource.look(session).await.is_some() {
        return None;
    }
    let look = resource.looks.pop()?;
    let advice = match look.status() {
        Some(401 | 403) => "; are the credentials right?",
        Some(404) => "; are the endpoint's base path and the project right, and does it still exist?",
        _ => "",
    };
    Some(format!("what is there cannot be listed: {}{advice}", describe(&look)))
}
