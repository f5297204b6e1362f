use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which credential a request carries: in `X-Auth-Token`, or as a signature where requests are signed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumIter,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum TokenChoice {
    /// The token of the target.
    #[default]
    Valid,
    /// No header at all.
    Missing,
    /// The header with an empty value.
    Empty,
    /// Plausible text that was never issued.
    Wrong,
    /// The valid token without its last character.
    Truncated,
    /// The valid token with one more character.
    Extended,
    /// The valid token with the case of its letters swapped.
    OtherCase,
    /// The valid token with another last character.
    OtherEnd,
    /// The valid token with another character in its middle.
    OtherMiddle,
    /// The valid token with its last letter in the other case.
    OtherCaseEnd,
    /// The valid token with a sign behind it.
    Punctuated,
    /// The word for nothing that careless clients send.
    NullWord,
    /// What stands for any text where databases look for patterns.
    Wildcard,
    /// A name that objects of some languages have already.
    ObjectWord,
    /// The valid token behind the name of a scheme that some headers have.
    Bearer,
    /// Another tenant's valid token.
    Foreign,
    /// A valid token whose role may only read.
    ReadOnly,
    /// A signature of another body.
    SignedBody,
    /// A signature of another body, whose hash is announced in a header field.
    AnnouncedBody,
    /// A signature of another path.
    SignedPath,
    /// A signature of another query.
    SignedQuery,
    /// A signature of another value of a header field.
    SignedHeader,
    /// A signature of a header field that is not sent.
    SignedAbsence,
    /// A signature of twenty minutes ago.
    SignedEarlier,
    /// A signature of twenty minutes hence.
    SignedLater,
    /// A signature with another secret key.
    SignedByAnother,
    /// A signature of another method.
    SignedMethod,
}

impl TokenChoice {
    /// What is not quite the valid token, or has a meaning to those that look tokens up.
    pub const NEAR: &[TokenChoice] = &[
        TokenChoice::Truncated,
        TokenChoice::Extended,
        TokenChoice::OtherCase,
        TokenChoice::OtherEnd,
        TokenChoice::OtherMiddle,
        TokenChoice::Bearer,
        TokenChoice::OtherCaseEnd,
        TokenChoice::Punctuated,
        TokenChoice::NullWord,
        TokenChoice::Wildcard,
        TokenChoice::ObjectWord,
    ];

    /// Whether it is the valid token, or made of it: there is none where requests are signed.
    pub fn is_made_of_token(self) -> bool {
        match self {
            TokenChoice::Valid
            | TokenChoice::Truncated
            | TokenChoice::Extended
            | TokenChoice::OtherCase
            | TokenChoice::OtherEnd
            | TokenChoice::OtherMiddle
            | TokenChoice::OtherCaseEnd
            | TokenChoice::Punctuated
            | TokenChoice::Bearer => true,
            TokenChoice::Missing
            | TokenChoice::Empty
            | TokenChoice::Wrong
            | TokenChoice::NullWord
            | TokenChoice::Wildcard
            | TokenChoice::ObjectWord
            | TokenChoice::Foreign
            | TokenChoice::ReadOnly => false,
            choice => {
                debug_assert!(choice.is_signature(), "{choice} is neither");
                false
            }
        }
    }

    /// Whether it is a signature that does not fit its request.
    pub fn is_signature(self) -> bool {
        matches!(
            self,
            TokenChoice::SignedBody
                | TokenChoice::AnnouncedBody
                | TokenChoice::SignedPath
                | TokenChoice::SignedQuery
                | TokenChoice::SignedHeader
                | TokenChoice::SignedAbsence
                | TokenChoice::SignedEarlier
                | TokenChoice::SignedLater
                | TokenChoice::SignedByAnother
                | TokenChoice::SignedMethod
        )
    }
}

/// Which identifier stands at one place of the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PathChoice {
    /// The target's own.
    #[default]
    Own,
    /// Well-formed, but of nothing that exists.
    Unknown,
    /// Not of the form such identifiers have.
    Malformed,
    /// Another tenant's.
    Foreign,
    /// The target's own with one more character.
    Extended,
    /// The target's own without its last character.
    Truncated,
    /// The target's own with another first character.
    OtherStart,
    /// The target's own with another character in its middle.
    OtherMiddle,
    /// The target's own with another last character.
    OtherEnd,
    /// The beginning of the target's own with what stands for any text where databases look for patterns.
    Wildcard,
    /// The target's own with more behind a character that ends texts in some languages.
    CutOff,
    /// The target's own with quotation marks behind it.
    Quoted,
    /// The target's own with its letters in the other case.
    OtherCase,
    /// The target's own with a blank before and behind it.
    Padded,
    /// The target's own without its hyphens.
    Unhyphened,
    /// That of a resource of the target's of the other kind: a key's in the place of a secret's.
    OtherKind,
}

impl PathChoice {
    /// What is not quite the target's own identifier, or has a meaning to those that look identifiers up.
    pub const NEAR: &[PathChoice] = &[
        PathChoice::Extended,
        PathChoice::Truncated,
        PathChoice::OtherStart,
        PathChoice::OtherMiddle,
        PathChoice::OtherEnd,
        PathChoice::Wildcard,
        PathChoice::CutOff,
        PathChoice::Quoted,
    ];
}

/// Whose resources a request addresses: used to choose credentials and paths, never sent as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The tenant under test.
    #[default]
    Own,
    /// The other tenant, for isolation checks.
    Foreign,
}

/// One request, ready to be sent: nothing in it depends on time or concurrency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The operation or observer this is a request of.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Header fields in the order they are sent; `X-Auth-Token` stands among them.
    pub headers: Vec<(String, String)>,
    /// Body bytes; `None` sends no body at all.
    pub body: Option<Bytes>,
}
