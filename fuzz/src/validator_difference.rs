use super::documented::{Documented, documented};
use dewspec::server::fault::FaultSet;
use dewspec::server::{ServerConfig, TextRules};

thread_local! {
    static RULES: Result<Vec<Pair>, String> = pairs(FaultSet::default());
}

/// One statement of the rules beside the other.
type Pair = (&'static Documented, TextRules);

/// Any text against the rules for keys, values and names: the reference server's own, written by hand, and the
/// documented expressions agree, under each reading. Bytes that are no UTF-8 become replacement characters.
///
/// # Errors
/// The text and the rule they disagree about.
pub fn validator_difference(data: &[u8]) -> Result<(), String> {
    RULES.with(|rules| check(rules.as_ref().map_err(Clone::clone)?, data))
}

pub(super) fn pairs(faults: FaultSet) -> Result<Vec<Pair>, String> {
    let base = ServerConfig { faults, ..ServerConfig::default() };
    documented()?.iter().map(|rule| Ok((rule, TextRules::new(&rule.server(&base)?)))).collect()
}

pub(super) fn check(rules: &[Pair], data: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(data);
    for (documented, server) in rules {
        let allowed = documented.admits(&text)?;
        if server.admits(documented.field, &text) != allowed {
            let (field, readings) = (documented.field, &documented.readings);
            let (says, does) = if allowed { ("admits", "refuses") } else { ("does not admit", "accepts") };
            return Err(format!("{field} {readings:?}: the document {says} {text:?}, the server {does} it"));
        }
    }
    Ok(())
}
