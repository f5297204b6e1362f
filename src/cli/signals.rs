use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use tokio::sync::watch;

use super::console;
use crate::engine::Stop;
use crate::exit;

/// A signal that asks the program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub(super) enum Signal {
    /// Ctrl-C.
    #[strum(serialize = "SIGINT")]
    Interrupt,
    /// What a CI system sends to a job that has to end.
    #[strum(serialize = "SIGTERM")]
    Terminate,
    /// The terminal has gone.
    #[strum(serialize = "SIGHUP")]
    HangUp,
}

impl Signal {
    /// The exit code of a program that a signal has ended: 128 and its number.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => exit::INTERRUPTED,
            Signal::Terminate => exit::TERMINATED,
            Signal::HangUp => exit::HANGUP,
        }
    }
}

/// Takes signals in place of the system, from its making on.
pub(super) struct Signals {
    cause: watch::Receiver<Option<Signal>>,
}

impl Signals {
    /// Listens, within a runtime. The first signal is told and kept; SIGINT after that ends the program at once.
    pub(super) fn listen() -> Self {
        let (found, cause) = watch::channel(None);
        end_at_second();
        let first = first();
        tokio::spawn(async move {
            let signal = first.await;
            console::info(&format!(
                "{signal}: finishing what is under way and restoring the target; Ctrl-C ends at once"
            ));
            found.send_replace(Some(signal));
            // Whoever asks later finds it here.
            found.closed().await;
        });
        Signals { cause }
    }

    /// Completes with the first signal.
    pub(super) fn stop(&self) -> Stop {
        let mut cause = self.cause.clone();
        Box::pin(async move {
            if cause.wait_for(Option::is_some).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    /// The signal that came, if one did.
    pub(super) fn cause(&self) -> Option<Signal> {
        *self.cause.borrow()
    }
}

/// From the first signal on, SIGINT does what it does to any program. Where that cannot be had, the program ends when the
/// target is restored.
fn end_at_second() {
    let asked = Arc::new(AtomicBool::new(false));
    let code = i32::from(exit::INTERRUPTED);
    // In this order: the first SIGINT finds the flag as it was, and then sets it.
    if signal_hook::flag::register_conditional_shutdown(SIGINT, code, Arc::clone(&asked)).is_ok() {
        for signal in [SIGINT, signal_hook::consts::SIGTERM] {
            let _ = signal_hook::flag::register(signal, Arc::clone(&asked));
        }
        #[cfg(unix)]
        let _ = signal_hook::flag::register(signal_hook::consts::SIGHUP, asked);
    }
}

/// The first signal that asks the program to end, of those that come from this call on, within a runtime. One that cannot
/// be had does not come.
#[cfg(unix)]
pub(super) fn first() -> impl Future<Output = Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let awaited = |kind: SignalKind, name: Signal| {
        // Here, and not where it is waited for.
        let registered = signal(kind);
        async move {
            match registered {
                Ok(mut coming) => {
                    coming.recv().await;
                    name
                }
                Err(_) => std::future::pending().await,
            }
        }
    };
    let interrupt = awaited(SignalKind::interrupt(), Signal::Interrupt);
    let terminate = awaited(SignalKind::terminate(), Signal::Terminate);
    let hangup = awaited(SignalKind::hangup(), Signal::HangUp);
    async move {
        tokio::select! {
            name = interrupt => name,
            name = terminate => name,
            name = hangup => name,
        }
    }
}

/// Ctrl-C; where it cannot be had, the run goes on to its end.
#[cfg(not(unix))]
pub(super) async fn first() -> Signal {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Signal::Interrupt,
        Err(_) => std::future::pending().await,
    }
}
