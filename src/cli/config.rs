use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CliError;
use super::options::TargetArgs;
use crate::model::FlakyPolicy;
use crate::suite::DataError;

/// Everything that can stand in a `dewspec.toml`; the names are those of the options.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub(super) endpoint: Option<String>,
    pub(super) csms_endpoint: Option<String>,
    pub(super) kms_endpoint: Option<String>,
    pub(super) region: Option<String>,
    pub(super) project_id: Option<String>,
    #[serde(default)]
    pub(super) secret_id: OneOrMany,
    #[serde(default)]
    pub(super) key_id: OneOrMany,
    pub(super) provision: Option<bool>,
    pub(super) token: Option<String>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) access_key: Option<String>,
    pub(super) secret_key: Option<String>,
    pub(super) security_token: Option<String>,
    pub(super) token_command: Option<String>,
    pub(super) user_name: Option<String>,
    pub(super) password: Option<String>,
    pub(super) domain_name: Option<String>,
    pub(super) iam_endpoint: Option<String>,
    pub(super) auth: Option<String>,
    pub(super) os_cloud: Option<String>,
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
    pub(super) thorough: Option<bool>,
    pub(super) repeat: Option<u64>,
    pub(super) retries: Option<u64>,
    pub(super) flaky: Option<FlakyPolicy>,
    pub(super) max_wait: Option<f64>,
    pub(super) max_time: Option<f64>,
    pub(super) wait_for: Option<f64>,
    pub(super) journal: Option<PathBuf>,
    #[serde(default)]
    pub(super) report: OneOrMany,
    pub(super) snapshots: Option<PathBuf>,
    pub(super) deviations: Option<PathBuf>,
    /// Options of several targets; that of `--profile` counts, over those beside it.
    #[serde(default)]
    pub(super) profile: BTreeMap<String, Config>,
}

/// One text or several.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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

    /// Reads the file that the options name, or the usual one if it is there, with what a profile in it says.
    ///
    /// # Errors
    /// Usage: what is wrong with it, or that it has no such profile.
    pub(super) fn of(args: &TargetArgs) -> Result<Self, CliError> {
        let named = args.config.as_deref();
        match args.profile.as_deref().filter(|name| !name.is_empty()) {
            Some(profile) => Config::read(named, Some(profile)),
            None => Config::read(named, None),
        }
    }

    /// Reads the named file, or the usual one if it is there.
    fn read(named: Option<&Path>, profile: Option<&str>) -> Result<Self, CliError> {
        let path = Config::path(named);
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => {
                return match profile {
                    Some(name) => Err(CliError::usage(format!("--profile {name}: there is no {shown} with profiles"))),
                    None => Ok(Config::default()),
                };
            }
            Err(e) => return Err(CliError::usage(format!("{shown}: cannot be read: {e}"))),
        };
        let config = Config::parse(&shown, &text).map_err(|e| CliError::usage(e.to_string()))?;
        match profile {
            Some(name) => config.with_profile(&shown, &text, name),
            None => Ok(config),
        }
    }

    /// The options of a profile over those beside it; `text` is what was read.
    fn with_profile(&self, shown: &str, text: &str, name: &str) -> Result<Self, CliError> {
        if !self.profile.contains_key(name) {
            let known: Vec<&str> = self.profile.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(CliError::usage(format!("{shown}: there is no [profile.{name}] in it; there is {known}")));
        }
        // It was read as a whole already, and is sound.
        let wrong = |e: toml::de::Error| CliError::usage(format!("{shown}: {}", e.message()));
        let mut table: toml::Table = toml::from_str(text).map_err(wrong)?;
        let mut profiles = match table.remove("profile") {
            Some(toml::Value::Table(profiles)) => profiles,
            _ => toml::Table::new(),
        };
        let Some(toml::Value::Table(own)) = profiles.remove(name) else { return Ok(self.clone()) };
        // What a profile says of addresses, or of credentials, stands in the place of all that is said of them beside it.
        if own.contains_key("endpoint") || own.contains_key("region") {
            table.retain(|key, _| !["endpoint", "csms-endpoint", "kms-endpoint", "region"].contains(&key));
        }
        if own.keys().any(|key| CREDENTIALS.contains(&key.as_str())) {
            table.retain(|key, _| !CREDENTIALS.contains(&key));
        }
        table.extend(own);
        table.try_into().map_err(wrong)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, DataError> {
        let config: Config = toml::from_str(text).map_err(|e| DataError::toml(file, text, &e))?;
        match config.profile.iter().find(|(_, profile)| !profile.profile.is_empty()) {
            Some((name, _)) => Err(DataError::file(file, format!("[profile.{name}] holds profiles of its own"))),
            None => Ok(config),
        }
    }
}

/// Credentials belong together, and are never mixed.
const CREDENTIALS: [&str; 11] = [
    "token",
    "token-file",
    "token-command",
    "access-key",
    "secret-key",
    "security-token",
    "user-name",
    "password",
    "domain-name",
    "auth",
    "os-cloud",
];

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
endpoint = "http://one"
kms-endpoint = "http://two"
project-id = "p"
token = "t"
cases = 3

[profile.lab]
endpoint = "http://lab"
access-key = "AK"
secret-key = "SK"

[profile.slow]
cases = 1
"#;

    fn with(profile: &str) -> Result<Config, String> {
        let config = Config::parse("dewspec.toml", FILE).unwrap();
        config.with_profile("dewspec.toml", FILE, profile).map_err(|e| e.message)
    }

    #[test]
    fn a_profile_stands_over_what_is_beside_it() {
        let lab = with("lab").unwrap();
        assert_eq!((lab.endpoint.as_deref(), lab.kms_endpoint), (Some("http://lab"), None));
        assert_eq!((lab.project_id.as_deref(), lab.cases), (Some("p"), Some(3)));
        assert_eq!((lab.token, lab.access_key.as_deref()), (None, Some("AK")), "credentials are never mixed");
        let slow = with("slow").unwrap();
        assert_eq!((slow.cases, slow.token.as_deref()), (Some(1), Some("t")));
        assert_eq!(slow.kms_endpoint.as_deref(), Some("http://two"));
        assert!(with("none").unwrap_err().contains("there is lab, slow"));
    }

    #[test]
    fn mistakes_in_profiles_are_told_whichever_is_used() {
        let told = |text: &str| Config::parse("f.toml", text).unwrap_err().to_string();
        assert!(
            told("[profile.a]\nendpiont = \"x\"").contains("f.toml:2"),
            "{}",
            told("[profile.a]\nendpiont = \"x\"")
        );
        assert!(told("[profile.a.profile.b]\ncases = 1").contains("profiles of its own"));
    }
}
