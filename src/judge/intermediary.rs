//! Answers that come from somebody in front of the service: limits of a gateway's own, and the page of a firewall.

use crate::model::Response;

/// Statuses by which gateways refuse what is too long or too large for themselves.
const LIMITS: [u16; 5] = [411, 413, 414, 431, 494];
/// Statuses with which web application firewalls send their page. 400, 401 and 404 are not among them: a service has
/// these for reasons of its own, and their form is documented.
const FIREWALL: [u16; 6] = [403, 405, 406, 418, 493, 501];

/// Whether a refusal is an intermediary's and not the service's: a limit of its own that is not told in JSON as the
/// service tells its errors, or the HTML page of a firewall that takes what was sent for an attack.
///
/// `ordinary`: credentials and identifiers are the caller's own. Otherwise 403 is the service's business, whatever its form.
pub fn is_by_an_intermediary(response: &Response, ordinary: bool) -> bool {
    let own_words = || response.json().is_some_and(|body| body.is_object());
    (LIMITS.contains(&response.status) && !own_words())
        || (FIREWALL.contains(&response.status) && is_page(response) && (ordinary || response.status != 403))
}

/// Whether the body is HTML, by what it says of itself and by what it is.
fn is_page(response: &Response) -> bool {
    let text = response.body.trim_ascii_start();
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    text.starts_with(b"<") && (kind.is_empty() || kind.contains("html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, kind: &'static str, body: &str) -> Response {
        let headers = [("content-type", kind)].into_iter().filter(|(_, kind)| !kind.is_empty());
        let headers =
            headers.map(|(name, kind)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(kind)));
        Response { status, headers: headers.collect(), body: body.as_bytes().to_vec(), ..Response::default() }
    }

    #[test]
    fn a_firewalls_page_is_told_from_the_services_error() {
        let page = "\n<!DOCTYPE html><html>blocked</html>";
        for status in FIREWALL {
            assert!(is_by_an_intermediary(&response(status, "text/html; charset=utf-8", page), true), "{status}");
            assert!(is_by_an_intermediary(&response(status, "", page), true), "{status}");
            let elsewhere = is_by_an_intermediary(&response(status, "text/html", page), false);
            assert_eq!(elsewhere, status != 403, "{status}, wrong credentials");
            assert!(!is_by_an_intermediary(&response(status, "application/json", page), true), "{status}, not HTML");
            assert!(!is_by_an_intermediary(&response(status, "text/html", "{\"error\":{}}"), true), "{status}, JSON");
            assert!(!is_by_an_intermediary(&response(status, "", ""), true), "{status}, no body");
        }
        for status in [400, 401, 404, 409, 500] {
            assert!(!is_by_an_intermediary(&response(status, "text/html", page), true), "{status} is the service's");
        }
    }

    #[test]
    fn a_gateways_limit_is_told_from_the_services_error() {
        for status in LIMITS {
            assert!(is_by_an_intermediary(&response(status, "text/plain", "too large"), false), "{status}");
            assert!(!is_by_an_intermediary(&response(status, "application/json", "{\"error\":{}}"), true), "{status}");
        }
    }
}
