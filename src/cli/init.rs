//! `dewspec init`: a file that describes a target, made of options or answers, and whether it is right.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args};
use dialoguer::{Confirm, Input};

use super::choose::choose;
use super::config::Config;
use super::config_schema::config_schema;
use super::doctor::{DoctorArgs, doctor};
use super::layer::Sources;
use super::options::{EngineArgs, TargetArgs};
use super::prompt::{asked, is_interactive};
use super::settings::settings;
use super::target::{self, Unnamed};
use super::template::{self, Values};
use super::{CliError, console};
use crate::exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  dewspec init
      ask for what is missing, write dewspec.toml, and say whether a run can begin
  DEWSPEC_TOKEN=… dewspec init --endpoint https://kms.example.com --project-id P --secret-id S \\
      --key-id K
      the same of options, without being asked
  dewspec init --region cn-north-4 --project-id P --provision --yes lab.toml
      for a target of which each run has a secret and a key made for itself

Secrets are not written: they come from the environment, or from files that are named. Beside the file stands
dewspec.schema.json, by which editors complete and check it.

Exit codes: 0 a run can begin, 2 wrong usage, or the file is there already, 3 a run cannot begin.";

/// The schema stands beside the file.
const SCHEMA: &str = "dewspec.schema.json";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct InitArgs {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "dewspec.toml")]
    file: PathBuf,
    /// Write the file anew where there is one [default: off]
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// What was given for each option, as it was written.
    #[arg(skip)]
    given: Values,
}

impl InitArgs {
    /// Takes note of what was given, and where.
    pub(super) fn take(&mut self, matches: &ArgMatches) {
        let layer = |id: &str| Sources::of(matches).layer(id);
        for id in matches.ids().map(clap::Id::as_str).filter(|id| layer(id).is_some()) {
            // Groups of options are none.
            let Ok(Some(values)) = matches.try_get_raw(id) else { continue };
            let values: Vec<String> = values.map(|value| value.to_string_lossy().into_owned()).collect();
            self.given.insert(id.replace('_', "-"), values.into_iter().filter(|value| !value.is_empty()).collect());
        }
        self.given.retain(|_, values| !values.is_empty());
    }
}

/// `dewspec init`
pub(super) fn init(args: &InitArgs) -> Result<u8, CliError> {
    let file = &args.file;
    let schema = file.with_file_name(SCHEMA);
    let differs = |path: &Path, text: &str| std::fs::read_to_string(path).map_or(path.exists(), |there| there != text);
    for (path, is_there) in [(file, file.exists()), (&schema, differs(&schema, &config_schema()))] {
        if is_there && !args.force {
            return Err(CliError::usage(format!("{} is there already: --force writes it anew", path.display())));
        }
    }
    let mut answers = args.clone();
    ask(&mut answers)?;
    if !["endpoint", "region", "csms-endpoint", "kms-endpoint"].iter().any(|name| answers.given.contains_key(*name)) {
        return Err(CliError::usage("where is the target? give --endpoint, or --region"));
    }
    write(file, &template::text(&answers.given, SCHEMA), args.force)?;
    write(&schema, &config_schema(), true)?;
    console::print(&format!("{} is written, and {} for editors\n", file.display(), schema.display()));
    let hidden: Vec<String> = template::secrets(&answers.given).map(|name| format!("--{name}")).collect();
    if !hidden.is_empty() {
        console::info(&format!("{} not written: they stay in the environment", hidden.join(", ")));
    }
    let mut target = answers.target.clone();
    target.config = Some(file.clone());
    doctor(&DoctorArgs::new(target, answers.engine.clone())).map_err(|error| CliError {
        message: format!("{} is as it was asked for, and a run cannot begin: {}", file.display(), error.message),
        ..error
    })
}

/// Asks somebody at a terminal for what is missing.
fn ask(args: &mut InitArgs) -> Result<(), CliError> {
    if !is_interactive() {
        return Ok(());
    }
    let has = |args: &InitArgs, names: &[&str]| names.iter().any(|name| args.given.contains_key(*name));
    if !has(args, &["endpoint", "region", "csms-endpoint", "kms-endpoint"]) {
        let place = answer("Where is the target? A URL like https://kms.example.com, or a region like cn-north-4")?;
        if place.contains("://") {
            args.set("endpoint", place.clone());
            args.target.endpoint = Some(place);
        } else {
            args.set("region", place.clone());
            args.target.region = Some(place);
        }
    }
    let described = || target::target(&args.target, &Config::default(), Unnamed::Asked);
    // A variable of another tool may name it.
    if args.target.project_id.is_none() && described().is_err_and(|error| error.message.contains("--project-id")) {
        let project = answer("The id of the project")?;
        args.set("project-id", project.clone());
        args.target.project_id = Some(project);
    }
    if has(args, &["secret-id", "key-id", "provision"]) {
        return Ok(());
    }
    let question = "Shall each run make a secret and a key for itself, and remove them? That may cost money; with no, you \
                    choose from those that there are.";
    let made = asked(|| Confirm::new().with_prompt(question).default(false).interact_opt())?;
    if made == Some(true) {
        args.set("provision", "true".to_owned());
        args.engine.provision = true;
        return Ok(());
    }
    let settings = settings(&args.engine, &args.target.sources, &Config::default(), false)?;
    let described = target::target(&args.target, &Config::default(), Unnamed::Asked);
    if let Err(error) = &described {
        // The file is written all the same, and the doctor says it once more.
        console::warning(&error.message);
    }
    if let Ok(Some(mut target)) = described {
        choose(&mut target, &settings)?;
        for (name, ids) in [("secret-id", &target.secret_ids), ("key-id", &target.key_ids)] {
            if !ids.is_empty() {
                args.given.insert(name.to_owned(), ids.clone());
            }
        }
        args.target.secret_id = target.secret_ids;
        args.target.key_id = target.key_ids;
    }
    Ok(())
}

impl InitArgs {
    fn set(&mut self, name: &str, value: String) {
        self.given.insert(name.to_owned(), vec![value]);
    }
}

fn answer(question: &str) -> Result<String, CliError> {
    let text: String = asked(|| Input::new().with_prompt(question).interact_text())?;
    Ok(text.trim().to_owned())
}

fn write(path: &Path, text: &str, anew: bool) -> Result<(), CliError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    // Whatever has come there meanwhile stays.
    if anew {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| CliError {
        code: exit::USAGE,
        message: format!("{}: cannot be written: {error}", path.display()),
    })
}
