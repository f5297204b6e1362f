//! Requests are signed with an access key.

use std::sync::Arc;
use std::time::SystemTime;

use url::Url;

use super::conceal::{Secret, conceal};
use super::covered::{Covered, is_sent};
use super::target_clock::TargetClock;
use crate::model::{Request, TokenChoice};
use crate::target::{AccessKey, SECURITY_TOKEN, Signable, how_signed, sign};
use crate::transport::{Ready, Sending, Transport, WireOptions};

/// What stands for parts of a signature that a target has repeated.
const SIGNATURE: &str = "[signature]";
const ACCESS_KEY: &str = "[access key]";
const SECRET_KEY: &str = "[secret key]";

/// Signs what is marked to be signed, and sends everything else as it is.
pub(in crate::transport) struct Signing {
    inner: Arc<dyn Transport>,
    signer: Arc<Signer>,
}

struct Signer {
    key: AccessKey,
    project_id: String,
    clock: TargetClock,
}

impl Signing {
    /// With this key, for this project.
    pub(in crate::transport) fn new(inner: Arc<dyn Transport>, key: &AccessKey, project_id: &str) -> Self {
        let signer = Signer { key: key.clone(), project_id: project_id.to_owned(), clock: TargetClock::default() };
        Signing { inner, signer: Arc::new(signer) }
    }
}

impl Signer {
    /// The request with its signature, and what of that must not be shown; `None` if it is not to be signed, or has no URL.
    fn signed(&self, request: &Request) -> Option<(Request, Vec<Secret>)> {
        let how = how(request)?;
        let url = Url::parse(&request.url).ok()?;
        let mut headers: Vec<_> = request.headers.iter().filter(|field| mark(field).is_none()).cloned().collect();
        let of_type = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-type");
        // Everything else may be changed on the way.
        let mut covered: Vec<_> = headers.iter().filter(of_type).cloned().collect();
        covered.push(("X-Project-Id".to_owned(), self.project_id.clone()));
        let covered = Covered {
            method: request.method.clone(),
            url,
            headers: covered,
            body: request.body.as_deref().unwrap_or_default().to_vec(),
            key: self.key.clone(),
            time: self.clock.time(SystemTime::now()),
        };
        let Covered { method, url, headers: covered, body, key, time } = covered.altered(how);
        let signed = sign(&Signable { method: &method, url: &url, headers: &covered, body: &body }, &key, time);
        // The client writes `Host` itself, and the same.
        let is_there = |name: &str| name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("content-type");
        headers.extend(signed.headers.into_iter().filter(|(name, _)| !is_there(name) && is_sent(name)));
        let mut secrets = vec![
            (self.key.secret_key.clone(), SECRET_KEY.to_owned()),
            (signed.signature, SIGNATURE.to_owned()),
            (self.key.access_key.clone(), ACCESS_KEY.to_owned()),
        ];
        secrets.extend(self.key.security_token.clone().map(|token| (token, SECURITY_TOKEN.to_owned())));
        Some((Request { headers, ..request.clone() }, secrets))
    }
}

/// How a field says that a request is to be signed, if it does.
fn mark((name, value): &(String, String)) -> Option<TokenChoice> {
    name.eq_ignore_ascii_case("authorization").then(|| how_signed(value)).flatten()
}

/// How a request is to be signed, if it is.
fn how(request: &Request) -> Option<TokenChoice> {
    request.headers.iter().find_map(mark)
}

impl Transport for Signing {
    fn exchange<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Sending<'a> {
        Box::pin(async move {
            let Some((signed, secrets)) = self.signer.signed(request) else {
                return self.inner.exchange(request, options).await;
            };
            let tried = conceal(self.inner.exchange(&signed, options).await?, &secrets);
            // What is refused for its signature's sake says nothing of the clock, and is not sent again.
            let received = tried.answer.as_ref().ok().filter(|_| how(request) == Some(TokenChoice::Valid));
            let anew = received.is_some_and(|received| self.signer.clock.learn(&received.response, SystemTime::now()));
            match self.signer.signed(request).filter(|_| anew) {
                Some((signed, secrets)) => Some(conceal(self.inner.exchange(&signed, options).await?, &secrets)),
                None => Some(tried),
            }
        })
    }

    fn ready<'a>(&'a self, request: &'a Request, options: &'a WireOptions) -> Ready<'a> {
        self.inner.ready(request, options)
    }

    fn fresh(&self) -> Arc<dyn Transport> {
        Arc::new(Signing { inner: self.inner.fresh(), signer: Arc::clone(&self.signer) })
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::target::{SIGNED, signed_wrongly};

    fn signer() -> Signer {
        let key = AccessKey {
            access_key: "an-access-key".to_owned(),
            secret_key: "a-secret-key".to_owned(),
            security_token: Some("a-security-token".to_owned()),
        };
        Signer { key, project_id: "p".to_owned(), clock: TargetClock::default() }
    }

    fn request(headers: &[(&str, &str)]) -> Request {
        Request {
            operation: "CreateSecretTag".to_owned(),
            method: "POST".to_owned(),
            url: "http://h:8080/v1/p/csms/s/tags".to_owned(),
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            body: Some("{}".into()),
        }
    }

    #[test]
    fn what_is_marked_is_signed_and_the_mark_is_gone() {
        let (signed, secrets) =
            signer().signed(&request(&[("Authorization", SIGNED), ("Content-Type", "application/json")])).unwrap();
        let names: Vec<&str> = signed.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Content-Type", "X-Project-Id", "X-Sdk-Date", "X-Security-Token", "Authorization"]);
        let authorization = &signed.headers[4].1;
        let names = "SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token";
        assert!(authorization.contains(names), "{authorization}");
        assert!(secrets.iter().any(|(secret, _)| authorization.ends_with(&format!("Signature={secret}"))));
    }

    #[test]
    fn a_signature_that_is_not_to_fit_leaves_the_request_as_it_is() {
        let fields = |mark: &str| {
            let (signed, _) =
                signer().signed(&request(&[("Authorization", mark), ("Content-Type", "application/json")])).unwrap();
            (signed.url, signed.body, signed.method, signed.headers.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>())
        };
        for choice in TokenChoice::iter().filter(|choice| choice.is_signature()) {
            let (url, body, method, mut names) = fields(&signed_wrongly(choice));
            names.retain(|name| name != "X-Sdk-Content-Sha256");
            assert_eq!((url, body, method, names), fields(SIGNED), "{choice}");
        }
    }

    #[test]
    fn what_is_not_marked_stays_as_it_is() {
        for headers in [&[][..], &[("X-Auth-Token", "wrong")], &[("Authorization", "Bearer x")]] {
            assert!(signer().signed(&request(headers)).is_none(), "{headers:?}");
        }
    }
}
