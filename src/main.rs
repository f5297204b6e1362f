//! The `dewspec` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(dewspec::cli::main(std::env::args_os()))
}
