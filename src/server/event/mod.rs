//! Event notifications of secrets.

mod create;
mod life;
mod model;
mod name;
mod notification;
mod observe;
mod render;
mod request;
mod types;
mod update;

pub(crate) use create::create;
pub(crate) use life::Past;
pub(crate) use model::{Event, Notification};
pub(crate) use name::check as check_name;
pub(crate) use notification::{SMN, check as check_notification};
pub(crate) use observe::{delete, list, show};
pub(crate) use update::{list_records, update};
