//! Requests carry a token that is fetched. One that was good and is refused is fetched anew, once a canary has shown that it
//! is the token, and not the request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use strum::IntoEnumIterator;
use tokio::time::Instant;

use super::conceal::{Secret, conceal};
use super::store::{InUse, Store};
use crate::model::{Failure, FailureKind, Request, TokenChoice};
use crate::target::{TOKEN, TokenSource, made_of_token};
use crate::transport::{Authenticating, Ready, Sending, Transport, Tried, WireOptions};

/// Where nothing can be read, and no canary asked, a refused token is fetched anew so often at most.
const BLIND: Duration = Duration::from_secs(30);

/// Puts the token into requests that are marked to have one.
pub(in crate::transport) struct Fetched {
    inner: Arc<dyn Transport>,
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    /// What is made of the mark, and what it is to be made of.
    marks: HashMap<String, TokenChoice>,
    known: Mutex<Known>,
    /// One canary at a time.
    asking: tokio::sync::Mutex<()>,
}

/// What is known of the token in use.
#[derive(Default)]
struct Known {
    /// The last read that was answered as it should be.
    canary: Option<Request>,
    /// The number of the token that was last seen to be accepted, and when the request was sent.
    good: Option<(u64, Instant)>,
    /// When one was fetched anew without a canary.
    blind: Option<Instant>,
    /// How often one was fetched anew because it was refused.
    renewed: u64,
}

/// What a refusal of the token means.
enum Refusal {
    /// The token is over.
    OfToken,
    /// It is about the request, or about credentials that never were good.
    OfRequest,
}

impl Fetched {
    pub(in crate::transport) fn new(inner: Arc<dyn Transport>, source: &TokenSource) -> Self {
        let marks = TokenChoice::iter().filter_map(|choice| Some((made_of_token(TOKEN, choice)?, choice))).collect();
        let shared =
            Shared { store: Store::new(source), marks, known: Mutex::default(), asking: tokio::sync::Mutex::default() };
        Fetched { inner, shared: Arc::new(shared) }
    }

    /// Which token a request is to carry.
    fn mark(&self, request: &Request) -> Option<TokenChoice> {
        let is_token = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("x-auth-token");
        let (_, value) = request.headers.iter().find(is_token)?;
        self.shared.marks.get(value).copied()
    }

    async fn send(
        &self,
        request: &Request,
        options: &WireOptions,
        choice: TokenChoice,
        token: &InUse,
    ) -> Option<Tried> {
        let sent = made_of_token(&token.value, choice).unwrap_or_default();
        let mut outgoing = request.clone();
        for (name, value) in &mut outgoing.headers {
            if name.eq_ignore_ascii_case("x-auth-token") {
                value.clone_from(&sent);
            }
        }
        let mut secrets: Vec<Secret> = self.shared.store.secrets();
        // What is nearly the token tells it.
        secrets.extend(made_of_token(TOKEN, choice).map(|mark| (sent, mark)));
        secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let tried = self.inner.exchange(&outgoing, options).await?;
        Some(conceal(tried, &secrets))
    }

    /// Takes note of an answer to a request with this token.
    fn note(&self, request: &Request, token: &InUse, tried: &Tried) {
        let Ok(received) = &tried.answer else { return };
        if matches!(received.response.status, 401 | 403) {
            return;
        }
        let mut known = self.shared.known();
        known.good = Some((token.number, tried.sent)).max(known.good);
        if request.method == "GET" && received.response.is_success() {
            known.canary = Some(request.clone());
        }
    }

    /// What it means that a request with this token was refused.
    async fn refusal(&self, token: &InUse, refused: &Tried) -> Refusal {
        let _one = self.shared.asking.lock().await;
        if self.shared.store.number().await != token.number {
            return Refusal::OfToken;
        }
        let (canary, good) = {
            let known = self.shared.known();
            (known.canary.clone(), known.good)
        };
        // What never was good does not become so by being fetched again, and what was sent later and accepted shows that it
        // still is.
        let came = refused.sent + refused.elapsed;
        match good {
            Some((number, at)) if number == token.number && at <= came => {}
            _ => return Refusal::OfRequest,
        }
        let Some(canary) = canary else {
            let mut known = self.shared.known();
            if known.blind.is_some_and(|last| last.elapsed() < BLIND) {
                return Refusal::OfRequest;
            }
            known.blind = Some(Instant::now());
            return Refusal::OfToken;
        };
        let options = WireOptions { canary: true, ..WireOptions::default() };
        let Some(tried) = self.send(&canary, &options, TokenChoice::Valid, token).await else {
            return Refusal::OfRequest;
        };
        self.note(&canary, token, &tried);
        match &tried.answer {
            Ok(received) if received.response.status == 401 => Refusal::OfToken,
            _ => Refusal::OfRequest,
        }
    }

    async fn exchange_with(&self, request: &Request, options: &WireOptions, choice: TokenChoice) -> Option<Tried> {
        let token = match self.shared.store.current(&*self.inner).await {
            Ok(token) => token,
            Err(why) => return Some(unsent(why)),
        };
        let tried = self.send(request, options, choice, &token).await?;
        if choice != TokenChoice::Valid {
            return Some(tried);
        }
        let is_refused = tried.answer.as_ref().is_ok_and(|received| received.response.status == 401);
        if !is_refused || matches!(self.refusal(&token, &tried).await, Refusal::OfRequest) {
            self.note(request, &token, &tried);
            return Some(tried);
        }
        let another = match self.shared.store.after(&token, &*self.inner).await {
            Ok(another) => another,
            Err(why) => return Some(unsent(why)),
        };
        self.shared.known().renewed = another.number.saturating_sub(1);
        // It was refused, and did nothing: it is the same request as if it had waited for the new token.
        let tried = self.send(request, options, choice, &another).await?;
        self.note(request, &another, &tried);
        Some(tried)
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unsent(message: String) -> Tried {
    Tried::since(Instant::now(), Err(Failure { kind: FailureKind::Unreachable, message }))
}

impl Transport for Fetched {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            match self.mark(request) {
                Some(choice) => self.exchange_with(request, options, choice).await,
                None => self.inner.exchange(request, options).await,
            }
        })
    }

    fn ready<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Ready<'a> {
        self.inner.ready(request, options)
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(Fetched { inner: self.inner.fresh(), shared: Arc::clone(&self.shared) })
    }

    fn authenticate(&self) -> Authenticating<'_> {
        Box::pin(async move {
            let fetched = self.shared.store.current(&*self.inner).await;
            Some(match fetched {
                Ok(_) => Ok(self.shared.store.told().await),
                Err(why) => Err(why),
            })
        })
    }

    fn notes(&self) -> Vec<String> {
        let renewed = self.shared.known().renewed;
        let note = || format!("the token was over and fetched anew {renewed} time(s) during the run");
        (renewed > 0).then(note).into_iter().collect()
    }
}
