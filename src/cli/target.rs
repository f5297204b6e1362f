use std::time::Duration;

use super::Ending;
use super::args::{EngineArgs, TargetArgs};
use super::config::Config;
use crate::target::{Foreign, Network, Settings, Target};

/// Longest run id: it becomes part of event names, which have 64 characters.
const RUN_ID_MOST: usize = 20;

/// The target that options, environment and file describe, in this order; `None` if they name no endpoint.
pub(super) fn target(args: &TargetArgs, config: &Config) -> Result<Option<Target>, Ending> {
    let pick = |flag: &Option<String>, file: &Option<String>| flag.clone().or_else(|| file.clone());
    let both = pick(&args.endpoint, &config.endpoint);
    let csms = pick(&args.csms_endpoint, &config.csms_endpoint).or_else(|| both.clone());
    let kms = pick(&args.kms_endpoint, &config.kms_endpoint).or(both);
    if csms.is_none() && kms.is_none() {
        return Ok(None);
    }
    let project_id = pick(&args.project_id, &config.project_id)
        .ok_or_else(|| Ending::usage("a target needs a project: give --project-id"))?;
    let secret_ids = several(&args.secret_id, config.secret_id.clone().into_vec());
    let key_ids = several(&args.key_id, config.key_id.clone().into_vec());
    if secret_ids.is_empty() && key_ids.is_empty() {
        return Err(Ending::usage("a target needs something to tag: give --secret-id, --key-id or both"));
    }
    let foreign = Foreign {
        project_id: pick(&args.foreign_project_id, &config.foreign_project_id),
        secret_id: pick(&args.foreign_secret_id, &config.foreign_secret_id),
        key_id: pick(&args.foreign_key_id, &config.foreign_key_id),
        token: pick(&args.foreign_token, &config.foreign_token),
    };
    let read_only_token = pick(&args.read_only_token, &config.read_only_token);
    for (name, token) in [("--read-only-token", &read_only_token), ("--foreign-token", &foreign.token)] {
        if let Some(token) = token {
            sendable(name, token)?;
        }
    }
    Ok(Some(Target {
        embedded: false,
        csms: csms.map(|url| endpoint(&url)).transpose()?,
        kms: kms.map(|url| endpoint(&url)).transpose()?,
        project_id,
        secret_ids,
        key_ids,
        token: token(args, config)?,
        read_only_token,
        foreign,
        network: Network::default(),
    }))
}

fn several(flags: &[String], file: Vec<String>) -> Vec<String> {
    let mut ids: Vec<String> = if flags.is_empty() { file } else { flags.to_vec() };
    ids.retain(|id| !id.is_empty());
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    ids
}

fn token(args: &TargetArgs, config: &Config) -> Result<String, Ending> {
    let direct = args.token.clone();
    let file = args.token_file.clone();
    let text = match (direct, file) {
        (Some(token), _) => token,
        (None, Some(file)) => from_file(&file)?,
        (None, None) => match (config.token.clone(), config.token_file.clone()) {
            (Some(token), _) => token,
            (None, Some(file)) => from_file(&file)?,
            (None, None) => {
                return Err(Ending::usage(
                    "a target needs a token: set DEWSPEC_TOKEN, or give --token-file or --token",
                ));
            }
        },
    };
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Ending::usage("the token is empty"));
    }
    sendable("the token", &text)?;
    Ok(text)
}

fn from_file(path: &std::path::Path) -> Result<String, Ending> {
    std::fs::read_to_string(path).map_err(|e| Ending::usage(format!("{}: cannot be read: {e}", path.display())))
}

fn sendable(name: &str, token: &str) -> Result<(), Ending> {
    match token.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        true => Ok(()),
        false => Err(Ending::usage(format!("{name} holds characters that no header can carry"))),
    }
}

fn endpoint(text: &str) -> Result<String, Ending> {
    let url = url::Url::parse(text).map_err(|e| {
        Ending::usage(format!("{text:?} is no endpoint: {e}; give something like http://127.0.0.1:8080"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Ending::usage(format!("{text:?} is no endpoint: it begins with http:// or https:// and a host")));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(Ending::usage("an endpoint has no user, query or fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// How to go about the run.
pub(super) fn settings(args: &EngineArgs, config: &Config, embedded: bool) -> Result<Settings, Ending> {
    let usual = if embedded { Settings::embedded() } else { Settings::default() };
    let seed = match args.seed.clone().or_else(|| config.seed.as_ref().map(|s| s.text())) {
        None => usual.seed,
        Some(word) if word == "random" => rand::random(),
        Some(number) => number.parse().map_err(|_| {
            Ending::usage(format!("{number:?} is no seed: give a number from 0 to {} or `random`", u64::MAX))
        })?,
    };
    let run_id = args
        .run_id
        .clone()
        .or_else(|| config.run_id.clone())
        .unwrap_or_else(|| format!("{:08x}", rand::random::<u32>()));
    let clean = run_id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if run_id.is_empty() || run_id.len() > RUN_ID_MOST || !clean {
        return Err(Ending::usage(format!("{run_id:?} is no run id: a-z, 0-9 and -, at most {RUN_ID_MOST} of them")));
    }
    let concurrency = args.concurrency.or(config.concurrency).unwrap_or(usual.concurrency);
    if concurrency == 0 {
        return Err(Ending::usage("--concurrency is at least 1"));
    }
    let rate = args.rate.or(config.rate);
    if rate == Some(0) {
        return Err(Ending::usage("--rate is at least 1"));
    }
    Ok(Settings {
        seed,
        run_id,
        cases: args.cases.or(config.cases).unwrap_or(usual.cases),
        concurrency,
        width: usual.width.min(concurrency),
        timeout: seconds("--timeout", args.timeout.or(config.timeout), usual.timeout, 0.001)?,
        settle: seconds("--settle", args.settle.or(config.settle), usual.settle, 0.0)?,
        rate,
        fail_fast: args.fail_fast || config.fail_fast.unwrap_or_default(),
        strict: args.strict || config.strict.unwrap_or_default(),
        ..usual
    })
}

fn seconds(name: &str, given: Option<f64>, usual: Duration, least: f64) -> Result<Duration, Ending> {
    match given {
        None => Ok(usual),
        Some(seconds) if seconds.is_finite() && (least..=3600.0).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        Some(seconds) => Err(Ending::usage(format!("{name} {seconds}: give seconds from {least} to 3600"))),
    }
}
