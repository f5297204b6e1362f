use serde_json::{Value, json};

use super::neighbours::{DELETE_KEY, DELETE_SECRET, LIST_KEYS, Neighbours, SHOW_KEY, SHOW_SECRET};
use super::refusal::{Refusal, RefusalKind};
use crate::ledger::journal::Made;
use crate::suite::ResourceKind;

/// A key goes so many days after it is told to, which is the least that is documented.
pub const PENDING_DAYS: u32 = 7;
/// What the description of everything begins with that dewspec has made.
const MARK: &str = "Made by dewspec";
/// Keys are looked through a page at a time, and so many pages at most.
const PAGE: usize = 1000;
const PAGES: usize = 20;

/// What became of something that was made for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Which it is.
    pub made: Made,
    /// What became of it.
    pub removal: Removal,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Deleted,
    /// It goes in so many days: there is no other way.
    Scheduled(u32),
    /// It was on its way already.
    AlreadyScheduled,
    /// It was not there.
    Absent,
    /// It is not, or not any more, what was made: it stays.
    NotOurs(String),
    /// It is still there.
    Failed(String),
    /// Nothing came that would tell.
    Unknown(String),
}

impl Removed {
    /// Whether nothing is left to be done.
    pub fn is_done(&self) -> bool {
        !matches!(self.removal, Removal::Failed(_) | Removal::Unknown(_))
    }
}

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Made { kind, name, id } = &self.made;
        let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        write!(f, "{kind} {name}{id}: ")?;
        match &self.removal {
            Removal::Deleted => f.write_str("deleted"),
            Removal::Scheduled(days) => {
                write!(
                    f,
                    "cannot be deleted at once; its deletion is scheduled, in {days} days, and until then it is disabled"
                )
            }
            Removal::AlreadyScheduled => f.write_str("its deletion was scheduled already"),
            Removal::Absent => f.write_str("is not there"),
            Removal::NotOurs(why) => write!(f, "stays, {why}"),
            Removal::Failed(why) => write!(f, "LEFT, {why}"),
            Removal::Unknown(why) => write!(f, "UNKNOWN, {why}"),
        }
    }
}

/// A secret or key as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) id: String,
    description: String,
    is_pending: bool,
}

/// Removes what a run has made for itself, if it still is that.
pub async fn remove(neighbours: &Neighbours, made: &Made) -> Removed {
    let removal = match made.kind {
        ResourceKind::Key => remove_key(neighbours, made).await,
        ResourceKind::Secret | ResourceKind::Events => remove_secret(neighbours, made).await,
    };
    let removal = removal.unwrap_or_else(|refusal| match refusal.kind {
        RefusalKind::Absent => Removal::Absent,
        RefusalKind::NoAnswer => Removal::Unknown(refusal.line()),
        _ => Removal::Failed(refusal.line()),
    });
    Removed { made: made.clone(), removal }
}

async fn remove_secret(neighbours: &Neighbours, made: &Made) -> Result<Removal, Refusal> {
    match shown_secret(neighbours, &made.name).await {
        Ok(None) => return Ok(Removal::Absent),
        Ok(Some(shown)) if shown.is_pending => return Ok(Removal::AlreadyScheduled),
        Ok(Some(shown)) => {
            if let Some(why) = not_ours(made, &shown) {
                return Ok(Removal::NotOurs(why));
            }
        }
        // It may not be looked at; what the target said itself of its making is proof enough.
        Err(refusal) if refusal.kind == RefusalKind::Other && made.id.is_some() => {}
        Err(refusal) => return Err(refusal),
    }
    neighbours.ask(DELETE_SECRET, (Some(&made.name), ""), None).await?;
    Ok(Removal::Deleted)
}

async fn remove_key(neighbours: &Neighbours, made: &Made) -> Result<Removal, Refusal> {
    let shown = match &made.id {
        Some(id) => shown_key(neighbours, id).await.map(Some),
        None => key_of_alias(neighbours, &made.name).await,
    };
    let id = match (shown, &made.id) {
        (Ok(None), _) => return Ok(Removal::Absent),
        (Ok(Some(shown)), _) if shown.is_pending => return Ok(Removal::AlreadyScheduled),
        (Ok(Some(shown)), _) => match not_ours(made, &shown) {
            Some(why) => return Ok(Removal::NotOurs(why)),
            None => shown.id,
        },
        (Err(refusal), Some(id)) if refusal.kind == RefusalKind::Other => id.clone(),
        (Err(refusal), _) => return Err(refusal),
    };
    let body = json!({ "key_id": id, "pending_days": PENDING_DAYS.to_string() });
    neighbours.ask(DELETE_KEY, (None, ""), Some(body)).await?;
    Ok(Removal::Scheduled(PENDING_DAYS))
}

/// Why it is not what was made, if so.
fn not_ours(made: &Made, shown: &Shown) -> Option<String> {
    if made.id.as_ref().is_some_and(|id| *id != shown.id) {
        return Some("another one has its name now".to_owned());
    }
    (!shown.description.starts_with(MARK)).then(|| "it has another description now".to_owned())
}

/// The secret of a name; `None` if there is none.
pub(super) async fn shown_secret(neighbours: &Neighbours, name: &str) -> Result<Option<Shown>, Refusal> {
    match neighbours.ask(SHOW_SECRET, (Some(name), ""), None).await {
        Ok(body) => body.get("secret").and_then(secret).map(Some).ok_or_else(unreadable),
        Err(refusal) if refusal.kind == RefusalKind::Absent => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

async fn shown_key(neighbours: &Neighbours, id: &str) -> Result<Shown, Refusal> {
    let body = neighbours.ask(SHOW_KEY, (None, ""), Some(json!({ "key_id": id }))).await?;
    body.get("key_info").and_then(key).ok_or_else(unreadable)
}

/// The key of an alias; `None` if there is none.
pub(super) async fn key_of_alias(neighbours: &Neighbours, alias: &str) -> Result<Option<Shown>, Refusal> {
    let keys = all_keys(neighbours).await?;
    Ok(keys.iter().find(|one| text(one, "key_alias") == alias).and_then(key))
}

/// Every key of the project, as it is listed.
pub(super) async fn all_keys(neighbours: &Neighbours) -> Result<Vec<Value>, Refusal> {
    let (mut all, mut marker) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let mut body = json!({ "limit": PAGE.to_string() });
        if !marker.is_empty() {
            body["marker"] = json!(marker);
        }
        let page = neighbours.ask(LIST_KEYS, (None, ""), Some(body)).await?;
        all.extend(page["key_details"].as_array().into_iter().flatten().cloned());
        marker = text(&page, "next_marker").to_owned();
        if text(&page, "truncated") != "true" || marker.is_empty() {
            break;
        }
    }
    Ok(all)
}

fn secret(shown: &Value) -> Option<Shown> {
    let id = Some(text(shown, "id")).filter(|id| !id.is_empty())?.to_owned();
    let is_pending = text(shown, "state") == "PENDING_DELETE";
    Some(Shown { id, description: text(shown, "description").to_owned(), is_pending })
}

fn key(shown: &Value) -> Option<Shown> {
    let id = Some(text(shown, "key_id")).filter(|id| !id.is_empty())?.to_owned();
    let is_pending = text(shown, "key_state") == "4";
    Some(Shown { id, description: text(shown, "key_description").to_owned(), is_pending })
}

pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn unreadable() -> Refusal {
    Refusal::without_answer("what it shows of it cannot be read".to_owned(), "is this the API?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_is_removed() {
        let made = |id: Option<&str>| Made {
            kind: ResourceKind::Secret,
            name: "dewspec-r-1".to_owned(),
            id: id.map(str::to_owned),
        };
        let shown =
            |description: &str| secret(&json!({ "id": "a", "state": "ENABLED", "description": description })).unwrap();
        assert_eq!(not_ours(&made(Some("a")), &shown("Made by dewspec for …")), None);
        assert_eq!(not_ours(&made(None), &shown("Made by dewspec for …")), None);
        assert!(not_ours(&made(Some("b")), &shown("Made by dewspec for …")).unwrap().contains("another one"));
        assert!(not_ours(&made(Some("a")), &shown("payroll")).unwrap().contains("another description"));
    }

    #[test]
    fn a_key_says_in_how_many_days_it_goes() {
        let made = Made { kind: ResourceKind::Key, name: "dewspec-r-1".to_owned(), id: Some("k".to_owned()) };
        let told = Removed { made, removal: Removal::Scheduled(PENDING_DAYS) };
        assert!(told.is_done() && told.to_string().starts_with("key dewspec-r-1 (k): cannot be deleted at once"));
        assert!(told.to_string().contains("in 7 days"), "{told}");
    }
}
