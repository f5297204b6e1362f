//! The normalised outcome of every fixed case against the embedded reference server, a few tables an operation.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

use dewspec::plan::{Filter, plan};
use dewspec::report::snapshot::{SnapshotTable, tables};
use dewspec::selftest::Laboratory;
use dewspec::server::ServerConfig;
use dewspec::suite::{DataSource, Suite};
use dewspec::target::Settings;

#[test]
fn outcomes_against_the_embedded_server() {
    let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
    let planned = plan(&suite, &Filter::default()).cases().count();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let laboratory = Laboratory::new(suite, Settings::default());
    let report = runtime.block_on(laboratory.run(ServerConfig::default())).expect("a report");
    let tables = tables(&report);
    assert_eq!(rows(&tables), planned, "every case has a row, and nothing else has");
    for table in &tables {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(table.name.as_str(), table.contents);
        });
    }
    let made: BTreeSet<String> = tables.into_iter().map(|table| table.name).collect();
    assert_eq!(kept(), made, "a snapshot that no table belongs to any more has to go");
}

/// Rows below the heads of the tables.
fn rows(tables: &[SnapshotTable]) -> usize {
    tables.iter().map(|table| table.contents.lines().count() - 1).sum()
}

/// The names of the tables that there are files of.
fn kept() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let entries = std::fs::read_dir(folder).expect("a folder of snapshots");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect()
}
