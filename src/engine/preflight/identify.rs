use crate::report::PreflightStep;
use crate::suite::ResourceKind;

use super::answer::{Answer, Kind};

/// What was seen of one secret, key or event collection.
#[derive(Clone, Debug)]
pub(super) struct Inspected {
    pub(super) kind: ResourceKind,
    pub(super) id: String,
    pub(super) service: String,
    /// The answer to reading what is stored; nothing where nothing reads it.
    pub(super) read: Option<Answer>,
    /// How many items are stored, if that could be read.
    pub(super) carries: Option<usize>,
    /// So many items are the most it may carry, if that is known.
    pub(super) capacity: Option<usize>,
    /// So many items are stored by the valid request that stores most.
    pub(super) wants: usize,
    /// By operation, the answers to a valid request.
    pub(super) writes: Vec<(String, Answer)>,
}

impl Inspected {
    /// As people know it.
    pub(super) fn name(&self) -> String {
        match self.kind {
            ResourceKind::Events => format!("events of project {}", self.id),
            kind => format!("{kind} {}", self.id),
        }
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.writes.iter().any(|(_, answer)| answer.is_accepted())
    }

    /// The operations whose valid request was throttled for as long as it was tried.
    fn throttled_writes(&self) -> impl Iterator<Item = (&str, &Answer)> {
        let throttled = |answer: &Answer| answer.status == Some(429);
        self.writes.iter().filter(move |(_, answer)| throttled(answer)).map(|(name, answer)| (name.as_str(), answer))
    }

    /// Whether every request about it was answered with 401.
    pub(super) fn refuses_credentials(&self) -> bool {
        let mut answers = self.writes.iter().map(|(_, answer)| answer).chain(&self.read).peekable();
        answers.peek().is_some() && answers.all(|answer| answer.status == Some(401))
    }

    /// Whether there is no room for what a valid request stores.
    pub(super) fn is_full(&self) -> bool {
        self.carries.zip(self.capacity).is_some_and(|(carries, most)| carries + self.wants > most)
    }

    /// The answer that says most: to a documented operation, or else to the read; the first of the gravest kind.
    fn telling(&self) -> Option<&Answer> {
        let writes = self.writes.iter().map(|(_, answer)| answer);
        let unauthorised = writes.clone().chain(&self.read).find(|answer| answer.kind == Kind::Unauthorised);
        unauthorised.or_else(|| writes.min_by_key(|answer| answer.kind)).or(self.read.as_ref())
    }
}

/// Why a run cannot build on this set-up: each problem once, gravest first.
///
/// Where something can be read, or another write is accepted, a refused valid request is the target's fault, and the cases
/// say so; unless all of them are refused for want of permission.
pub(super) fn problems(all: &[Inspected]) -> Vec<PreflightStep> {
    let mut problems: Vec<PreflightStep> = Vec::new();
    for problem in all.iter().filter_map(|one| problem_of(one, all)) {
        let is_same = |known: &PreflightStep| {
            known.step == problem.step && (known.detail == problem.detail || shared(&known.step))
        };
        if !problems.iter().any(is_same) {
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        problems.extend(unanswered(all).or_else(|| may_not_write(all)).or_else(|| refuses_everything(all)));
    }
    problems
}

/// What is wrong with one resource by itself; `all` are those that were looked at, it among them or not.
pub(super) fn problem_of(one: &Inspected, all: &[Inspected]) -> Option<PreflightStep> {
    let project_is_known = one.kind == ResourceKind::Events
        && all.iter().any(|other| other.kind != one.kind && other.service == one.service && other.is_accepted());
    throttled(one, all).or_else(|| unknown(one, project_is_known))
}

/// The operations that are throttled all the time while others are not, each with the answer to a valid request: nothing
/// can be said of them, and all of the others.
pub(super) fn throttled_alone(all: &[Inspected]) -> impl Iterator<Item = (&Inspected, &str, &Answer)> {
    let others = all.iter().any(Inspected::is_accepted);
    let of_one = |one| Inspected::throttled_writes(one).map(move |(operation, answer)| (one, operation, answer));
    all.iter().filter(move |_| others).flat_map(of_one)
}

/// Steps that are about the whole target.
fn shared(step: &str) -> bool {
    ["credentials", "this API", "throttle", "proxy"].contains(&step)
}

/// What throttles every operation that was tried; of one alone the others are not concerned.
fn throttled(one: &Inspected, all: &[Inspected]) -> Option<PreflightStep> {
    let others = one.is_accepted() || all.iter().any(Inspected::is_accepted);
    let (operation, answer) = one.throttled_writes().next().filter(|_| !others)?;
    Some(PreflightStep {
        step: "throttle".to_owned(),
        ok: false,
        detail: format!("{operation} on the {} is throttled all the time: {}", one.name(), answer.told),
        advice: Some("wait, or ask for a higher limit; --rate N sends fewer requests a second".to_owned()),
    })
}

/// The identifier, the path to it or the credentials are not what they should be: it can neither be read nor written.
fn unknown(one: &Inspected, project_is_known: bool) -> Option<PreflightStep> {
    if one.carries.is_some() || one.is_accepted() || project_is_known {
        return None;
    }
    let answer = one.telling()?;
    let told = &answer.told;
    let (kind, name) = (one.kind.to_string(), one.name());
    let (step, detail, advice) = match answer.kind {
        _ if answer.status == Some(407) => (
            "proxy".to_owned(),
            format!("the proxy asks for a user, or refuses the one that it was given: {told}"),
            "give --proxy http://USER:PASSWORD@HOST:PORT, better as DEWSPEC_PROXY",
        ),
        Kind::Unauthorised => (
            "credentials".to_owned(),
            format!("the target refuses the credentials: {told}"),
            "are they right, and not expired, and is the project their own?",
        ),
        Kind::Unknown if one.kind != ResourceKind::Events && uuid::Uuid::parse_str(&one.id).is_err() => (
            kind.clone(),
            format!("the target does not know the {name}: {told}"),
            "identifiers are UUIDs, as the console shows them: is this a name?",
        ),
        Kind::Unknown => (
            kind.clone(),
            format!("the target does not know the {name}: {told}"),
            "are the identifier, the project and the endpoint's base path right?",
        ),
        Kind::Redirected => (
            "this API".to_owned(),
            format!("the target redirects, which is not followed: {told}"),
            "give the address that it redirects to, if that is the API",
        ),
        Kind::OtherServer => (
            "this API".to_owned(),
            format!("what answers there is another server or page, not this API: {told}"),
            "are the endpoint's host, port and base path right?",
        ),
        Kind::Throttled => (
            "throttle".to_owned(),
            format!("the target throttles or is in maintenance: {told}"),
            "try again later; --wait-for SECS waits for a target that is not up yet",
        ),
        Kind::ServerError => (
            "this API".to_owned(),
            format!("the target answers with a server error, whatever it is asked: {told}"),
            "is the service behind it up? its logs will know more",
        ),
        Kind::Accepted | Kind::Refused => (
            kind.clone(),
            format!("it refuses the documented example, or does not know the {name}: {told}"),
            "is the identifier right? nothing can be read back that would tell",
        ),
        Kind::None => {
            (kind.clone(), format!("it gives no answer about the {name}: {told}"), "is the service behind it up?")
        }
    };
    Some(PreflightStep { step, ok: false, detail, advice: Some(advice.to_owned()) })
}

/// What can be read, and of which no write is answered, by no operation.
fn unanswered(all: &[Inspected]) -> Option<PreflightStep> {
    let mut writes = all.iter().flat_map(|one| &one.writes).peekable();
    let (operation, first) = writes.peek().copied()?;
    writes.all(|(_, answer)| answer.kind == Kind::None).then(|| PreflightStep {
        step: operation.clone(),
        ok: false,
        detail: format!("the target answers reads, and no writes: {}", first.told),
        advice: Some("is the service behind it up? --timeout SECS waits longer for an answer".to_owned()),
    })
}

/// What can be read, where a valid request of every operation is refused; of one operation alone it is a deviation.
fn refuses_everything(all: &[Inspected]) -> Option<PreflightStep> {
    let mut writes = all.iter().filter(|one| !one.is_full()).flat_map(|one| &one.writes).peekable();
    let (first, answer) = writes.peek().copied()?;
    let refused = |kind: Kind| matches!(kind, Kind::Refused | Kind::Unknown | Kind::Unauthorised);
    let several = writes.clone().any(|(operation, _)| operation != first);
    (several && writes.all(|(_, answer)| refused(answer.kind))).then(|| PreflightStep {
        step: "this API".to_owned(),
        ok: false,
        detail: format!(
            "the target refuses a valid request of every operation, or does not know the identifiers: {}",
            answer.told
        ),
        advice: Some("are they right, and may the credentials write? reading works all the same".to_owned()),
    })
}

/// What can be read and not be written, by no operation.
fn may_not_write(all: &[Inspected]) -> Option<PreflightStep> {
    let mut writes = all.iter().filter(|one| !one.is_full()).flat_map(|one| &one.writes).peekable();
    let (_, first) = writes.peek().copied()?;
    writes.all(|(_, answer)| answer.kind == Kind::Unauthorised).then(|| PreflightStep {
        step: "credentials".to_owned(),
        ok: false,
        detail: format!("they may read and not write: {}", first.told),
        advice: Some("give a token whose role may change tags and events".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: Kind) -> Answer {
        let status = (kind == Kind::Throttled).then_some(429);
        Answer { kind, status, told: format!("{kind:?}"), exchange: None }
    }

    fn secret(carries: Option<usize>, read: Kind, writes: &[Kind]) -> Inspected {
        Inspected {
            kind: ResourceKind::Secret,
            id: "s".to_owned(),
            service: "csms".to_owned(),
            read: Some(answer(read)),
            carries,
            capacity: Some(20),
            wants: 1,
            writes: writes.iter().map(|kind| (format!("{kind:?}"), answer(*kind))).collect(),
        }
    }

    fn steps(all: &[Inspected]) -> Vec<String> {
        problems(all).into_iter().map(|problem| problem.step).collect()
    }

    #[test]
    fn what_can_neither_be_read_nor_written_is_a_wrong_set_up() {
        use Kind::{Accepted, OtherServer, Redirected, Refused, ServerError, Unauthorised, Unknown};
        assert_eq!(steps(&[secret(None, Unknown, &[Unknown, Unknown])]), ["secret"]);
        assert_eq!(steps(&[secret(None, Refused, &[Refused, Refused])]), ["secret"]);
        assert_eq!(steps(&[secret(None, Unauthorised, &[Unauthorised])]), ["credentials"]);
        assert_eq!(steps(&[secret(None, Refused, &[Unauthorised])]), ["credentials"]);
        assert_eq!(steps(&[secret(None, Redirected, &[Redirected])]), ["this API"]);
        assert_eq!(steps(&[secret(None, OtherServer, &[OtherServer])]), ["this API"]);
        assert_eq!(steps(&[secret(None, ServerError, &[ServerError])]), ["this API"]);
        assert_eq!(steps(&[secret(None, Unknown, &[Accepted])]), Vec::<String>::new(), "a mock that lists nothing");
    }

    #[test]
    fn a_refusal_of_what_can_be_read_is_for_the_cases() {
        use Kind::{Accepted, Refused, ServerError, Unauthorised};
        assert_eq!(steps(&[secret(Some(0), Accepted, &[Refused])]), Vec::<String>::new(), "one operation");
        let named = |name: &str| (name.to_owned(), answer(Refused));
        let two = Inspected { writes: vec![named("A"), named("B")], ..secret(Some(0), Accepted, &[]) };
        assert!(problem_of(&two, &[]).is_none(), "others may be accepted, and the rest of its kind is looked at");
        assert_eq!(steps(std::slice::from_ref(&two)), ["this API"], "every operation");
        let key = Inspected { kind: ResourceKind::Key, ..secret(Some(0), Accepted, &[Accepted]) };
        assert_eq!(steps(&[two, key]), Vec::<String>::new(), "not every operation");
        assert_eq!(steps(&[secret(Some(0), Accepted, &[ServerError])]), Vec::<String>::new());
        assert_eq!(steps(&[secret(Some(0), Accepted, &[Unauthorised, Accepted])]), Vec::<String>::new());
        assert_eq!(steps(&[secret(Some(0), Accepted, &[Unauthorised, Unauthorised])]), ["credentials"]);
        assert_eq!(steps(&[secret(Some(20), Accepted, &[Unauthorised])]), Vec::<String>::new(), "it is full");
    }

    #[test]
    fn a_throttle_of_one_operation_is_none_of_the_others() {
        use Kind::{Accepted, Throttled};
        let throttled = secret(Some(0), Accepted, &[Throttled]);
        assert_eq!(steps(std::slice::from_ref(&throttled)), ["throttle"]);
        assert_eq!(throttled_alone(std::slice::from_ref(&throttled)).count(), 0, "every one");
        let one_of_two = secret(Some(0), Accepted, &[Accepted, Throttled]);
        assert_eq!(steps(std::slice::from_ref(&one_of_two)), Vec::<String>::new());
        assert_eq!(throttled_alone(std::slice::from_ref(&one_of_two)).count(), 1);
        let key = Inspected { kind: ResourceKind::Key, ..secret(Some(0), Accepted, &[Accepted]) };
        assert_eq!(steps(&[throttled.clone(), key.clone()]), Vec::<String>::new());
        assert_eq!(throttled_alone(&[throttled, key]).count(), 1);
    }

    #[test]
    fn a_project_in_which_something_was_written_is_known() {
        let events = Inspected { kind: ResourceKind::Events, ..secret(None, Kind::Unknown, &[Kind::Refused]) };
        assert_eq!(steps(&[secret(Some(0), Kind::Accepted, &[Kind::Accepted]), events.clone()]), Vec::<String>::new());
        assert_eq!(steps(&[events]), ["events"]);
    }
}
