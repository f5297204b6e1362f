use super::args::ReplayArgs;
use super::config::Config;
use super::run::{Job, Outputs};
use super::{Ending, load, target};
use crate::plan::{Filter, plan};
use crate::report::{Report, json};
use crate::vocabulary::Outcome;

/// `dewspec replay`
pub(super) fn replay(args: &ReplayArgs) -> Result<u8, Ending> {
    let shown = args.report_file.display().to_string();
    let text = std::fs::read_to_string(&args.report_file)
        .map_err(|e| Ending::usage(format!("{shown}: cannot be read: {e}")))?;
    let report = json::read(&text).map_err(|e| Ending::usage(format!("{shown}: {e}")))?;
    let ids = cases(&report, &args.ids)?;
    let config = Config::read(args.target.config.as_deref())?;
    let mut engine = args.engine.clone();
    engine.seed.get_or_insert(report.seed.to_string());
    engine.run_id.get_or_insert(report.run_id.clone());
    // Inputs are made up in order, up to the last one that failed.
    let failed =
        |id: &String| Some(report.cases.iter().find(|c| c.id == *id)?.generated.as_ref()?.failure.as_ref()?.input + 1);
    if let Some(inputs) = ids.iter().filter_map(failed).max() {
        engine.cases.get_or_insert(inputs);
    }
    let target = target::target(&with_report(args, &report), &config)?;
    let settings = target::settings(&engine, &config, target.is_none())?;
    let suite = load::suite(args.engine.suites.as_deref(), args.engine.fixtures.as_deref())?;
    let plan = plan(&suite, &Filter::exact(ids.iter().cloned()));
    if let Some(unknown) = ids.iter().find(|id| !plan.cases().any(|c| c.spec.id == **id)) {
        return Err(Ending::usage(format!("{shown} names the case {unknown}, which this suite does not have")));
    }
    let server = load::server(&args.reading, &args.fault)?;
    let outputs = Outputs::new(&args.output, &config)?;
    Job { suite: &suite, plan: &plan, target, server, settings: &settings, filters: &ids }.go(&outputs)
}

/// The cases to send again.
fn cases(report: &Report, named: &[String]) -> Result<Vec<String>, Ending> {
    if let Some(unknown) = named.iter().find(|id| !report.cases.iter().any(|c| c.id == **id)) {
        return Err(Ending::usage(format!("the report has no case {unknown}")));
    }
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let failed: Vec<String> = report
        .cases
        .iter()
        .filter(|c| matches!(c.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error))
        .map(|c| c.id.clone())
        .collect();
    if failed.is_empty() {
        return Err(Ending::usage("nothing failed in this report: name the cases to replay"));
    }
    Ok(failed)
}

/// What the report says about the target, where options say nothing else.
fn with_report(args: &ReplayArgs, report: &Report) -> super::args::TargetArgs {
    let mut target = args.target.clone();
    if report.target.embedded {
        return target;
    }
    if target.endpoint.is_none() {
        target.csms_endpoint = target.csms_endpoint.or_else(|| report.target.endpoints.get("csms").cloned());
        target.kms_endpoint = target.kms_endpoint.or_else(|| report.target.endpoints.get("kms").cloned());
    }
    target.project_id.get_or_insert(report.target.project_id.clone());
    if target.secret_id.is_empty() {
        target.secret_id.clone_from(&report.target.secret_ids);
    }
    if target.key_id.is_empty() {
        target.key_id.clone_from(&report.target.key_ids);
    }
    target
}
