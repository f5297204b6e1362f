use super::Redactor;
use crate::model::Exchange;
use crate::report::ExchangeReport;

/// Longest body that a report shows.
const LONGEST: usize = 4096;
/// Longest header value that a report shows.
const LONGEST_HEADER: usize = 256;

/// The exchange as a report may show it.
pub fn show(exchange: &Exchange, redactor: &Redactor) -> ExchangeReport {
    let request = &exchange.request;
    let field = |(name, value): (&str, &str)| {
        let value = || redactor.clean(&value.chars().take(LONGEST_HEADER).collect::<String>());
        redactor.shows(name).then(|| (name.to_owned(), value()))
    };
    let mut shown = ExchangeReport {
        operation: request.operation.clone(),
        method: request.method.clone(),
        url: redactor.clean(&request.url),
        request_headers: request.headers.iter().filter_map(|(name, value)| field((name, value))).collect(),
        request_body: request.body.as_deref().map(|body| redactor.clean(&readable(body, body.len()))),
        duration_us: u64::try_from(exchange.elapsed.as_micros()).unwrap_or(u64::MAX),
        ..ExchangeReport::default()
    };
    match &exchange.answer {
        Ok(response) => {
            shown.status = Some(response.status);
            let texts = response.headers.iter().map(|(name, value)| (name, String::from_utf8_lossy(value.as_bytes())));
            shown.response_headers = texts.filter_map(|(name, value)| field((name.as_str(), &value))).collect();
            let length = response.cut_from.max(response.body.len());
            shown.response_body = (length > 0).then(|| redactor.clean(&readable(&response.body, length)));
        }
        Err(failure) => shown.failure = Some(redactor.clean(&failure.message)),
    }
    shown
}

/// Bytes as text; those that are not UTF-8 as `\xNN`, and the end of long bodies left out. `length` is that of the whole
/// body, in bytes, of which these may be the beginning.
fn readable(bytes: &[u8], length: usize) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
        if out.len() > LONGEST {
            break;
        }
    }
    if out.len() > LONGEST {
        out.truncate(out.floor_char_boundary(LONGEST));
        out.push_str(&format!("… ({length} bytes in all)"));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Request, Response};

    #[test]
    fn a_body_that_was_cut_is_as_long_as_it_came() {
        let request = Request {
            operation: "List".to_owned(),
            method: "GET".to_owned(),
            url: "http://t/".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let response = Response { status: 200, body: vec![b'x'; 200_000], ..Response::default() };
        let mut exchange = Exchange::new(request, Ok(response), Duration::ZERO);
        exchange.cut(10_000);
        let shown = show(&exchange, &Redactor::default()).response_body.unwrap_or_default();
        assert!(shown.ends_with("… (200000 bytes in all)"), "{}", &shown[shown.len() - 40..]);
        assert!(crate::judge::describe(&exchange).ends_with("(200000 bytes)"));
    }
}
