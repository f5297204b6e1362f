use crate::generate::{Placeholders, mark};
use crate::suite::Answer;

/// One generated input of a property: requests in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What is done.
    pub moves: Vec<Move>,
    /// The clause that a wrong answer breaks, where it is not the property's.
    pub clause: Option<String>,
}

/// One request of a generated input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Another operation than the property's.
    pub operation: Option<String>,
    /// On the second resource.
    pub second: bool,
    /// What is done.
    pub doing: Doing,
    /// What the documents, and the readings found, say of it.
    pub answer: Answer,
    /// Statuses that a refusal may have.
    pub statuses: Vec<u16>,
}

/// What a generated request does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Sends this body, with stand-ins for keys.
    Send(String),
    /// Acts on the item that the path names, with no body: a stand-in for a key.
    Name(String),
    /// Stores tags until the resource carries so many.
    Fill(usize),
}

impl Instance {
    /// One body of the property's own operation.
    pub(super) fn of(body: String, answer: Answer) -> Self {
        Instance { moves: vec![Move::new(body, answer)], clause: None }
    }

    /// The same with keys in the place of their stand-ins.
    pub fn resolved(mut self, places: &Placeholders) -> Self {
        for one in &mut self.moves {
            if let Doing::Send(text) | Doing::Name(text) = &mut one.doing {
                *text = resolved(text, places);
            }
        }
        self
    }
}

impl Move {
    /// A body of the property's own operation; refusals have status 400.
    pub(super) fn new(body: String, answer: Answer) -> Self {
        Move { operation: None, second: false, doing: Doing::Send(body), answer, statuses: vec![400] }
    }
}

/// A text with keys in the place of their stand-ins.
pub(super) fn resolved(text: &str, places: &Placeholders) -> String {
    mark::resolve(text, places, 0)
}
