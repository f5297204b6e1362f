use super::Redactor;
use super::redact::REDACTED;
use super::signing_words::SigningWords;
use crate::model::Request;
use crate::target::how_signed;

/// Bodies longer than this make no command line; the replay command sends them.
const LONGEST: usize = 64 * 1024;

/// A command line that sends the request again. Where the valid token stood, it takes `$DEWSPEC_TOKEN`; what was signed is
/// signed anew by `dewspec sign`, which takes the access key from the environment.
pub fn curl(request: &Request, valid_token: &str, redactor: &Redactor) -> Option<String> {
    let body = request.body.as_deref().unwrap_or_default();
    if body.len() > LONGEST {
        return None;
    }
    let url = quoted(redactor.clean(&request.url).as_bytes());
    let mut fields: Vec<(&str, String)> = Vec::new();
    let mut signing = None;
    for (name, value) in &request.headers {
        let how = how_signed(value).filter(|_| name.eq_ignore_ascii_case("authorization"));
        if name.eq_ignore_ascii_case("x-auth-token") {
            fields.push((name, token(value, valid_token)));
        } else if let Some(choice) = how {
            signing = Some(SigningWords::new(request, choice));
        } else {
            let value = if redactor.shows(name) { redactor.clean(value) } else { REDACTED.to_owned() };
            fields.push((name, quoted(format!("{}: {value}", redactor.clean(name)).as_bytes())));
        }
    }
    let data = request.body.as_ref().map(|_| format!(" --data-binary {}", quoted(&redactor.clean_bytes(body))));
    let data = data.unwrap_or_default();
    let has_type = request.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    let no_type = if has_type || request.body.is_none() { "" } else { " -H 'Content-Type:'" };
    let method = &request.method;
    let all = |fields: &mut dyn Iterator<Item = String>| fields.map(|field| format!(" -H {field}")).collect::<String>();
    let Some(signing) = signing else {
        let fields = all(&mut fields.into_iter().map(|(_, field)| field));
        return Some(format!("curl -sS -i -X {method} {url}{fields}{no_type}{data}"));
    };
    // What signs prints the fields that it was given, too.
    let signed = all(&mut fields.iter().map(|(name, field)| signing.field(name, field)));
    let is_sent_otherwise = |name: &str| signing.left_out.is_some_and(|left_out| left_out.eq_ignore_ascii_case(name));
    let beside = all(&mut fields.iter().filter(|(name, _)| is_sent_otherwise(name)).map(|(_, field)| field.clone()));
    let SigningWords { environment, method: signed_method, url: signed_url, options, .. } = &signing;
    let signed_url = quoted(redactor.clean(signed_url).as_bytes());
    let (signed_data, filter) = (signing.data(&data), signing.filter());
    Some(format!(
        "curl -sS -i -X {method} {url} -H @<({environment}dewspec sign -X {signed_method} {signed_url}{signed}{options}{signed_data}{filter}){beside}{no_type}{data}"
    ))
}

/// The token header without the token.
fn token(value: &str, valid: &str) -> String {
    if value == valid {
        "\"X-Auth-Token: $DEWSPEC_TOKEN\"".to_owned()
    } else if value.is_empty() {
        "'X-Auth-Token;'".to_owned()
    } else if value.strip_suffix('A') == Some(valid) {
        "\"X-Auth-Token: ${DEWSPEC_TOKEN}A\"".to_owned()
    } else if valid.starts_with(value) {
        "\"X-Auth-Token: ${DEWSPEC_TOKEN%?}\"".to_owned()
    } else {
        "'X-Auth-Token: another-token'".to_owned()
    }
}

/// Quoted for a POSIX shell; bytes that a terminal would not show as they are take `$'…'`.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let plain = std::str::from_utf8(bytes).is_ok_and(|t| t.chars().all(|c| !c.is_control() && !is_invisible(c)));
    if plain {
        let text = String::from_utf8_lossy(bytes);
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' => out.push_str(r"\'"),
                '\\' => out.push_str(r"\\"),
                '\n' => out.push_str(r"\n"),
                '\t' => out.push_str(r"\t"),
                '\r' => out.push_str(r"\r"),
                c if c.is_control() || is_invisible(c) => {
                    let mut buffer = [0; 4];
                    for byte in c.encode_utf8(&mut buffer).bytes() {
                        out.push_str(&format!("\\x{byte:02x}"));
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('\'');
    out
}

/// Characters that have no shape of their own or turn the direction of the line.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenChoice;
    use crate::target::{SIGNED, Target, signed_wrongly};

    fn line(authorization: &str, url: &str) -> String {
        let fields = [("Content-Type", "application/json;charset=UTF-8"), ("Authorization", authorization)];
        let request = Request {
            operation: "CreateSecretTag".to_owned(),
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: Some("{}".into()),
        };
        curl(&request, "", &Redactor::new(&Target::default())).unwrap_or_default()
    }

    #[test]
    fn what_was_signed_is_signed_again_and_what_does_not_fit_does_not() {
        let url = "http://h/v1/p/csms/s/tags";
        let right = line(SIGNED, url);
        let expected = "curl -sS -i -X POST 'http://h/v1/p/csms/s/tags' -H @<(dewspec sign -X POST 'http://h/v1/p/csms/s/tags' \
                        -H 'Content-Type: application/json;charset=UTF-8' --data-binary '{}') --data-binary '{}'";
        assert_eq!(right, expected);
        let wrong = |choice| line(&signed_wrongly(choice), url);
        for (choice, part) in [
            (TokenChoice::SignedBody, r"--data-binary $'{}\n') --data-binary '{}'"),
            (TokenChoice::AnnouncedBody, "-H 'X-Sdk-Content-Sha256: "),
            (TokenChoice::SignedPath, "dewspec sign -X POST 'http://h/v1/p/csms/s' "),
            (
                TokenChoice::SignedHeader,
                "sign -X POST 'http://h/v1/p/csms/s/tags' -H 'Content-Type: application/json' ",
            ),
            (
                TokenChoice::SignedHeader,
                "| grep -vi '^content-type:') -H 'Content-Type: application/json;charset=UTF-8' ",
            ),
            (TokenChoice::SignedAbsence, "-H 'X-Dewspec-Absent:'"),
            (TokenChoice::SignedEarlier, "date -u -d '20 minutes ago'"),
            (TokenChoice::SignedByAnother, "@<(DEWSPEC_SECRET_KEY=\"${DEWSPEC_SECRET_KEY}x\" dewspec sign"),
            (TokenChoice::SignedMethod, "dewspec sign -X PUT "),
        ] {
            assert!(wrong(choice).contains(part), "{choice}: {}", wrong(choice));
        }
        let query = line(&signed_wrongly(TokenChoice::SignedQuery), "http://h/tags?dewspec=1");
        assert!(
            query.contains("POST 'http://h/tags?dewspec=1'") && query.contains("sign -X POST 'http://h/tags' "),
            "{query}"
        );
    }
}
