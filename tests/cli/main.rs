//! The program as its users and their scripts meet it: output, exit codes, bad input, hostile targets.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bad_input;
mod compare;
mod config;
mod contributing;
mod dry_run;
mod flaky;
mod formats;
mod help;
mod hostile;
mod init;
mod judge;
mod made_up;
mod neighbours;
mod network;
mod nightly;
mod packaged;
mod replay;
mod reports;
mod runs;
#[cfg(unix)]
mod serve;
mod shards;
mod sign;
#[cfg(unix)]
mod signals;
mod signature;
mod support;
