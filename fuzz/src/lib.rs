//! What the fuzz targets do, so that stable tests can do it too (`tests/fuzz_targets.rs` takes this folder in). Each target turns bytes into an input and
//! asserts a property of what comes of it; an error says what disagreed.

mod arena;
mod body;
mod documented;
mod due;
mod event_sequence;
mod generator;
mod judging;
mod list;
mod operation_sequence;
#[cfg(test)]
mod planted;
mod rendering;
mod requests;
mod response_oracle;
mod server_request;
mod shot;
mod suite_load;
mod validator_difference;

pub use generator::generator;
pub use list::{FuzzTarget, TARGETS};
pub use operation_sequence::operation_sequence;
pub use response_oracle::response_oracle;
pub use server_request::server_request;
pub use suite_load::suite_load;
pub use validator_difference::validator_difference;
