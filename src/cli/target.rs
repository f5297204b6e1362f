use std::path::Path;

use super::CliError;
use super::config::Config;
use super::credentials::{Credentials, Described};
use super::layer::{Given, Layer};
use super::network::{NetworkOptions, sendable};
use super::options::{EmbeddedArgs, TargetArgs};
use super::regions::region;
use super::vendor::{self, Vendor};
use crate::target::{Foreign, Target};

/// What becomes of a target of which no secret and no key is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// It is none.
    Refused,
    /// They are made for the run, as was said at this layer; those that are named at a lower one do not count.
    Made(Layer),
    /// Somebody is asked later.
    Asked,
}

/// What is missing where nothing is named that could be tagged.
pub(super) const NOTHING_TO_TAG: &str =
    "a target needs something to tag: give --secret-id, --key-id or both, or --provision, which makes them for the run";

/// The target that flags, environment and file describe, in this order; `None` if they name no endpoint.
///
/// # Errors
/// Usage, if something is missing or cannot be.
pub(super) fn target(args: &TargetArgs, config: &Config, unnamed: Unnamed) -> Result<Option<Target>, CliError> {
    let Endpoints { csms, kms } = endpoints(args, config)?;
    if csms.is_none() && kms.is_none() {
        without_endpoint(args, config)?;
        if let Unnamed::Made(Layer::Flag) = unnamed {
            return Err(CliError::usage("--provision makes what a target needs: give its --endpoint, too"));
        }
        return Ok(None);
    }
    let vendor = Vendor::new(&vendor::of_process);
    let project_id = Described::new(args, config, &vendor).project_id()?.map(|given| given.value);
    let project_id = project_id.ok_or_else(|| CliError::usage("a target needs a project: give --project-id"))?;
    let least = if let Unnamed::Made(layer) = unnamed { layer } else { Layer::File };
    let secret_ids = several("secret_id", args, &args.secret_id, config.secret_id.clone().into_vec(), least);
    let key_ids = several("key_id", args, &args.key_id, config.key_id.clone().into_vec(), least);
    if secret_ids.is_empty() && key_ids.is_empty() && unnamed == Unnamed::Refused {
        return Err(CliError::usage(NOTHING_TO_TAG));
    }
    of_project(args, config, &project_id, secret_ids, key_ids).map(Some)
}

/// The target that they describe, with this project and these resources.
///
/// # Errors
/// Usage, if something is missing or cannot be.
pub(super) fn of_project(
    args: &TargetArgs,
    config: &Config,
    project_id: &str,
    secret_ids: Vec<String>,
    key_ids: Vec<String>,
) -> Result<Target, CliError> {
    let pick = |name, flag: &Option<String>, file: &Option<String>| {
        args.sources.pick(name, flag.clone(), file.clone()).map(|given| given.value)
    };
    let Endpoints { csms, kms } = endpoints(args, config)?;
    let vendor = Vendor::new(&vendor::of_process);
    let Credentials { token, authentication, from } = Described::new(args, config, &vendor).credentials(project_id)?;
    let network = NetworkOptions::new(args, config).network()?;
    if authentication.signs()
        && let Some((name, _)) =
            network.headers.iter().find(|(name, _)| SIGNED_FIELDS.contains(&name.to_ascii_lowercase().as_str()))
    {
        let why = "requests are signed, and the signature has this field";
        return Err(CliError::usage(format!("invalid --header {name:?}: {why}")));
    }
    let foreign = Foreign {
        project_id: pick("foreign_project_id", &args.foreign_project_id, &config.foreign_project_id),
        secret_id: pick("foreign_secret_id", &args.foreign_secret_id, &config.foreign_secret_id),
        key_id: pick("foreign_key_id", &args.foreign_key_id, &config.foreign_key_id),
        token: pick("foreign_token", &args.foreign_token, &config.foreign_token),
    };
    let read_only_token = pick("read_only_token", &args.read_only_token, &config.read_only_token);
    for (name, token) in [("--read-only-token", &read_only_token), ("--foreign-token", &foreign.token)] {
        if let Some(token) = token {
            sendable(name, token)?;
        }
    }
    foreign_is_foreign(&foreign, (project_id, &secret_ids, &key_ids, &token))?;
    if read_only_token.as_ref().is_some_and(|read_only| *read_only == token && !token.is_empty()) {
        let why = "it is the token itself: give one that may only read, or leave it out";
        return Err(CliError::usage(format!("invalid --read-only-token: {why}")));
    }
    Ok(Target {
        embedded: false,
        csms: csms.map(|url| base_url("endpoint", &url.value)).transpose()?,
        kms: kms.map(|url| base_url("endpoint", &url.value)).transpose()?,
        project_id: project_id.to_owned(),
        secret_ids,
        key_ids,
        token,
        authentication,
        credentials_from: Some(from),
        read_only_token,
        foreign,
        network,
    })
}

/// Fields of a signature.
const SIGNED_FIELDS: [&str; 4] = ["authorization", "x-sdk-date", "x-security-token", "x-project-id"];

/// The base URLs of the two services, as they were given.
struct Endpoints {
    csms: Option<Given<String>>,
    kms: Option<Given<String>>,
}

fn endpoints(args: &TargetArgs, config: &Config) -> Result<Endpoints, CliError> {
    let pick = |name, flag: &Option<String>, file: &Option<String>| args.sources.pick(name, flag.clone(), file.clone());
    let named = pick("endpoint", &args.endpoint, &config.endpoint);
    let of_region = match pick("region", &args.region, &config.region).filter(|given| !given.value.is_empty()) {
        Some(Given { layer, value }) => Some(Given { layer, value: region(&value).map_err(CliError::usage)?.endpoint }),
        None => None,
    };
    // An address says more than the name of a region.
    let both = Given::or_general(named, of_region);
    let csms = pick("csms_endpoint", &args.csms_endpoint, &config.csms_endpoint);
    let kms = pick("kms_endpoint", &args.kms_endpoint, &config.kms_endpoint);
    Ok(Endpoints { csms: Given::or_general(csms, both.clone()), kms: Given::or_general(kms, both) })
}

/// Faults and readings belong to the embedded server: with a target of the user's they would do nothing.
///
/// # Errors
/// Usage, if both are given.
pub(super) fn for_embedded_only(args: &TargetArgs, config: &Config, embedded: &EmbeddedArgs) -> Result<(), CliError> {
    let Endpoints { csms, kms } = endpoints(args, config)?;
    let option = match (embedded.fault.is_empty(), embedded.reading.is_empty()) {
        (false, _) => "--fault",
        (true, false) => "--reading",
        (true, true) => return Ok(()),
    };
    let Some(given) = csms.or(kms) else { return Ok(()) };
    let place = match given.layer {
        Layer::Flag => "an option".to_owned(),
        Layer::Environment => {
            "the environment (DEWSPEC_ENDPOINT, DEWSPEC_CSMS_ENDPOINT, DEWSPEC_KMS_ENDPOINT, DEWSPEC_REGION)".to_owned()
        }
        Layer::Vendor => "the environment".to_owned(),
        Layer::File => Config::path(args.config.as_deref()).display().to_string(),
    };
    Err(CliError::usage(format!(
        "{option} is for the embedded server, but {place} names the endpoint {:?}: leave out one of the two",
        given.value
    )))
}

/// What is said to be another tenant's must not be one's own: the target would be accused of letting somebody in who may.
fn foreign_is_foreign(
    foreign: &Foreign,
    (project_id, secret_ids, key_ids, token): (&str, &[String], &[String], &str),
) -> Result<(), CliError> {
    let is_own = |given: &Option<String>, own: &dyn Fn(&str) -> bool| given.as_deref().is_some_and(own);
    let wrong = [
        ("--foreign-project-id", is_own(&foreign.project_id, &|id| id == project_id), "project"),
        ("--foreign-secret-id", is_own(&foreign.secret_id, &|id| secret_ids.iter().any(|own| own == id)), "secret"),
        ("--foreign-key-id", is_own(&foreign.key_id, &|id| key_ids.iter().any(|own| own == id)), "key"),
        ("--foreign-token", is_own(&foreign.token, &|given| !given.is_empty() && given == token), "token"),
    ];
    match wrong.iter().find(|(_, is_own, _)| *is_own) {
        Some((option, _, what)) => Err(CliError::usage(format!(
            "invalid {option}: it is the {what} of the target itself: give one of another tenant, or leave it out"
        ))),
        None => Ok(()),
    }
}

/// Whoever describes a target but names no endpoint would check the embedded server without knowing it.
fn without_endpoint(args: &TargetArgs, config: &Config) -> Result<(), CliError> {
    const DESCRIBING: [(&str, &str); 25] = [
        ("project_id", "--project-id"),
        ("secret_id", "--secret-id"),
        ("key_id", "--key-id"),
        ("token", "--token"),
        ("token_file", "--token-file"),
        ("token_command", "--token-command"),
        ("access_key", "--access-key"),
        ("secret_key", "--secret-key"),
        ("security_token", "--security-token"),
        ("user_name", "--user-name"),
        ("password", "--password"),
        ("os_cloud", "--os-cloud"),
        ("read_only_token", "--read-only-token"),
        ("foreign_project_id", "--foreign-project-id"),
        ("foreign_secret_id", "--foreign-secret-id"),
        ("foreign_key_id", "--foreign-key-id"),
        ("foreign_token", "--foreign-token"),
        ("header", "--header"),
        ("user_agent", "--user-agent"),
        ("proxy", "--proxy"),
        ("cacert", "--cacert"),
        ("cert", "--cert"),
        ("key", "--key"),
        ("insecure", "--insecure"),
        ("resolve", "--resolve"),
    ];
    match DESCRIBING.iter().find(|(name, _)| args.sources.layer(name) == Some(Layer::Flag)) {
        Some((_, option)) => Err(CliError::usage(format!("{option} describes a target: give its --endpoint, too"))),
        // Faults and readings are the embedded server's: it is meant.
        None if args.sources.layer("fault").or(args.sources.layer("reading")).is_some() => Ok(()),
        None => described_elsewhere(args, config),
    }
}

/// The same of a target whose project or resources stand in the environment or in the file, as where the variable of the
/// endpoint is empty or has another name.
fn described_elsewhere(args: &TargetArgs, config: &Config) -> Result<(), CliError> {
    let file = || Config::path(args.config.as_deref()).display().to_string();
    let several = |ids: &[String]| ids.iter().find(|id| !id.is_empty()).cloned();
    for (name, option, parsed, in_file) in [
        ("project_id", "project-id", args.project_id.clone(), config.project_id.clone()),
        ("secret_id", "secret-id", several(&args.secret_id), several(&config.secret_id.clone().into_vec())),
        ("key_id", "key-id", several(&args.key_id), several(&config.key_id.clone().into_vec())),
    ] {
        let place = match args.sources.pick(name, parsed, in_file) {
            Some(Given { layer: Layer::File, .. }) => format!("{option} in {}", file()),
            Some(given) if !given.value.is_empty() => format!("DEWSPEC_{}", name.to_uppercase()),
            _ => continue,
        };
        let advice = "give --endpoint or DEWSPEC_ENDPOINT; without it, the embedded reference server would be checked";
        return Err(CliError::usage(format!("{place} describes a target whose endpoint nothing names: {advice}")));
    }
    if args.profile.as_deref().unwrap_or_default().is_empty() && !config.profile.is_empty() {
        let names: Vec<&str> = config.profile.keys().map(String::as_str).collect();
        let named = names.join(", ");
        return Err(CliError::usage(format!("{} has profiles: choose one with --profile, of {named}", file())));
    }
    Ok(())
}

/// The values of an option that may be given several times, unless it was given at a lower layer than `least`.
fn several(name: &str, args: &TargetArgs, flags: &[String], file: Vec<String>, least: Layer) -> Vec<String> {
    let list = |ids: Vec<String>| (!ids.is_empty()).then_some(ids);
    let given = args.sources.pick(name, list(flags.to_vec()), list(file));
    let mut ids = given.filter(|given| given.layer >= least).map(|given| given.value).unwrap_or_default();
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| !id.is_empty() && seen.insert(id.clone()));
    ids
}

/// The file that holds the token, if an option or the environment named it and no token beside it counts.
pub(super) fn token_file_of(args: &TargetArgs) -> Option<&Path> {
    let layer = args.sources.layer("token_file")?;
    let hidden = args.sources.layer("token").is_some_and(|direct| direct >= layer);
    args.token_file.as_deref().filter(|_| !hidden)
}

/// A base URL as it was given: for services `endpoint`, or an option's name.
///
/// # Errors
/// Usage, if it cannot be one.
pub(super) fn base_url(what: &str, text: &str) -> Result<String, CliError> {
    let invalid = |why: &str| CliError::usage(format!("invalid {what} {text:?}: {why}"));
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => invalid("it does not begin with http:// or https://"),
        _ if text.matches(':').count() > 2 && !text.contains(['[', '@']) => {
            invalid("an IPv6 address stands in brackets: http://[::1]:8080")
        }
        error => invalid(&format!("{error}; give a URL like http://127.0.0.1:8080")),
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(invalid("give a URL that begins with http:// or https:// and a host"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("give it without query and fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The text may hold a password.
        let why = "give it without user and password; credentials are options of their own";
        return Err(CliError::usage(format!("invalid {what}: {why}")));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::layer::Sources;

    /// Options as if given at the layers named; what is not named comes from the file.
    fn args(layers: &[(&str, Layer, &str)]) -> TargetArgs {
        let mut args = TargetArgs {
            sources: Sources::at(&layers.iter().map(|(n, l, _)| (*n, *l)).collect::<Vec<_>>()),
            ..TargetArgs::default()
        };
        for (name, _, value) in layers {
            let value = (*value).to_owned();
            match *name {
                "endpoint" => args.endpoint = Some(value),
                "csms_endpoint" => args.csms_endpoint = Some(value),
                "token" => args.token = Some(value),
                "token_file" => args.token_file = Some(value.into()),
                other => unreachable!("{other}"),
            }
        }
        args
    }

    fn file(text: &str) -> Config {
        let usual = "project-id = \"p\"\nsecret-id = \"s\"\n";
        Config::parse("dewspec.toml", &format!("{usual}{text}")).unwrap()
    }

    fn csms_url(args: &TargetArgs, config: &Config) -> String {
        target(args, config, Unnamed::Refused).unwrap().unwrap().csms.unwrap()
    }

    #[test]
    fn a_general_endpoint_of_a_higher_layer_beats_a_specific_one() {
        use Layer::{Environment, Flag};
        let config = file("endpoint = \"http://file\"\ncsms-endpoint = \"http://file-csms\"\ntoken = \"t\"");
        assert_eq!(csms_url(&args(&[]), &config), "http://file-csms");
        assert_eq!(csms_url(&args(&[("endpoint", Environment, "http://env")]), &config), "http://env");
        assert_eq!(csms_url(&args(&[("endpoint", Flag, "http://flag")]), &config), "http://flag");
        let both = [("endpoint", Flag, "http://flag"), ("csms_endpoint", Environment, "http://env-csms")];
        assert_eq!(csms_url(&args(&both), &config), "http://flag");
        let both = [("endpoint", Environment, "http://env"), ("csms_endpoint", Flag, "http://flag-csms")];
        assert_eq!(csms_url(&args(&both), &config), "http://flag-csms");
        let both = [("endpoint", Flag, "http://flag"), ("csms_endpoint", Flag, "http://flag-csms")];
        assert_eq!(csms_url(&args(&both), &config), "http://flag-csms");
    }

    #[test]
    fn of_token_and_token_file_the_higher_layer_wins_and_at_one_layer_the_token() {
        use Layer::{Environment, Flag};
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (high, low) = (write("high", "of-the-file\n"), write("low", "of-the-config-file\n"));
        let config = |text: String| file(&format!("endpoint = \"http://file\"\n{text}"));
        let both = config(format!("token = \"of-the-config\"\ntoken-file = {low:?}"));
        let only_file = config(format!("token-file = {low:?}"));
        let token = |layers: &[(&str, Layer, &str)], config: &Config| {
            target(&args(layers), config, Unnamed::Refused).unwrap().unwrap().token
        };
        assert_eq!(token(&[], &both), "of-the-config");
        assert_eq!(token(&[], &only_file), "of-the-config-file");
        for layer in [Environment, Flag] {
            assert_eq!(token(&[("token_file", layer, &high)], &both), "of-the-file");
            assert_eq!(token(&[("token", layer, "direct")], &both), "direct");
            assert_eq!(token(&[("token", layer, "direct"), ("token_file", layer, &high)], &both), "direct");
        }
        let flag_file = [("token", Environment, "of-the-environment"), ("token_file", Flag, high.as_str())];
        assert_eq!(token(&flag_file, &both), "of-the-file");
        let flag_token = [("token", Flag, "direct"), ("token_file", Environment, high.as_str())];
        assert_eq!(token(&flag_token, &both), "direct");
        assert_eq!(token(&[("token", Environment, "")], &both), "of-the-config", "an empty variable is none");
    }

    #[test]
    fn faults_are_refused_beside_an_endpoint_wherever_it_comes_from() {
        let embedded = EmbeddedArgs { fault: vec!["f".to_owned()], ..EmbeddedArgs::default() };
        let config = file("endpoint = \"http://file\"");
        let refused =
            |args: &TargetArgs, config: &Config| for_embedded_only(args, config, &embedded).unwrap_err().message;
        assert!(refused(&args(&[]), &config).contains("dewspec.toml names the endpoint \"http://file\""));
        let env = args(&[("endpoint", Layer::Environment, "http://env")]);
        assert!(refused(&env, &Config::default()).contains("DEWSPEC_ENDPOINT"));
        assert!(for_embedded_only(&args(&[]), &Config::default(), &embedded).is_ok());
        assert!(for_embedded_only(&env, &config, &EmbeddedArgs::default()).is_ok());
    }

    #[test]
    fn what_is_no_endpoint_is_told_with_what_to_give_instead() {
        for (text, part) in [
            ("nonsense", "invalid endpoint \"nonsense\": "),
            ("ftp://host", "begins with http:// or https://"),
            ("http://host/?a=b", "without query"),
            ("kms.example.com", "it does not begin with http:// or https://"),
            ("http://::1:8080", "an IPv6 address stands in brackets: http://[::1]:8080"),
            ("http://host:port", "give a URL like http://127.0.0.1:8080"),
            ("http://me:secret-word@host", "without user and password"),
        ] {
            let message = base_url("endpoint", text).unwrap_err().message;
            assert!(message.contains(part) && !message.contains("secret-word"), "{message}");
        }
        assert_eq!(base_url("endpoint", "HTTP://Host:80/base/").unwrap(), "http://host/base");
    }
}
