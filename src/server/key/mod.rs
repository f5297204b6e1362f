//! Keys: what they are called, what they are for, and their life.

mod create;
mod life;
mod model;
mod observe;
mod register;

pub(crate) use create::create;
pub(crate) use life::{cancel_deletion, disable, enable, schedule_deletion};
pub(crate) use model::{DEFAULT_ALIAS, Key, Owner};
pub(crate) use observe::{describe, list};
pub(crate) use register::KeyRegister;
