use std::cell::OnceCell;

use serde_json::Value;

use dewspec::judge::{History, Judgement, Scene, Secrets, describe, judge};
use dewspec::model::Exchange;
use dewspec::suite::{Judge, OperationSuite};

/// What an exchange was about, as far as the oracles ask.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    /// The body of the request as JSON, if it has one meaning.
    pub(super) said: Option<&'a Value>,
    /// The same input was a server error twice.
    pub(super) repeated: bool,
    /// The same input was a server error only once.
    pub(super) transient: bool,
    /// The layer in front of the service may have answered.
    pub(super) gateway: bool,
    /// The method is not the documented one, of which alone the tables speak.
    pub(super) other_method: bool,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Every clause with an oracle, with what that says of an exchange.
pub(super) fn judgements<'a>(
    op: &'a OperationSuite,
    exchange: &Exchange,
    about: About<'_>,
    secrets: &Secrets,
    history: &mut History,
) -> Vec<(&'a str, Judgement)> {
    let scene = Scene {
        operation: &op.operation,
        exchange,
        request: about.said,
        repeated_server_error: about.repeated,
        transient_server_error: about.transient,
        gateway_territory: about.gateway,
        unusual: false,
        secrets,
        now: about.now,
        answered: OnceCell::new(),
    };
    let judged = op.clauses.iter().filter_map(|clause| {
        let oracle = clause.judge.as_ref()?;
        let speaks = !about.other_method || matches!(oracle, Judge::NoSecret);
        speaks.then(|| (clause.id.as_str(), judge(oracle, &clause.id, &scene, || &mut *history)))
    });
    judged.collect()
}

/// That every oracle of the operation is content with an exchange.
pub(super) fn content(
    op: &OperationSuite,
    exchange: &Exchange,
    about: About<'_>,
    secrets: &Secrets,
) -> Result<(), String> {
    for (clause, judgement) in judgements(op, exchange, about, secrets, &mut History::default()) {
        if let Judgement::Broken { allowed, seen } = judgement {
            return Err(format!("{clause} is broken: allowed {allowed}; seen {seen}\n{}", told(exchange)));
        }
    }
    Ok(())
}

/// An exchange for people.
pub(super) fn told(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
    format!("sent     {} {}\n         {body:?}\nanswered {}", request.method, request.url, describe(exchange))
}
