use clap::Args;

use super::CliError;
use super::config::Config;
use super::job::{Done, Setup, Task};
use super::options::{EmbeddedArgs, EngineArgs, FormatArgs, OutputArgs, TargetArgs};
use super::outputs::Outputs;
use crate::exit;
use crate::plan::{Filter, plan};
use crate::report::Report;
use crate::report::terminal::{TerminalStyle, preflight};

pub(super) const EXAMPLES: &str = "\
Examples:
  DEWSPEC_TOKEN=… dewspec doctor --endpoint http://127.0.0.1:8080 --project-id P --secret-id S \\
      --key-id K
      what is right and wrong with endpoint, credentials and identifiers, a line each
  dewspec doctor --endpoint … --wait-for 60 && dewspec run --endpoint …
      wait until an emulator is up, and run if all is well

Exit codes: 0 a run can begin, 2 wrong usage, 3 it cannot, and the lines marked FAIL say why.";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    formats: FormatArgs,
}

impl DoctorArgs {
    /// What is said of a target and of how to go about it; the report is for the terminal.
    pub(super) fn new(target: TargetArgs, engine: EngineArgs) -> Self {
        DoctorArgs { target, engine, formats: FormatArgs::default() }
    }
}

/// `dewspec doctor`
pub(super) fn doctor(args: &DoctorArgs) -> Result<u8, CliError> {
    let setup = Setup::new(&args.target, &args.engine, &EmbeddedArgs::default())?.with_resources()?;
    let plan = plan(&setup.suite, &Filter::default());
    let output = OutputArgs { formats: args.formats.clone(), ..OutputArgs::default() };
    // Reports and snapshots of the file are those of a run.
    let outputs = Outputs::new(&output, &Config::default())?;
    let Done { mut report, problems } = setup.job(&plan, &[], Task::Doctor).go()?;
    report.exit_code = exit_code(&report);
    Ok(outputs.write_with(report, problems, text))
}

/// What was looked at, a line each, and what follows from it.
fn text(report: &Report, style: &TerminalStyle) -> String {
    let steps = preflight(&report.preflight, style);
    let notes: String = report.notes.iter().map(|note| format!("note: {note}\n")).collect();
    format!("{steps}{notes}{} (exit code {})\n", report.conclusion, report.exit_code)
}

/// The doctor does not judge the target: it says whether a run can begin.
fn exit_code(report: &Report) -> u8 {
    match report.exit_code {
        exit::CONFORMS | exit::NONCONFORMING | exit::VACUOUS if report.preflight.iter().all(|step| step.ok) => {
            exit::CONFORMS
        }
        exit::CONFORMS | exit::NONCONFORMING | exit::VACUOUS => exit::BROKEN,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::PreflightStep;

    #[test]
    fn a_failing_step_is_3_and_a_signal_stays() {
        let mut report: Report = crate::report::sample_for_tests();
        let step = |ok| PreflightStep { step: "reach csms".to_owned(), ok, ..PreflightStep::default() };
        for (code, ok, expected) in
            [(0, true, 0), (1, true, 0), (4, true, 0), (0, false, 3), (3, true, 3), (130, false, 130)]
        {
            report.preflight = vec![step(true), step(ok)];
            report.exit_code = code;
            assert_eq!(exit_code(&report), expected, "{code} {ok}");
        }
    }
}
