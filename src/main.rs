//! The `dewspec` program.

use std::process::ExitCode;

/// Sending and judging a request makes many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(dewspec::cli::main(std::env::args_os()))
}
