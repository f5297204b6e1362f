use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{CliError, console, load};
use crate::causes::{Dictionary, EVERYWHERE, Fault};
use crate::exit;
use crate::generate::{Doing, Generator, Placeholders, Property, TargetFacts, seed_of};
use crate::plan::{Filter, Plan, PlannedCase, plan};
use crate::report::text::{visible, wrap};
use crate::suite::{Clause, Expect, Located, OperationSuite, StatusRule, StepSpec, Suite};
use crate::target::Settings;

/// How many inputs of a property are shown.
const EXAMPLES: u64 = 3;
/// How many tags a resource carries in examples.
const LIMIT: usize = 20;
/// How many cases of a clause are named.
const NAMED: usize = 12;

#[derive(Clone, Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of a clause, case or cause, or an end of one that is unique
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Load the suite from a directory instead of the one built in
    #[arg(long, value_name = "DIR")]
    pub(super) suites: Option<PathBuf>,
    /// Load the fixtures from a directory instead of those built in
    #[arg(long, value_name = "DIR")]
    pub(super) fixtures: Option<PathBuf>,
}

/// `dewspec explain`
pub(super) fn explain(args: &ExplainArgs) -> Result<u8, CliError> {
    let suite = load::suite(args.suites.as_deref(), args.fixtures.as_deref())?.with_signature().with_neighbours();
    let plan = plan(&suite, &Filter::default());
    let text = match find(&suite, &plan, &args.id)? {
        Found::Clause(op, clause) => clause_text(op, clause, &plan),
        Found::Case(case) => case_text(case, &suite),
        Found::Cause(faults) => cause_text(&args.id, &faults),
    };
    console::print(&text);
    Ok(exit::CONFORMS)
}

enum Found<'a> {
    Clause(&'a OperationSuite, &'a Located<Clause>),
    Case(&'a PlannedCase),
    /// The known faults that show as it.
    Cause(Vec<&'static Fault>),
}

fn find<'a>(suite: &'a Suite, plan: &'a Plan, id: &str) -> Result<Found<'a>, CliError> {
    let located = |op: &'a Arc<OperationSuite>| op.clauses.iter().find(|clause| clause.id == id).map(|c| (op, c));
    if let Some((op, clause)) = suite.operations.iter().find_map(located) {
        return Ok(Found::Clause(op, clause));
    }
    if let Some(case) = plan.cases().find(|c| c.spec.id == id) {
        return Ok(Found::Case(case));
    }
    let faults = faults_of(id);
    if !faults.is_empty() {
        return Ok(Found::Cause(faults));
    }
    let clauses: Vec<&str> = suite.operations.iter().flat_map(|op| op.clauses.iter()).map(|c| c.id.as_str()).collect();
    let near: Vec<&str> = clauses
        .into_iter()
        .chain(plan.cases().map(|c| c.spec.id.as_str()))
        .filter(|known| known.contains(id))
        .take(NAMED)
        .collect();
    match near.as_slice() {
        [] => Err(CliError::usage(format!(
            "there is no clause, case or cause {id:?}; see `dewspec list clauses` and `dewspec list causes`"
        ))),
        [one] => find(suite, plan, one),
        several => Err(CliError::usage(format!("{id:?} could be any of these:\n  {}", several.join("\n  ")))),
    }
}

/// The known faults that show as this cause.
fn faults_of(cause: &str) -> Vec<&'static Fault> {
    let everywhere = cause.strip_prefix(EVERYWHERE);
    let is_same = |known: &str| match everywhere {
        Some(rest) => rest.starts_with('.') && known.ends_with(rest),
        None => known == cause,
    };
    Dictionary::built_in().faults().iter().filter(|fault| is_same(&fault.cause)).collect()
}

fn cause_text(id: &str, faults: &[&Fault]) -> String {
    let mut out = format!("{id} (a cause)\n\n");
    let told = "What this target does wrong in one way is one cause, whatever the cases and clauses in which it shows. \
                Faults of the reference server that show as this one:";
    out.push_str(&paragraph(told, "  "));
    out.push('\n');
    for fault in faults {
        out.push_str(&paragraph(&format!("{}: {}", fault.fault, fault.summary), "    "));
    }
    if let Some(fault) = faults.first() {
        out.push_str(&format!("\n  see one  dewspec run --fault {}\n", fault.fault));
    }
    out
}

fn paragraph(text: &str, indent: &str) -> String {
    let lines = wrap(text, console::width().saturating_sub(indent.len()));
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

fn clause_text(op: &OperationSuite, clause: &Located<Clause>, plan: &Plan) -> String {
    let mut out = format!("{} ({})\n\n", clause.id, clause.level);
    out.push_str(&paragraph(&clause.wording, "  "));
    out.push_str(&format!("\n  operation  {} {} {}\n", op.operation.id, op.operation.method, op.operation.path));
    out.push_str(&format!("  source     {}\n", clause.source_line()));
    out.push_str(&format!("  defined    {}\n", clause.origin));
    if clause.monitored {
        out.push_str("  monitored  it cannot be provoked; every answer is watched for it\n");
    }
    if let Some(judge) = &clause.judge {
        out.push_str(&paragraph(&format!("oracle     {judge:?}, on every answer of the operation"), "  "));
    }
    if !clause.readings.is_empty() {
        out.push_str("\n  readings\n");
        for (name, meaning) in &clause.readings {
            out.push_str(&paragraph(&format!("{name}: {meaning}"), "    "));
        }
    }
    let cases: Vec<&PlannedCase> = plan.cases().filter(|c| c.spec.clauses.contains(&clause.id)).collect();
    if !cases.is_empty() {
        out.push_str(&format!("\n  checked by {} case(s)\n", cases.len()));
        for case in cases.iter().take(NAMED) {
            out.push_str(&format!("    {}\n", case.spec.id));
        }
        if cases.len() > NAMED {
            out.push_str(&format!("    and {} more: dewspec list cases\n", cases.len() - NAMED));
        }
    }
    out
}

fn case_text(case: &PlannedCase, suite: &Suite) -> String {
    let mut out = format!("{}\n\n", case.spec.id);
    if !case.spec.title.is_empty() {
        out.push_str(&paragraph(&case.spec.title, "  "));
        out.push('\n');
    }
    for id in &case.spec.clauses {
        if let Some(clause) = case.op.clause(id) {
            out.push_str(&paragraph(
                &format!("{} ({}): {} [{}]", id, clause.level, clause.wording, clause.source_line()),
                "  ",
            ));
        }
    }
    if let Some(written) = case.op.cases.iter().find(|written| written.id == case.spec.id) {
        out.push_str(&format!("\n  defined  {}\n", written.origin));
    }
    if !case.spec.needs.is_empty() {
        let needs = case.spec.needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\n  needs  {needs}\n"));
    }
    for (clause, readings) in &case.spec.when {
        out.push_str(&format!("  when   {clause} is {}\n", readings.join(" or ")));
    }
    if let Some(property) = &case.property {
        out.push_str(&examples(case, property, suite));
        return out;
    }
    out.push_str("\n  steps\n");
    for (i, step) in case.spec.steps.iter().enumerate() {
        out.push_str(&step_text(i + 1, step, case));
    }
    out
}

/// The first inputs of a property, made up with the default seed.
fn examples(case: &PlannedCase, property: &Property, suite: &Suite) -> String {
    let settings = Settings::default();
    let ops = suite.acting_on(case.op.operation.resource);
    let places = Placeholders::new(settings.seed, &settings.run_id, &case.spec.id, &case.op.operation.valid);
    let known = TargetFacts { limit: Some(LIMIT), ..TargetFacts::default() };
    let generator = Generator::new(&case.op, &ops, property.clone(), known, &places);
    let instances = generator.instances(seed_of(settings.seed, &case.spec.id), 0..EXAMPLES);
    let mut out = String::from("\n  for example\n");
    for (_, instance) in instances {
        for (i, one) in instance.resolved(&places).moves.iter().enumerate() {
            let doing = match &one.doing {
                Doing::Send(body) => visible(body),
                Doing::Name(item) => format!("{} {}", case.op.operation.id, visible(item)),
                Doing::Fill(count) => format!("store items until there are {count}"),
            };
            let lead = if i == 0 { "  - " } else { "    " };
            let text = format!("{doing} → {}", one.answer);
            for (i, line) in wrap(&text, console::width().saturating_sub(6)).iter().enumerate() {
                out.push_str(&format!("  {}{line}\n", if i == 0 { lead } else { "    " }));
            }
        }
    }
    out
}

fn step_text(number: usize, step: &StepSpec, case: &PlannedCase) -> String {
    let mut out = String::new();
    let operation = step.operation.as_deref().unwrap_or(&case.op.operation.id);
    let doing = if let Some(tags) = &step.setup {
        format!("store {}", tags.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(", "))
    } else if let Some(count) = step.fill {
        format!("store items until there are {count}")
    } else if let Some(fixture) = &step.fixture {
        format!("send {operation} with the documented example {fixture}")
    } else if let Some(body) = &step.body {
        format!("send {operation} with {body}")
    } else {
        format!("send {operation} without a body")
    };
    let mut extras = vec![format!("token {}", step.token)];
    let item = step.names.as_ref().or(case.op.operation.names.as_ref());
    extras.extend(item.filter(|_| step.operation.is_none()).map(|item| format!("to {item}")));
    extras.extend(step.path.iter().map(|(name, choice)| format!("{name} {choice}")));
    extras.extend(step.headers.iter().map(|(name, value)| format!("header {name}: {value:?}")));
    out.push_str(&paragraph(&format!("{number}. {doing} ({})", extras.join(", ")), "    "));
    if let Some(expect) = &step.expect {
        out.push_str(&paragraph(&format!("expected: {}", expect_text(expect, case)), "       "));
    }
    for (reading, expect) in &step.readings {
        out.push_str(&paragraph(&format!("under {reading}: {}", expect_text(expect, case)), "       "));
    }
    out
}

fn expect_text(expect: &Expect, case: &PlannedCase) -> String {
    use crate::suite::Answer;
    match (expect.answer, &expect.status) {
        (Answer::Accepted, _) => format!("accepted with {}", case.op.operation.success),
        (Answer::Any, _) => "any documented answer".to_owned(),
        (Answer::Refused, StatusRule::Fixed(list)) => {
            format!("refused with {}", list.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "))
        }
        (Answer::Refused, StatusRule::ByClause(clause)) => {
            format!("refused with the status that {} allows", clause.trim_start_matches('@'))
        }
    }
}
