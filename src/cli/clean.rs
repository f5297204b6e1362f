use std::path::PathBuf;

use clap::Args;

use super::config::Config;
use super::layer::Layer;
use super::options::{EngineArgs, TargetArgs};
use super::settings::{journal, settings};
use super::{CliError, console, load, target};
use crate::engine::{self as engine, Cleaned, Neighbours, Removal, Removed, RunError};
use crate::exit;
use crate::ledger::journal::{Abandoned, Header, Left};
use crate::report::text::visible;
use crate::suite::{ResourceKind, Suite};
use crate::target::{Settings, Target};

pub(super) const EXAMPLES: &str = "\
Examples:
  DEWSPEC_TOKEN=… dewspec clean
      delete what killed runs of this user have left, wherever that was
  DEWSPEC_TOKEN=… dewspec clean --journal ci.journal
      the same of runs with this journal

Secrets that --provision has made are deleted; a key can only be scheduled for deletion, in 7 days.
What is deleted has a key or name that only dewspec makes up, or still the value that dewspec sent.

Exit codes: 0 nothing is left, 1 something is, 2 wrong usage, 3 a target could not be reached.";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct CleanArgs {
    /// The journal, or a folder of journals [default: the state folder of this user]
    #[arg(long, env = "DEWSPEC_JOURNAL", value_name = "PATH", help_heading = "Clean")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

/// `dewspec clean`
pub(super) fn clean(args: &CleanArgs) -> Result<u8, CliError> {
    let config = Config::of(&args.target)?;
    let engine_args = EngineArgs::default();
    let settings = settings(&engine_args, &args.target.sources, &config, false)?;
    let given = args.journal.as_ref().or(config.journal.as_ref());
    if let Some(missing) = given.filter(|path| !path.exists()) {
        return Err(CliError::usage(format!("{}: there is no such journal", missing.display())));
    }
    let place = journal(given).ok_or_else(|| CliError::usage("this user has no state folder: give --journal PATH"))?;
    let (journals, unreadable): (Vec<_>, Vec<_>) = Abandoned::all(&place).into_iter().partition(Result::is_ok);
    let unreadable: Vec<String> = unreadable.into_iter().filter_map(Result::err).collect();
    let mut journals: Vec<Abandoned> =
        journals.into_iter().flatten().filter(|journal| !journal.left.is_empty()).collect();
    if let (true, Some(why)) = (journals.is_empty(), unreadable.first()) {
        return Err(CliError::usage(format!("no journal: {why}")));
    }
    if journals.is_empty() {
        console::print("nothing is left: no journal of a run that is over names anything\n");
        return Ok(exit::CONFORMS);
    }
    let suite = load::suite_with(&engine_args)?;
    let mut code = exit::CONFORMS;
    for why in unreadable {
        // One that cannot be read keeps no others from being cleaned up.
        console::error(&format!("no journal, and left alone: {why}"));
        code = exit::NONCONFORMING;
    }
    for mut journal in journals.drain(..) {
        let target = of_journal(args, &config, &journal)?;
        let (cleaned, removed) = sent(&suite, &target, &settings, &journal.left)?;
        console::print(&text(&journal, &cleaned, &removed));
        for one in cleaned.iter().filter(|one| one.is_clean()) {
            journal.cleaned(one.kind, &one.id);
        }
        for Removed { made, .. } in removed.iter().filter(|one| one.is_done()) {
            journal.removed(made.kind, &made.name);
        }
        code = code.max(exit_code(&cleaned, &removed));
        journal.end();
    }
    Ok(code)
}

fn sent(
    suite: &Suite,
    target: &Target,
    settings: &Settings,
    left: &Left,
) -> Result<(Vec<Cleaned>, Vec<Removed>), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::broken(format!("cannot start a runtime: {e}")))?;
    let broken = |error: RunError| CliError::broken(error.to_string());
    runtime.block_on(async {
        let cleaned = engine::clean(suite, target, settings, None, left).await.map_err(broken)?;
        let mut removed = Vec::new();
        let neighbours = Neighbours::new(target, settings).map_err(|error| broken(error.into()))?;
        for made in left.made() {
            removed.push(engine::remove(&neighbours, &made).await);
        }
        Ok((cleaned, removed))
    })
}

/// The target that a journal speaks of, with the credentials that are given now; an endpoint that is given counts more.
fn of_journal(args: &CleanArgs, config: &Config, journal: &Abandoned) -> Result<Target, CliError> {
    let Header { csms, kms, project_id, .. } = &journal.header;
    let of_kind = |wanted: ResourceKind| {
        journal.left.resources().filter(|(kind, ..)| *kind == wanted).map(|(_, id, _)| id.to_owned()).collect()
    };
    let mut described = args.target.clone();
    // An environment made for runs must not lead this somewhere else.
    let is_flag = |name| args.target.sources.layer(name) == Some(Layer::Flag);
    described.endpoint = described.endpoint.filter(|_| is_flag("endpoint"));
    described.csms_endpoint = described.csms_endpoint.filter(|_| is_flag("csms_endpoint"));
    described.kms_endpoint = described.kms_endpoint.filter(|_| is_flag("kms_endpoint"));
    described.region = described.region.filter(|_| is_flag("region"));
    if described.endpoint.is_none() && described.region.is_none() {
        described.csms_endpoint = described.csms_endpoint.or_else(|| csms.clone());
        described.kms_endpoint = described.kms_endpoint.or_else(|| kms.clone());
    }
    // It is not a run's configuration that says where.
    let config = Config { endpoint: None, csms_endpoint: None, kms_endpoint: None, region: None, ..config.clone() };
    target::of_project(&described, &config, project_id, of_kind(ResourceKind::Secret), of_kind(ResourceKind::Key))
}

fn exit_code(cleaned: &[Cleaned], removed: &[Removed]) -> u8 {
    let is_unknown = |one: &Removed| matches!(one.removal, Removal::Unknown(_));
    if cleaned.iter().any(|one| one.unknown.is_some()) || removed.iter().any(is_unknown) {
        return exit::BROKEN;
    }
    if is_clean(cleaned, removed) { exit::CONFORMS } else { exit::NONCONFORMING }
}

fn is_clean(cleaned: &[Cleaned], removed: &[Removed]) -> bool {
    cleaned.iter().all(Cleaned::is_clean) && removed.iter().all(Removed::is_done)
}

/// What became of one journal.
fn text(journal: &Abandoned, cleaned: &[Cleaned], removed: &[Removed]) -> String {
    let Header { run_id, project_id, csms, kms, .. } = &journal.header;
    let endpoint = csms.as_ref().or(kms.as_ref()).map_or("", String::as_str);
    let mut text = format!("run {run_id} on project {project_id} at {endpoint}\n");
    for one in cleaned {
        let what = [("deleted", &one.deleted), ("stays, it has another value now", &one.doubtful), ("LEFT", &one.left)];
        let told =
            what.iter().filter(|(_, keys)| !keys.is_empty()).map(|(what, keys)| format!("{what}: {}", named(keys)));
        let mut told: Vec<String> = told.collect();
        told.extend(one.unknown.as_ref().map(|why| format!("UNKNOWN, {why}")));
        let told = if told.is_empty() { "nothing is left".to_owned() } else { told.join("; ") };
        text.push_str(&format!("  {} {}: {}\n", one.kind, one.id, visible(&told)));
    }
    removed.iter().for_each(|one| text.push_str(&format!("  {}\n", visible(&one.to_string()))));
    let rest = if is_clean(cleaned, removed) {
        "nothing is left".to_owned()
    } else {
        format!(
            "{} keeps what is left, for another try; delete it if the target is gone for good",
            journal.path.display()
        )
    };
    text + &rest + "\n"
}

fn named(keys: &[String]) -> String {
    const NAMED: usize = 20;
    let mut names: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{key:?}")).collect();
    if keys.len() > NAMED {
        names.push(format!("{} more", keys.len() - NAMED));
    }
    names.join(", ")
}
