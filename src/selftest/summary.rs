use std::collections::BTreeMap;

use super::{Alarm, Kill, Pair};

/// What stands below this line was written by hand, and stays when the summary is made anew.
const BY_HAND: &str = "<!-- Below this line: written by hand. -->";

/// The kill matrix and the false-alarm table in Markdown, followed by what was written by hand in the
/// `earlier` summary.
pub fn summary(kills: &[Kill], pairs: &[Pair], alarms: &[Alarm], earlier: &str) -> String {
    let mut out = String::from(
        "# The tester, tested\n\nMade by `dewspec mutants --summary docs/mutants.md`; do not edit above the mark.\n\n",
    );
    if !alarms.is_empty() {
        out.push_str(&alarm_table(alarms));
    }
    if !kills.is_empty() {
        let kills = at_all_settings(kills);
        out.push_str(&family_table(&kills));
        out.push_str(&cause_table(&kills, pairs));
        out.push_str(&matrix(&kills));
    }
    let by_hand = earlier.split_once(BY_HAND).map_or("\n", |(_, text)| text);
    out.push_str(BY_HAND);
    out.push_str(by_hand);
    out
}

/// One entry for each fault: killed only if it was killed at all settings that were tried, and by what at the first.
fn at_all_settings(kills: &[Kill]) -> Vec<Kill> {
    let mut all: Vec<Kill> = Vec::new();
    for kill in kills {
        match all.iter_mut().find(|known| known.fault == kill.fault) {
            Some(known) if !kill.killed => *known = kill.clone(),
            Some(_) => {}
            None => all.push(kill.clone()),
        }
    }
    all
}

fn alarm_table(alarms: &[Alarm]) -> String {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for alarm in alarms {
        let kind = match alarm.readings.len() {
            0 => "default readings, several seeds",
            1 => "every reading alone",
            _ => "random combinations of readings",
        };
        let entry = kinds.entry(kind).or_default();
        entry.0 += 1;
        entry.1 += alarm.findings.len() + alarm.misread.len() + alarm.unobserved.len();
    }
    let mut out = String::from("## False alarms\n\n| conforming servers | number | findings |\n|---|---:|---:|\n");
    for (kind, (servers, findings)) in kinds {
        out.push_str(&format!("| {kind} | {servers} | {findings} |\n"));
    }
    out.push('\n');
    for alarm in alarms.iter().filter(|a| !a.is_silent()) {
        let what: Vec<&String> = alarm.findings.iter().chain(&alarm.misread).chain(&alarm.unobserved).collect();
        out.push_str(&format!("- false alarm on {} ({} settings): {what:?}\n", alarm.server, alarm.settings));
    }
    out
}

fn family_table(kills: &[Kill]) -> String {
    let mut families: BTreeMap<&str, Vec<&Kill>> = BTreeMap::new();
    for kill in kills {
        families.entry(&kill.family).or_default().push(kill);
    }
    let mut out = String::from(
        "## Seeded faults\n\n| family | faults | killed | requests of a run | by the clause that was bent |\n\
         |---|---:|---:|---:|---:|\n",
    );
    let row = |name: &str, kills: &[&Kill]| {
        let killed = kills.iter().filter(|k| k.killed).count();
        let named = kills.iter().filter(|k| k.found.contains(&k.clause)).count();
        let mut requests: Vec<u64> = kills.iter().map(|k| k.requests).collect();
        requests.sort_unstable();
        let median = requests.get(requests.len() / 2).copied().unwrap_or(0);
        format!("| {name} | {} | {killed} | {median} | {named} |\n", kills.len())
    };
    for (family, kills) in &families {
        out.push_str(&row(family, kills));
    }
    out.push_str(&row("**in all**", &kills.iter().collect::<Vec<_>>()));
    out.push('\n');
    out
}

/// How many causes a fault has, and whether two faults keep theirs apart.
fn cause_table(kills: &[Kill], pairs: &[Pair]) -> String {
    let counts: Vec<usize> = kills.iter().filter(|kill| kill.killed).map(|kill| kill.causes.len()).collect();
    let share = |part: usize, whole: usize| format!("{:.1} %", part as f64 * 100.0 / whole.max(1) as f64);
    let of = |most: usize| share(counts.iter().filter(|count| **count <= most).count(), counts.len());
    let mean = counts.iter().sum::<usize>() as f64 / counts.len().max(1) as f64;
    let mut out = format!(
        "## Causes\n\n| what | figure |\n|---|---:|\n| causes of one seeded fault, on average | {mean:.2} |\n\
         | faults with one cause | {} |\n| faults with three at most | {} |\n",
        of(1),
        of(3)
    );
    let told = |most: usize| {
        let right = kills.iter().filter(|kill| kill.is_diagnosed_within(most));
        share(right.count(), counts.len())
    };
    out.push_str(&format!("| faults that their own diagnosis names first | {} |\n", told(1)));
    out.push_str(&format!("| faults that their own diagnosis names | {} |\n", told(usize::MAX)));
    if !pairs.is_empty() {
        let apart = pairs.iter().filter(|pair| pair.apart).count();
        let what = format!("of {} random pairs of faults, those that keep a cause each", pairs.len());
        out.push_str(&format!("| {what} | {} |\n", share(apart, pairs.len())));
    }
    out.push('\n');
    out
}

/// Fault by finding clause.
fn matrix(kills: &[Kill]) -> String {
    let mut out = String::from("## Kill matrix\n\n| fault | found broken |\n|---|---|\n");
    for kill in kills {
        let found = match kill.found.as_slice() {
            [] => "**survived**".to_owned(),
            clauses => {
                let named = clauses.iter().find(|c| **c == kill.clause).unwrap_or(&clauses[0]);
                let more = clauses.len() - 1;
                if more > 0 { format!("`{named}` and {more} more") } else { format!("`{named}`") }
            }
        };
        out.push_str(&format!("| {} | {found} |\n", kill.fault));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kill(fault: &str, settings: &str, found: &[&str]) -> Kill {
        Kill {
            fault: fault.to_owned(),
            family: "status".to_owned(),
            settings: settings.to_owned(),
            operations: Vec::new(),
            clause: "clause".to_owned(),
            summary: String::new(),
            killed: !found.is_empty(),
            exit_code: u8::from(!found.is_empty()),
            found: found.iter().map(|id| (*id).to_owned()).collect(),
            elsewhere: Vec::new(),
            causes: found.iter().map(|id| format!("cause.{id}")).collect(),
            diagnosed: Vec::new(),
            looks: Default::default(),
            requests: 7,
            milliseconds: 1,
        }
    }

    #[test]
    fn a_fault_that_survives_at_some_settings_survives() {
        let kills = [
            kill("first", "default", &["clause"]),
            kill("second", "default", &["clause"]),
            kill("first", "embedded", &[]),
            kill("second", "embedded", &["other"]),
        ];
        let text = summary(&kills, &[], &[], "");
        assert!(text.contains("| first | **survived** |") && text.contains("| second | `clause` |"), "{text}");
        assert!(text.contains("| status | 2 | 1 | 7 | 1 |"), "{text}");
        assert!(text.contains("| causes of one seeded fault, on average | 1.00 |"), "{text}");
    }

    #[test]
    fn what_was_written_by_hand_stays() {
        let earlier = format!("old\n{BY_HAND}\n\nkept\n");
        let text = summary(&[], &[], &[], &earlier);
        assert!(text.ends_with("\n\nkept\n") && !text.contains("old"));
        assert!(summary(&[], &[], &[], "").contains(BY_HAND));
    }
}
