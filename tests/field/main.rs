//! The field: wrong set-ups, credentials that change, throttles, gateways, hostile and dying servers. What comes from
//! there is never a violation, and never hides one.
//!
//! One programmable [`proxy`] stands before the reference server, and the program itself runs against it, as users run
//! it: one secret, one key, default settings. Each way of things to go wrong is tried in several variations, and once
//! with a faulty server behind it.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod answer;
mod call;
mod clean;
mod evidence;
mod fault;
mod framing;
mod gatekeeper;
mod harness;
mod judged;
mod proxy;
mod pseudo_terminal;
mod raw;
mod rules;
mod tls;
mod told;
mod upstream;

mod baseline;
mod crash;
mod credentials;
mod doctor;
mod elsewhere;
mod encrypted;
mod gateway;
mod hostile;
mod options;
mod others;
mod provision;
mod secrets;
mod setup;
mod signed;
mod silence;
mod terminal;
mod throttle;
mod tokens;
mod way;
mod words;
