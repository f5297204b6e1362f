//! Which resource a path names.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What a path stands for inside a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    SecretTags { secret: Cow<'a, str> },
    SecretTagsAction { secret: Cow<'a, str> },
    SecretTag { secret: Cow<'a, str>, key: Cow<'a, str> },
    KmsTags { key_id: Cow<'a, str> },
    KmsTagsAction { key_id: Cow<'a, str> },
    KmsTag { key_id: Cow<'a, str>, key: Cow<'a, str> },
    Events,
    Event { name: Cow<'a, str> },
}

/// A known path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) project: Cow<'a, str>,
    pub(crate) target: Target<'a>,
}

/// The methods that some path knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

impl<'a> Route<'a> {
    /// Resolves a path; nothing if no operation lives there.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let mut rest = path.strip_prefix('/')?.split('/');
        let mut next = || rest.next();
        let (version, project, service) = (next()?, next()?, next()?);
        let (first, second, third, fourth) = (next(), next(), next(), next());
        if next().is_some() {
            return None;
        }
        let target = match (version, service, first?, second, third, fourth) {
            ("v1", "csms", "events", None, ..) => Target::Events,
            ("v1", "csms", "events", Some(name), None, _) if !name.is_empty() => Target::Event { name: decoded(name) },
            ("v1", "csms", secret, Some("tags"), tail, None) => {
                let secret = decoded(secret);
                match tail {
                    None => Target::SecretTags { secret },
                    Some("action") => Target::SecretTagsAction { secret },
                    Some("") => return None,
                    Some(key) => Target::SecretTag { secret, key: decoded(key) },
                }
            }
            ("v1.0", "kms", key_id, Some("tags"), tail, None) => {
                let key_id = decoded(key_id);
                match tail {
                    None => Target::KmsTags { key_id },
                    Some("action") => Target::KmsTagsAction { key_id },
                    Some("") => return None,
                    Some(key) => Target::KmsTag { key_id, key: decoded(key) },
                }
            }
            _ => return None,
        };
        Some(Self { project: decoded(project), target })
    }
}

impl Route<'_> {
    /// The same with the project as it stands in the path, where it may be unknown.
    pub(crate) fn literal(mut self, path: &str) -> Self {
        if let Some(project) = path.split('/').nth(2) {
            self.project = Cow::Owned(project.to_owned());
        }
        self
    }
}

impl Method {
    pub(crate) fn of(method: &axum::http::Method) -> Option<Self> {
        match method.as_str() {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Undoes percent-encoding; bytes that are not UTF-8 become replacement characters, which no identifier contains.
pub(crate) fn decoded(segment: &str) -> Cow<'_, str> {
    if segment.contains('%') { percent_decode_str(segment).decode_utf8_lossy() } else { Cow::Borrowed(segment) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_paths_are_known() {
        let target = |path| Route::of(path).map(|route| route.target);
        let secret = || "s".into();
        assert_eq!(target("/v1/p/csms/s/tags"), Some(Target::SecretTags { secret: secret() }));
        assert_eq!(target("/v1/p/csms/s/tags/action"), Some(Target::SecretTagsAction { secret: secret() }));
        assert_eq!(target("/v1.0/p/kms/s/tags"), Some(Target::KmsTags { key_id: secret() }));
        assert_eq!(target("/v1/p/csms/events"), Some(Target::Events));
        assert_eq!(target("/v1/p/csms/s/tags/a%2Fb"), Some(Target::SecretTag { secret: secret(), key: "a/b".into() }));
    }

    #[test]
    fn other_paths_are_unknown() {
        for path in [
            "/",
            "",
            "/v1/p/csms",
            "/v1/p/kms/s/tags",
            "/v1.0/p/csms/s/tags",
            "/v1/p/csms/s/tags/",
            "/v1/p/csms/s/tags/a/b",
            "/v1/p/csms/events/",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }
}
