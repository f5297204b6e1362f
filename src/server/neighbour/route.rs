//! Which neighbour a method on a path asks for.

use std::borrow::Cow;

use super::operation::Neighbour;
use crate::server::http::decoded;

/// What lives at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<'a> {
    Neighbour {
        project: Cow<'a, str>,
        asked: Neighbour<'a>,
    },
    /// Something, but not by this method.
    OtherMethod,
    Nothing,
}

impl<'a> Found<'a> {
    pub(super) fn at(method: &str, path: &'a str) -> Self {
        let segments: Vec<&str> = path.strip_prefix('/').unwrap_or_default().split('/').collect();
        let [version, project, rest @ ..] = segments.as_slice() else { return Self::Nothing };
        let known = match *version {
            "v1" => of_csms(rest),
            "v1.0" => of_kms(rest),
            _ => Vec::new(),
        };
        if known.is_empty() {
            return Self::Nothing;
        }
        match known.into_iter().find(|(known, _)| *known == method) {
            Some((_, asked)) => Self::Neighbour { project: decoded(project), asked },
            None => Self::OtherMethod,
        }
    }
}

type Methods<'a> = Vec<(&'static str, Neighbour<'a>)>;

fn of_csms<'a>(rest: &[&'a str]) -> Methods<'a> {
    match *rest {
        ["secrets"] => vec![("POST", Neighbour::CreateSecret), ("GET", Neighbour::ListSecrets)],
        ["secrets", name] if !name.is_empty() => vec![
            ("GET", Neighbour::ShowSecret(decoded(name))),
            ("PUT", Neighbour::UpdateSecret(decoded(name))),
            ("DELETE", Neighbour::DeleteSecret(decoded(name))),
        ],
        ["secrets", name, "scheduled-deleted-tasks", "create"] => {
            vec![("POST", Neighbour::DeleteSecretForSchedule(decoded(name)))]
        }
        ["secrets", name, "scheduled-deleted-tasks", "cancel"] => {
            vec![("POST", Neighbour::RestoreSecret(decoded(name)))]
        }
        ["csms", "tags"] => vec![("GET", Neighbour::ListProjectSecretsTags)],
        ["csms", "resource_instances", "action"] => vec![("POST", Neighbour::ListResourceInstances)],
        // Its other methods are no business of this module.
        ["csms", "events", name] if !name.is_empty() => vec![("PUT", Neighbour::UpdateSecretEvent(decoded(name)))],
        ["csms", "notification-records"] => vec![("GET", Neighbour::ListNotificationRecords)],
        _ => Vec::new(),
    }
}

fn of_kms<'a>(rest: &[&'a str]) -> Methods<'a> {
    let one = match *rest {
        ["kms", "create-key"] => ("POST", Neighbour::CreateKey),
        ["kms", "describe-key"] => ("POST", Neighbour::ListKeyDetail),
        ["kms", "list-keys"] => ("POST", Neighbour::ListKeys),
        ["kms", "enable-key"] => ("POST", Neighbour::EnableKey),
        ["kms", "disable-key"] => ("POST", Neighbour::DisableKey),
        ["kms", "schedule-key-deletion"] => ("POST", Neighbour::DeleteKey),
        ["kms", "cancel-key-deletion"] => ("POST", Neighbour::CancelKeyDeletion),
        ["kms", "tags"] => ("GET", Neighbour::ListKmsTags),
        ["kms", "resource_instances", "action"] => ("POST", Neighbour::ListKmsByTags),
        _ => return Vec::new(),
    };
    vec![one]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_by_its_methods() {
        let found = Found::at("GET", "/v1/p/secrets/a%20b");
        let asked = Neighbour::ShowSecret("a b".into());
        assert_eq!(found, Found::Neighbour { project: "p".into(), asked });
        assert_eq!(Found::at("PATCH", "/v1/p/secrets"), Found::OtherMethod);
        for path in ["/", "", "/v1/p", "/v1/p/kms/tags", "/v1.0/p/csms/tags", "/v1/p/secrets/", "/v2/p/secrets"] {
            assert_eq!(Found::at("GET", path), Found::Nothing, "{path}");
        }
    }
}
