//! Somebody at a terminal who names no secret and no key is shown which there are.

use dialoguer::MultiSelect;

use super::prompt::asked;
use super::{CliError, console};
use crate::engine::{Candidate, Neighbours, candidates};
use crate::report::text::visible;
use crate::suite::ResourceKind;
use crate::target::{Settings, Target};

/// Longest description in a line.
const DESCRIPTION: usize = 40;

/// Offers what there is, and gives the target what was chosen.
///
/// # Errors
/// If there is nothing to choose from, or nothing was chosen.
pub(super) fn choose(target: &mut Target, settings: &Settings) -> Result<(), CliError> {
    console::info("no --secret-id and no --key-id was given: looking which there are");
    let neighbours = Neighbours::new(target, settings).map_err(|e| CliError::usage(e.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::broken(format!("cannot start a runtime: {e}")))?;
    let (mut offered, mut problems) = (false, Vec::new());
    for (kind, service) in [(ResourceKind::Secret, "csms"), (ResourceKind::Key, "kms")] {
        if target.endpoint(service).is_none() {
            continue;
        }
        match runtime.block_on(candidates(&neighbours, kind)) {
            Err(why) => problems.push(format!("the {kind}s cannot be listed: {why}")),
            Ok(all) if all.is_empty() => problems.push(format!("there is no {kind} that could be used")),
            Ok(all) => {
                offered = true;
                let chosen = pick(kind, &all)?;
                match kind {
                    ResourceKind::Key => target.key_ids = chosen,
                    ResourceKind::Secret | ResourceKind::Events => target.secret_ids = chosen,
                }
            }
        }
    }
    problems.iter().for_each(|problem| console::warning(problem));
    if target.secret_ids.is_empty() && target.key_ids.is_empty() {
        let rest = "give --secret-id, --key-id or both, or --provision, which makes them for the run";
        return Err(match offered {
            true => CliError::usage(format!("nothing was chosen: {rest}")),
            false => CliError::broken(format!("there is nothing to choose from: {rest}")),
        });
    }
    console::info(&format!("the same without being asked:{}", options(target)));
    Ok(())
}

fn pick(kind: ResourceKind, all: &[Candidate]) -> Result<Vec<String>, CliError> {
    let prompt =
        format!("Which {kind}s may dewspec write tags to, and delete these again? Space chooses, Enter goes on");
    let lines: Vec<String> = all.iter().map(line).collect();
    let before: Vec<bool> = preselected(all);
    let chosen =
        asked(|| MultiSelect::new().with_prompt(prompt).items(&lines).defaults(&before).max_length(20).interact_opt())?;
    Ok(chosen.unwrap_or_default().into_iter().filter_map(|at| Some(all.get(at)?.id.clone())).collect())
}

/// The first that is allowed by its tag.
fn preselected(all: &[Candidate]) -> Vec<bool> {
    all.iter().enumerate().map(|(at, one)| at == 0 && one.is_allowed).collect()
}

/// One of them in a line; what the target says cannot do anything to the terminal.
fn line(one: &Candidate) -> String {
    let allowed = if one.is_allowed { "  [dewspec=allowed]" } else { "" };
    let mut description: String = one.description.chars().take(DESCRIPTION).collect();
    if description.len() < one.description.len() {
        description.push('…');
    }
    let text = format!("{}  {}{allowed}  {description}", one.name, one.id);
    visible(&text).trim_end().replace('\n', " ")
}

fn options(target: &Target) -> String {
    let secrets = target.secret_ids.iter().map(|id| format!(" --secret-id {id}"));
    let keys = target.key_ids.iter().map(|id| format!(" --key-id {id}"));
    visible(&secrets.chain(keys).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, is_allowed: bool) -> Candidate {
        let description = "for tests\u{1b}[2J, and a description that goes on for a while".to_owned();
        Candidate { id: "0d04".to_owned(), name: name.to_owned(), description, is_allowed }
    }

    #[test]
    fn a_line_says_what_it_is_and_does_nothing_to_the_terminal() {
        let told = line(&candidate("test", true));
        assert!(told.starts_with("test  0d04  [dewspec=allowed]  for tests") && told.ends_with('…'), "{told}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
        assert!(!line(&candidate("test", false)).contains("allowed"));
    }

    #[test]
    fn only_what_is_allowed_is_chosen_beforehand() {
        assert_eq!(preselected(&[candidate("a", true), candidate("b", true)]), [true, false]);
        assert_eq!(preselected(&[candidate("a", false)]), [false]);
    }
}
