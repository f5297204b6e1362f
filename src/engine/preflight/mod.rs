//! What is found out before the first case: whether the target is there, is this API, takes the credentials and knows
//! the identifiers, and what can be read back and deleted. A wrong set-up ends here, and accuses nobody.

mod answer;
mod capabilities;
mod examples;
mod identify;
mod inspect;
mod reach;

pub(super) use answer::{Answer, unreached};
pub(super) use capabilities::example;
pub(super) use examples::{Example, judge_examples};
pub(super) use inspect::{Inspection, Preflight, inspect};
