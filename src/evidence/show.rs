use super::Redactor;
use crate::report::ExchangeReport;
use crate::vocabulary::Exchange;

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
        request_body: request.body.as_deref().map(|body| redactor.clean(&readable(body))),
        duration_us: u64::try_from(exchange.elapsed.as_micros()).unwrap_or(u64::MAX),
        ..ExchangeReport::default()
    };
    match &exchange.answer {
        Ok(response) => {
            shown.status = Some(response.status);
            let texts = response.headers.iter().map(|(name, value)| (name, String::from_utf8_lossy(value.as_bytes())));
            shown.response_headers = texts.filter_map(|(name, value)| field((name.as_str(), &value))).collect();
            shown.response_body = (!response.body.is_empty()).then(|| redactor.clean(&readable(&response.body)));
        }
        Err(failure) => shown.failure = Some(redactor.clean(&failure.message)),
    }
    shown
}

/// Bytes as text; those that are not UTF-8 as `\xNN`, and the end of long bodies left out.
fn readable(bytes: &[u8]) -> String {
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
        out.push_str(&format!("… ({} bytes in all)", bytes.len()));
    }
    out
}
