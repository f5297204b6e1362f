//! Shapes: what several operations have in common, with typed parameters.

use std::ops::Range;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Mistake;
use super::meant::{hint, meant};
use super::template::{Node, Parameters, is_name};

/// A parameter of a shape.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    /// Its type.
    #[serde(rename = "type")]
    kind: ParameterType,
    /// What it says; for those who include the shape.
    #[serde(rename = "meaning")]
    _meaning: String,
    /// Where nobody gives it: the number that a row of a table above the include states, such as `key.max-length`.
    from: Option<String>,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
enum ParameterType {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list of anything.
    Array,
    /// A table of anything.
    Table,
}

/// Numbers that rows of tables state, by topic and key: `key.max-length`.
pub(super) type Stated<'a> = IndexMap<String, DeValue<'a>>;

/// Adds what the rows of a table state.
pub(super) fn state<'a>(table: &Node<'a>, stated: &mut Stated<'a>) {
    let rows = table.get_ref().get("row").and_then(|rows| rows.get_ref().as_array());
    for row in rows.into_iter().flat_map(|rows| rows.iter()).filter_map(|row| row.get_ref().as_table()) {
        let Some(topic) = ["topic", "row"].iter().find_map(|key| row.get(*key)?.get_ref().as_str()) else { continue };
        for (key, value) in row {
            if value.get_ref().is_integer() {
                stated.insert(format!("{topic}.{}", key.get_ref()), value.get_ref().clone());
            }
        }
    }
}

/// What a shape says of its parameters.
pub(super) struct Shape<'a> {
    declared: IndexMap<String, (Parameter, Option<DeValue<'a>>)>,
}

impl<'a> Shape<'a> {
    /// Reads `[parameters]`.
    ///
    /// # Errors
    /// If one is no parameter, or not used.
    pub(super) fn read(node: Option<Node<'a>>, text: &str) -> Result<Self, Mistake> {
        let mut declared = IndexMap::new();
        let Some(node) = node else { return Ok(Shape { declared }) };
        let members = table(node, "`parameters`")?;
        for (key, value) in members {
            let name = key.get_ref().clone().into_owned();
            if !is_name(&name) {
                return Err(Mistake::new(key.span(), "names of parameters have small letters, digits and hyphens"));
            }
            if !["}}", " "].iter().any(|behind| text.contains(&format!("{{{{{name}{behind}"))) {
                return Err(Mistake::new(key.span(), format!("the parameter `{name}` is never used")));
            }
            let span = value.span();
            let mut members = table(value, "a parameter")?;
            let default = members.remove("default");
            let parameter =
                Parameter::deserialize(ValueDeserializer::from(Spanned::new(span.clone(), DeValue::Table(members))))
                    .map_err(|e| Mistake::new(e.span().unwrap_or(span), meant(e.message())))?;
            if let Some(default) = &default {
                parameter.check(&name, default)?;
            }
            declared.insert(name, (parameter, default.map(Spanned::into_inner)));
        }
        Ok(Shape { declared })
    }

    /// The parameters of one round of an include.
    ///
    /// # Errors
    /// If one is missing, unknown, or of another type.
    pub(super) fn parameters(
        &self,
        include: &Include<'a>,
        given: IndexMap<&str, &Node<'a>>,
        stated: &Stated<'a>,
    ) -> Result<Parameters<'a>, Mistake> {
        let shape = include.shape.get_ref();
        let mut values = IndexMap::new();
        for (name, (parameter, default)) in &self.declared {
            let value = match given.get(name.as_str()) {
                Some(value) => {
                    parameter.check(name, value)?;
                    value.get_ref().clone()
                }
                None => {
                    let from = parameter.from.as_deref();
                    let above = from.and_then(|from| stated.get(from)).cloned();
                    above.or_else(|| default.clone()).ok_or_else(|| {
                        let nowhere = from.map(|from| format!(", and no row of a table above states `{from}`"));
                        let message = format!(
                            "the shape `{shape}` needs the parameter `{name}`, of type {}{}",
                            parameter.kind,
                            nowhere.unwrap_or_default()
                        );
                        Mistake::new(include.span.clone(), message)
                    })?
                }
            };
            values.insert(name.clone(), value);
        }
        for (name, value) in given {
            if !values.contains_key(name) {
                let known: Vec<&str> = self.declared.keys().map(String::as_str).collect();
                let there =
                    if known.is_empty() { "it has none".to_owned() } else { format!("it has: {}", known.join(", ")) };
                let message = format!("the shape `{shape}` has no parameter `{name}`; {there}{}", hint(name, known));
                return Err(Mistake::new(value.span(), message));
            }
        }
        Ok(Parameters { values, ..Parameters::default() })
    }
}

impl Parameter {
    fn check(&self, name: &str, value: &Node<'_>) -> Result<(), Mistake> {
        let came = value.get_ref().type_str();
        if came == self.kind.to_string() {
            return Ok(());
        }
        Err(Mistake::new(value.span(), format!("the parameter `{name}` is of type {}, not {came}", self.kind)))
    }
}

/// A shape that a file takes in, with its parameters.
pub(super) struct Include<'a> {
    /// File name under `shapes/`, without `.toml`.
    pub(super) shape: Spanned<String>,
    /// Where it stands.
    pub(super) span: Range<usize>,
    with: DeTable<'a>,
    /// Includes the shape once for each of these further sets of parameters.
    foreach: Vec<DeTable<'a>>,
}

impl<'a> Include<'a> {
    /// Reads `[[include]]`.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn read(node: Node<'a>) -> Result<Self, Mistake> {
        let span = node.span();
        let mut include = Include {
            shape: Spanned::new(span.clone(), String::new()),
            span,
            with: DeTable::new(),
            foreach: Vec::new(),
        };
        for (key, value) in table(node, "`include`")? {
            match key.get_ref().as_ref() {
                "shape" => {
                    let span = value.span();
                    let DeValue::String(name) = value.into_inner() else {
                        return Err(Mistake::new(span, "`shape` is the name of a file in `shapes/`, without `.toml`"));
                    };
                    include.shape = Spanned::new(span, name.into_owned());
                }
                "with" => include.with = table(value, "`with`")?,
                "foreach" => {
                    let span = value.span();
                    let DeValue::Array(rounds) = value.into_inner() else {
                        return Err(Mistake::new(span, "`foreach` is a list of tables of parameters"));
                    };
                    include.foreach =
                        rounds.into_iter().map(|round| table(round, "one of `foreach`")).collect::<Result<_, _>>()?;
                }
                other => {
                    let known = ["shape", "with", "foreach"];
                    let message = format!("`{other}` is none of {}{}", known.join(", "), hint(other, known));
                    return Err(Mistake::new(key.span(), message));
                }
            }
        }
        if include.shape.get_ref().is_empty() {
            return Err(Mistake::new(include.span, "an include names its `shape`"));
        }
        Ok(include)
    }

    /// The parameters of each round.
    pub(super) fn rounds(&self) -> Vec<IndexMap<&str, &Node<'a>>> {
        match self.foreach.as_slice() {
            [] => vec![named(&self.with).collect()],
            rounds => rounds.iter().map(|round| named(&self.with).chain(named(round)).collect()).collect(),
        }
    }
}

fn named<'n, 'a>(table: &'n DeTable<'a>) -> impl Iterator<Item = (&'n str, &'n Node<'a>)> {
    table.iter().map(|(key, value)| (key.get_ref().as_ref(), value))
}

fn table<'a>(node: Node<'a>, what: &str) -> Result<DeTable<'a>, Mistake> {
    let span = node.span();
    match node.into_inner() {
        DeValue::Table(table) => Ok(table),
        other => Err(Mistake::new(span, format!("{what} is a table, not of type {}", other.type_str()))),
    }
}
