use std::sync::Arc;

use crate::judge::describe;
use crate::model::{Exchange, FailureKind, Response};
use crate::target::Proxy;

/// What an answer to an ordinary request says of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// 2xx, and no web page.
    Accepted,
    /// 401 or 403: the credentials.
    Unauthorised,
    /// 404: something in the path.
    Unknown,
    /// Any other 4xx.
    Refused,
    /// 3xx.
    Redirected,
    /// A page for people, or whatever else is no answer of this API.
    OtherServer,
    /// 429 or 503, for longer than is waited here.
    Throttled,
    /// 5xx.
    ServerError,
    /// No HTTP, or nothing at all.
    None,
}

/// One answer, and what it says.
#[derive(Clone, Debug)]
pub(in super::super) struct Answer {
    pub(super) kind: Kind,
    pub(super) status: Option<u16>,
    /// The answer in one line.
    pub(in super::super) told: String,
    /// What was sent and came; nothing in tests.
    pub(super) exchange: Option<Arc<Exchange>>,
}

impl Answer {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let mut told = describe(exchange).split_whitespace().collect::<Vec<_>>().join(" ");
        let kind = match &exchange.answer {
            Err(_) => Kind::None,
            Ok(response) => {
                if let Some(to) = response.header("location").filter(|_| (300..400).contains(&response.status)) {
                    told = format!("status {}, a redirect to {to}", response.status);
                }
                kind(response)
            }
        };
        Answer { kind, status: exchange.status(), told, exchange: Some(Arc::new(exchange.clone())) }
    }

    pub(in super::super) fn is_accepted(&self) -> bool {
        self.kind == Kind::Accepted
    }

    pub(in super::super) fn is_unauthorised(&self) -> bool {
        self.kind == Kind::Unauthorised
    }
}

fn kind(response: &Response) -> Kind {
    match response.status {
        401 | 403 => Kind::Unauthorised,
        429 | 503 => Kind::Throttled,
        300..=399 => Kind::Redirected,
        500.. => Kind::ServerError,
        _ if response.capped || is_web_page(response) => Kind::OtherServer,
        200..=299 => Kind::Accepted,
        404 => Kind::Unknown,
        _ => Kind::Refused,
    }
}

/// Whether this is a page for people, and no API's answer.
pub(super) fn is_web_page(response: &Response) -> bool {
    let announced = response.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let beginning = response.body.trim_ascii_start();
    let marked = beginning.first() == Some(&b'<');
    !response.body.is_empty() && (marked || (announced && response.json().is_none()))
}

/// Why there is no answer, and what to do about it.
pub(in super::super) fn unreached(exchange: &Exchange, proxy: &Proxy) -> Option<(String, &'static str)> {
    let failure = exchange.answer.as_ref().err()?;
    let told = &failure.message;
    let lower = told.to_ascii_lowercase();
    let certificate = lower.contains("certificate");
    let is_for_another = certificate && lower.contains("and not for");
    Some(match failure.kind {
        // What has to be fetched first could not be.
        FailureKind::Unreachable if lower.starts_with("no token from") => {
            (told.clone(), "where the credentials come from must be mended first")
        }
        FailureKind::Unreachable if is_for_another => (
            format!("its certificate is not trusted: {told}"),
            "is the host of the endpoint right? where only the address is another, --resolve HOST:PORT:ADDR keeps the name",
        ),
        FailureKind::Unreachable if lower.contains("does not speak tls") => {
            (format!("it could not be reached: {told}"), "is it http:// and not https://, and is the port right?")
        }
        FailureKind::Unreachable
            if !certificate
                && (lower.contains("proxy") || lower.contains("tunnel") || matches!(proxy, Proxy::Url(_))) =>
        {
            (
                format!("it could not be reached through the proxy{}: {told}", at(proxy)),
                "is the address of the proxy right, and does it want a user? --proxy http://USER:PASSWORD@HOST:PORT",
            )
        }
        FailureKind::Unreachable if certificate => (
            format!("its certificate is not trusted: {told}"),
            "give the authority's certificate with --cacert FILE, or --insecure to trust any",
        ),
        FailureKind::Unreachable => (
            format!("it could not be reached: {told}"),
            if exchange.request.url.starts_with("https:") {
                "is the address right, is it up, and does it speak TLS? --wait-for SECS waits for it"
            } else {
                "is the address right, and is it up? --wait-for SECS waits for it"
            },
        ),
        FailureKind::Silent => (
            format!("it takes connections and does not answer: {told}"),
            "is this the API's port? --timeout SECS waits longer",
        ),
        FailureKind::Lost | FailureKind::Fatal | FailureKind::Garbled => (
            format!("what is there does not speak HTTP, or hangs up: {told}"),
            "is this the API's port, and is it http:// or https://?",
        ),
        FailureKind::Abandoned => ("the run ended before it was asked".to_owned(), ""),
        FailureKind::Unrecorded => (failure.message.clone(), ""),
    })
}

/// Where the proxy is, as far as that was said.
fn at(proxy: &Proxy) -> String {
    let Proxy::Url(url) = proxy else { return String::new() };
    let host =
        url::Url::parse(url).ok().and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
    host.map(|host| format!(" at {host}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn kind_of(status: u16, content_type: &'static str, body: &str) -> Kind {
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        kind(&Response { status, headers, body: body.as_bytes().to_vec(), ..Response::default() })
    }

    #[test]
    fn pages_for_people_are_no_answers_of_an_api() {
        assert_eq!(kind_of(200, "text/html", "<html>"), Kind::OtherServer);
        assert_eq!(kind_of(404, "text/plain", " <!DOCTYPE html>"), Kind::OtherServer);
        assert_eq!(kind_of(200, "text/html", "{\"tags\":[]}"), Kind::Accepted, "an API that names its type badly");
        assert_eq!(kind_of(204, "text/html", ""), Kind::Accepted);
        assert_eq!(kind_of(404, "application/json", "{}"), Kind::Unknown);
        assert_eq!(
            (kind_of(403, "text/html", "<p>"), kind_of(302, "text/html", "<p>")),
            (Kind::Unauthorised, Kind::Redirected)
        );
    }
}
