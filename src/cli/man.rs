//! `dewspec man`: manual pages, made from the same text as `--help`.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::args::Arguments;
use super::{CliError, console};
use crate::exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec man | man -l -
      read the page of dewspec itself
  dewspec man --dir ~/.local/share/man/man1
      write a page for each subcommand";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ManArgs {
    /// Write a page for dewspec and one for each subcommand into this directory [default: print the page of dewspec]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// `dewspec man`
pub(super) fn man(args: &ManArgs) -> Result<u8, CliError> {
    match &args.dir {
        Some(dir) => write(dir)?,
        None => {
            let mut page = Vec::new();
            let made = Man::new(Arguments::command()).render(&mut page);
            made.map_err(|e| CliError::broken(format!("the manual page cannot be made: {e}")))?;
            console::print(&String::from_utf8_lossy(&page));
        }
    }
    Ok(exit::CONFORMS)
}

fn write(dir: &Path) -> Result<(), CliError> {
    if !dir.is_dir() {
        return Err(CliError::usage(format!("there is no directory {}", dir.display())));
    }
    clap_mangen::generate_to(Arguments::command(), dir)
        .map_err(|e| CliError::broken(format!("{}: the manual pages cannot be written: {e}", dir.display())))
}
