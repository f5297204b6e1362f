//! `dewspec completions`: what a shell needs to complete our options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Arguments;
use super::{CliError, console};
use crate::exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec completions bash > ~/.local/share/bash-completion/completions/dewspec
  dewspec completions zsh > ~/.zfunc/_dewspec
  dewspec completions fish > ~/.config/fish/completions/dewspec.fish";

#[derive(Clone, Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// `dewspec completions`
pub(super) fn completions(args: &CompletionsArgs) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "dewspec", &mut script);
    console::print(&String::from_utf8_lossy(&script));
    Ok(exit::CONFORMS)
}
