//! What every operation makes of a body, before it looks at the members.

use axum::http::StatusCode;
use bytes::Bytes;

use crate::server::http::{Collected, Envelope, Failure, Reason};
use crate::server::json::{Document, Json, Kept, keep};
use crate::server::reading::DuplicateMember;
use crate::server::rules::Rules;

/// How much of a name a message repeats.
const SHOWN_NAME: usize = 64;

/// The bytes of a body that could be read.
pub(crate) fn text_of(body: Collected) -> Result<Bytes, Failure> {
    match body {
        Collected::Whole(body) => Ok(body),
        Collected::Broken => Err(Failure::invalid(Reason::Json, "body: could not be read to its end")),
        Collected::TooLarge => {
            let message = "body: must not exceed 12 MiB";
            let failure = Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Reason::TooLarge, message);
            Err(failure.enveloped(Envelope::Gateway))
        }
    }
}

/// The object that a document is, with one member a name.
pub(crate) fn object<'a>(rules: &Rules, document: Document<'a>) -> Result<Json<'a>, Failure> {
    let mut root = document.root;
    if let Some(name) = document.repeated {
        match rules.access.duplicate_member {
            DuplicateMember::Refused => {
                let name: String = name.chars().take(SHOWN_NAME).collect();
                return Err(Failure::invalid(
                    Reason::Json,
                    format!("body: has the member `{name}` twice in one object"),
                ));
            }
            DuplicateMember::First => keep(&mut root, Kept::First),
            DuplicateMember::Last => keep(&mut root, Kept::Last),
        }
    }
    if root.is_object() { Ok(root) } else { Err(Failure::wrong_type("body", "an object", root.kind())) }
}
