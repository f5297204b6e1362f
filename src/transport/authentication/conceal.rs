//! Takes credentials out of what a target has sent.

use http::HeaderValue;
use memchr::memchr2_iter;

use crate::model::Failure;
use crate::transport::{Received, Tried};

/// Shorter texts are not looked for: they occur by chance.
const LEAST: usize = 8;
/// So much of the beginning of a longer one tells it.
const TELLING: usize = 12;
/// What stands for a part of one.
const PART: &[u8] = b"[redacted]";

/// A text, and what stands for it.
pub(super) type Secret = (String, String);

/// Replaces every secret in an answer, and its beginnings, in any case of letters.
pub(super) fn conceal(mut tried: Tried, secrets: &[Secret]) -> Tried {
    match &mut tried.answer {
        Ok(Received { response, after_head }) => {
            response.body = without_all(std::mem::take(&mut response.body), secrets);
            *after_head = after_head.take().map(|bytes| without_all(bytes, secrets));
            for value in response.headers.values_mut() {
                let clean = without_all(value.as_bytes().to_vec(), secrets);
                if clean != value.as_bytes()
                    && let Ok(clean) = HeaderValue::from_bytes(&clean)
                {
                    *value = clean;
                }
            }
        }
        Err(Failure { message, .. }) => {
            let clean = without_all(std::mem::take(message).into_bytes(), secrets);
            *message = String::from_utf8_lossy(&clean).into_owned();
        }
    }
    tried
}

fn without_all(bytes: Vec<u8>, secrets: &[Secret]) -> Vec<u8> {
    let long = secrets.iter().filter(|(secret, _)| secret.len() >= LEAST);
    long.fold(bytes, |bytes, (secret, stand_in)| {
        let escaped: String = secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        without(without(bytes, secret.as_bytes(), stand_in), escaped.as_bytes(), stand_in)
    })
}

fn without(bytes: Vec<u8>, secret: &[u8], stand_in: &str) -> Vec<u8> {
    let telling = TELLING.min(secret.len());
    let Some(first) = secret.first() else { return bytes };
    let mut out = Vec::new();
    let mut kept = 0;
    for at in memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), &bytes) {
        if at < kept {
            continue;
        }
        let same = bytes[at..].iter().zip(secret).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        if same >= telling {
            out.extend_from_slice(&bytes[kept..at]);
            // Only the whole of it is what an oracle looks for.
            out.extend_from_slice(if same == secret.len() { stand_in.as_bytes() } else { PART });
            kept = at + same;
        }
    }
    if kept == 0 {
        return bytes;
    }
    out.extend_from_slice(&bytes[kept..]);
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{FailureKind, Response};

    const SECRET: &str = "MIIDtoken-of-the-caller";

    fn concealed(answer: Result<Received, Failure>) -> Tried {
        let tried = Tried { answer, sent: tokio::time::Instant::now(), elapsed: Duration::ZERO };
        conceal(tried, &[(SECRET.to_owned(), "stand-in".to_owned()), ("short".to_owned(), "x".to_owned())])
    }

    fn body(text: &str) -> String {
        let response = Response { body: text.as_bytes().to_vec(), ..Response::default() };
        let received = concealed(Ok(Received { response, after_head: Some(text.as_bytes().to_vec()) })).answer.unwrap();
        assert_eq!(received.after_head.as_deref(), Some(received.response.body.as_slice()));
        String::from_utf8(received.response.body).unwrap()
    }

    #[test]
    fn whole_secrets_have_a_stand_in_and_parts_of_them_none() {
        assert_eq!(body(&format!("<{SECRET}> and {SECRET}A")), "<stand-in> and stand-inA");
        assert_eq!(body(&format!("<{}>", SECRET.to_uppercase())), "<stand-in>");
        assert_eq!(body("<MIIDtoken-of-x>"), "<[redacted]x>");
        assert_eq!(body("MIIDtoken is too short to tell, as is short"), "MIIDtoken is too short to tell, as is short");
        let escaped: String = SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        assert_eq!(body(&format!("<{escaped}>")), "<stand-in>");
    }

    #[test]
    fn header_fields_and_failures_are_looked_at_too() {
        let mut response = Response::default();
        response.headers.insert("x-echo", HeaderValue::from_str(&format!("a {SECRET}")).unwrap());
        let received = concealed(Ok(Received { response, after_head: None })).answer.unwrap();
        assert_eq!(received.response.header("x-echo").as_deref(), Some("a stand-in"));
        let failure = Failure { kind: FailureKind::Lost, message: format!("with {SECRET}") };
        assert_eq!(concealed(Err(failure)).answer.unwrap_err().message, "with stand-in");
    }
}
