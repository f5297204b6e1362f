use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::CliError;
use crate::suite::DataError;

/// Everything that can stand in a `dewspec.toml`; the names are those of the options.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(super) endpoint: Option<String>,
    pub(super) csms_endpoint: Option<String>,
    pub(super) kms_endpoint: Option<String>,
    pub(super) project_id: Option<String>,
    #[serde(default)]
    pub(super) secret_id: OneOrMany,
    #[serde(default)]
    pub(super) key_id: OneOrMany,
    pub(super) token: Option<String>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) read_only_token: Option<String>,
    pub(super) foreign_project_id: Option<String>,
    pub(super) foreign_secret_id: Option<String>,
    pub(super) foreign_key_id: Option<String>,
    pub(super) foreign_token: Option<String>,
    #[serde(default)]
    pub(super) header: OneOrMany,
    pub(super) user_agent: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) cacert: Option<PathBuf>,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) insecure: Option<bool>,
    #[serde(default)]
    pub(super) resolve: OneOrMany,
    pub(super) connect_timeout: Option<f64>,
    pub(super) seed: Option<Seed>,
    pub(super) cases: Option<u64>,
    pub(super) run_id: Option<String>,
    pub(super) concurrency: Option<usize>,
    pub(super) timeout: Option<f64>,
    pub(super) settle: Option<f64>,
    pub(super) rate: Option<u32>,
    pub(super) fail_fast: Option<bool>,
    pub(super) strict: Option<bool>,
    pub(super) max_wait: Option<f64>,
    pub(super) max_time: Option<f64>,
    pub(super) wait_for: Option<f64>,
    pub(super) journal: Option<PathBuf>,
    #[serde(default)]
    pub(super) report: OneOrMany,
    pub(super) snapshots: Option<PathBuf>,
}

/// One text or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

/// A number, or `random`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Seed {
    Number(u64),
    Word(String),
}

impl Seed {
    pub(super) fn text(&self) -> String {
        match self {
            Seed::Number(n) => n.to_string(),
            Seed::Word(word) => word.clone(),
        }
    }
}

/// Looked for where no file is named.
const USUAL: &str = "dewspec.toml";

impl Config {
    /// The file that is read.
    pub(super) fn path(named: Option<&Path>) -> &Path {
        named.unwrap_or(Path::new(USUAL))
    }

    /// Reads the named file, or the usual one if it is there.
    pub(super) fn read(named: Option<&Path>) -> Result<Self, CliError> {
        let path = Config::path(named);
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(e) => return Err(CliError::usage(format!("{shown}: cannot be read: {e}"))),
        };
        Config::parse(&shown, &text).map_err(|e| CliError::usage(e.to_string()))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, DataError> {
        toml::from_str(text).map_err(|e| DataError::toml(file, text, &e))
    }
}
