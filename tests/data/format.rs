//! The format of the suites has one description: the types that read it. The JSON Schema and the reference in
//! `suites/README.md` are made from them. `DEWSPEC_UPDATE_SCHEMA=1 cargo test --test data format::` writes both.

use std::path::PathBuf;

use dewspec::suite::schema;
use serde_json::{Map, Value};

/// Headings, in the order of the reference, with the definitions they are about.
const PARTS: &[(&str, &str)] = &[
    ("Files of operations, observers, shapes", "SuiteFile"),
    ("`[operation]`", "Operation"),
    ("`resource`", "ResourceKind"),
    ("`capacity`", "Capacity"),
    ("`effect`", "Effect"),
    ("`[[table]]`", "Table"),
    ("`[[table.row]]`", "Row"),
    ("`[[clause]]`", "Clause"),
    ("`level`", "Level"),
    ("`source`", "Source"),
    ("`constraint`", "Constraint"),
    ("`type`", "JsonType"),
    ("`characters`", "Characters"),
    ("`classes`", "CharacterClass"),
    ("`first-not`, `last-not`", "EdgeClass"),
    ("`disputed`", "Disputed"),
    ("`judge`", "Judge"),
    ("`[[case]]`", "CaseSpec"),
    ("`needs`", "Need"),
    ("`steps`", "StepSpec"),
    ("`token`", "TokenChoice"),
    ("`path`", "PathChoice"),
    ("`expect`, and the predictions of `readings`", "Expect"),
    ("`expect` in full", "ExpectFull"),
    ("`answer`", "Answer"),
    ("`status`", "StatusRule"),
    ("`listed`", "Listed"),
    ("`value` of `listed`", "ValueForm"),
    ("`envelope`", "Envelope"),
    ("`number`", "NumberRange"),
    ("`wire-body`", "WireBody"),
    ("`member`", "MemberValue"),
    ("`[[include]]`", "Include"),
    ("`[parameters]`", "Parameter"),
    ("`type` of a parameter", "ParameterType"),
    ("`[[observer]]`", "Observer"),
    ("`purpose`", "Purpose"),
    ("`page`", "Page"),
    ("`documents.toml`", "DocumentsFile"),
    ("`[[document]]`", "Document"),
    ("`catalogue.toml`", "CatalogueFile"),
    ("`[[class]]`", "NastyClass"),
    ("`at`", "Position"),
    ("`values`", "Nasty"),
    ("Regressions", "RegressionFile"),
    ("Revisions", "RevisionFile"),
    ("Signatures", "SignatureFile"),
];
/// What stands in the place of a value.
const PLACE: &str = "InPlace";
/// Around what is made.
const BEGIN: &str = "<!-- made from the types; see tests/data/format.rs -->\n";
const END: &str = "<!-- end of what is made -->\n";

fn kept(path: &str) -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    (path, text)
}

/// Compares with what is kept, or writes it.
fn compare(path: &str, made: &str) {
    let (path, text) = kept(path);
    if std::env::var_os("DEWSPEC_UPDATE_SCHEMA").is_some() {
        std::fs::write(path, made).expect("a file");
    } else {
        let told = "is not what the types say: DEWSPEC_UPDATE_SCHEMA=1 cargo test --test data format:: writes it";
        assert!(text == made, "{} {told}", path.display());
    }
}

#[test]
fn the_schema_is_that_of_the_types() {
    let text = serde_json::to_string_pretty(&schema()).expect("JSON");
    compare("docs/suite.schema.json", &format!("{text}\n"));
}

#[test]
fn the_reference_is_made_from_the_types() {
    let (_, text) = kept("suites/README.md");
    let (before, rest) = text.split_once(BEGIN).expect("the reference");
    let (_, after) = rest.split_once(END).expect("its end");
    compare("suites/README.md", &format!("{before}{BEGIN}{}{END}{after}", reference()));
}

fn reference() -> String {
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    let untold: Vec<&String> =
        definitions.keys().filter(|name| *name != PLACE && PARTS.iter().all(|(_, part)| part != name)).collect();
    assert!(untold.is_empty(), "the reference does not tell of {untold:?}");
    PARTS.iter().map(|(heading, name)| part(heading, &definitions[*name])).collect()
}

fn part(heading: &str, schema: &Value) -> String {
    let mut out = format!("\n### {heading}\n\n");
    if let Some(told) = schema["description"].as_str() {
        out.push_str(&format!("{}\n\n", lines(told)));
    }
    if let Some(properties) = schema["properties"].as_object() {
        out.push_str(&table(&rows(schema, properties)));
    }
    let variants = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    let words: Vec<(String, String)> = variants.into_iter().flatten().flat_map(variant).collect();
    let plain = schema["enum"].as_array().into_iter().flatten();
    let words = words.into_iter().chain(plain.map(|word| (code(word), String::new()))).collect::<Vec<_>>();
    if !words.is_empty() {
        out.push_str(&table(&words));
    }
    out
}

/// The keys of a table.
fn rows(schema: &Value, properties: &Map<String, Value>) -> Vec<(String, String)> {
    let needed = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let row = |(name, property): (&String, &Value)| {
        let told = property["description"].as_str().unwrap_or_default();
        let mut meaning = lines(told).replace('\n', " ");
        let kind = kind(property);
        if !kind.is_empty() {
            meaning = format!("{kind}: {meaning}");
        }
        (format!("`{name}`{}", if needed(name) { " (needed)" } else { "" }), meaning)
    };
    properties.iter().filter(|(_, property)| property.get("const").is_none()).map(row).collect()
}

/// One of several forms, with its members below it.
fn variant(schema: &Value) -> Vec<(String, String)> {
    let told = lines(schema["description"].as_str().unwrap_or_default()).replace('\n', " ");
    if let Some(word) = schema.get("const") {
        return vec![(code(word), told)];
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| (code(word), told.clone())).collect();
    }
    let Some(properties) = schema["properties"].as_object() else { return vec![(kind(schema), told)] };
    let tag = properties.iter().find_map(|(name, property)| Some(format!("`{name} = {}`", property.get("const")?)));
    let of_it = rows(schema, properties).into_iter().map(|(name, meaning)| (format!("– {name}"), meaning));
    std::iter::once((tag.unwrap_or_default(), told)).chain(of_it).collect()
}

/// What type a value has, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return PARTS.iter().find(|(_, part)| *part == name).map(|(heading, _)| link(heading)).unwrap_or_default();
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let kinds: Vec<String> = forms.iter().map(kind).filter(|kind| !kind.is_empty()).collect();
        return kinds.join(" or ");
    }
    let named = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "string" => "text".to_owned(),
        "integer" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => match self::kind(&schema["items"]).as_str() {
            "" => "list".to_owned(),
            of => format!("list of {of}"),
        },
        "object" => match self::kind(&schema["additionalProperties"]).as_str() {
            "" => "table".to_owned(),
            of => format!("table of {of}"),
        },
        _ => String::new(),
    };
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(named).find(|kind| !kind.is_empty()).unwrap_or_default(),
        one => named(one),
    }
}

fn link(heading: &str) -> String {
    let anchor: String = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    format!("[{}](#{anchor})", heading.trim_matches('`').trim_matches(['[', ']']).replace('`', ""))
}

fn table(rows: &[(String, String)]) -> String {
    let row = |(key, meaning): &(String, String)| format!("| {key} | {} |\n", meaning.replace('|', "\\|"));
    format!("| | |\n|---|---|\n{}", rows.iter().map(row).collect::<String>())
}

fn code(word: &Value) -> String {
    format!("`{}`", word.as_str().map_or_else(|| word.to_string(), str::to_owned))
}

/// What rustdoc reads as links is plain here.
fn lines(told: &str) -> String {
    told.replace("[`", "`").replace("`]", "`")
}
