//! The program as its users and their scripts meet it: output, exit codes, bad input, hostile targets.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod config;
mod dry_run;
mod help;
mod hostile;
mod judge;
mod network;
mod replay;
mod reports;
mod runs;
mod sign;
#[cfg(unix)]
mod signals;
mod support;
