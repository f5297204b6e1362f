use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact about one field of the request body. Exactly one of the optional members is set; the
/// lint refuses anything else.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Constraint {
    /// JSON pointer into the operation's valid body; `*` stands for every element of an array.
    pub field: String,
    /// The field must (`true`) or need not (`false`) be there.
    pub mandatory: Option<bool>,
    /// The JSON type of the field.
    #[serde(rename = "type")]
    pub kind: Option<JsonType>,
    /// Least number of characters.
    pub min_length: Option<usize>,
    /// Greatest number of characters.
    pub max_length: Option<usize>,
    /// The characters that may occur.
    pub characters: Option<Characters>,
    /// What the first character must not be.
    pub first_not: Option<EdgeClass>,
    /// What the last character must not be.
    pub last_not: Option<EdgeClass>,
    /// The only values allowed.
    #[serde(rename = "enum")]
    pub one_of: Option<Vec<String>>,
    /// Elements of the array are pairwise different.
    pub unique_items: Option<bool>,
    /// Least number of elements.
    pub min_items: Option<usize>,
    /// The whole body is one well-formed JSON text.
    pub well_formed: Option<bool>,
    /// The whole body is UTF-8.
    #[serde(rename = "utf-8")]
    pub utf8: Option<bool>,
}

impl Constraint {
    /// Adds what another constraint on the same field states; where both state the same rule, the first stands.
    pub fn join(&mut self, other: &Constraint) {
        self.mandatory = self.mandatory.or(other.mandatory);
        self.kind = self.kind.or(other.kind);
        self.min_length = self.min_length.or(other.min_length);
        self.max_length = self.max_length.or(other.max_length);
        self.characters = self.characters.take().or_else(|| other.characters.clone());
        self.first_not = self.first_not.or(other.first_not);
        self.last_not = self.last_not.or(other.last_not);
        self.one_of = self.one_of.take().or_else(|| other.one_of.clone());
        self.unique_items = self.unique_items.or(other.unique_items);
        self.min_items = self.min_items.or(other.min_items);
        self.well_formed = self.well_formed.or(other.well_formed);
        self.utf8 = self.utf8.or(other.utf8);
    }
}

/// JSON types as the documents' tables name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum JsonType {
    /// `String`
    String,
    /// `… object`
    Object,
    /// `Array of …`
    Array,
    /// `Long`
    Integer,
}

impl JsonType {
    /// Whether `value` is of this type.
    pub fn admits(self, value: &serde_json::Value) -> bool {
        match self {
            JsonType::String => value.is_string(),
            JsonType::Object => value.is_object(),
            JsonType::Array => value.is_array(),
            JsonType::Integer => value.is_i64() || value.is_u64(),
        }
    }
}

/// Which characters a field may hold: either those named, or all but those named.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Characters {
    /// Classes that are allowed.
    #[serde(default)]
    pub classes: Vec<CharacterClass>,
    /// Single characters that are allowed besides.
    #[serde(default)]
    pub also: String,
    /// Single characters that are forbidden; everything else is then allowed.
    #[serde(default)]
    pub forbidden: String,
    /// Code point ranges that are forbidden, first and last included.
    #[serde(default)]
    pub forbidden_ranges: Vec<(u32, u32)>,
    /// The documented expression, verbatim: an independent check of the facts above, never their source.
    pub pattern: Option<String>,
}

/// A class of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CharacterClass {
    /// `a` to `z`, `A` to `Z` and `0` to `9`.
    #[serde(rename = "ascii-alphanumeric")]
    AsciiAlphanumeric,
    /// The general categories of letters.
    #[serde(rename = "L")]
    Letters,
    /// The general categories of numbers.
    #[serde(rename = "N")]
    Numbers,
    /// The general categories of separators.
    #[serde(rename = "Z")]
    Separators,
}

/// What may not stand at an edge of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeClass {
    /// White space.
    #[strum(serialize = "white space")]
    Whitespace,
}
