use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use super::job::{Done, Setup, Task};
use super::options::{EmbeddedArgs, EngineArgs, OutputArgs, RepetitionArgs, TargetArgs};
use super::outputs::Outputs;
use super::{CliError, load, stored};
use crate::fuzz::{self, Find};
use crate::model::Outcome;
use crate::plan::{Filter, plan};
use crate::report::{Report, TargetSummary, json};

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReplayArgs {
    /// A JSON report, a find of the fuzzer, or a directory of finds
    #[arg(value_name = "REPORT")]
    report_file: PathBuf,
    /// Only these cases or finds; without any, all that failed
    #[arg(value_name = "CASE-ID")]
    ids: Vec<String>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    repetition: RepetitionArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    embedded: EmbeddedArgs,
}

/// `dewspec replay`
pub(super) fn replay(args: &ReplayArgs) -> Result<u8, CliError> {
    let shown = args.report_file.display().to_string();
    if args.report_file.is_dir() {
        return finds(args, &read_finds(&args.report_file)?, &TargetSummary::default());
    }
    let text = stored::text(&args.report_file)?;
    if text.contains(fuzz::SCHEMA) && serde_json::from_str::<Schema>(&text).is_ok_and(|s| s.schema == fuzz::SCHEMA) {
        return finds(args, &read_finds(&args.report_file)?, &TargetSummary::default());
    }
    let report = json::read(&text).map_err(|e| CliError::usage(format!("{shown}: {e}")))?;
    if let Some(fuzz) = &report.fuzz
        && (args.ids.is_empty() || fuzz.finds.iter().any(|find| args.ids.contains(&find.id)))
    {
        return finds(args, &fuzz.finds, &report.target);
    }
    let ids = cases(&report, &args.ids)?;
    let mut engine = args.engine.clone();
    engine.signature |= ids.iter().any(|id| id.contains(".signature."));
    if !engine.neighbours {
        let suite = load::suite_with(&engine)?;
        engine.neighbours = ids.iter().any(|id| suite.is_of_neighbour(id));
    }
    engine.seed.get_or_insert(report.seed.to_string());
    engine.run_id.get_or_insert(report.run_id.clone());
    // Inputs are made up in order, up to the last one that failed.
    let failed =
        |id: &String| Some(report.cases.iter().find(|c| c.id == *id)?.generated.as_ref()?.failure.as_ref()?.input + 1);
    if let Some(inputs) = ids.iter().filter_map(failed).max() {
        engine.cases.get_or_insert(inputs);
    }
    let described = with_summary(args, &report.target);
    let mut setup = Setup::new(&described, &engine, &args.embedded)?.with_resources()?;
    setup.settings.repetition = args.repetition.repetition(&setup.config, setup.settings.fail_fast)?;
    let plan = plan(&setup.suite, &Filter::exact(ids.iter().cloned()));
    if let Some(unknown) = ids.iter().find(|id| !plan.cases().any(|c| c.spec.id == **id)) {
        return Err(CliError::usage(format!("{shown} names the case {unknown}, which this suite does not have")));
    }
    let outputs = Outputs::new(&args.output, &setup.config)?;
    let Done { report, problems } = setup.job(&plan, &ids, Task::Run).go()?;
    Ok(outputs.write(report, problems))
}

/// What every file of ours says of itself.
#[derive(Deserialize)]
struct Schema {
    schema: String,
}

fn read_finds(path: &Path) -> Result<Vec<Find>, CliError> {
    Find::read(path).map_err(|e| CliError::usage(e.to_string()))
}

/// Sends finds of the fuzzer again: those named, or all.
fn finds(args: &ReplayArgs, found: &[Find], tested: &TargetSummary) -> Result<u8, CliError> {
    let wanted: Vec<Find> =
        found.iter().filter(|find| args.ids.is_empty() || args.ids.contains(&find.id)).cloned().collect();
    let Some(first) = wanted.first() else {
        return Err(CliError::usage(format!("{}: there is no such find to replay", args.report_file.display())));
    };
    let mut engine = args.engine.clone();
    // Keys are made of seed and run id, so that the same bytes go out.
    engine.seed.get_or_insert(first.seed.to_string());
    engine.run_id.get_or_insert(first.run_id.clone());
    let described = with_summary(args, tested);
    let setup = Setup::new(&described, &engine, &args.embedded)?.with_resources()?;
    let operations: Vec<String> = wanted.iter().map(|find| find.operation.clone()).collect();
    let plan = plan(&setup.suite, &Filter::words(&operations));
    let outputs = Outputs::new(&OutputArgs { quiet: true, ..args.output.clone() }, &setup.config)?;
    let ids: Vec<String> = wanted.iter().map(|find| find.id.clone()).collect();
    let Done { report, problems } = setup.job(&plan, &ids, Task::Replay(&wanted)).go()?;
    Ok(outputs.write(report, problems))
}

/// The cases to send again.
fn cases(report: &Report, named: &[String]) -> Result<Vec<String>, CliError> {
    if let Some(unknown) = named.iter().find(|id| !report.cases.iter().any(|c| c.id == **id)) {
        return Err(CliError::usage(format!("the report has no case {unknown}")));
    }
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let failed: Vec<String> = report
        .cases
        .iter()
        .filter(|c| matches!(c.outcome, Outcome::Fail | Outcome::Warn | Outcome::Flaky | Outcome::Error))
        .map(|c| c.id.clone())
        .collect();
    if failed.is_empty() {
        return Err(CliError::usage("nothing failed in this report: name the cases to replay"));
    }
    Ok(failed)
}

/// What the report says about the target, where options say nothing else.
fn with_summary(args: &ReplayArgs, tested: &TargetSummary) -> TargetArgs {
    let mut target = args.target.clone();
    // The embedded server has other ids every time; a find by itself does not say what was tested.
    if tested.embedded || tested.endpoints.is_empty() {
        return target;
    }
    if target.endpoint.is_none() {
        target.csms_endpoint = target.csms_endpoint.or_else(|| tested.endpoints.get("csms").cloned());
        target.kms_endpoint = target.kms_endpoint.or_else(|| tested.endpoints.get("kms").cloned());
    }
    target.project_id.get_or_insert(tested.project_id.clone());
    if target.secret_id.is_empty() {
        target.secret_id.clone_from(&tested.secret_ids);
    }
    if target.key_id.is_empty() {
        target.key_id.clone_from(&tested.key_ids);
    }
    target
}
