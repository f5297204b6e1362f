//! Answers that come from somebody in front of the service: limits of a gateway's own, and the page of a firewall.

use serde_json::Value;
use url::Url;

use crate::model::{Exchange, Response};

/// Statuses by which gateways refuse what is too long or too large for themselves.
const LIMITS: [u16; 5] = [411, 413, 414, 431, 494];
/// Statuses with which web application firewalls send their page. 400, 401 and 404 are not among them: a service has
/// these for reasons of its own, and their form is documented.
const FIREWALL: [u16; 6] = [403, 405, 406, 418, 493, 501];

/// Members by which a service's error is told from that of a gateway that knows no more than a sentence.
const ERROR_MEMBERS: [&str; 5] = ["error", "error_code", "error_msg", "errors", "code"];

/// Whether an answer is an intermediary's and not the service's: a limit of its own that is not told in JSON as the
/// service tells its errors, the page of a firewall that takes what was sent for an attack, or the way to such a page on
/// another host.
///
/// `ordinary`: credentials and identifiers are the caller's own. Otherwise 403 is the service's business, whatever its form.
pub fn is_by_an_intermediary(exchange: &Exchange, ordinary: bool) -> bool {
    let Ok(response) = &exchange.answer else { return false };
    let status = response.status;
    let own_words = || response.json().is_some_and(|body| body.is_object());
    if LIMITS.contains(&status) && !own_words() {
        return true;
    }
    if FIREWALL.contains(&status) && is_page(response) && (ordinary || status != 403) {
        return true;
    }
    // A service has no reason to forbid what its own caller may do, and to do so in words that are not its own.
    let forbidden = || status == 403 && !is_error_of_a_service(response);
    let page = || (200..300).contains(&status) && is_page(response);
    let elsewhere = || (300..400).contains(&status) && leads_to_another_host(exchange, response);
    // How a path is signed that is no text is documented nowhere, so that good credentials may not fit it.
    let unsigned = || status == 401 && !is_text(&exchange.request.url);
    ordinary && (forbidden() || page() || elsewhere() || unsigned())
}

/// Whether a URL is UTF-8 once its percent signs are decoded.
fn is_text(url: &str) -> bool {
    percent_encoding::percent_decode_str(url).decode_utf8().is_ok()
}

/// Whether an answer has a form in which no service of this kind speaks: a page, a text, or the way to somewhere else. That
/// may be a fault, or somebody who answers in the service's place.
pub fn is_in_no_form_of_a_service(response: &Response) -> bool {
    (300..400).contains(&response.status) || (!response.body.is_empty() && !response.begins_as_json())
}

fn is_error_of_a_service(response: &Response) -> bool {
    let has = |body: &Value| ERROR_MEMBERS.iter().any(|member| body.get(member).is_some());
    response.json().is_some_and(|body| has(&body))
}

fn leads_to_another_host(exchange: &Exchange, response: &Response) -> bool {
    let Some(location) = response.header("location") else { return false };
    let Ok(asked) = Url::parse(&exchange.request.url) else { return false };
    // Relative to what was asked for.
    asked.join(&location).is_ok_and(|to| to.host_str() != asked.host_str())
}

/// Whether the body is HTML, by what it says of itself and by what it is.
fn is_page(response: &Response) -> bool {
    let text = response.body.trim_ascii_start();
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    text.starts_with(b"<") && (kind.is_empty() || kind.contains("html"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Request;

    fn answered(status: u16, (name, value): (&'static str, &'static str), body: &str) -> Exchange {
        let headers = [(name, value)].into_iter().filter(|(_, value)| !value.is_empty());
        let headers = headers
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        let url = "http://kms.example.com/v1/p/csms/s/tags".to_owned();
        let request =
            Request { operation: String::new(), method: "POST".to_owned(), url, headers: Vec::new(), body: None };
        let response = Response { status, headers, body: body.as_bytes().to_vec(), ..Response::default() };
        Exchange::new(request, Ok(response), Duration::ZERO)
    }

    fn of(status: u16, kind: &'static str, body: &str, ordinary: bool) -> bool {
        is_by_an_intermediary(&answered(status, ("content-type", kind), body), ordinary)
    }

    #[test]
    fn a_firewalls_page_is_told_from_the_services_error() {
        let page = "\n<!DOCTYPE html><html>blocked</html>";
        for status in FIREWALL {
            assert!(of(status, "text/html; charset=utf-8", page, true), "{status}");
            assert!(of(status, "", page, true), "{status}");
            assert_eq!(of(status, "text/html", page, false), status != 403, "{status}, wrong credentials");
            assert!(!of(status, "text/html", "{\"error\":{}}", true), "{status}, JSON");
        }
        for status in [400, 401, 404, 409, 500] {
            assert!(!of(status, "text/html", page, true), "{status} is the service's");
        }
        assert!(of(200, "text/html", page, true) && !of(200, "application/json", "{}", true), "a page in its place");
    }

    #[test]
    fn a_ban_in_words_that_are_not_the_services_is_a_firewalls() {
        for body in ["", "error code: 1020", "{\"message\":\"Forbidden\"}"] {
            assert!(of(403, "", body, true), "{body}");
            assert!(!of(403, "", body, false), "{body}: with other credentials it is the service's");
            assert!(!of(400, "", body, true), "{body}: 400 is the service's");
        }
        for own in ["{\"error\":{\"error_code\":\"KMS.0403\"}}", "{\"error_msg\":\"no\"}", "{\"code\":403}"] {
            assert!(!of(403, "application/json", own, true), "{own}");
        }
    }

    #[test]
    fn the_way_to_another_host_is_told_from_one_on_the_same() {
        let led = |location| is_by_an_intermediary(&answered(302, ("location", location), ""), true);
        assert!(led("https://blocked.example.net/why") && led("//login.example.net/"));
        assert!(!led("/v1/p/csms/s/tags/") && !led("https://kms.example.com/elsewhere"));
    }

    #[test]
    fn credentials_that_do_not_fit_a_path_that_is_no_text_accuse_nobody() {
        let at = |path: &str, status| {
            let mut exchange = answered(status, ("content-type", "application/json"), "{\"error\":{}}");
            exchange.request.url = format!("http://kms.example.com/v1/p/csms/{path}/tags");
            is_by_an_intermediary(&exchange, true)
        };
        assert!(at("a%EF%BF", 401) && !at("a%EF%BF", 400) && !at("a%C3%A9", 401) && !at("a", 401));
    }

    #[test]
    fn a_gateways_limit_is_told_from_the_services_error() {
        for status in LIMITS {
            assert!(of(status, "text/plain", "too large", false), "{status}");
            assert!(!of(status, "application/json", "{\"error\":{}}", true), "{status}");
        }
    }
}
