//! Rules that several tests need: throttles, credentials that change, maintenance, and ways to put them together.

use std::time::{Duration, SystemTime};

use crate::answer::Answer;
use crate::call::{Call, Which};
use crate::proxy::{Act, Rule};

/// Passes everything on.
pub(crate) fn pass(_: &Call) -> Act {
    Act::Pass
}

/// Does this with such calls, and passes on the others.
pub(crate) fn such(which: Which, mut act: impl FnMut() -> Act + Send + 'static) -> impl Rule {
    move |call: &Call| if which(call) { act() } else { Act::Pass }
}

/// Passes so many calls on, and follows the rule from then on.
pub(crate) fn after(calls: usize, mut rule: impl Rule) -> impl Rule {
    move |call: &Call| if call.number < calls { Act::Pass } else { rule(call) }
}

/// Passes so many such calls on, and follows the rule for those that come then.
pub(crate) fn after_such(calls: usize, which: Which, mut rule: impl Rule) -> impl Rule {
    let mut came = 0;
    move |call: &Call| {
        if !which(call) {
            return Act::Pass;
        }
        came += 1;
        if came > calls { rule(call) } else { Act::Pass }
    }
}

/// Follows the rule for so long after so many calls, and passes on what comes earlier and later: maintenance.
pub(crate) fn meanwhile(calls: usize, time: Duration, mut rule: impl Rule) -> impl Rule {
    let mut began = None;
    move |call: &Call| {
        if call.number < calls {
            return Act::Pass;
        }
        let began = *began.get_or_insert(call.since);
        if call.since - began < time { rule(call) } else { Act::Pass }
    }
}

/// Everything is answered so.
pub(crate) fn always(answer: Answer) -> impl Rule {
    move |_: &Call| Act::Answer(answer.clone())
}

/// What a throttle says about when to come again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Again {
    /// Nothing.
    Unsaid,
    /// `Retry-After` in seconds.
    Seconds,
    /// `Retry-After` as a date.
    Date,
}

/// How a throttle counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counting {
    /// So many calls within a window that begins with the first of them.
    Window { calls: usize, window: Duration },
    /// So many at once, and one more with every interval.
    Bucket { calls: usize, every: Duration },
}

/// A gateway that lets only so much through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throttle {
    pub(crate) counting: Counting,
    pub(crate) status: u16,
    pub(crate) again: Again,
    /// What is counted and held back.
    pub(crate) which: Which,
}

impl Throttle {
    /// Everything, with 429 and nothing more.
    pub(crate) fn window(calls: usize, window: Duration) -> Self {
        Throttle { counting: Counting::Window { calls, window }, status: 429, again: Again::Unsaid, which: |_| true }
    }

    pub(crate) fn bucket(calls: usize, every: Duration) -> Self {
        Throttle { counting: Counting::Bucket { calls, every }, ..Self::window(calls, every) }
    }

    pub(crate) fn saying(self, status: u16, again: Again) -> Self {
        Throttle { status, again, ..self }
    }

    pub(crate) fn holding(self, which: Which) -> Self {
        Throttle { which, ..self }
    }

    pub(crate) fn rule(self) -> impl Rule {
        let (mut began, mut let_through) = (Duration::ZERO, 0);
        let (mut tokens, mut looked) = (None, Duration::ZERO);
        move |call: &Call| {
            if !(self.which)(call) {
                return Act::Pass;
            }
            let wait = match self.counting {
                Counting::Window { calls, window } => {
                    if let_through == 0 || call.since >= began + window {
                        (began, let_through) = (call.since, 0);
                    }
                    let_through += 1;
                    (let_through > calls).then(|| began + window - call.since)
                }
                Counting::Bucket { calls, every } => {
                    let most = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
                    let gained = (call.since - looked).div_duration_f64(every);
                    looked = call.since;
                    let now = tokens.map_or(most, |had: f64| (had + gained).min(most));
                    tokens = Some(if now >= 1.0 { now - 1.0 } else { now });
                    (now < 1.0).then(|| every.mul_f64(1.0 - now))
                }
            };
            wait.map_or(Act::Pass, |wait| Act::Answer(self.refusal(wait)))
        }
    }

    fn refusal(self, wait: Duration) -> Answer {
        let answer = Answer::gateway(self.status, "APIG.0308", "The throttling threshold has been reached");
        // Whole seconds, and never too few.
        let seconds = wait.as_secs() + 1;
        match self.again {
            Again::Unsaid => answer,
            Again::Seconds => answer.with("Retry-After", &seconds.to_string()),
            Again::Date => {
                let then = SystemTime::now() + Duration::from_secs(seconds);
                answer.with("Retry-After", &httpdate::fmt_http_date(then))
            }
        }
    }
}

/// One of them after the other: the first that does not just pass a call on decides.
pub(crate) fn both(mut first: impl Rule, mut second: impl Rule) -> impl Rule {
    move |call: &Call| match first(call) {
        Act::Pass => second(call),
        act => act,
    }
}
