//! Tests of the server as its clients see it.

mod battery;
mod bench;
mod concurrency;
mod documents;
mod event_battery;
mod faults;
mod neighbours;
mod profile;
mod readings;
mod robustness;
mod wire;
