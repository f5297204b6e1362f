use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::target::Network;

/// How to connect to what is tested.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct NetworkArgs {
    /// Header field for every request; may be given several times, in the environment one a line
    #[arg(
        long,
        env = "DEWSPEC_HEADER",
        hide_env_values = true,
        value_name = "NAME: VALUE",
        value_delimiter = '\n',
        help_heading = "Connection"
    )]
    pub(in crate::cli) header: Vec<String>,
    #[arg(
        long,
        env = "DEWSPEC_USER_AGENT",
        value_name = "TEXT",
        help_heading = "Connection",
        help = format!("Value of User-Agent [default: dewspec/{}]", env!("CARGO_PKG_VERSION"))
    )]
    pub(in crate::cli) user_agent: Option<String>,
    /// Proxy for every request: a URL, `environment` (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), or `none` [default:
    /// none]
    #[arg(
        long,
        env = "DEWSPEC_PROXY",
        hide_env_values = true,
        value_name = "URL|environment|none",
        help_heading = "Connection"
    )]
    pub(in crate::cli) proxy: Option<String>,
    /// File with certificates of further authorities to trust, in PEM
    #[arg(long, env = "DEWSPEC_CACERT", value_name = "FILE", help_heading = "Connection")]
    pub(in crate::cli) cacert: Option<PathBuf>,
    /// File with the client's certificate chain, in PEM
    #[arg(long, env = "DEWSPEC_CERT", value_name = "FILE", help_heading = "Connection")]
    pub(in crate::cli) cert: Option<PathBuf>,
    /// File with the private key of --cert, in PEM; it may stand in the file of --cert
    #[arg(long, env = "DEWSPEC_KEY", value_name = "FILE", help_heading = "Connection")]
    pub(in crate::cli) key: Option<PathBuf>,
    /// Do not check the target's certificate; every report says so [default: off]
    #[arg(long, env = "DEWSPEC_INSECURE", value_parser = BoolishValueParser::new(), help_heading = "Connection")]
    pub(in crate::cli) insecure: bool,
    /// Connect to this IP address instead of what the host's name resolves to; may be given several times
    #[arg(
        long,
        env = "DEWSPEC_RESOLVE",
        value_name = "HOST:PORT:ADDR",
        value_delimiter = ',',
        help_heading = "Connection"
    )]
    pub(in crate::cli) resolve: Vec<String>,
    #[arg(
        long,
        env = "DEWSPEC_CONNECT_TIMEOUT",
        value_name = "SECS",
        allow_negative_numbers = true,
        help_heading = "Connection",
        help = format!(
            "Timeout for one connection, TLS included, in seconds [default: {}]",
            Network::default().connect_timeout.as_secs_f64()
        )
    )]
    pub(in crate::cli) connect_timeout: Option<f64>,
}
