//! The fault behind everything that goes wrong elsewhere: what hides it is as bad as what accuses without it.

/// A key of 129 characters is accepted; several cases send one, soon after the probes.
pub(crate) const FAULT: &str = "csms-create-accepts-key-one-too-long";
/// The clause that says otherwise.
pub(crate) const BROKEN: &str = "csms.create-secret-tag.key.max-length";
/// Everything that it breaks: where 129 are accepted, nobody can tell in what units they are counted.
pub(crate) const BREAKS: &[&str] = &[BROKEN, "csms.create-secret-tag.key.character-unit"];
