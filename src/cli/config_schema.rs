//! The JSON Schema of `dewspec.toml`, for editors: the types say what can stand there, and the options' help what it means.

use clap::{Command, CommandFactory};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::args::Arguments;
use super::config::Config;

/// The schema as text, as it is kept in the repository and written beside a `dewspec.toml`: pretty, with a newline at the end.
pub fn config_schema() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>().to_value();
    without_null(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!("Configuration of dewspec"));
    }
    if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
        describe(properties, &options());
        if let Some(Value::Object(profile)) = properties.get_mut("profile") {
            // Profiles have none of their own.
            profile.insert("description".to_owned(), json!(PROFILES));
        }
    }
    format!("{schema:#}\n")
}

const PROFILES: &str = "Options of several targets, over those beside them: one is chosen with --profile NAME";

/// The options that can stand in the file, as their help describes them.
pub(super) fn options() -> Command {
    let all = Arguments::command();
    all.find_subcommand("run").cloned().unwrap_or(all)
}

/// What an option does: its help without its default.
pub(super) fn help(options: &Command, name: &str) -> Option<String> {
    let argument = options.get_arguments().find(|argument| argument.get_long() == Some(name))?;
    let help = argument.get_help()?.to_string();
    let help = help.split(" [default:").next().unwrap_or_default().trim_end();
    Some(help.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn describe(properties: &mut Map<String, Value>, options: &Command) {
    for (name, property) in properties {
        if let (Some(help), Some(property)) = (help(options, name), property.as_object_mut()) {
            property.insert("description".to_owned(), json!(help));
        }
    }
}

/// TOML has no null: what may be left out is left out.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, member| !(name == "default" && member.is_null()));
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    members.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|one| *one != json!({ "type": "null" }));
            }
            members.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_the_file_is_described() {
        let schema: Value = serde_json::from_str(&config_schema()).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let silent: Vec<&String> = properties
            .iter()
            .filter(|(_, p)| p["description"].as_str().is_none_or(str::is_empty))
            .map(|(n, _)| n)
            .collect();
        assert!(silent.is_empty(), "nothing is said of {silent:?}");
        assert_eq!(schema["additionalProperties"], json!(false));
        assert!(!schema.to_string().contains("null"), "TOML has none");
        assert_eq!(properties["rate"]["type"], json!("integer"));
    }
}
