use std::borrow::Cow;
use std::hash::Hasher;

use fnv::FnvHasher;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Target;
use super::credentials::{SIGNED, signed_wrongly};
use super::near::{altered, made_of_token};
use crate::model::{PathChoice, TokenChoice};
use crate::suite::ResourceKind;

/// Everything but unreserved characters is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Bytes that identifiers mostly take in a URL.
const ROOM: usize = 80;
/// Identifiers given by the user stand in URLs as they are, but for what would break the line or is in no URL.
const IDENTIFIER: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'/')
    .add(b'?')
    .add(b'#')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Chooses identifiers and credentials for requests.
#[derive(Clone, Debug)]
pub struct Addresses {
    target: Target,
    unknown: u128,
}

impl Addresses {
    /// For one target; the unknown identifiers depend on the seed.
    pub fn new(target: &Target, seed: u64) -> Self {
        // The same for every build of dewspec, which std's hasher does not promise.
        let mut hasher = FnvHasher::default();
        hasher.write_u64(seed);
        let low = hasher.finish();
        hasher.write(target.project_id.as_bytes());
        Addresses { target: target.clone(), unknown: (u128::from(hasher.finish()) << 64) | u128::from(low) }
    }

    /// The absolute URL of an operation's path template; `None` if the target lacks what it needs.
    pub fn url(
        &self,
        service: &str,
        template: &str,
        kind: ResourceKind,
        resource: &str,
        choice: impl Fn(&str) -> PathChoice,
        item: Option<&str>,
    ) -> Option<String> {
        let endpoint = self.target.endpoint(service)?;
        let mut out = String::with_capacity(endpoint.len() + template.len() + ROOM);
        out.push_str(endpoint);
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let end = start + rest[start..].find('}')?;
            let name = &rest[start + 1..end];
            out.push_str(&rest[..start]);
            rest = &rest[end + 1..];
            // Where an item is addressed, it comes last: the parameters before it say where it is.
            match item.filter(|_| !rest.contains('{')) {
                Some(item) => out.extend(utf8_percent_encode(item, SEGMENT)),
                None => self.push_segment(&mut out, name, kind, resource, choice(name))?,
            }
        }
        out.push_str(rest);
        Some(out)
    }

    fn push_segment(
        &self,
        out: &mut String,
        name: &str,
        kind: ResourceKind,
        resource: &str,
        choice: PathChoice,
    ) -> Option<()> {
        let project = name == "project_id";
        let unknown;
        let text = match choice {
            PathChoice::Own if project => &self.target.project_id,
            PathChoice::Own => resource,
            PathChoice::Unknown if project => {
                unknown = format!("{:032x}", self.unknown);
                &unknown
            }
            PathChoice::Unknown => {
                unknown = uuid::Builder::from_random_bytes(self.unknown.to_be_bytes()).into_uuid().to_string();
                &unknown
            }
            PathChoice::Malformed => "not-an-identifier",
            PathChoice::OtherKind => self.target.resource_of_other_kind(kind)?,
            PathChoice::Extended
            | PathChoice::Truncated
            | PathChoice::OtherStart
            | PathChoice::OtherMiddle
            | PathChoice::OtherEnd
            | PathChoice::Wildcard
            | PathChoice::CutOff
            | PathChoice::Quoted
            | PathChoice::OtherCase
            | PathChoice::Padded
            | PathChoice::Unhyphened => {
                let near = self.neighbour(if project { &self.target.project_id } else { resource }, choice)?;
                // Whatever is odd about it is meant to reach the service as it is.
                out.extend(utf8_percent_encode(&near, SEGMENT));
                return Some(());
            }
            PathChoice::Foreign if project => self.target.foreign.project_id.as_deref()?,
            PathChoice::Foreign => self.target.foreign_resource(kind)?,
        };
        out.extend(utf8_percent_encode(text, IDENTIFIER));
        Some(())
    }

    /// An identifier that nearly is this one, and none of the target's; `None` if it is too short to tell that nothing
    /// else has it.
    fn neighbour(&self, id: &str, choice: PathChoice) -> Option<String> {
        if id.len() < LEAST {
            return None;
        }
        let near = match choice {
            PathChoice::Extended => format!("{id}x"),
            PathChoice::Truncated => id.chars().take(id.chars().count() - 1).collect(),
            PathChoice::Wildcard => id.chars().take(id.chars().count() * 3 / 4).chain(['%']).collect(),
            PathChoice::CutOff => format!("{id}\0x"),
            PathChoice::Quoted => format!("{id}\"'"),
            PathChoice::OtherStart => altered(id, 0),
            PathChoice::OtherCase => Some(in_other_case(id)).filter(|near| near != id)?,
            PathChoice::Padded => format!(" {id} "),
            PathChoice::Unhyphened => Some(id.replace('-', "")).filter(|near| near != id)?,
            PathChoice::OtherEnd => altered(id, id.chars().count() - 1),
            // In the last part of a UUID, where every digit is as good as another.
            _ => altered(id, id.chars().count() * 3 / 4),
        };
        let target = &self.target;
        let foreign = [&target.foreign.project_id, &target.foreign.secret_id, &target.foreign.key_id];
        let known = target.secret_ids.iter().chain(&target.key_ids).chain(foreign.into_iter().flatten());
        let taken = known.chain([&target.project_id]).any(|known| *known == near);
        (!taken).then_some(near)
    }

    /// The same URL with letters and digits of its identifiers written with percent signs; `template` is the path that
    /// the URL was made from, which says where they stand.
    pub fn encoded(&self, url: &str, template: &str) -> String {
        let endpoints = [&self.target.csms, &self.target.kms].into_iter().flatten();
        let Some((endpoint, path)) = endpoints.filter_map(|e| Some((e, url.strip_prefix(e.as_str())?))).next() else {
            return url.to_owned();
        };
        let is_identifier = |part: &str| part.starts_with('{');
        let mut parts = template.split('/');
        let written = path.split('/').map(|segment| match parts.next() {
            Some(part) if is_identifier(part) => some_encoded(segment),
            _ => Cow::Borrowed(segment),
        });
        format!("{endpoint}{}", written.collect::<Vec<_>>().join("/"))
    }

    /// The value of `X-Auth-Token`; `None` sends no such header.
    pub fn token(&self, choice: TokenChoice) -> Option<String> {
        match choice {
            TokenChoice::Missing => None,
            TokenChoice::Empty => Some(String::new()),
            TokenChoice::NullWord => Some("null".to_owned()),
            TokenChoice::Wildcard => Some("%".to_owned()),
            TokenChoice::ObjectWord => Some("constructor".to_owned()),
            TokenChoice::Foreign => self.target.foreign.token.clone(),
            TokenChoice::ReadOnly => self.target.read_only_token.clone(),
            TokenChoice::Wrong if self.target.authentication.signs() => Some(NEVER_ISSUED.to_owned()),
            choice => made_of_token(&self.target.token, choice),
        }
    }

    /// The header field that shows whose a request is: `X-Auth-Token`, or `Authorization` where requests are signed. `None`
    /// sends neither: that is what is meant, or there is no token that this one could be made of.
    pub fn credential(&self, choice: TokenChoice) -> Option<(String, String)> {
        let token = |value: String| ("X-Auth-Token".to_owned(), value);
        if choice.is_signature() {
            let mark = || ("Authorization".to_owned(), signed_wrongly(choice));
            return self.target.authentication.signs().then(mark);
        }
        if !self.target.authentication.signs() || !choice.is_made_of_token() {
            return self.token(choice).map(token);
        }
        (choice == TokenChoice::Valid).then(|| ("Authorization".to_owned(), SIGNED.to_owned()))
    }
}

/// What is sent for a wrong token where there is no right one.
const NEVER_ISSUED: &str = "MIIDkgYJKoZIhvcNAQcCoIIDgzCCA38CAQExDTALBglghkgBZQMEAgEwgg-never-issued";

/// The segment with a few of its letters and digits written with percent signs: one of each kind is better than all of
/// one. What has percent signs already, or is more than ASCII, stays as it is.
fn some_encoded(segment: &str) -> Cow<'_, str> {
    if segment.contains('%') || !segment.is_ascii() {
        return Cow::Borrowed(segment);
    }
    let mut written = String::with_capacity(segment.len() + 4);
    for (at, byte) in segment.bytes().enumerate() {
        if at % 7 == 0 && byte.is_ascii_alphanumeric() {
            written.push_str(&format!("%{byte:02x}"));
        } else {
            written.push(char::from(byte));
        }
    }
    Cow::Owned(written)
}

/// The letters in capitals, or in small letters if they all are capitals already.
fn in_other_case(id: &str) -> String {
    let capitals = id.to_ascii_uppercase();
    if capitals == id { id.to_ascii_lowercase() } else { capitals }
}

/// Shorter identifiers are no UUIDs, and their neighbours may be somebody's.
const LEAST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: [PathChoice; 6] = [
        PathChoice::Extended,
        PathChoice::Truncated,
        PathChoice::OtherMiddle,
        PathChoice::Wildcard,
        PathChoice::CutOff,
        PathChoice::Quoted,
    ];

    fn addresses(ids: &[&str]) -> Addresses {
        let secret_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Addresses::new(&Target { secret_ids, csms: Some("http://t".to_owned()), ..Target::default() }, 1)
    }

    fn url(addresses: &Addresses, id: &str, choice: PathChoice) -> Option<String> {
        addresses.url("csms", "/{secret_id}/tags", ResourceKind::Secret, id, |_| choice, None)
    }

    #[test]
    fn nearly_right_identifiers_are_none_of_the_targets() {
        let id = "0d0466b0-0e72-4477-89c0-7a6f3b1e4000";
        let alone = addresses(&[id]);
        let near = NEAR.map(|choice| url(&alone, id, choice));
        let shown = near.each_ref().map(|url| url.as_deref().unwrap_or_default());
        assert_eq!(shown[0], format!("http://t/{id}x/tags"));
        assert_eq!(shown[1], format!("http://t/{}/tags", &id[..35]));
        let differing = shown[2].chars().zip(format!("http://t/{id}/tags").chars()).filter(|(a, b)| a != b).count();
        assert_eq!((shown[2].len(), differing), (format!("http://t/{id}/tags").len(), 1));
    }

    #[test]
    fn nearly_right_tokens_are_none_of_the_targets() {
        let target = Target { token: "MIIabc09-zZ4".to_owned(), ..Target::default() };
        let addresses = Addresses::new(&target, 1);
        let token = |choice| addresses.token(choice).unwrap_or_default();
        assert_eq!(token(TokenChoice::OtherCaseEnd), "MIIabc09-zz4");
        assert_eq!(token(TokenChoice::OtherCase), "miiABC09-Zz4");
        assert_eq!(token(TokenChoice::Punctuated), "MIIabc09-zZ4-");
    }

    #[test]
    fn only_identifiers_are_encoded_wherever_else_their_text_stands() {
        let template = "/v1/{project_id}/csms/{secret_id}/tags";
        let target = Target {
            csms: Some("http://t/v1".to_owned()),
            project_id: "v1".to_owned(),
            secret_ids: vec!["tags".to_owned(), "csms".to_owned()],
            ..Target::default()
        };
        let addresses = Addresses::new(&target, 1);
        let encoded = |secret: &str, choice| {
            let url = addresses.url("csms", template, ResourceKind::Secret, secret, |_| choice, None).unwrap();
            addresses.encoded(&url, template)
        };
        assert_eq!(encoded("tags", PathChoice::Own), "http://t/v1/v1/%761/csms/%74ags/tags");
        assert_eq!(encoded("csms", PathChoice::Own), "http://t/v1/v1/%761/csms/%63sms/tags");
        assert_eq!(encoded("a b", PathChoice::Own), "http://t/v1/v1/%761/csms/a%20b/tags", "encoded once");
        assert_eq!(addresses.encoded("http://elsewhere/v1/v1", template), "http://elsewhere/v1/v1");
    }

    #[test]
    fn the_neighbour_of_an_identifier_may_be_somebodys() {
        let short = addresses(&["secret-1"]);
        assert!(NEAR.iter().all(|choice| url(&short, "secret-1", *choice).is_none()));
        let long = ["0123456789abcdef", "0123456789abcdefx", "0123456789abcde", "0123456789ab7def"];
        let taken = addresses(&long);
        assert!(NEAR[..3].iter().all(|choice| url(&taken, long[0], *choice).is_none()));
    }
}
