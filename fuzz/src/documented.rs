use std::sync::LazyLock;

use fancy_regex::Regex;

use dewspec::server::{Profile, ServerConfig, TextField};

/// What the documents state about one text, under one choice of the readings that it depends on: their expressions as
/// they stand, run by an engine with look-around, and their lengths.
#[derive(Debug)]
pub(super) struct Documented {
    pub(super) field: TextField,
    /// The readings, by clause and name.
    pub(super) readings: Vec<(&'static str, &'static str)>,
    pattern: Regex,
    most: usize,
    utf16: bool,
}

/// A key and a value of a secret's tag: DOC-000, DOC-001 and DOC-002, the table of tags.
const SECRET_KEY: &str = r"^((?!\s)(?!sys)[\p{L}\p{Z}\p{N}_.:=+\-@]*)(?<!\s)$";
const SECRET_VALUE: &str = r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)$";
/// DOC-003 lists the characters of a key's tags in words: none of ASCII 0 to 31, no `*`, `<`, `>`, `\`, `=`.
const KEY_TEXT: &str = r"^[^\x00-\x1F*<>\\=]*$";
/// DOC-004, the table of the body.
const EVENT_NAME: &str = r"^[a-zA-Z0-9_-]{1,64}$";
/// Known from elsewhere, of which the reading `pattern` speaks.
const TARGET_ID: &str = r"^[a-zA-Z0-9\-._:]{1,256}$";
const TARGET_NAME: &str = r"^[a-zA-Z0-9_-]{1,64}$";
const ANYTHING: &str = r"^[\s\S]*$";

const UNBOUNDED: usize = usize::MAX;
const UNITS: [(&str, bool); 2] = [("code-points", false), ("utf-16", true)];

/// Every text under every choice of its readings.
pub(super) fn documented() -> Result<&'static [Documented], String> {
    static ALL: LazyLock<Result<Vec<Documented>, String>> = LazyLock::new(all);
    ALL.as_ref().map(Vec::as_slice).map_err(Clone::clone)
}

fn all() -> Result<Vec<Documented>, String> {
    let mut all = Vec::new();
    let mut add = |field, readings: &[(&'static str, &'static str)], pattern: &str, most, utf16| {
        let pattern = Regex::new(pattern).map_err(|e| format!("{pattern}: {e}"))?;
        all.push(Documented { field, readings: readings.to_vec(), pattern, most, utf16 });
        Ok::<(), String>(())
    };
    for (unit, utf16) in UNITS {
        for (prefix, reserved) in [("literal", "sys"), ("sdk", "_sys_")] {
            for (space, class) in [("unicode", r"\s"), ("ascii", r"[\t-\r ]")] {
                let pattern = SECRET_KEY.replace("sys", reserved).replace(r"\s", class);
                let readings =
                    [("key.reserved-prefix", prefix), ("key.whitespace", space), ("key.character-unit", unit)];
                // A key is not empty, whatever its pattern allows.
                add(TextField::SecretTagKey, &readings, &pattern.replacen('^', "^(?!$)", 1), 128, utf16)?;
            }
        }
        add(TextField::SecretTagValue, &[("value.character-unit", unit)], SECRET_VALUE, 255, utf16)?;
    }
    // This page counts Unicode characters and says so.
    for (blank, none) in [("empty", r"^(?!$)"), ("whitespace", r"^(?!\s*$)")] {
        add(TextField::KeyTagKey, &[("key.blank", blank)], &KEY_TEXT.replacen('^', none, 1), 36, false)?;
    }
    add(TextField::KeyTagValue, &[], KEY_TEXT, 43, false)?;
    add(TextField::EventName, &[], EVENT_NAME, UNBOUNDED, false)?;
    for (reading, id, name) in [("free", ANYTHING, ANYTHING), ("pattern", TARGET_ID, TARGET_NAME)] {
        add(TextField::TargetId, &[("notification.target_id.pattern", reading)], id, UNBOUNDED, false)?;
        add(TextField::TargetName, &[("notification.target_name.pattern", reading)], name, UNBOUNDED, false)?;
    }
    Ok(all)
}

impl Documented {
    /// Whether the documents admit this text.
    ///
    /// # Errors
    /// If the engine gives up.
    pub(super) fn admits(&self, text: &str) -> Result<bool, String> {
        let length = if self.utf16 { text.encode_utf16().count() } else { text.chars().count() };
        let fits = self.pattern.is_match(text).map_err(|e| format!("{}: {e}: {text:?}", self.pattern.as_str()))?;
        Ok(fits && length <= self.most)
    }

    /// A server with these readings.
    ///
    /// # Errors
    /// If it does not know them.
    pub(super) fn server(&self, base: &ServerConfig) -> Result<ServerConfig, String> {
        let mut profile = Profile::default();
        for (clause, reading) in &self.readings {
            profile.set(clause, reading).map_err(|e| e.to_string())?;
        }
        Ok(ServerConfig { profile, ..base.clone() })
    }
}
