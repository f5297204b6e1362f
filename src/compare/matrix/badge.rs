//! A badge, as <https://shields.io/badges/endpoint-badge> takes it.

use serde_json::{Value, json};

use super::Implementation;
use crate::exit;

/// What a badge's endpoint answers for an implementation.
pub fn badge(of: &Implementation) -> Value {
    let violated = of.violated();
    let message = match (of.exit_code, violated) {
        (exit::NONCONFORMING, 1) => "1 clause broken".to_owned(),
        (exit::NONCONFORMING, 2..) => format!("{violated} clauses broken"),
        _ => of.told().to_owned(),
    };
    let color = match of.told() {
        "conforms" => "brightgreen",
        "conforms in part" => "green",
        "known deviations" | "not as expected" => "yellow",
        "does not conform" => "red",
        _ => "lightgrey",
    };
    json!({ "schemaVersion": 1, "label": "DEW conformance", "message": message, "color": color })
}
