//! The normalised outcome of every fixed case against the embedded reference server, a few tables an operation.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use dewspec::mutants::Laboratory;
use dewspec::report::snapshot::tables;
use dewspec::server::ServerConfig;
use dewspec::suite::{DataSource, Suite};
use dewspec::target::Settings;

#[test]
fn outcomes_against_the_embedded_server() {
    let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let laboratory = Laboratory::new(suite, Settings::default());
    let report = runtime.block_on(laboratory.run(ServerConfig::default())).expect("a report");
    for table in tables(&report) {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(table.name, table.contents);
        });
    }
}
