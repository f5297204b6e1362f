use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;

/// The reference server: what is on it, how clients reach it, and how it behaves.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(in crate::cli) listen: SocketAddr,
    /// Follow this reading: CLAUSE=NAME, CLAUSE a full id or its end; see `dewspec list readings`
    #[arg(long, value_name = "CLAUSE=NAME")]
    pub(in crate::cli) reading: Vec<String>,
    /// Seed this fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) fault: Vec<String>,
    /// Number of secrets
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(in crate::cli) secrets: usize,
    /// Number of KMS keys
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(in crate::cli) keys: usize,
    /// Seed of ids and credentials
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    /// Keep what exists in this file, and begin with what is in it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) state: Option<PathBuf>,
    /// One line a request on standard error
    #[arg(long)]
    pub(in crate::cli) log: bool,

    /// Encrypted connections, with a certificate made at start; the one of its authority is in the file that is named
    #[arg(long, help_heading = "Encryption", conflicts_with_all = ["tls_cert", "tls_key"])]
    pub(in crate::cli) tls: bool,
    /// A name or address that the certificate is for, besides localhost and the address listened at
    #[arg(long, value_name = "NAME", help_heading = "Encryption", requires = "tls")]
    pub(in crate::cli) tls_name: Vec<String>,
    /// Where to write the certificate of the authority [default: a temporary file, removed at the end]
    #[arg(long, value_name = "FILE", help_heading = "Encryption", requires = "tls")]
    pub(in crate::cli) tls_ca: Option<PathBuf>,
    /// Encrypted connections, with this certificate and those behind it (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Encryption", requires = "tls_key")]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Encryption", requires = "tls_cert")]
    pub(in crate::cli) tls_key: Option<PathBuf>,

    /// Milliseconds that every request waits
    #[arg(long, value_name = "MS", help_heading = "As in the field")]
    pub(in crate::cli) latency: Option<u64>,
    /// Requests a second; more are answered with 429
    #[arg(long, value_name = "N", help_heading = "As in the field")]
    pub(in crate::cli) quota: Option<NonZero<u32>>,
    /// Seconds that tokens count: those printed from the start on, others from when they were given out
    #[arg(long, value_name = "SECS", help_heading = "As in the field")]
    pub(in crate::cli) expire_token_after: Option<u64>,
}
