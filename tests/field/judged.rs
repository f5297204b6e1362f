//! Every run of these tests is written down and judged again from its record: whatever the target and the network did, the
//! verdict is the same.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::told::Told;

/// The record of a run in its directory.
pub(crate) const RECORD: &str = "record.ndjson";

/// Judges what a run has written down, and holds it against what the run told.
#[track_caller]
pub(crate) fn agrees(dir: &Path, told: &Told) {
    let Some(report) = told.report.as_ref().filter(|_| told.code >= 0 && dir.join(RECORD).exists()) else { return };
    let judged = Command::new(env!("CARGO_BIN_EXE_dewspec"))
        .args(["judge", "-q", RECORD, "--report", "json=judged.json"])
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("the program starts");
    let text = std::fs::read_to_string(dir.join("judged.json")).unwrap_or_default();
    let again: Value = serde_json::from_str(&text).unwrap_or_default();
    let differing = differences(report, &again);
    let said = String::from_utf8_lossy(&judged.stderr);
    let code = report["exit_code"].as_i64();
    let same = judged.status.code().map(i64::from) == code && differing.is_empty();
    let kept = if same { String::new() } else { kept(dir) };
    assert!(
        same,
        "judged from its record it is not the same (code {:?} instead of {code:?}, {kept}):\n{}\n{said}\n{}",
        judged.status.code(),
        differing.join("\n"),
        told.excerpt()
    );
}

/// Where the record is kept, for a look at it.
fn kept(dir: &Path) -> String {
    let Ok(place) = std::env::var("DEWSPEC_KEEP_RECORDS") else { return "the record is gone".to_owned() };
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let to = Path::new(&place).join(format!("{name}.ndjson"));
    let _ = std::fs::copy(dir.join(RECORD), &to);
    let _ = std::fs::copy(dir.join("report.json"), to.with_extension("run.json"));
    let _ = std::fs::copy(dir.join("judged.json"), to.with_extension("judged.json"));
    to.display().to_string()
}

/// What two reports say differently of the target.
fn differences(one: &Value, other: &Value) -> Vec<String> {
    const MOST: usize = 12;
    let mut all = Vec::new();
    for member in ["exit_code", "conclusion", "preflight"] {
        if one[member] != other[member] {
            all.push(format!("{member}: {} and {}", one[member], other[member]));
        }
    }
    for (list, members) in [("cases", &["outcome", "allowed", "seen"][..]), ("clauses", &["verdict", "broken_by"])] {
        let entries = |report: &Value| report[list].as_array().cloned().unwrap_or_default();
        let (ones, others) = (entries(one), entries(other));
        if ones.len() != others.len() {
            all.push(format!("{list}: {} and {}", ones.len(), others.len()));
        }
        for (one, other) in ones.iter().zip(&others) {
            if members.iter().any(|member| one[*member] != other[*member]) {
                let told = |entry: &Value| members.iter().map(|member| entry[*member].to_string()).collect::<Vec<_>>();
                all.push(format!("{}: {:?} and {:?}", one["id"], told(one), told(other)));
            }
        }
    }
    if all.len() > MOST {
        let more = all.len() - MOST;
        all.truncate(MOST);
        all.push(format!("and {more} more"));
    }
    all
}
