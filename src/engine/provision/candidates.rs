use serde_json::{Value, json};

use super::neighbours::{KEYS_BY_TAG, LIST_SECRETS, Neighbour, Neighbours, SECRETS_BY_TAG};
use super::refusal::Refusal;
use super::remove::{all_keys, text};
use crate::suite::ResourceKind;

/// The tag that says that dewspec may write to what has it.
const ALLOWED: (&str, &str) = ("dewspec", "allowed");
/// Secrets are listed a page at a time, and so many pages at most.
const PAGE: usize = 50;
const PAGES: usize = 40;

/// A secret or key that could be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its name or alias.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// Whether it has the tag `dewspec=allowed`.
    pub is_allowed: bool,
}

/// What there is of a kind that could carry tags, that with the tag `dewspec=allowed` first.
///
/// # Errors
/// Why that cannot be found out, and what to do, in words.
pub async fn candidates(neighbours: &Neighbours, kind: ResourceKind) -> Result<Vec<Candidate>, String> {
    let (listed, by_tag) = match kind {
        ResourceKind::Key => {
            (all_keys(neighbours).await.map(|keys| keys.iter().filter_map(key).collect()), KEYS_BY_TAG)
        }
        ResourceKind::Secret | ResourceKind::Events => (all_secrets(neighbours).await, SECRETS_BY_TAG),
    };
    let listed: Vec<Candidate> = listed.map_err(|refusal| refusal.line())?;
    // Where that cannot be asked, none comes first.
    let allowed = with_tag(neighbours, by_tag).await.unwrap_or_default();
    Ok(in_order(listed, &allowed))
}

fn in_order(mut all: Vec<Candidate>, allowed: &[String]) -> Vec<Candidate> {
    all.iter_mut().for_each(|one| one.is_allowed = allowed.contains(&one.id));
    all.sort_by(|one, other| (!one.is_allowed, &one.name).cmp(&(!other.is_allowed, &other.name)));
    all
}

async fn all_secrets(neighbours: &Neighbours) -> Result<Vec<Candidate>, Refusal> {
    let (mut all, mut marker) = (Vec::new(), None::<String>);
    for _ in 0..PAGES {
        let mut query = format!("?limit={PAGE}");
        if let Some(marker) = &marker {
            let encoded: String = url::form_urlencoded::byte_serialize(marker.as_bytes()).collect();
            query.push_str(&format!("&marker={encoded}"));
        }
        let page = neighbours.ask(LIST_SECRETS, (None, &query), None).await?;
        all.extend(page["secrets"].as_array().into_iter().flatten().filter_map(secret));
        let next = page.pointer("/page_info/next_marker").and_then(Value::as_str).map(str::to_owned);
        if next.is_none() || next.as_deref() == Some("") || next == marker {
            break;
        }
        marker = next;
    }
    Ok(all)
}

/// The ids of everything with the tag that allows.
async fn with_tag(neighbours: &Neighbours, neighbour: Neighbour) -> Result<Vec<String>, Refusal> {
    let (key, value) = ALLOWED;
    let body = json!({ "action": "filter", "limit": "1000", "tags": [{ "key": key, "values": [value] }] });
    let found = neighbours.ask(neighbour, (None, ""), Some(body)).await?;
    let ids = found["resources"].as_array().into_iter().flatten().map(|one| text(one, "resource_id").to_owned());
    Ok(ids.collect())
}

/// A secret that is in use; what waits for its end is none to write to.
fn secret(listed: &Value) -> Option<Candidate> {
    let state = text(listed, "state");
    (state.is_empty() || state == "ENABLED").then(|| candidate(listed, "id", "name", "description")).flatten()
}

/// A key that is in use, and not one of those that the services make for themselves, which take no tags.
fn key(listed: &Value) -> Option<Candidate> {
    let is_default = text(listed, "default_key_flag") == "1" || text(listed, "key_alias").ends_with("/default");
    let state = text(listed, "key_state");
    let is_used = state.is_empty() || state == "2";
    (is_used && !is_default).then(|| candidate(listed, "key_id", "key_alias", "key_description")).flatten()
}

fn candidate(listed: &Value, id: &str, name: &str, description: &str) -> Option<Candidate> {
    let id = Some(text(listed, id)).filter(|id| !id.is_empty())?.to_owned();
    let (name, description) = (text(listed, name).to_owned(), text(listed, description).to_owned());
    Some(Candidate { id, name, description, is_allowed: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_comes_first_and_what_cannot_be_tagged_not_at_all() {
        let keys = [
            json!({ "key_id": "1", "key_alias": "payroll", "key_state": "2", "default_key_flag": "0" }),
            json!({ "key_id": "2", "key_alias": "test", "key_state": "2", "default_key_flag": "0" }),
            json!({ "key_id": "3", "key_alias": "csms/default", "key_state": "2", "default_key_flag": "1" }),
            json!({ "key_id": "4", "key_alias": "going", "key_state": "4", "default_key_flag": "0" }),
            json!({ "key_alias": "without an id" }),
        ];
        let found = in_order(keys.iter().filter_map(key).collect(), &["2".to_owned()]);
        let ids: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.is_allowed)).collect();
        assert_eq!(ids, [("2", true), ("1", false)]);
        let secrets = [json!({ "id": "a", "name": "n", "state": "ENABLED" }), json!({ "id": "b", "state": "FROZEN" })];
        assert_eq!(secrets.iter().filter_map(secret).count(), 1);
    }
}
