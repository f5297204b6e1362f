use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::CliError;
use super::config::Config;
use super::layer::{Given, Layer};
use super::options::TargetArgs;
use super::settings::seconds;
use crate::target::{Network, Proxy, ReplayLine, Resolve, is_credential};

/// Header fields that the suite or the client fills in, with what to do instead of setting them.
const TAKEN: [(&str, &str); 8] = [
    ("x-auth-token", "set DEWSPEC_TOKEN, or give --token-file or --token"),
    ("host", "give --endpoint, and --resolve for another address"),
    ("user-agent", "give --user-agent"),
    ("content-type", "the cases say what it is"),
    ("content-length", "it follows from the body"),
    ("transfer-encoding", "it follows from the body"),
    ("connection", "connections are kept open where the target does"),
    ("accept-encoding", "answers are asked for as they are"),
];

/// A chain of certificates and its private key, both as PEM.
type Identity = (Vec<u8>, Vec<u8>);

/// The options for connections as they were given, from whatever layer.
pub(super) struct NetworkOptions {
    header: Option<Given<Vec<String>>>,
    user_agent: Option<String>,
    proxy: Option<Given<String>>,
    cacert: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    insecure: bool,
    resolve: Vec<String>,
    connect_timeout: Option<f64>,
}

impl NetworkOptions {
    /// Flags before environment before file.
    pub(super) fn new(args: &TargetArgs, config: &Config) -> Self {
        let (flags, sources) = (&args.network, &args.sources);
        let list = |values: Vec<String>| (!values.is_empty()).then_some(values);
        let path = |name, flag: &Option<PathBuf>, file: &Option<PathBuf>| {
            sources.pick(name, flag.clone(), file.clone()).map(|given| given.value)
        };
        let header = sources.pick("header", list(flags.header.clone()), list(config.header.clone().into_vec()));
        let resolve = sources.pick("resolve", list(flags.resolve.clone()), list(config.resolve.clone().into_vec()));
        let user_agent = sources.pick("user_agent", flags.user_agent.clone(), config.user_agent.clone());
        NetworkOptions {
            header,
            user_agent: user_agent.map(|given| given.value),
            proxy: sources.pick("proxy", flags.proxy.clone(), config.proxy.clone()),
            cacert: path("cacert", &flags.cacert, &config.cacert),
            cert: path("cert", &flags.cert, &config.cert),
            key: path("key", &flags.key, &config.key),
            insecure: sources.switch("insecure", flags.insecure, config.insecure),
            resolve: resolve.map(|given| given.value).unwrap_or_default(),
            connect_timeout: flags.connect_timeout.or(config.connect_timeout),
        }
    }

    /// What they mean.
    ///
    /// # Errors
    /// Usage, if one of them cannot be.
    pub(super) fn network(&self) -> Result<Network, CliError> {
        let usual = Network::default();
        if let Some(text) = &self.user_agent {
            sendable("--user-agent", text)?;
        }
        Ok(Network {
            headers: self.headers().map(header).collect::<Result<_, _>>()?,
            user_agent: self.user_agent.clone(),
            proxy: self.proxy.as_ref().map(|given| proxy(&given.value)).transpose()?.unwrap_or_default(),
            ca_certificates: match &self.cacert {
                Some(path) => certificates("--cacert", path, &read("--cacert", path)?)?,
                None => Vec::new(),
            },
            client_certificate: self.client_certificate()?,
            insecure: self.insecure,
            resolve: self.resolve.iter().map(|text| resolve(text)).collect::<Result<_, _>>()?,
            connect_timeout: seconds("--connect-timeout", self.connect_timeout, usual.connect_timeout, 0.001, 3600.0)?,
        })
    }

    fn headers(&self) -> impl Iterator<Item = &str> {
        let lines = self.header.iter().flat_map(|given| &given.value);
        lines.map(|line| line.trim()).filter(|line| !line.is_empty())
    }

    /// Chain and key, each as PEM.
    fn client_certificate(&self) -> Result<Option<Identity>, CliError> {
        let Some(cert) = &self.cert else {
            return match &self.key {
                Some(_) => Err(CliError::usage("--key is the key of a client certificate: give --cert, too")),
                None => Ok(None),
            };
        };
        let chain = read("--cert", cert)?;
        certificates("--cert", cert, &chain)?;
        let key = match &self.key {
            Some(path) => read("--key", path)?,
            None => chain.clone(),
        };
        if PrivateKeyDer::from_pem_slice(&key).is_ok() {
            return Ok(Some((chain, key)));
        }
        Err(CliError::usage(match &self.key {
            None => format!("{} holds no private key: give --key, too", cert.display()),
            Some(path) => {
                format!("invalid --key {}: give a private key in PEM that has no passphrase", path.display())
            }
        }))
    }

    /// Adds them to a line that repeats the run, credentials left out.
    pub(super) fn add_to(&self, line: &mut ReplayLine) {
        let names_credential = |text: &&str| text.split_once(':').is_some_and(|(name, _)| is_credential(name.trim()));
        let (hidden, open): (Vec<&str>, Vec<&str>) = self.headers().partition(names_credential);
        match &self.header {
            // The variable or the file has all of them again.
            Some(given) if given.layer != Layer::Flag && !hidden.is_empty() => {}
            _ => {
                open.iter().for_each(|text| line.option("--header", text));
                if !hidden.is_empty() {
                    line.variable("--header", "DEWSPEC_HEADER");
                }
            }
        }
        if let Some(given) = &self.proxy {
            let has_password = Proxy::Url(given.value.clone()).password().is_some();
            match given.layer {
                _ if !has_password => line.option("--proxy", &given.value),
                Layer::Flag => line.variable("--proxy", "DEWSPEC_PROXY"),
                Layer::Environment | Layer::Vendor | Layer::File => {}
            }
        }
        for (name, path) in [("--cacert", &self.cacert), ("--cert", &self.cert), ("--key", &self.key)] {
            if let Some(path) = path {
                line.option(name, &path.to_string_lossy());
            }
        }
        if let Some(text) = &self.user_agent {
            line.option("--user-agent", text);
        }
        self.resolve.iter().for_each(|text| line.option("--resolve", text));
        if let Some(seconds) = self.connect_timeout {
            line.option("--connect-timeout", &seconds.to_string());
        }
        if self.insecure {
            line.switch("--insecure");
        }
    }
}

/// Whether a header field can carry a text.
///
/// # Errors
/// Usage, if not; the text is not told, since it may be a credential.
pub(super) fn sendable(name: &str, text: &str) -> Result<(), CliError> {
    match text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        true => Ok(()),
        false => {
            let name = name.trim_start_matches("the ");
            Err(CliError::usage(format!("invalid {name}: give only printable ASCII, which a header field can carry")))
        }
    }
}

fn header(line: &str) -> Result<(String, String), CliError> {
    let Some((name, value)) = line.split_once(':') else {
        // All of it may be a credential.
        return Err(CliError::usage("invalid --header: give NAME: VALUE, with a colon"));
    };
    let (name, value) = (name.trim(), value.trim());
    let invalid = |why: &str| CliError::usage(format!("invalid --header {name:?}: {why}"));
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(invalid("give a name of letters, digits and -"));
    }
    if let Some((_, instead)) = TAKEN.iter().find(|(taken, _)| name.eq_ignore_ascii_case(taken)) {
        return Err(invalid(&format!("dewspec sets this field itself: {instead}")));
    }
    if value.is_empty() {
        return Err(invalid("give a value after the colon"));
    }
    sendable(&format!("--header {name:?}"), value)?;
    Ok((name.to_owned(), value.to_owned()))
}

fn proxy(text: &str) -> Result<Proxy, CliError> {
    match text {
        "none" => return Ok(Proxy::Direct),
        "environment" => return Ok(Proxy::Environment),
        _ => {}
    }
    // The text may hold a password, and is not repeated.
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        Some(_) => Ok(Proxy::Url(text.to_owned())),
        None => Err(CliError::usage("invalid --proxy: give a URL like http://proxy:3128, `environment`, or `none`")),
    }
}

fn resolve(text: &str) -> Result<Resolve, CliError> {
    let invalid = || CliError::usage(format!("invalid --resolve {text:?}: give HOST:PORT:ADDR, ADDR an IP address"));
    let (host, rest) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").ok_or_else(invalid)?,
        None => text.split_once(':').ok_or_else(invalid)?,
    };
    let (port, address) = rest.split_once(':').ok_or_else(invalid)?;
    let port: u16 = port.parse().map_err(|_| invalid())?;
    let address: IpAddr = address.trim_matches(['[', ']']).parse().map_err(|_| invalid())?;
    if host.is_empty() {
        return Err(invalid());
    }
    Ok(Resolve { host: host.to_owned(), port, address: SocketAddr::new(address, port) })
}

fn read(option: &str, path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path)
        .map_err(|e| CliError::usage(format!("invalid {option} {}: cannot be read: {e}", path.display())))
}

/// Every certificate of a file, each as PEM.
fn certificates(option: &str, path: &Path, text: &[u8]) -> Result<Vec<Vec<u8>>, CliError> {
    const END: &str = "-----END CERTIFICATE-----";
    let invalid = |why: &str| CliError::usage(format!("invalid {option} {}: {why}", path.display()));
    let read = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
    match read {
        Err(e) => return Err(invalid(&format!("{e}; give certificates in PEM"))),
        Ok(all) if all.is_empty() => return Err(invalid("there is no certificate in it; give certificates in PEM")),
        Ok(_) => {}
    }
    let text = String::from_utf8_lossy(text);
    let begin = |block: &str| block.find("-----BEGIN CERTIFICATE-----").map(|at| format!("{}\n", &block[at..]));
    Ok(text.split_inclusive(END).filter_map(begin).map(String::into_bytes).collect())
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
