//! Tags on secrets and keys.

mod batch;
mod by_path;
mod create;
mod item;
mod kms_text;
mod life;
mod observe;
mod place;
mod put;
mod rare;
mod removal;
mod rewrite;
mod secret_text;
mod selection;
mod sequence;
mod set;
mod shelf;
mod shown;
mod text;

pub(crate) use batch::batch;
pub(crate) use by_path::delete;
pub(crate) use create::create;
pub(crate) use item::TagItem;
pub(crate) use observe::{list_secret_tags, show_kms_tags};
pub(crate) use place::is_uuid;
pub(crate) use sequence::check as check_sequence;
pub(crate) use set::{Tag, TagSet};
pub(crate) use shelf::Shelf;
pub(crate) use text::check as check_text;
