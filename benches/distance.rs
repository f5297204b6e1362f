//! How long a default run takes against a target that is far away: one secret, one key, each answer so many milliseconds
//! later. The time is made up, so that it is known in seconds, and the same on every machine.
//!
//! `cargo bench --bench distance -- 100` for 100 milliseconds, `-- 100 --resources 4` for four secrets and keys.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program that prints, and has nobody to recover for")]

use std::sync::Arc;
use std::time::Duration;

use dewspec::engine::{Assignment, run};
use dewspec::model::Request;
use dewspec::plan::{Filter, plan};
use dewspec::report::Report;
use dewspec::server::{ServerConfig, router};
use dewspec::suite::{DataSource, Suite};
use dewspec::target::{IN_PROCESS_ENDPOINT, InProcessTransport, Settings, embedded_target};
use dewspec::transport::{Limits, Sending, Transport, Tried, WireOptions};
use tokio::time::{Instant, sleep};

/// A transport over a distance: half of the time is spent on each way.
struct Distant {
    near: Arc<dyn Transport>,
    there_and_back: Duration,
}

impl Transport for Distant {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            let sent = Instant::now();
            sleep(self.there_and_back / 2).await;
            let tried = self.near.exchange(request, options).await;
            sleep(self.there_and_back / 2).await;
            tried.map(|tried| Tried::since(sent, tried.answer))
        })
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(Distant { near: self.near.fresh(), there_and_back: self.there_and_back })
    }
}

async fn run_from(there_and_back: Duration, resources: usize) -> Report {
    let suite = Suite::load(&DataSource::embedded().expect("the data")).expect("a suite");
    let plan = plan(&suite, &Filter::default());
    let (service, identities) = router(ServerConfig { secrets: resources, keys: resources, ..ServerConfig::default() });
    let target = embedded_target(IN_PROCESS_ENDPOINT, &identities);
    let near = Arc::new(InProcessTransport::new(service, &Limits::default()));
    let settings = Settings::default();
    let assignment = Assignment {
        transport: Some(Arc::new(Distant { near, there_and_back })),
        ..Assignment::new(&suite, &plan, &target, &settings)
    };
    run(&assignment, Box::pin(std::future::pending())).await.expect("a report")
}

fn main() {
    let mut arguments = std::env::args();
    let (mut given, mut resources): (Vec<u64>, usize) = (Vec::new(), 1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--resources" => resources = arguments.next().and_then(|text| text.parse().ok()).expect("a number"),
            text => given.extend(text.parse::<u64>()),
        }
    }
    let distances = if given.is_empty() { vec![1, 10, 100] } else { given };
    for milliseconds in distances {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let report = runtime.block_on(run_from(Duration::from_millis(milliseconds), resources));
        let seconds = Duration::from_millis(report.duration_ms).as_secs_f64();
        println!(
            "{milliseconds} ms away: {} requests in {seconds:.1} s; {}",
            report.summary.exchanges, report.conclusion
        );
    }
}
