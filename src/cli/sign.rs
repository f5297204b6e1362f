use std::io::Read;
use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use url::Url;

use super::config::Config;
use super::credentials::Described;
use super::layer::Sources;
use super::network::sendable;
use super::options::{AccessKeyArgs, LoginArgs, TargetArgs};
use super::vendor::{self, Vendor};
use super::{CliError, console};
use crate::exit;
use crate::target::{Authentication, Signable, sign as signed};

pub(super) const EXAMPLES: &str = "\
Examples:
  DEWSPEC_ACCESS_KEY=… DEWSPEC_SECRET_KEY=… dewspec sign https://kms.example.com/v1/P/csms/S/tags
      the header fields that sign a GET, a line each, for curl -H @FILE
  dewspec sign -X POST URL -H 'Content-Type: application/json' --data-binary @body.json --explain
      the same of a write, and what was signed, to be compared with what another client makes
  dewspec sign --date 20191115T033655Z …
      with a given time, so that the signature is the same each time

Signatures are those of SDK-HMAC-SHA256. The access key comes from where `dewspec run` takes it.

Exit codes: 0 it is signed, 2 wrong usage. Nothing is sent.";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct SignArgs {
    /// The absolute URL, as it will be sent
    #[arg(value_name = "URL")]
    url: String,
    /// Method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET")]
    method: String,
    /// Header field to sign; may be given several times. Those with _ in their name are never signed
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// The body: a text, @FILE, or @- for standard input
    #[arg(short = 'd', long, value_name = "TEXT|@FILE")]
    data_binary: Option<String>,
    /// Time of the signature [default: now]
    #[arg(long, value_name = "YYYYMMDDTHHMMSSZ")]
    date: Option<String>,
    /// Print the canonical request and the text that is signed, too, to standard error
    #[arg(long)]
    explain: bool,
    /// Project for X-Project-Id, which is signed if it is given
    #[arg(long, env = "DEWSPEC_PROJECT_ID", value_name = "ID", help_heading = "Credentials")]
    project_id: Option<String>,
    #[command(flatten)]
    access: AccessKeyArgs,
    /// Credentials of this cloud in clouds.yaml
    #[arg(long, env = "DEWSPEC_OS_CLOUD", value_name = "NAME", help_heading = "Credentials")]
    os_cloud: Option<String>,
    /// File with any of these options [default: dewspec.toml, if it is there]
    #[arg(long, env = "DEWSPEC_CONFIG", value_name = "FILE", help_heading = "Credentials")]
    config: Option<PathBuf>,
    /// Options of the table [profile.NAME] in the file, over the others in it
    #[arg(long, env = "DEWSPEC_PROFILE", value_name = "NAME", help_heading = "Credentials")]
    profile: Option<String>,
    /// Which of all options were flags, and which came from the environment.
    #[arg(skip)]
    pub(super) sources: Sources,
}

/// `dewspec sign`
pub(super) fn sign(args: &SignArgs) -> Result<u8, CliError> {
    let url = Url::parse(&args.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| CliError::usage("invalid URL: give an absolute one that begins with https://"))?;
    let mut headers = args.header.iter().map(|line| field(line)).collect::<Result<Vec<_>, _>>()?;
    let described = TargetArgs {
        access: args.access.clone(),
        login: LoginArgs {
            auth: Some("signature".to_owned()),
            os_cloud: args.os_cloud.clone(),
            ..LoginArgs::default()
        },
        project_id: args.project_id.clone(),
        config: args.config.clone(),
        profile: args.profile.clone(),
        sources: args.sources.clone(),
        ..TargetArgs::default()
    };
    let config = Config::of(&described)?;
    let vendor = Vendor::new(&vendor::of_process);
    let described = Described::new(&described, &config, &vendor);
    let project = described.project_id()?.map(|given| given.value);
    let credentials = described.credentials(project.as_deref().unwrap_or_default())?;
    let Authentication::Signature(key) = credentials.authentication else {
        return Err(CliError::usage("it takes an access key to sign"));
    };
    let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    if let Some(project) = project.filter(|_| !has(&headers, "x-project-id")) {
        headers.push(("X-Project-Id".to_owned(), project));
    }
    if let Some(date) = &args.date {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("x-sdk-date"));
        headers.push(("X-Sdk-Date".to_owned(), valid_date(date)?.to_owned()));
    }
    let body = args.data_binary.as_deref().map(body).transpose()?.unwrap_or_default();
    let request = Signable { method: &args.method, url: &url, headers: &headers, body: &body };
    let signed = signed(&request, &key, SystemTime::now());
    if args.explain {
        console::info(&format!("canonical request:\n{}\n", signed.canonical));
        console::info(&format!("string to sign:\n{}", signed.string_to_sign));
    }
    let lines: String = signed.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    console::print(&lines);
    Ok(exit::CONFORMS)
}

fn field(line: &str) -> Result<(String, String), CliError> {
    let Some((name, value)) = line.split_once(':') else {
        return Err(CliError::usage("invalid --header: give NAME: VALUE, with a colon"));
    };
    let (name, value) = (name.trim(), value.trim());
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(CliError::usage(format!("invalid --header {name:?}: give a name of letters, digits and -")));
    }
    if name.eq_ignore_ascii_case("authorization") {
        return Err(CliError::usage("invalid --header \"Authorization\": that is what the signature makes"));
    }
    sendable(&format!("--header {name:?}"), value)?;
    Ok((name.to_owned(), value.to_owned()))
}

fn valid_date(text: &str) -> Result<&str, CliError> {
    let bytes = text.as_bytes();
    let has_form = bytes.len() == 16
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    match has_form {
        true => Ok(text),
        false => Err(CliError::usage(format!("invalid --date {text:?}: give it like 20191115T033655Z, in UTC"))),
    }
}

fn body(text: &str) -> Result<Vec<u8>, CliError> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some("-") => {
            let mut all = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut all);
            read.map(|_| all).map_err(|e| CliError::usage(format!("standard input cannot be read: {e}")))
        }
        Some(path) => std::fs::read(path).map_err(|e| CliError::usage(format!("{path}: cannot be read: {e}"))),
    }
}
