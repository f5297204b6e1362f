use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::JsonType;

/// An oracle that looks at every exchange of an operation, with what it needs to know.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "oracle")]
pub enum Judge {
    /// The status is one of the documented ones.
    DocumentedStatus {
        /// Every status the documents list for the operation.
        statuses: Vec<u16>,
        /// Statuses that only the layers in front of the service produce, and the facts attest.
        #[serde(default)]
        gateway: Vec<u16>,
    },
    /// An answer of the success status has no body.
    NoBody {
        /// An empty JSON object is the business of an open clause.
        #[serde(default)]
        empty_object_allowed: bool,
    },
    /// A member of the body of one error status.
    ErrorField {
        /// The status whose body is judged.
        status: u16,
        /// JSON pointer to the member.
        pointer: String,
        /// Its documented type.
        #[serde(rename = "type")]
        kind: JsonType,
        /// The member must also say something.
        #[serde(default)]
        non_empty: bool,
    },
    /// A member of the body of a successful answer.
    ResponseField {
        /// JSON pointer to the member.
        pointer: String,
        /// Its documented type.
        #[serde(rename = "type")]
        kind: JsonType,
        /// JSON pointer into the request; both must be equal.
        echoes: Option<String>,
        /// The echo of a list may have its elements in another order.
        #[serde(default)]
        in_any_order: bool,
        /// The only values allowed.
        #[serde(default, rename = "enum")]
        one_of: Vec<String>,
        /// Bounds of the number of elements.
        items: Option<(usize, usize)>,
        /// The member must also say something.
        #[serde(default)]
        non_empty: bool,
    },
    /// A list of a successful answer that has the elements of one in the request has them in the same order.
    SameOrder {
        /// JSON pointer to the list.
        pointer: String,
        /// JSON pointer into the request.
        echoes: String,
    },
    /// A member of successful answers never occurs twice in a run.
    DistinctField {
        /// JSON pointer to the member.
        pointer: String,
    },
    /// One time stamp is not later than another.
    OrderedFields {
        /// JSON pointer to the earlier one.
        earlier: String,
        /// JSON pointer to the later one.
        later: String,
    },
    /// A time stamp has one unit, seconds or milliseconds, in all answers of a run.
    OneUnit {
        /// JSON pointer to the member.
        pointer: String,
    },
    /// A time stamp, in seconds or milliseconds, is close to the time of the exchange.
    RecentField {
        /// JSON pointer to the member.
        pointer: String,
        /// Greatest distance to the target's `Date` header, or else our clock, in seconds.
        within_seconds: u64,
    },
    /// A member of successful answers about one item is the same in all of them.
    KeptField {
        /// JSON pointer to the member.
        pointer: String,
        /// JSON pointer to the member that tells which item it is.
        of: String,
    },
    /// A time stamp of successful answers about one item is later in the later one.
    MovedField {
        /// JSON pointer to the member.
        pointer: String,
        /// JSON pointer to the member that tells which item it is.
        of: String,
        /// Answers that are closer to each other, in seconds, are not compared.
        after_seconds: u64,
    },
    /// No answer is a server error twice for the same input.
    NoServerError,
    /// No answer to what nobody documents, another method or another path, is a server error twice.
    NoServerErrorBeside,
    /// A time stamp is not before that of an answer that had come when the request was sent, give or take.
    AscendingField {
        /// JSON pointer to the member.
        pointer: String,
        /// What clocks may differ in, in seconds.
        within_seconds: u64,
    },
    /// No answer is a server error once and then, for the same input, is not.
    NoTransientServerError,
    /// A status that no input provokes.
    UnprovokedStatus {
        /// The status.
        status: u16,
    },
    /// No credential of ours stands in an answer.
    NoSecret,
    /// A body does not begin with a byte order mark.
    NoByteOrderMark,
    /// A body that is JSON is announced as such.
    JsonContentType,
}
