//! The format of the files as a JSON Schema, made from the types that read them: for editors, and for `suites/README.md`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use strum::VariantNames;

use super::load::{CatalogueFile, DocumentsFile};
use super::regression::RegressionFile;
use super::revision::RevisionFile;
use super::shape::Parameter;
use super::signature::SignatureFile;
use super::table::{Rule, Table};
use super::{CaseSpec, Clause, Observer, Operation};

/// A file of an operation (`<service>/<operation>/*.toml`), of observers, or a shape (`shapes/*.toml`).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes what the reader takes apart itself")]
struct SuiteFile {
    /// Nothing in double braces is filled in.
    #[serde(default)]
    verbatim: bool,
    /// Of a shape: what it needs of those who include it, by name.
    #[serde(default)]
    parameters: IndexMap<String, Parameter>,
    /// The operation, in its `operation.toml`.
    operation: Option<Operation>,
    /// Neighbouring operations, used only to read back and to clean up.
    #[serde(default)]
    observer: Vec<Observer>,
    /// Shapes that are taken in.
    #[serde(default)]
    include: Vec<Include>,
    /// Documented tables of members of the body.
    #[serde(default)]
    table: Vec<Table>,
    /// Clauses that no table states.
    #[serde(default)]
    clause: Vec<Clause>,
    /// Cases.
    #[serde(default)]
    case: Vec<CaseSpec>,
}

/// A shape that a file takes in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what the reader takes apart itself")]
struct Include {
    /// File name under `shapes/`, without `.toml`.
    shape: String,
    /// Parameters, by name.
    #[serde(default)]
    with: IndexMap<String, Value>,
    /// Takes it in once for each of these further sets of parameters.
    #[serde(default)]
    foreach: Vec<IndexMap<String, Value>>,
}

/// Every kind of file, for one list of definitions.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes files")]
struct Files {
    suite: SuiteFile,
    documents: DocumentsFile,
    catalogue: CatalogueFile,
    regression: RegressionFile,
    revision: RevisionFile,
    signature: SignatureFile,
}

/// What a text is that stands in the place of a value of another type.
const PLACE: &str = "InPlace";

/// The JSON Schema of the files. The root is a file of an operation, of observers, or a shape; the other kinds of file are
/// `$defs/DocumentsFile`, `CatalogueFile`, `RegressionFile`, `RevisionFile` and `SignatureFile`.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let mut files = settings.into_generator().into_root_schema_for::<Files>().to_value();
    let mut definitions = match files.get_mut("$defs").map(Value::take) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    for (name, what) in [("CaseSpec", "case"), ("Clause", "clause")] {
        if let Some(Value::Object(properties)) = definitions.get_mut(name).and_then(|d| d.get_mut("properties")) {
            properties.insert("each".to_owned(), each(what));
        }
    }
    if let Some(Value::Object(properties)) = definitions.get_mut("Parameter").and_then(|d| d.get_mut("properties")) {
        properties.insert("default".to_owned(), json!({ "description": "What it is where nobody says: of its type." }));
    }
    for name in ["wording", "sources"] {
        if let Some(Value::Object(by_rule)) =
            definitions.get_mut("Row").and_then(|row| row.pointer_mut(&format!("/properties/{name}")))
        {
            by_rule.insert("propertyNames".to_owned(), json!({ "enum": Rule::VARIANTS }));
        }
    }
    // Where shapes and `each` are filled in, a parameter may stand for anything.
    for (name, definition) in &mut definitions {
        if !name.ends_with("File") && name != "Parameter" {
            allow_parameters(definition);
        }
    }
    definitions.insert(
        PLACE.to_owned(),
        json!({ "description": "A parameter, or a name that `each` gives a value: `{{name}}`.", "type": "string", "pattern": r"\{\{.*\}\}" }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a dewspec suite",
        "$ref": "#/$defs/SuiteFile",
        "$defs": definitions,
    })
}

fn each(what: &str) -> Value {
    let several = format!(
        "Makes one {what} for each of several values. A list of tables with the same keys, or a table with one key and its \
         values. Each key is filled in where it stands in double braces. Instead of a list of values there may be \
         `near-identifier` or `near-token`: what is not quite the right one, as the engine knows it."
    );
    let any = json!({ "type": "object" });
    let values = json!({ "anyOf": [{ "type": "array" }, { "enum": ["near-identifier", "near-token"] }] });
    json!({
        "description": several,
        "anyOf": [
            { "type": "array", "items": any },
            { "type": "object", "additionalProperties": values, "minProperties": 1, "maxProperties": 1 },
        ],
    })
}

fn allow_parameters(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                for (name, property) in properties.iter_mut() {
                    if name != "each" && !is_text(property) {
                        wrap(property);
                    }
                }
            }
            for (key, member) in members.iter_mut() {
                match key.as_str() {
                    "properties" => {
                        for property in member.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
                            allow_parameters(property);
                        }
                    }
                    "additionalProperties" | "items" if member.is_object() && !is_text(member) => wrap(member),
                    _ => allow_parameters(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(allow_parameters),
        _ => {}
    }
}

/// Whether any text may stand there already, or nothing but one word that tells variants apart.
fn is_text(schema: &Value) -> bool {
    let text = schema.get("type").is_some_and(|kind| {
        kind == "string" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "string"))
    });
    schema.get("const").is_some() || (text && schema.get("enum").is_none())
}

fn wrap(property: &mut Value) {
    let mut inner = property.take();
    let members = inner.as_object_mut();
    let mut outer = Map::new();
    if let Some(members) = members {
        for key in ["description", "default"] {
            if let Some(value) = members.shift_remove(key) {
                outer.insert(key.to_owned(), value);
            }
        }
    }
    outer.insert("anyOf".to_owned(), json!([inner, { "$ref": format!("#/$defs/{PLACE}") }]));
    *property = Value::Object(outer);
}
