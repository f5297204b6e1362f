use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::judge::{Listing, change_of, state_of};
use crate::model::Exchange;
use crate::suite::OperationSuite;

/// Characters of a message that count.
const MESSAGE: usize = 120;
/// Levels of a body that count.
const DEPTH: usize = 4;
/// Members of an object that count.
const MEMBERS: usize = 16;
/// An answer that takes so many times as long as a slow one is very slow.
const VERY_SLOW: u32 = 8;

/// The way in which a target answered one request, with everything left out that differs from input to input.
/// Two requests with equal behaviour have probably gone the same way through the target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Behaviour {
    text: String,
    /// Operation, status and effect alone.
    outline: String,
}

impl Behaviour {
    /// In words.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The outline of this behaviour right after that of another, at the same resource.
    pub fn after(&self, earlier: &Behaviour) -> String {
        format!("{} → {}", earlier.outline, self.outline)
    }
}

/// What a request was seen to do to the stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Effect {
    /// Nobody looked.
    Unseen,
    /// Nothing of what it names is there.
    Nothing,
    /// Everything that it names is there as sent.
    AsSent,
    /// Some of it is there as sent.
    Partly,
    /// A key is there with another value.
    Otherwise,
}

impl Effect {
    /// By the listing that was read after the request, and the one before it.
    pub fn seen(op: &OperationSuite, body: Option<&Value>, before: Option<&Listing>, listing: &Listing) -> Self {
        if before.is_some_and(|before| before.items == listing.items) {
            return Effect::Nothing;
        }
        let put = body.map(|json| change_of(&op.operation, json, None).put).unwrap_or_default();
        let state = state_of(listing, &put.iter().cloned().collect());
        let there = put.iter().filter(|(key, _)| state.contains_key(key)).count();
        let same = put.iter().filter(|(key, value)| state.get(key) == Some(value)).count();
        match (put.len(), there, same) {
            (_, 0, _) => Effect::Nothing,
            (all, _, same) if same == all => Effect::AsSent,
            (_, there, same) if same == there => Effect::Partly,
            _ => Effect::Otherwise,
        }
    }
}

/// The behaviour that an exchange shows. Texts of the request are left out of the answer's, so that an echo is not
/// taken for news. From `slow` on an answer is slow.
pub fn behaviour(exchange: &Exchange, effect: Effect, slow: Duration) -> Behaviour {
    let operation = &exchange.request.operation;
    let pace = match exchange.elapsed {
        elapsed if elapsed < slow => "",
        elapsed if elapsed < slow.saturating_mul(VERY_SLOW) => " slow",
        _ => " very slow",
    };
    let answer = match &exchange.answer {
        Err(failure) => format!("{:?}", failure.kind),
        Ok(response) => {
            let body = response.json();
            let said = said(exchange);
            let text = |pointer: &str| body.as_ref().and_then(|b| b.pointer(pointer)).and_then(Value::as_str);
            let code = text("/error/error_code").or_else(|| text("/error_code")).unwrap_or_default();
            let message = text("/error/error_msg").or_else(|| text("/error_msg")).unwrap_or_default();
            let shape = match &body {
                Some(body) => shape(body, DEPTH),
                None if response.body.is_empty() => String::new(),
                None => "no JSON".to_owned(),
            };
            format!("{} {} {:?} {shape}", response.status, plain(code), normal(message, &said))
        }
    };
    let status = exchange.status().map_or("none".to_owned(), |status| status.to_string());
    Behaviour {
        text: format!("{operation} {answer} {effect}{pace}"),
        outline: format!("{operation} {status} {effect}"),
    }
}

/// An error code as it is, unless it is no code at all.
fn plain(code: &str) -> &str {
    let ordinary = code.len() <= 32 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
    if ordinary { code } else { "*" }
}

/// The texts of a request that an answer may repeat.
fn said(exchange: &Exchange) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let body = exchange.request.body.as_deref().unwrap_or_default();
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        gather(&json, &mut all);
    }
    all.extend(exchange.request.url.split('/').skip(3).map(str::to_lowercase));
    all
}

fn gather(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => all.extend(text.split_whitespace().map(str::to_lowercase)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, all)),
        Value::Object(object) => object.values().for_each(|member| gather(member, all)),
        _ => {}
    }
}

/// A message with numbers, identifiers and everything that the request said replaced by stars.
fn normal(message: &str, said: &BTreeSet<String>) -> String {
    let words = message.split(|c: char| c.is_whitespace() || "\"'`()[]{}<>,;:=".contains(c)).filter(|w| !w.is_empty());
    let plain = |word: &str| {
        let bare = word.trim_end_matches('.');
        let ordinary = bare.chars().all(|c| c.is_ascii_alphabetic() || "-_.".contains(c)) && bare.len() <= 24;
        // Short words of the request are words of any message, too.
        ordinary && (bare.len() < 3 || !said.contains(&bare.to_lowercase()))
    };
    let mut out = String::new();
    for word in words {
        let word = if plain(word) { word } else { "*" };
        if out.ends_with('*') && word == "*" {
            continue;
        }
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(word);
        if out.len() > MESSAGE {
            break;
        }
    }
    out
}

/// Names and types of a body.
fn shape(value: &Value, depth: usize) -> String {
    match value {
        _ if depth == 0 => "…".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => format!("[{}]", items.first().map(|v| shape(v, depth - 1)).unwrap_or_default()),
        Value::Object(object) => {
            let mut members: Vec<String> = object
                .iter()
                .take(MEMBERS)
                .map(|(name, v)| format!("{}:{}", name.chars().take(24).collect::<String>(), shape(v, depth - 1)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Request, Response};

    fn answered(body: &str, message: &str) -> Behaviour {
        let error = serde_json::json!({ "error": { "error_code": "CSM.0400", "error_msg": message } });
        let exchange = Exchange {
            request: Request {
                operation: "CreateSecretTag".to_owned(),
                method: "POST".to_owned(),
                url: "http://h/v1/p/csms/s-1/tags".to_owned(),
                headers: Vec::new(),
                body: Some(body.to_owned().into()),
            },
            answer: Ok(Response { status: 400, body: error.to_string().into_bytes(), ..Response::default() }),
            elapsed: Duration::from_millis(1),
            earlier: Vec::new(),
            sent: None,
        };
        behaviour(&exchange, Effect::Nothing, Duration::from_secs(1))
    }

    #[test]
    fn an_echo_is_no_news_and_another_message_is() {
        let first = answered(r#"{"tag":{"key":"color"}}"#, "tag.key: `color` has 5 characters too many");
        let second = answered(r#"{"tag":{"key":"weather"}}"#, "tag.key: `weather` has 17 characters too many");
        let third = answered(r#"{"tag":{"key":"weather"}}"#, "tag.value: is missing");
        assert_eq!(first, second);
        assert_ne!(second, third);
        assert!(first.text().contains("CSM.0400"), "{}", first.text());
    }
}
