//! The token that is in use: fetched when it is first needed, before it is over, and when it was refused.

use std::sync::{Mutex as Plain, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::conceal::Secret;
use super::fetch::{fetch, told};
use crate::target::{TOKEN, Token, TokenSource};
use crate::transport::Transport;

/// So long before its end a token is fetched again, but for those that live shorter than ten times that.
const EARLY: Duration = Duration::from_secs(300);
/// Between two tries to fetch one, where the first has failed.
const AGAIN: Duration = Duration::from_secs(5);

/// A token in use, and how many there were before it.
#[derive(Clone, Debug)]
pub(super) struct InUse {
    pub(super) value: String,
    pub(super) number: u64,
}

/// Holds the token. All requests of a run share one.
pub(super) struct Store {
    source: TokenSource,
    state: Mutex<State>,
    /// Every token that there was: an answer may repeat an earlier one.
    known: Plain<Vec<Secret>>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    number: u64,
    /// When it is fetched again without having been refused.
    due: Option<Instant>,
    /// When fetching failed last, and why.
    failed: Option<(Instant, String)>,
}

impl Store {
    pub(super) fn new(source: &TokenSource) -> Self {
        Store { source: source.clone(), state: Mutex::default(), known: Plain::default() }
    }

    /// The token to send now, and a word about it.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn current(&self, transport: &dyn Transport) -> Result<InUse, String> {
        let mut state = self.state.lock().await;
        let is_due = state.due.is_some_and(|due| due <= Instant::now());
        if state.token.is_none() || is_due {
            let fetched = self.fetch(&mut state, transport).await;
            let is_over = |token: &Token| token.expires.is_some_and(|end| end <= SystemTime::now());
            // One that is still good is used as long as there is no other.
            if state.token.as_ref().is_none_or(is_over) {
                fetched?;
            }
        }
        let value = state.token.as_ref().map(|token| token.value.clone()).unwrap_or_default();
        Ok(InUse { value, number: state.number })
    }

    /// Another token than this one, which was refused: fetched now, unless that was done meanwhile.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn after(&self, refused: &InUse, transport: &dyn Transport) -> Result<InUse, String> {
        let mut state = self.state.lock().await;
        if state.number == refused.number {
            self.fetch(&mut state, transport).await?;
        }
        let value = state.token.as_ref().map(|token| token.value.clone()).unwrap_or_default();
        Ok(InUse { value, number: state.number })
    }

    /// Which one is in use; 0 before the first.
    pub(super) async fn number(&self) -> u64 {
        self.state.lock().await.number
    }

    /// Where the token came from and until when it is good, for people.
    pub(super) async fn told(&self) -> String {
        let state = self.state.lock().await;
        let expires = state.token.as_ref().and_then(|token| token.expires);
        let until = match expires.and_then(|end| jiff::Timestamp::try_from(end).ok()) {
            Some(end) => format!("good until {}", end.strftime("%Y-%m-%d %H:%M:%S UTC")),
            None => "fetched again when the target refuses it".to_owned(),
        };
        format!("a token from {}, {until}", told(&self.source))
    }

    /// Every token there was, with what stands for it.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(&self, state: &mut State, transport: &dyn Transport) -> Result<(), String> {
        if let Some((at, why)) = &state.failed
            && at.elapsed() < AGAIN
        {
            return Err(why.clone());
        }
        match fetch(&self.source, transport).await {
            Ok(mut token) => {
                // By a clock that is wrong, here or there, it never was good: then the target says when it is over.
                token.expires = token.expires.filter(|end| *end > SystemTime::now());
                state.due = token.expires.map(|end| Instant::now() + early(end));
                self.known.lock().unwrap_or_else(PoisonError::into_inner).push((token.value.clone(), TOKEN.to_owned()));
                state.token = Some(token);
                state.number += 1;
                state.failed = None;
                Ok(())
            }
            Err(why) => {
                let why = format!("no token from {}: {why}", told(&self.source));
                let now = Instant::now();
                state.failed = Some((now, why.clone()));
                state.due = state.due.map(|_| now + AGAIN);
                Err(why)
            }
        }
    }
}

/// How long after now a token with this end is fetched again.
fn early(end: SystemTime) -> Duration {
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    left.saturating_sub(EARLY.min(left / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_fetched_again_before_its_end() {
        let after = |seconds| early(SystemTime::now() + Duration::from_secs(seconds)).as_secs_f64().round();
        assert_eq!((after(86_400), after(100), after(10)), (86_100.0, 90.0, 9.0));
        assert_eq!(early(SystemTime::UNIX_EPOCH), Duration::ZERO);
    }
}
