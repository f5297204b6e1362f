//! The target's behaviour as tables that are kept and compared, in the file format of `insta`.

mod file;
mod layout;
mod overlay;
mod shape;
mod store;
mod tables;

pub use file::SnapFile;
pub use overlay::overlay;
pub(crate) use shape::body_shape;
pub use store::{Difference, DifferenceKind, accept, compare};
pub use tables::{SnapshotTable, tables};
