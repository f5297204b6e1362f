use crate::model::Exchange;

/// Longest excerpt of a body in a sentence.
const EXCERPT: usize = 160;

/// What came, in one line: status and the beginning of the body, or why there is no answer.
pub fn describe(exchange: &Exchange) -> String {
    match &exchange.answer {
        Err(failure) => format!("no answer: {}", failure.message),
        Ok(response) if response.body.is_empty() => format!("status {}", response.status),
        Ok(response) => {
            let length = response.cut_from.max(response.body.len());
            format!("status {} with {}", response.status, beginning(&response.body, length))
        }
    }
}

/// The beginning of a body as text.
pub(super) fn excerpt(body: &[u8]) -> String {
    beginning(body, body.len())
}

/// The same of a body of which only the beginning may be left; `length` is that of the whole, in bytes.
fn beginning(body: &[u8], length: usize) -> String {
    let text = String::from_utf8_lossy(body);
    let short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() { format!("`{short}…` ({length} bytes)") } else { format!("`{short}`") }
}
