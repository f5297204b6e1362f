#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it likes")]

mod formats;
mod hostile;
mod pages;
mod preflight;
mod snapshots;
mod terminal;
