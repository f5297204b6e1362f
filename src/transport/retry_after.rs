use std::time::{Duration, SystemTime};

use crate::model::Response;

/// How long an answer asks to wait: seconds, or a date. A date is read by the target's own clock where it tells it, and by
/// ours, which says `now`, where it does not.
pub(super) fn retry_after(response: &Response, now: SystemTime) -> Option<Duration> {
    let text = response.header("retry-after")?;
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let theirs = response.header("date").and_then(|date| httpdate::parse_http_date(date.trim()).ok());
    Some(at.duration_since(theirs.unwrap_or(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn wait(fields: &[(&'static str, &'static str)]) -> Option<Duration> {
        let fields = fields.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)));
        let response = Response { status: 429, headers: HeaderMap::from_iter(fields), ..Response::default() };
        retry_after(&response, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn seconds_and_dates_are_read() {
        assert_eq!(wait(&[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
        let date = ("date", "Mon, 30 Nov 2026 12:00:00 GMT");
        assert_eq!(wait(&[("retry-after", "Mon, 30 Nov 2026 12:00:09 GMT"), date]), Some(Duration::from_secs(9)));
        assert_eq!(wait(&[("retry-after", "Mon, 30 Nov 2026 11:00:00 GMT"), date]), Some(Duration::ZERO), "long ago");
        assert_eq!((wait(&[("retry-after", "soon")]), wait(&[])), (None, None));
    }
}
