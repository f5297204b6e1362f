use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Wanted;
use super::neighbours::{CREATE_KEY, CREATE_SECRET, Neighbours, SHOW_KEY, SHOW_SECRET};
use super::refusal::{Refusal, RefusalKind};
use super::remove::{key_of_alias, shown_secret};
use crate::ledger::journal::{Journal, Made};
use crate::report::PreflightStep;
use crate::suite::ResourceKind;

/// How long what was made may take until it shows.
const SHOWS: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// The value of a secret that has none worth keeping.
const VALUE: &str = "made by dewspec; holds nothing";

/// Why what a run needs could not be made; what was made before stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMade {
    /// As a step of the preflight, with what to do.
    pub step: PreflightStep,
}

impl NotMade {
    fn new(what: &str, refusal: &Refusal) -> Self {
        let advice = Some(refusal.advice.clone()).filter(|advice| !advice.is_empty());
        let detail = format!("{what} could not be made: {}", refusal.told);
        NotMade { step: PreflightStep { step: "provision".to_owned(), ok: false, detail, advice } }
    }
}

/// Makes what is wanted for one run, each noted in the journal before it is asked for. `told` hears of each that there is;
/// once it is `stopped`, no further one is made.
///
/// # Errors
/// The first that could not be made.
pub async fn create(
    neighbours: &Neighbours,
    journal: &Journal,
    run_id: &str,
    wanted: Wanted,
    stopped: &AtomicBool,
    told: impl Fn(&Made),
) -> Result<Vec<Made>, NotMade> {
    let mut all = Vec::new();
    for kind in wanted.kinds() {
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let name = name(run_id);
        let not_noted = |why: String| {
            let advice = "what cannot be noted is not made: mend that, or give another file with --journal";
            NotMade::new(&format!("the {kind}"), &Refusal::without_answer(format!("the journal: {why}"), advice))
        };
        journal.make(kind, &name).map_err(not_noted)?;
        let id = match made(neighbours, kind, &name, run_id).await {
            Ok(id) => id,
            Err(refusal) => {
                // Whatever was plainly refused, or never sent, is not there.
                if !refusal.in_doubt {
                    journal.removed(kind, &name);
                }
                return Err(NotMade::new(&format!("a {kind}"), &refusal));
            }
        };
        journal.made(kind, &name, &id).map_err(not_noted)?;
        let made = Made { kind, name, id: Some(id) };
        until_shown(neighbours, &made).await;
        told(&made);
        all.push(made);
    }
    Ok(all)
}

/// A name that nobody else makes up, and that says whose it is.
fn name(run_id: &str) -> String {
    format!("dewspec-{run_id}-{:08x}", rand::random::<u32>())
}

/// What tells people, and `dewspec clean`, what this is.
fn description(run_id: &str) -> String {
    format!("Made by dewspec for its run {run_id} alone. Removed at its end, or by: dewspec clean")
}

/// Makes one; its id.
async fn made(neighbours: &Neighbours, kind: ResourceKind, name: &str, run_id: &str) -> Result<String, Refusal> {
    let description = description(run_id);
    let (answer, at) = match kind {
        ResourceKind::Key => {
            let body = json!({ "key_alias": name, "key_description": description });
            (neighbours.ask(CREATE_KEY, (None, ""), Some(body)).await, "/key_info/key_id")
        }
        ResourceKind::Secret | ResourceKind::Events => {
            let body = json!({ "name": name, "description": description, "secret_string": VALUE });
            (neighbours.ask(CREATE_SECRET, (None, ""), Some(body)).await, "/secret/id")
        }
    };
    match answer {
        Ok(body) => match id(&body, at) {
            Some(id) => Ok(id),
            // The answer does not say, or not where it should.
            None => found(neighbours, kind, name).await.ok_or_else(|| {
                let told = format!("it was accepted, and the answer has no id at {at}");
                Refusal::without_answer(
                    told,
                    "is this the API? `dewspec clean` looks for it by its name, and removes it",
                )
            }),
        },
        // The answer to the first try was lost on its way.
        Err(refusal) if refusal.kind == RefusalKind::Exists => found(neighbours, kind, name).await.ok_or(refusal),
        Err(refusal) => Err(refusal),
    }
}

fn id(body: &Value, at: &str) -> Option<String> {
    body.pointer(at)?.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The id of what has this name.
async fn found(neighbours: &Neighbours, kind: ResourceKind, name: &str) -> Option<String> {
    match kind {
        ResourceKind::Key => key_of_alias(neighbours, name).await.ok().flatten().map(|key| key.id),
        ResourceKind::Secret | ResourceKind::Events => {
            shown_secret(neighbours, name).await.ok().flatten().map(|secret| secret.id)
        }
    }
}

/// Waits until what was made shows. Where it may not be looked at, or takes longer, the preflight will see.
async fn until_shown(neighbours: &Neighbours, made: &Made) {
    let end = Instant::now() + SHOWS;
    loop {
        let answer = match (made.kind, &made.id) {
            (ResourceKind::Key, Some(id)) => neighbours.ask(SHOW_KEY, (None, ""), Some(json!({ "key_id": id }))).await,
            _ => neighbours.ask(SHOW_SECRET, (Some(&made.name), ""), None).await,
        };
        let is_absent = answer.is_err_and(|refusal| refusal.kind == RefusalKind::Absent);
        if !is_absent || Instant::now() >= end {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_descriptions_are_such_as_are_documented_and_say_whose_they_are() {
        let longest = "a".repeat(20);
        let name = name(&longest);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(name.len() <= 64 && name.chars().all(is_plain) && name.starts_with("dewspec-a"), "{name}");
        assert!(description(&longest).len() <= 255 && description("r1").contains("dewspec for its run r1 alone"));
    }
}
