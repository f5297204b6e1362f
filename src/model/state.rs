use std::collections::BTreeMap;

/// What is stored on one resource: tags by key, or entities (as canonical JSON) by name.
pub type State = BTreeMap<String, String>;
