//! Sending: one client for every request, with time, size and rate limits. Knows nothing of what is expected.

mod client;
mod connections;
mod pace;
mod pool;
mod wire;

pub use client::{Client, ClientError, Limits, Throttling};
pub use wire::{WireAnswer, exchange_raw};
