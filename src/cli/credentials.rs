//! Which credentials count: of the highest layer that has any, and at one layer the plainest. They are never put together of
//! what belongs to different ones.

use std::path::{Path, PathBuf};

use super::CliError;
use super::clouds::{self, Auth, Found};
use super::config::Config;
use super::layer::{Blank, Given, Layer};
use super::network::sendable;
use super::options::{AccessKeyArgs, TargetArgs};
use super::regions::region;
use super::target::base_url;
use super::vendor::{Variable, Vendor};
use crate::target::{AccessKey, Authentication, IamLogin, Login, TOKEN, TokenSource};

/// What a target is asked with.
#[derive(Clone)]
pub(super) struct Credentials {
    /// The token, or what stands for it; empty where requests are signed.
    pub(super) token: String,
    pub(super) authentication: Authentication,
    /// Where they come from, for people.
    pub(super) from: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("authentication", &self.authentication).field("from", &self.from).finish()
    }
}

/// One way to get credentials, as far as it is described.
struct Candidate {
    layer: Layer,
    from: String,
    way: Way,
}

enum Way {
    Token(String),
    TokenFile(PathBuf),
    TokenCommand(String),
    AccessKey,
    Password,
    /// What `clouds.yaml` says of it, or why that cannot be read.
    Cloud(Box<Result<Found, String>>),
}

/// What `--auth` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Token,
    Signature,
    Iam,
}

/// Everything that is said of credentials, wherever it stands.
pub(super) struct Described<'a> {
    args: &'a TargetArgs,
    config: &'a Config,
    vendor: &'a Vendor<'a>,
}

impl<'a> Described<'a> {
    pub(super) fn new(args: &'a TargetArgs, config: &'a Config, vendor: &'a Vendor<'a>) -> Self {
        Described { args, config, vendor }
    }

    /// The credentials for a project.
    ///
    /// # Errors
    /// Usage: what is missing or cannot be.
    pub(super) fn credentials(&self, project_id: &str) -> Result<Credentials, CliError> {
        let method = self.method()?;
        let mut candidates = self.candidates();
        candidates.retain(|one| method.is_none_or(|method| one.way.serves(method)));
        // Of equal ones the first stays.
        candidates.sort_by_key(|one| std::cmp::Reverse(one.layer));
        let Some(chosen) = candidates.into_iter().next() else { return Err(missing(method)) };
        let Candidate { from, way, .. } = chosen;
        let of_token = |token: String, authentication| Credentials { token, authentication, from: from.clone() };
        let fetched = |source| of_token(TOKEN.to_owned(), Authentication::FetchedToken(source));
        Ok(match way {
            Way::Token(text) => of_token(token(&text)?, Authentication::Token),
            Way::TokenFile(path) => of_token(token(&from_file(&path)?)?, Authentication::Token),
            Way::TokenCommand(command) => fetched(TokenSource::Command(command)),
            Way::AccessKey => {
                let (key, from) = self.access_key()?.ok_or_else(|| missing(method))?;
                self.of_key(key, from, project_id, method)?
            }
            Way::Password => self.by_password(project_id, from)?,
            Way::Cloud(found) => self.of_cloud((*found).map_err(CliError::usage)?, project_id, from, method)?,
        })
    }

    /// The project, if a variable of another tool or a cloud's entry names it.
    pub(super) fn project_id(&self) -> Result<Option<Given<String>>, CliError> {
        let (args, config) = (self.args, self.config);
        let own = args.sources.pick("project_id", args.project_id.clone(), config.project_id.clone());
        let vendor = self.vendor.project_id().map(|v| Given { layer: Layer::Vendor, value: v.value });
        let cloud = self.cloud();
        let of_cloud = cloud.as_ref().and_then(|(layer, found)| {
            let value = found.as_ref().ok()?.cloud.auth.project_id.clone()?;
            Some(Given { layer: *layer, value })
        });
        let all = [of_cloud, vendor, own].into_iter().flatten().filter(|given| !given.value.is_blank());
        // Of equal ones the last is taken.
        match (all.max_by_key(|given| given.layer), cloud) {
            (None, Some((_, Err(why)))) => Err(CliError::usage(why)),
            (given, _) => Ok(given),
        }
    }

    /// Which ways there are, the plainest first.
    fn candidates(&self) -> Vec<Candidate> {
        let (args, config) = (self.args, self.config);
        let file = Config::path(args.config.as_deref()).display().to_string();
        let own = |name: &str, layer| place(name, layer, &file);
        let mut all = Vec::new();
        if let Some(Given { layer, value }) = args.sources.pick("token", args.token.clone(), config.token.clone()) {
            all.push(Candidate { layer, from: own("token", layer), way: Way::Token(value) });
        }
        if let Some(Given { layer, value }) =
            args.sources.pick("token_file", args.token_file.clone(), config.token_file.clone())
        {
            let from = format!("{} ({})", own("token-file", layer), value.display());
            all.push(Candidate { layer, from, way: Way::TokenFile(value) });
        }
        if let Some(Variable { name, value }) = self.vendor.token() {
            all.push(Candidate { layer: Layer::Vendor, from: name.to_owned(), way: Way::Token(value) });
        }
        let command = (args.login.token_command.clone(), config.token_command.clone());
        if let Some(Given { layer, value }) = args.sources.pick("token_command", command.0, command.1) {
            all.push(Candidate { layer, from: own("token-command", layer), way: Way::TokenCommand(value) });
        }
        if let Some((layer, from)) = self.place_of_key() {
            all.push(Candidate { layer, from, way: Way::AccessKey });
        }
        if let Some((layer, from)) = self.place_of_user() {
            all.push(Candidate { layer, from, way: Way::Password });
        }
        if let Some((layer, found)) = self.cloud() {
            let path = found.as_ref().map_or_else(|_| "not found".to_owned(), |found| found.path.display().to_string());
            let from = format!("clouds.yaml ({path})");
            all.push(Candidate { layer, from, way: Way::Cloud(Box::new(found)) });
        }
        all
    }

    fn method(&self) -> Result<Option<Method>, CliError> {
        let given = self.args.sources.pick("auth", self.args.login.auth.clone(), self.config.auth.clone());
        Ok(match given.as_ref().map(|given| given.value.as_str()) {
            None => None,
            Some("token") => Some(Method::Token),
            Some("signature") => Some(Method::Signature),
            Some("iam") => Some(Method::Iam),
            Some(other) => {
                return Err(CliError::usage(format!("invalid --auth {other:?}: give token, signature or iam")));
            }
        })
    }

    fn own_key(&self) -> Option<Given<String>> {
        own_key(self.args, self.config)
    }

    fn place_of_key(&self) -> Option<(Layer, String)> {
        let file = Config::path(self.args.config.as_deref()).display().to_string();
        let own = self.own_key().map(|given| (given.layer, place("access-key", given.layer, &file)));
        let vendor = self.vendor.access_key().map(|names| (Layer::Vendor, names.access_key.to_owned()));
        [own, vendor].into_iter().flatten().max_by_key(|(layer, _)| *layer)
    }

    /// The access key with all that belongs to it, and where it comes from.
    fn access_key(&self) -> Result<Option<(AccessKey, String)>, CliError> {
        access_key(self.args, &self.args.access, self.config, self.vendor)
    }

    fn of_key(
        &self,
        key: AccessKey,
        from: String,
        project_id: &str,
        method: Option<Method>,
    ) -> Result<Credentials, CliError> {
        if method != Some(Method::Iam) {
            let authentication = Authentication::Signature(key);
            return Ok(Credentials { token: String::new(), authentication, from: format!("access key of {from}") });
        }
        if key.security_token.is_some() {
            return Err(CliError::usage(
                "IAM gives no token for a temporary access key: leave out --auth iam, and sign",
            ));
        }
        let endpoint = self.iam(None)?;
        let login = IamLogin { endpoint, project_id: project_id.to_owned(), login: Login::AccessKey(key) };
        Ok(of_iam(login, format!("access key of {from}")))
    }

    fn place_of_user(&self) -> Option<(Layer, String)> {
        let (args, config) = (self.args, self.config);
        let file = Config::path(args.config.as_deref()).display().to_string();
        let own = args.sources.pick("user_name", args.login.user_name.clone(), config.user_name.clone());
        let own = own.map(|given| (given.layer, place("user-name", given.layer, &file)));
        let vendor = self.vendor.user_name().map(|v| (Layer::Vendor, v.name.to_owned()));
        [own, vendor].into_iter().flatten().max_by_key(|(layer, _)| *layer)
    }

    fn by_password(&self, project_id: &str, from: String) -> Result<Credentials, CliError> {
        let (args, config, vendor) = (self.args, self.config, self.vendor);
        let login = &args.login;
        let of = |name, flag: &Option<String>, file: &Option<String>, vendor: Option<Variable>| {
            let own = args.sources.pick(name, flag.clone(), file.clone());
            let vendor = vendor.map(|v| Given { layer: Layer::Vendor, value: v.value });
            [own, vendor].into_iter().flatten().max_by_key(|given| given.layer).map(|given| given.value)
        };
        let user = of("user_name", &login.user_name, &config.user_name, vendor.user_name());
        let password = of("password", &login.password, &config.password, vendor.password());
        let domain = of("domain_name", &login.domain_name, &config.domain_name, vendor.domain_name());
        let (Some(user), Some(password), Some(domain)) = (user, password, domain) else {
            let what = "a user needs a password and an account: set DEWSPEC_PASSWORD and give --domain-name";
            return Err(CliError::usage(format!("{what} (the user is that of {from})")));
        };
        let login = Login::Password { user, password, domain };
        let login = IamLogin { endpoint: self.iam(None)?, project_id: project_id.to_owned(), login };
        Ok(of_iam(login, format!("user of {from}")))
    }

    fn of_cloud(
        &self,
        found: Found,
        project_id: &str,
        from: String,
        method: Option<Method>,
    ) -> Result<Credentials, CliError> {
        let Found { cloud, path } = found;
        let Auth { auth_url, username, password, user_domain_name, token: plain, ak, sk, security_token, .. } =
            cloud.auth;
        if let (Some(text), true) = (plain, method.is_none_or(|method| method == Method::Token)) {
            return Ok(Credentials { token: token(&text)?, authentication: Authentication::Token, from });
        }
        let iam = || self.iam(auth_url.clone().or_else(|| Some(region(cloud.region_name.as_deref()?).ok()?.iam)));
        if let (Some(access_key), Some(secret_key)) = (ak, sk) {
            let key = AccessKey { access_key, secret_key, security_token };
            sendable("the access key", &key.access_key)?;
            if method != Some(Method::Iam) {
                return self.of_key(key, from, project_id, method);
            }
            let login = IamLogin { endpoint: iam()?, project_id: project_id.to_owned(), login: Login::AccessKey(key) };
            return Ok(of_iam(login, format!("access key of {from}")));
        }
        let (Some(user), Some(password), Some(domain)) = (username, password, user_domain_name) else {
            let what = "give it `token`, `ak` and `sk`, or `username`, `password` and `user_domain_name`, under `auth`";
            return Err(CliError::usage(format!("{}: the cloud has no credentials: {what}", path.display())));
        };
        let login = Login::Password { user, password, domain };
        let login = IamLogin { endpoint: iam()?, project_id: project_id.to_owned(), login };
        Ok(of_iam(login, format!("user of {from}")))
    }

    /// The cloud that is asked for, at the layer where it is named. That it cannot be read is told only if it counts.
    fn cloud(&self) -> Option<(Layer, Result<Found, String>)> {
        let (args, config) = (self.args, self.config);
        let own = args.sources.pick("os_cloud", args.login.os_cloud.clone(), config.os_cloud.clone());
        let vendor = self.vendor.os_cloud().map(|v| Given { layer: Layer::Vendor, value: v.value });
        let given = [own, vendor].into_iter().flatten().max_by_key(|given| given.layer)?;
        Some((given.layer, clouds::cloud(&given.value, self.vendor)))
    }

    /// Where IAM is; `known` is what an entry beside the credentials says.
    fn iam(&self, known: Option<String>) -> Result<String, CliError> {
        let (args, config) = (self.args, self.config);
        let own = args.sources.pick("iam_endpoint", args.login.iam_endpoint.clone(), config.iam_endpoint.clone());
        let named = own.map(|given| given.value).or(known).or_else(|| self.vendor.iam_endpoint().map(|v| v.value));
        if let Some(url) = named {
            return base_url("--iam-endpoint", &url);
        }
        let own = args.sources.pick("region", args.region.clone(), config.region.clone()).map(|given| given.value);
        match own.or_else(|| self.vendor.region().map(|v| v.value)) {
            Some(name) => Ok(region(&name).map_err(CliError::usage)?.iam),
            None => Err(CliError::usage("where is IAM, which gives the token? give --iam-endpoint, or --region")),
        }
    }
}

impl Way {
    fn serves(&self, method: Method) -> bool {
        match self {
            Way::Token(_) | Way::TokenFile(_) | Way::TokenCommand(_) => method == Method::Token,
            Way::AccessKey => matches!(method, Method::Signature | Method::Iam),
            Way::Password => method == Method::Iam,
            Way::Cloud(found) => found.as_ref().as_ref().map_or(true, |found| found.serves(method)),
        }
    }
}

impl Found {
    fn serves(&self, method: Method) -> bool {
        let auth = &self.cloud.auth;
        match method {
            Method::Token => auth.token.is_some(),
            Method::Signature => auth.ak.is_some(),
            Method::Iam => auth.ak.is_some() || auth.username.is_some(),
        }
    }
}

fn own_key(args: &TargetArgs, config: &Config) -> Option<Given<String>> {
    args.sources.pick("access_key", args.access.access_key.clone(), config.access_key.clone())
}

/// The access key that options, environment and file describe, and where it comes from.
///
/// # Errors
/// Usage, if its secret is missing, or one of them cannot be.
pub(super) fn access_key(
    args: &TargetArgs,
    access: &AccessKeyArgs,
    config: &Config,
    vendor: &Vendor<'_>,
) -> Result<Option<(AccessKey, String)>, CliError> {
    let file = Config::path(args.config.as_deref()).display().to_string();
    let own = own_key(args, config);
    let names = vendor.access_key().filter(|_| own.as_ref().is_none_or(|given| given.layer < Layer::Vendor));
    let (access_key, secret_key, security_token, from) = match (own, names) {
        (_, Some(names)) => {
            let secret = vendor.get(names.secret_key).ok_or_else(|| {
                CliError::usage(format!("{} is set and {} is not: both are needed", names.access_key, names.secret_key))
            })?;
            let key = vendor.get(names.access_key).unwrap_or_default();
            (key, secret, vendor.get(names.security_token), names.access_key.to_owned())
        }
        (Some(own), None) => {
            let pick = |name, flag: &Option<String>, file: &Option<String>| {
                args.sources.pick(name, flag.clone(), file.clone()).map(|given| given.value)
            };
            let secret = pick("secret_key", &access.secret_key, &config.secret_key).ok_or_else(|| {
                CliError::usage(
                    "an access key needs its secret key: set DEWSPEC_SECRET_KEY, or give secret-key in a file",
                )
            })?;
            let token = pick("security_token", &access.security_token, &config.security_token);
            (own.value, secret, token, place("access-key", own.layer, &file))
        }
        (None, None) => return Ok(None),
    };
    let text = |name: &str, text: String| {
        let text = text.trim().to_owned();
        sendable(name, &text)?;
        if text.is_empty() { Err(CliError::usage(format!("{name} is empty"))) } else { Ok(text) }
    };
    let key = AccessKey {
        access_key: text("the access key", access_key)?,
        secret_key: text("the secret key", secret_key)?,
        security_token: security_token.map(|token| text("the security token", token)).transpose()?,
    };
    Ok(Some((key, from)))
}

fn of_iam(login: IamLogin, from: String) -> Credentials {
    let authentication = Authentication::FetchedToken(TokenSource::Iam(login));
    Credentials { token: TOKEN.to_owned(), authentication, from }
}

/// Where an option was given, for people.
fn place(option: &str, layer: Layer, file: &str) -> String {
    match layer {
        Layer::Flag => format!("--{option}"),
        Layer::Environment => format!("DEWSPEC_{}", option.replace('-', "_").to_ascii_uppercase()),
        Layer::Vendor => "the environment".to_owned(),
        Layer::File => format!("{option} in {file}"),
    }
}

fn missing(method: Option<Method>) -> CliError {
    const TOKEN: &str = "set DEWSPEC_TOKEN, or give --token-file, --token or --token-command";
    const KEY: &str = "set DEWSPEC_ACCESS_KEY and DEWSPEC_SECRET_KEY";
    CliError::usage(match method {
        None => format!("a target needs a token or an access key: {TOKEN}; or {KEY}"),
        Some(Method::Token) => format!("--auth token needs a token: {TOKEN}"),
        Some(Method::Signature) => format!("--auth signature needs an access key: {KEY}"),
        Some(Method::Iam) => format!("--auth iam needs a user or an access key: give --user-name, or {KEY}"),
    })
}

/// A token as it was given.
fn token(text: &str) -> Result<String, CliError> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(CliError::usage("the token is empty: set DEWSPEC_TOKEN, or give --token-file or --token"));
    }
    sendable("the token", &text)?;
    Ok(text)
}

fn from_file(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|e| CliError::usage(format!("{}: cannot be read: {e}", path.display())))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
