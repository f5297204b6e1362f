//! A JSON value that borrows from the request body where it can.

use std::borrow::Cow;

/// A JSON value; objects keep their members in order, repeated names included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// The literal as written.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// The member of the given name; the first of them if the name is repeated.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The members of an object, none of anything else.
    pub(crate) fn members(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array, none of anything else.
    pub(crate) fn elements(&self) -> &[Json<'a>] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value, or one inside it, passes a test.
    pub(crate) fn any(&self, test: &dyn Fn(&Json<'_>) -> bool) -> bool {
        test(self)
            || self.elements().iter().any(|element| element.any(test))
            || self.members().iter().any(|(_, value)| value.any(test))
    }

    /// How many arrays and objects stand inside each other at the deepest point.
    pub(crate) fn depth(&self) -> usize {
        let elements = self.elements().iter().map(Json::depth);
        let members = self.members().iter().map(|(_, value)| value.depth());
        let inner = elements.chain(members).max().unwrap_or_default();
        inner + usize::from(self.is_array() || self.is_object())
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}
