//! The contract as data: operations, observers, clauses and cases, loaded from `suites/`.

mod case;
mod catalogue;
mod clause;
mod constraint;
mod disputed;
mod document;
mod each;
mod error;
pub mod fixture;
mod ids;
mod judge;
mod lint;
mod load;
mod meant;
mod operation;
mod print;
mod read;
mod regression;
mod revision;
mod schema;
mod shape;
mod signature;
mod source;
mod steps;
mod table;
mod template;

pub use crate::model::ResourceKind;
pub use case::{
    Answer, CaseSpec, Envelope, Expect, Listed, MemberValue, Need, NumberRange, StatusRule, StepSpec, Turn, ValueForm,
    WireBody,
};
pub use catalogue::{Nasty, NastyClass, Position};
pub use clause::{Clause, Source};
pub use constraint::{CharacterClass, Characters, Constraint, EdgeClass, JsonType};
pub use disputed::Disputed;
pub use document::Document;
pub use error::{DataError, Origin};
pub use judge::Judge;
pub use lint::lint;
pub use load::{Located, OperationSuite, SENTINEL, Suite};
pub use operation::{Capacity, Effect, Observer, Operation, Page, Purpose};
pub use revision::Revision;
pub use schema::schema;
pub use signature::SignaturePart;
pub use source::{DataFile, DataSource};
