use std::time::{SystemTime, UNIX_EPOCH};

use super::arena::{Arena, Arenas, PROFILES};
use super::due::{Due, Seen, due};
use super::judging::{About, content, told};
use super::shot::{Shot, raw, structured};
use dewspec::judge::{State, change_of, difference, is_ambiguous, parse_request, state_of};
use dewspec::model::Exchange;
use dewspec::rules::Contract;
use dewspec::server::fault::FaultSet;

thread_local! {
    static ARENAS: Arenas = Arenas::new(FaultSet::default());
}

/// Any request to the reference server. The first byte chooses the server's readings and whether the rest is a request
/// as text or decisions about one. No answer is a server error, every oracle is content, a refused request stores
/// nothing, and where the contract knows the outcome, that is the outcome, stored as sent.
///
/// # Errors
/// What disagreed.
pub fn server_request(data: &[u8]) -> Result<(), String> {
    ARENAS.with(|arenas| check(arenas, data))
}

pub(super) fn check(arenas: &Arenas, data: &[u8]) -> Result<(), String> {
    let Some((first, rest)) = data.split_first() else { return Ok(()) };
    let arena = arenas.of(usize::from(*first))?;
    let is_text = (usize::from(*first) / PROFILES).is_multiple_of(2);
    let shot = if is_text { raw(arena, rest) } else { structured(arena, rest) };
    let Some(shot) = shot else { return Ok(()) };
    let Some(mut exchange) = arena.send(shot.request.clone())? else { return Ok(()) };
    if is_text {
        // A token that is nobody's may well be a word that stands in the answer: it is no secret.
        let known = |token: &String| arena.words.iter().any(|(_, word)| word == token);
        exchange.request.headers.retain(|(name, value)| !name.eq_ignore_ascii_case("x-auth-token") || known(value));
    }
    let status = exchange.status().unwrap_or(0);
    if !(200..500).contains(&status) {
        return Err(format!("allowed  an answer that is no server error\n{}", told(&exchange)));
    }
    match shot.place.and_then(|(place, second)| Some((arena.contracts.get(place)?, second))) {
        Some((contract, second)) => judge(arena, &shot, contract, second, &exchange),
        None => Ok(()),
    }
}

fn judge(arena: &Arena, shot: &Shot, contract: &Contract, second: bool, exchange: &Exchange) -> Result<(), String> {
    let op = contract.operation();
    let body = shot.request.body.as_deref().unwrap_or_default();
    let json = parse_request(body);
    let ambiguous = json.is_some() && is_ambiguous(body);
    let said = json.as_ref().filter(|_| !ambiguous);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_secs()).unwrap_or_default();
    let other_method = shot.request.method != op.operation.method;
    let about = About { said, gateway: !shot.ordinary, other_method, now, ..About::default() };
    content(op, exchange, about, &arena.secrets)?;
    if other_method {
        return Ok(());
    }
    let status = exchange.status().unwrap_or(0);
    if status >= 400 {
        let stored = state(arena, contract, second, &State::new())?;
        if !stored.is_empty() {
            return Err(format!("stored {stored:?} although it was refused\n{}", told(exchange)));
        }
    }
    if !shot.ordinary {
        return Ok(());
    }
    let (due, standing) = due(contract, &Seen { bytes: body, json: json.as_ref(), ambiguous });
    let expected = match &due {
        Due::Open => return Ok(()),
        Due::Accepted => status == op.operation.success,
        Due::Refused(statuses) => statuses.contains(&status),
    };
    if !expected {
        return Err(format!("the contract says {due:?}: {standing:?}\n{}", told(exchange)));
    }
    if let Some(json) = json.filter(|_| status == op.operation.success) {
        let answered = exchange.answer.as_ref().ok().and_then(|answer| answer.json());
        let mut model = State::new();
        change_of(&op.operation, &json, answered.as_ref()).apply(&mut model);
        if let Some(difference) = difference(&model, &state(arena, contract, second, &model)?) {
            return Err(format!("stored otherwise than sent: {difference}\n{}", told(exchange)));
        }
    }
    Ok(())
}

fn state(arena: &Arena, contract: &Contract, second: bool, like: &State) -> Result<State, String> {
    Ok(state_of(&arena.listing(contract.operation().operation.resource, second)?, like))
}
