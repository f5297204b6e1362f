//! One trial for each case, so that `cargo test` and `cargo nextest run` list, filter and run them: against
//! the embedded reference server, or against `DEWSPEC_ENDPOINT` with the variables that `dewspec run --help` names.

use std::collections::{BTreeSet, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use dewspec::cli::target_from_environment;
use dewspec::engine::{Assignment, run};
use dewspec::model::Outcome;
use dewspec::plan::{Filter, plan};
use dewspec::report::{CaseReport, Report, failure_text};
use dewspec::server::{ServerConfig, start};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{Settings, Target, embedded_target};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = match DataSource::embedded().map_err(|e| vec![e]).and_then(|source| Suite::load(&source)) {
        Ok(suite) => suite,
        Err(errors) => return complain(&errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    let target = match target_from_environment() {
        Ok(target) => target,
        Err(message) => return complain(&message),
    };
    let ids: Vec<String> = plan(&suite, &Filter::default()).cases().map(|c| c.spec.id.clone()).collect();
    let wanted: BTreeSet<String> = ids.iter().filter(|id| selected(&arguments, id)).cloned().collect();
    let session = Arc::new(Session { suite, target, wanted, outcomes: OnceLock::new() });
    let trials = ids
        .into_iter()
        .map(|id| {
            let session = Arc::clone(&session);
            Trial::ignorable_test(id.clone(), move || session.outcome(&id))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[allow(clippy::print_stderr, reason = "a test harness talks to its user")]
fn complain(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}

/// The same selection that libtest-mimic makes, since all selected cases share one run.
fn selected(arguments: &Arguments, id: &str) -> bool {
    let matches = |text: &String| if arguments.exact { id == text } else { id.contains(text.as_str()) };
    arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
}

/// The one run that all trials of this process share, with its cases by id.
type Outcomes = (Report, HashMap<String, CaseReport>);

struct Session {
    suite: Suite,
    target: Option<Target>,
    wanted: BTreeSet<String>,
    outcomes: OnceLock<Result<Outcomes, String>>,
}

impl Session {
    fn outcome(&self, id: &str) -> Result<Completion, Failed> {
        let run = self.outcomes.get_or_init(|| self.run());
        let (report, cases) = run.as_ref().map_err(|e| Failed::from(e.as_str()))?;
        let case = cases.get(id).ok_or_else(|| Failed::from("the run has no such case"))?;
        match case.outcome {
            Outcome::Pass | Outcome::Warn => Ok(Completion::Completed),
            Outcome::Skip => Ok(Completion::Ignored { reason: case.reason.clone() }),
            Outcome::Fail | Outcome::Flaky => Err(Failed::from(failure_text(report, case))),
            Outcome::Error => Err(Failed::from(case.reason.clone().unwrap_or_default())),
        }
    }

    fn run(&self) -> Result<Outcomes, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| e.to_string())?;
        let report = runtime.block_on(async {
            let plan = plan(&self.suite, &Filter::exact(self.wanted.iter().cloned()));
            let settings = Settings { run_id: format!("t{}", std::process::id()), ..Settings::default() };
            let never = Box::pin(std::future::pending());
            let mut _server = None;
            let target = match &self.target {
                Some(target) => target.clone(),
                None => {
                    let server = start(ServerConfig::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
                        .await
                        .map_err(|e| e.to_string())?;
                    let target = embedded_target(&server.url(), server.identities());
                    _server = Some(server);
                    target
                }
            };
            let assignment = Assignment::new(&self.suite, &plan, &target, &settings);
            run(&assignment, never).await.map_err(|e| e.to_string())
        })?;
        let cases = report.cases.iter().map(|c| (c.id.clone(), c.clone())).collect();
        Ok((report, cases))
    }
}
