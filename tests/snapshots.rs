//! The normalised outcome of every fixed case against the embedded reference server, a few tables an operation.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::net::{Ipv4Addr, SocketAddr};

use dewspec::mutants::embedded_target;
use dewspec::plan::{Filter, plan};
use dewspec::report::snapshot::tables;
use dewspec::run::{Silent, run};
use dewspec::server::{ServerConfig, start};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::Settings;

#[test]
fn outcomes_against_the_embedded_server() {
    let suite = Suite::load(&DataSource::embedded().expect("embedded data")).expect("a suite without mistakes");
    let plan = plan(&suite, &Filter::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let report = runtime.block_on(async {
        let server =
            start(ServerConfig::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a server");
        let target = embedded_target(&server.url(), server.identities());
        let never = Box::pin(std::future::pending());
        run(&suite, &plan, &target, &Settings::default(), &[], &Silent, never).await.expect("a report")
    });
    for table in tables(&report) {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(table.name, table.contents);
        });
    }
}
