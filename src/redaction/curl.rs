use super::Redactor;
use super::redact::REDACTED;
use crate::model::Request;
use crate::target::SIGNED;

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
    let mut fields = String::new();
    let mut is_signed = false;
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("x-auth-token") {
            fields.push_str(&format!(" -H {}", token(value, valid_token)));
        } else if name.eq_ignore_ascii_case("authorization") && value == SIGNED {
            is_signed = true;
        } else {
            let value = if redactor.shows(name) { redactor.clean(value) } else { REDACTED.to_owned() };
            fields.push_str(&format!(" -H {}", quoted(format!("{}: {value}", redactor.clean(name)).as_bytes())));
        }
    }
    let data = request.body.as_ref().map(|_| format!(" --data-binary {}", quoted(&redactor.clean_bytes(body))));
    let data = data.unwrap_or_default();
    let has_type = request.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    let no_type = if has_type || request.body.is_none() { "" } else { " -H 'Content-Type:'" };
    let method = &request.method;
    Some(match is_signed {
        // It prints the fields that it was given, too.
        true => {
            format!("curl -sS -i -X {method} {url} -H @<(dewspec sign -X {method} {url}{fields}{data}){no_type}{data}")
        }
        false => format!("curl -sS -i -X {method} {url}{fields}{no_type}{data}"),
    })
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
fn quoted(bytes: &[u8]) -> String {
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
