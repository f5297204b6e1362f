//! A gateway that takes signatures of one access key, and checks them by itself: nothing here is shared with what signs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::call::Call;
use crate::proxy::{Act, Rule, told_by};

/// How far the time of a signature may be off.
const TOLERANCE: u64 = 15 * 60;

/// Whom it admits, and as whom it passes them on.
#[derive(Clone, Debug)]
pub(crate) struct Gatekeeper {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) security_token: Option<String>,
    /// What the server behind it knows the owner by.
    pub(crate) token: String,
    /// How many seconds its clock is ahead.
    pub(crate) ahead: i64,
    /// It repeats what it was sent wherever it refuses something, as badly made gateways do.
    pub(crate) echoes: bool,
}

impl Gatekeeper {
    pub(crate) fn new(token: &str) -> Self {
        Gatekeeper {
            access_key: "HPUAWEXAMPLEKEY00001".to_owned(),
            secret_key: "xY7secretQ9of1the2example3key4Zz5Kk6Mm7Nn".to_owned(),
            security_token: None,
            token: token.to_owned(),
            ahead: 0,
            echoes: false,
        }
    }

    /// Admits whoever signs, refuses bad signatures, and leaves everybody else to the server.
    pub(crate) fn rule(self) -> impl Rule {
        move |call: &Call| {
            let Some(authorization) = call.field("authorization") else {
                return Act::Pass;
            };
            match self.verify(call, authorization) {
                Ok(()) => Act::As(self.token.clone(), self.ahead),
                Err(why) => {
                    let echo = if self.echoes { format!("{:?}", call.fields) } else { String::new() };
                    let told = format!("Incorrect IAM authentication information: {why} {echo}");
                    Act::Answer(told_by(Answer::gateway(401, "APIGW.0301", &told), self.ahead))
                }
            }
        }
    }

    fn verify(&self, call: &Call, authorization: &str) -> Result<(), String> {
        let rest = authorization.strip_prefix("SDK-HMAC-SHA256 ").ok_or("another scheme")?;
        let part = |name: &str| {
            let of_name = |part: &str| part.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
            rest.split(',').find_map(of_name).ok_or(format!("no {name}"))
        };
        let (access, names, signature) = (part("Access")?, part("SignedHeaders")?, part("Signature")?);
        if access != self.access_key {
            return Err(format!("ak {access} not exist"));
        }
        let names: Vec<&str> = names.split(';').collect();
        if !names.is_sorted() || !names.contains(&"host") || !names.contains(&"x-sdk-date") {
            return Err(format!("these headers are signed: {names:?}"));
        }
        if call.field("x-security-token") != self.security_token.as_deref() {
            return Err("the security token is another".to_owned());
        }
        if self.security_token.is_some() && !names.contains(&"x-security-token") {
            return Err("the security token is not signed".to_owned());
        }
        let date = call.field("x-sdk-date").ok_or("no X-Sdk-Date")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs();
        let now = now.checked_add_signed(self.ahead).expect("a time");
        if seconds(date).ok_or("a strange date")?.abs_diff(now) > TOLERANCE {
            return Err(format!("the request was signed at {date}"));
        }
        match same(&signature, &self.expected(call, &names, date)?) {
            true => Ok(()),
            false => Err("verify aksk signature fail".to_owned()),
        }
    }

    fn expected(&self, call: &Call, names: &[&str], date: &str) -> Result<String, String> {
        let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
        let mut canonical = format!("{}\n{}", call.method, written(&bytes_of(path), true));
        if !canonical.ends_with('/') {
            canonical.push('/');
        }
        let mut parameters: Vec<String> = query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                format!("{}={}", written(&bytes_of(name), false), written(&bytes_of(value), false))
            })
            .collect();
        parameters.sort_by(|one, other| one.split('=').cmp(other.split('=')));
        canonical.push_str(&format!("\n{}\n", parameters.join("&")));
        for name in names {
            let value = call.field(name).ok_or(format!("{name} is signed and missing"))?;
            canonical.push_str(&format!("{name}:{}\n", value.trim()));
        }
        canonical.push_str(&format!("\n{}\n{:x}", names.join(";"), Hex(&Sha256::digest(&call.raw))));
        let text = format!("SDK-HMAC-SHA256\n{date}\n{:x}", Hex(&Sha256::digest(canonical.as_bytes())));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret_key.as_bytes()).expect("a key");
        mac.update(text.as_bytes());
        Ok(format!("{:x}", Hex(&mac.finalize().into_bytes())))
    }
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn same(one: &str, other: &str) -> bool {
    one == other
}

/// What is written with percent signs, and what is not, as bytes.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    bytes
}

fn written(bytes: &[u8], is_path: bool) -> String {
    let mut text = String::new();
    for byte in bytes {
        let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || (is_path && *byte == b'/');
        if plain { text.push(char::from(*byte)) } else { text.push_str(&format!("%{byte:02X}")) }
    }
    text
}

/// `20191115T033655Z` in seconds since 1970.
fn seconds(date: &str) -> Option<u64> {
    let of = |from: usize, to: usize| date.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (of(0, 4)?, of(4, 6)?, of(6, 8)?);
    let is_leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: u64 = lengths.iter().take(usize::try_from(month).ok()?.checked_sub(1)?).sum();
    let days = Duration::from_secs((years + months + day.checked_sub(1)?) * 86_400);
    Some(days.as_secs() + of(9, 11)? * 3600 + of(11, 13)? * 60 + of(13, 15)?)
}

#[test]
fn times_of_signatures_are_read() {
    assert_eq!(seconds("20191115T033655Z"), Some(1_573_789_015));
    assert_eq!(seconds("19700101T000000Z"), Some(0));
    assert_eq!(seconds("20240301T000000Z"), Some(1_709_251_200));
}
