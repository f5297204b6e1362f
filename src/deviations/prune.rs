use toml_edit::{DocumentMut, Item, Table};

use crate::report::{DeviationsReport, EntryState};

/// Takes the stale entries out, and nothing else: what is left stays as it is, comments included. `applied` is what the report
/// says of this very text. Returns the text, and what the entries named that are gone.
///
/// # Errors
/// If the text cannot be changed.
pub fn prune(text: &str, applied: &DeviationsReport) -> Result<(String, Vec<String>), String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{}: {error}", applied.file))?;
    let stale: Vec<usize> = (0..applied.entries.len())
        .filter(|nth| applied.entries.get(*nth).is_some_and(|entry| entry.state == EntryState::Stale))
        .collect();
    let names = stale.iter().filter_map(|nth| applied.entries.get(*nth)).map(|entry| entry.names.clone()).collect();
    if stale.is_empty() {
        return Ok((text.to_owned(), names));
    }
    match document.get_mut("deviation") {
        Some(Item::ArrayOfTables(entries)) => {
            let mut last = String::new();
            for nth in stale.iter().rev() {
                let kept = entries.get(*nth).map(standing_apart).unwrap_or_default();
                entries.remove(*nth);
                match entries.get_mut(*nth) {
                    Some(next) => {
                        let own = prefix(next);
                        next.decor_mut().set_prefix(format!("{kept}{own}"));
                    }
                    None => last.insert_str(0, &kept),
                }
            }
            let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{last}{trailing}"));
        }
        Some(Item::Value(toml_edit::Value::Array(entries))) => {
            stale.iter().rev().for_each(|nth| drop(entries.remove(*nth)));
        }
        _ => return Err(format!("{}: there is no list of entries", applied.file)),
    }
    Ok((document.to_string(), names))
}

fn prefix(table: &Table) -> String {
    table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// The comments above an entry that a blank line keeps apart from it, such as those at the top of the file.
fn standing_apart(table: &Table) -> String {
    let prefix = prefix(table);
    let (apart, _) = prefix.rsplit_once("\n\n").unwrap_or_default();
    if apart.trim().is_empty() { String::new() } else { format!("{apart}\n") }
}
