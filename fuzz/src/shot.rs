use std::borrow::Cow;

use arbitrary::{Result, Unstructured};

use super::arena::Arena;
use super::body::body;
use dewspec::model::{PathChoice, Request, TokenChoice};
use dewspec::suite::OperationSuite;

/// A request, and what is known of it without asking the server.
#[derive(Debug)]
pub(super) struct Shot {
    pub(super) request: Request,
    /// The operation that lives at this path, by its place in the suite, and whether it is the second resource's.
    pub(super) place: Option<(usize, bool)>,
    /// Method, path, credentials and content type are those of an ordinary request: only the body decides.
    pub(super) ordinary: bool,
}

/// A request as text: method and path, header fields, an empty line, the body. Words in braces stand for what the
/// server has, so that whoever writes one need not know its identifiers.
pub(super) fn raw(arena: &Arena, data: &[u8]) -> Option<Shot> {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let head = String::from_utf8_lossy(&data[..end]);
    let body = data.get(end + 2..).map(<[u8]>::to_vec);
    let mut lines = head.lines().map(|line| filled(arena, line));
    let first = lines.next()?;
    let (method, path) = first.split_once(' ')?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
        .collect();
    let base = arena.target.csms.as_deref().unwrap_or_default();
    let url = format!("{base}{path}");
    let place = arena.placed(&url);
    let token = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-auth-token"));
    let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let ordinary = place.is_some()
        && method == "POST"
        && headers.len() == 2
        && token.is_some_and(|(_, value)| *value == arena.target.token)
        && kind.is_some_and(|(_, value)| value == "application/json");
    let operation = place.and_then(|(place, _)| arena.contracts.get(place));
    let operation = operation.map(|contract| contract.operation().operation.id.clone()).unwrap_or_default();
    Some(Shot {
        request: Request { operation, method: method.to_owned(), url, headers, body: body.map(Into::into) },
        place,
        ordinary,
    })
}

fn filled<'a>(arena: &Arena, line: &'a str) -> Cow<'a, str> {
    if !line.contains('{') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, text) = match arena.words.iter().find(|(word, _)| rest.starts_with(word)) {
            Some((word, text)) => (word.len(), text.as_str()),
            None => (1, "{"),
        };
        out.push_str(text);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A request by decisions. `None` where the bytes do not suffice for one.
pub(super) fn structured(arena: &Arena, data: &[u8]) -> Option<Shot> {
    decided(arena, &mut Unstructured::new(data)).ok().flatten()
}

const TOKENS: [TokenChoice; 16] = [
    TokenChoice::Missing,
    TokenChoice::Empty,
    TokenChoice::Wrong,
    TokenChoice::Truncated,
    TokenChoice::Extended,
    TokenChoice::OtherCase,
    TokenChoice::OtherEnd,
    TokenChoice::OtherMiddle,
    TokenChoice::OtherCaseEnd,
    TokenChoice::Punctuated,
    TokenChoice::NullWord,
    TokenChoice::Wildcard,
    TokenChoice::ObjectWord,
    TokenChoice::Bearer,
    TokenChoice::Foreign,
    TokenChoice::ReadOnly,
];
const PATHS: [PathChoice; 9] = [
    PathChoice::Unknown,
    PathChoice::Malformed,
    PathChoice::Foreign,
    PathChoice::Extended,
    PathChoice::Truncated,
    PathChoice::OtherMiddle,
    PathChoice::Wildcard,
    PathChoice::CutOff,
    PathChoice::Quoted,
];
const METHODS: [&str; 6] = ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];
const TYPES: [&str; 5] = ["", "text/plain", "application/json;charset=utf-8", "APPLICATION/JSON", "application/xml"];

/// Mostly what is usual; else one of the others.
fn seldom<T: Copy>(u: &mut Unstructured<'_>, usual: T, others: &[T]) -> Result<T> {
    if u.ratio(1u8, 8u8)? { u.choose(others).copied() } else { Ok(usual) }
}

fn decided(arena: &Arena, u: &mut Unstructured<'_>) -> Result<Option<Shot>> {
    let place = u.choose_index(arena.contracts.len())?;
    let contract = &arena.contracts[place];
    let op: &OperationSuite = contract.operation();
    let operation = &op.operation;
    let second = u.arbitrary()?;
    let token = seldom(u, TokenChoice::Valid, &TOKENS)?;
    let project = seldom(u, PathChoice::Own, &PATHS)?;
    let resource = seldom(u, PathChoice::Own, &PATHS)?;
    let method = seldom(u, operation.method.as_str(), &METHODS)?;
    let kind = seldom(u, "application/json", &TYPES)?;
    let encoded = seldom(u, false, &[true])?;
    let body = body(u, &arena.valid[place], &operation.effect)?;
    let choice = |name: &str| if name == "project_id" { project } else { resource };
    let own = arena.resource(operation.resource, second);
    let Some(url) = arena.addresses.url(&operation.service, &operation.path, operation.resource, &own, choice, None)
    else {
        return Ok(None);
    };
    let url = if encoded { arena.addresses.encoded(&url, &operation.path) } else { url };
    let mut headers = Vec::new();
    if !kind.is_empty() {
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
    }
    headers.extend(arena.addresses.token(token).map(|token| ("X-Auth-Token".to_owned(), token)));
    let ordinary = token == TokenChoice::Valid
        && project == PathChoice::Own
        && resource == PathChoice::Own
        && method == operation.method
        && kind == "application/json"
        && !encoded;
    let request =
        Request { operation: operation.id.clone(), method: method.to_owned(), url, headers, body: Some(body.into()) };
    Ok(Some(Shot { request, place: Some((place, second)), ordinary }))
}
