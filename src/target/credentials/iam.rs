//! The call that gives a token for a user's name and password, or for an access key: what is asked, and what the answer
//! says. Sending it is somebody else's job.

use serde_json::{Value, json};

use super::{AccessKey, Token};
use crate::model::Response;

/// Who asks IAM for a token, and for what.
#[derive(Clone, PartialEq, Eq)]
pub struct IamLogin {
    /// Base URL of the service, without a slash at its end.
    pub endpoint: String,
    /// The project that the token is for.
    pub project_id: String,
    /// Who asks.
    pub login: Login,
}

/// Who asks for a token.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// A user of an account.
    Password {
        /// The user's name.
        user: String,
        /// The user's password.
        password: String,
        /// The name of the account, which IAM calls a domain.
        domain: String,
    },
    /// Whoever an access key belongs to.
    AccessKey(AccessKey),
}

impl IamLogin {
    /// Where it is asked.
    pub fn url(&self) -> String {
        // Variables of other tools mostly name the version, too.
        let base = self.endpoint.trim_end_matches('/');
        format!("{}/v3/auth/tokens", base.strip_suffix("/v3").unwrap_or(base))
    }

    /// The body of the request.
    pub fn body(&self) -> Value {
        let identity = match &self.login {
            Login::Password { user, password, domain } => json!({
                "methods": ["password"],
                "password": { "user": { "name": user, "password": password, "domain": { "name": domain } } },
            }),
            Login::AccessKey(key) => json!({
                "methods": ["hw_ak_sk"],
                "hw_ak_sk": { "access": { "key": key.access_key }, "secret": { "key": key.secret_key } },
            }),
        };
        json!({ "auth": { "identity": identity, "scope": { "project": { "id": self.project_id } } } })
    }

    /// What must never be shown.
    pub fn secrets(&self) -> Vec<&str> {
        match &self.login {
            Login::Password { password, .. } => vec![password],
            Login::AccessKey(key) => key.secrets().collect(),
        }
    }

    /// The token in an answer.
    ///
    /// # Errors
    /// What the answer says instead; the answer itself is not repeated.
    pub fn token(&self, response: &Response) -> Result<Token, String> {
        let status = response.status;
        if !(200..300).contains(&status) {
            return Err(format!("{} (status {status})", self.refusal(status)));
        }
        let value = response
            .header("x-subject-token")
            .ok_or_else(|| format!("the answer has no X-Subject-Token (status {status}): is that IAM?"))?;
        let body: Option<Value> = serde_json::from_slice(&response.body).ok();
        let expires = body.as_ref().and_then(|body| body.pointer("/token/expires_at")?.as_str());
        Token::of(value.trim(), expires)
    }

    fn refusal(&self, status: u16) -> String {
        let who = match self.login {
            Login::Password { .. } => "user, password and account (--user-name, --password, --domain-name)",
            Login::AccessKey(_) => "access key and its secret",
        };
        match status {
            401 => format!("it refuses them: are {who} right?"),
            403 => format!("it forbids that: may they use project {}?", self.project_id),
            404 => "there is no such call: is the address that of IAM?".to_owned(),
            429 | 503 => "it throttles, or is in maintenance: try again later".to_owned(),
            _ => format!("it gives none: are {who} right, and is the project {}?", self.project_id),
        }
    }
}

impl std::fmt::Debug for IamLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IamLogin").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn by_password() -> IamLogin {
        let (user, password, domain) = ("me".to_owned(), "hidden".to_owned(), "us".to_owned());
        IamLogin {
            endpoint: "http://iam".to_owned(),
            project_id: "p".to_owned(),
            login: Login::Password { user, password, domain },
        }
    }

    #[test]
    fn a_token_is_asked_for_as_it_is_documented() {
        assert_eq!(
            by_password().body().to_string(),
            concat!(
                r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"me","password":"hidden","#,
                r#""domain":{"name":"us"}}}},"scope":{"project":{"id":"p"}}}}"#
            )
        );
        let key = AccessKey { access_key: "AK".to_owned(), secret_key: "SK".to_owned(), security_token: None };
        let login = IamLogin { login: Login::AccessKey(key), ..by_password() };
        let identity = r#"{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":"AK"},"secret":{"key":"SK"}}}"#;
        assert!(login.body().to_string().contains(identity), "{}", login.body());
    }

    #[test]
    fn a_version_in_the_address_is_not_doubled() {
        for endpoint in ["http://iam", "http://iam/", "http://iam/v3", "http://iam/v3/"] {
            let login = IamLogin { endpoint: endpoint.to_owned(), ..by_password() };
            assert_eq!(login.url(), "http://iam/v3/auth/tokens");
        }
    }

    #[test]
    fn the_token_is_in_the_head_and_its_end_in_the_body() {
        let headers = HeaderMap::from_iter([("x-subject-token".parse().unwrap(), HeaderValue::from_static("MIID"))]);
        let body = br#"{"token":{"expires_at":"2030-01-01T00:00:00.123000Z"}}"#.to_vec();
        let response = Response { status: 201, headers, body, ..Response::default() };
        let token = by_password().token(&response).unwrap();
        assert!(token.value == "MIID" && token.expires.is_some());
        let told = |response: &Response| by_password().token(response).unwrap_err();
        assert!(told(&Response { headers: HeaderMap::new(), ..response.clone() }).contains("X-Subject-Token"));
        for (status, part) in [(401, "--password"), (403, "project p"), (404, "no such call"), (503, "throttles")] {
            let told = told(&Response { status, body: b"hidden".to_vec(), ..Response::default() });
            assert!(told.contains(part) && told.contains(&status.to_string()) && !told.contains("hidden"), "{told}");
        }
    }
}
