//! Secrets: what they are called, what they are for, and when they are to be deleted. Their values are not kept.

mod create;
mod deletion;
mod model;
mod observe;
mod register;
mod update;

pub(crate) use create::create;
pub(crate) use deletion::{delete, restore, schedule_deletion};
pub(crate) use model::Secret;
pub(crate) use observe::{list, show};
pub(crate) use register::SecretRegister;
pub(crate) use update::update;
