use crate::plan::{Plan, PlannedCase};
use crate::suite::{Need, ResourceKind};
use crate::target::Target;

/// How many secrets and keys a run is to have that are made for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Secrets.
    pub secrets: usize,
    /// Keys.
    pub keys: usize,
}

impl Wanted {
    /// What a plan needs and the target's description does not name: one of a kind, and two where a case needs a second.
    pub fn of(plan: &Plan, target: &Target) -> Self {
        let cases: Vec<&PlannedCase> = plan.cases().collect();
        let has = |case: &PlannedCase, need: Need| case.spec.needs.contains(&need);
        let both = cases.iter().any(|case| has(case, Need::OtherKind));
        let of = |kind: ResourceKind, service: &str, given: &[String]| {
            if !given.is_empty() || target.endpoint(service).is_none() {
                return 0;
            }
            let mut acting = cases.iter().filter(|case| case.op.operation.resource == kind).peekable();
            match acting.peek() {
                None => usize::from(both),
                Some(_) => 1 + usize::from(acting.any(|case| has(case, Need::SecondResource))),
            }
        };
        Wanted {
            secrets: of(ResourceKind::Secret, "csms", &target.secret_ids),
            keys: of(ResourceKind::Key, "kms", &target.key_ids),
        }
    }

    /// One of each kind that the target's description does not name, for what needs no second.
    pub fn one_each(self) -> Self {
        Wanted { secrets: self.secrets.min(1), keys: self.keys.min(1) }
    }

    /// Whether nothing is to be made.
    pub fn is_nothing(self) -> bool {
        self == Wanted::default()
    }

    /// Each of them, secrets first.
    pub(super) fn kinds(self) -> impl Iterator<Item = ResourceKind> {
        let of = |kind, count| std::iter::repeat_n(kind, count);
        of(ResourceKind::Secret, self.secrets).chain(of(ResourceKind::Key, self.keys))
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counted = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("a {what}")),
            more => Some(format!("{more} {what}s")),
        };
        let parts: Vec<String> =
            [counted(self.secrets, "secret"), counted(self.keys, "key")].into_iter().flatten().collect();
        f.write_str(&parts.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Filter, plan};
    use crate::suite::{DataSource, Suite};

    fn wanted(words: &[&str], target: &Target) -> Wanted {
        let suite = Suite::load(&DataSource::embedded().unwrap()).unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Wanted::of(&plan(&suite, &Filter::words(&words)), target)
    }

    fn target() -> Target {
        Target { csms: Some("http://c".to_owned()), kms: Some("http://k".to_owned()), ..Target::default() }
    }

    #[test]
    fn two_are_made_where_a_case_needs_two_and_none_of_what_is_named() {
        let all = Wanted { secrets: 2, keys: 2 };
        assert_eq!(wanted(&[], &target()), all);
        assert_eq!(all.one_each(), Wanted { secrets: 1, keys: 1 });
        assert_eq!(wanted(&["csms.create-secret-tag.key.max-length"], &target()), Wanted { secrets: 1, keys: 0 });
        assert!(wanted(&["CreateSecretEvent"], &target()).is_nothing(), "events are the project's");
        let given = Target { secret_ids: vec!["s".to_owned()], ..target() };
        assert_eq!(wanted(&[], &given), Wanted { secrets: 0, keys: 2 });
        assert_eq!(wanted(&[], &Target { kms: None, ..target() }), Wanted { secrets: 2, keys: 0 });
    }

    #[test]
    fn they_are_counted_in_words() {
        let told = |secrets, keys| Wanted { secrets, keys }.to_string();
        assert_eq!(
            (told(1, 1).as_str(), told(2, 0).as_str(), told(0, 1).as_str()),
            ("a secret and a key", "2 secrets", "a key")
        );
    }
}
