use std::sync::LazyLock;

use dewspec::model::{PathChoice, Request};
use dewspec::suite::{DataSource, Observer, OperationSuite, Purpose, ResourceKind, Suite};
use dewspec::target::{Addresses, Target};

/// The suite, loaded once.
pub(super) fn suite() -> Result<&'static Suite, String> {
    static SUITE: LazyLock<Result<Suite, String>> = LazyLock::new(|| {
        let source = DataSource::embedded().map_err(|e| e.to_string())?;
        Suite::load(&source).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    SUITE.as_ref().map_err(Clone::clone)
}

/// What makes the requests that are made once.
pub(super) struct Requests<'a> {
    pub(super) target: &'a Target,
    pub(super) addresses: &'a Addresses,
}

impl Requests<'_> {
    /// An ordinary request of an operation, without a body.
    pub(super) fn addressed(&self, op: &OperationSuite, second: bool) -> Option<Request> {
        let operation = &op.operation;
        let resource = resource(self.target, operation.resource, second);
        let own = |_: &str| PathChoice::Own;
        let (service, path) = (&operation.service, &operation.path);
        Some(Request {
            operation: operation.id.clone(),
            method: operation.method.clone(),
            url: self.addresses.url(service, path, operation.resource, &resource, own, None)?,
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Auth-Token".to_owned(), self.target.token.clone()),
            ],
            body: None,
        })
    }

    /// What lists a resource.
    ///
    /// # Errors
    /// If nothing does.
    pub(super) fn lister(&self, kind: ResourceKind, second: bool) -> Result<(&'static Observer, Request), String> {
        let mut observers = suite()?.observers.iter();
        let observer = observers.find(|observer| observer.purpose == Purpose::List && observer.resource == kind);
        let observer = observer.ok_or_else(|| format!("no observer lists the {kind}"))?;
        let own = |_: &str| PathChoice::Own;
        let resource = resource(self.target, kind, second);
        let url = self.addresses.url(&observer.service, &observer.path, kind, &resource, own, None);
        let request = Request {
            operation: observer.id.clone(),
            method: observer.method.clone(),
            url: url.ok_or("nothing can be listed")?,
            headers: vec![("X-Auth-Token".to_owned(), self.target.token.clone())],
            body: None,
        };
        Ok((observer, request))
    }
}

/// The first or second resource of a kind.
pub(super) fn resource(target: &Target, kind: ResourceKind, second: bool) -> String {
    target.resources(kind).into_iter().nth(usize::from(second)).unwrap_or_default()
}

/// Words that stand for what is on the server, in requests as text.
pub(super) fn words(target: &Target) -> Vec<(&'static str, String)> {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let foreign = &target.foreign;
    vec![
        ("{project}", target.project_id.clone()),
        ("{secret}", text(target.secret_ids.first())),
        ("{key}", text(target.key_ids.first())),
        ("{token}", target.token.clone()),
        ("{reader}", text(target.read_only_token.as_ref())),
        ("{other-project}", text(foreign.project_id.as_ref())),
        ("{other-secret}", text(foreign.secret_id.as_ref())),
        ("{other-key}", text(foreign.key_id.as_ref())),
        ("{other-token}", text(foreign.token.as_ref())),
    ]
}
