//! One file of an operation, with the shapes it includes, as clauses and cases.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::{Mistake, Text};
use super::meant::hint;
use super::shape::{Include, Shape, Stated, state};
use super::table::{Derived, Table};
use super::template::{Node, Parameters, fill};
use super::{CaseSpec, Clause, DataError, DataFile, Located, Observer, Operation, each};

/// Keys that a file of an operation, or a shape, may have.
pub(super) const KEYS: &[&str] =
    &["verbatim", "parameters", "operation", "observer", "include", "table", "clause", "case"];
/// How deep shapes may include shapes.
const INCLUDE_DEPTH: usize = 4;

/// What files hold, in their order.
#[derive(Default)]
pub(super) struct Contents<'a> {
    pub(super) operation: Option<Operation>,
    pub(super) observers: Vec<Observer>,
    pub(super) clauses: Vec<Located<Clause>>,
    pub(super) cases: Vec<Located<CaseSpec>>,
    /// What rows of tables stated so far, for the shapes after them.
    stated: Stated<'a>,
}

/// Reads files; knows the shapes.
pub(super) struct Reader<'a> {
    shapes: BTreeMap<&'a str, &'a DataFile>,
}

/// An entry of a file.
enum Entry<'a> {
    Clause(Node<'a>),
    Case(Node<'a>),
    Table(Node<'a>),
    Include(Node<'a>),
}

impl<'a> Entry<'a> {
    fn node(&mut self) -> &mut Node<'a> {
        match self {
            Entry::Clause(node) | Entry::Case(node) | Entry::Table(node) | Entry::Include(node) => node,
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a [DataFile]) -> Self {
        Reader { shapes: files.iter().filter_map(|file| Some((shape_name(&file.path)?, file))).collect() }
    }

    /// Adds what a file holds.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub(super) fn read(&self, file: &'a DataFile, contents: &mut Contents<'a>) -> Result<(), DataError> {
        let text = Text::new(&file.path, &file.text);
        let mut members = DeTable::parse(&file.text).map_err(|e| text.toml(&e))?.into_inner();
        let verbatim = match members.remove("verbatim") {
            Some(word) => of_node::<bool>(word).map_err(|e| text.toml(&e))?,
            None => false,
        };
        let mut entries = Vec::new();
        for (key, value) in members {
            match key.get_ref().as_ref() {
                "operation" => contents.operation = Some(of_node(value).map_err(|e| text.toml(&e))?),
                "observer" => contents.observers.extend(of_node::<Vec<Observer>>(value).map_err(|e| text.toml(&e))?),
                _ => entries.extend(entries_of(&key, value).map_err(|mistake| text.error(&mistake))?),
            }
        }
        self.entries(&text, in_order(entries), verbatim, contents, 0)
    }

    /// Adds clauses and cases.
    fn entries(
        &self,
        text: &Text<'_>,
        entries: Vec<Entry<'a>>,
        verbatim: bool,
        contents: &mut Contents<'a>,
        depth: usize,
    ) -> Result<(), DataError> {
        let expanded = |node: Node<'a>| if verbatim { Ok(vec![node]) } else { each::expand(node) };
        let told = |mistake: Mistake| text.error(&mistake);
        for entry in entries {
            match entry {
                Entry::Clause(node) => {
                    for node in expanded(node).map_err(told)? {
                        let origin = text.line(node.span().start);
                        contents.clauses.push(Located { origin, item: of_node(node).map_err(|e| text.toml(&e))? });
                    }
                }
                Entry::Case(node) => {
                    for node in expanded(node).map_err(told)? {
                        let origin = text.line(node.span().start);
                        contents.cases.push(Located { origin, item: of_node(node).map_err(|e| text.toml(&e))? });
                    }
                }
                Entry::Table(node) => {
                    for node in expanded(node).map_err(told)? {
                        state(&node, &mut contents.stated);
                        let table: Table = of_node(node).map_err(|e| text.toml(&e))?;
                        let Derived { clauses, cases } = table.derive();
                        let located = |at: usize| text.line(at);
                        contents
                            .clauses
                            .extend(clauses.into_iter().map(|(at, item)| Located { origin: located(at), item }));
                        contents
                            .cases
                            .extend(cases.into_iter().map(|(at, item)| Located { origin: located(at), item }));
                    }
                }
                Entry::Include(mut node) => {
                    if !verbatim {
                        fill(&mut node, &Parameters::default()).map_err(told)?;
                    }
                    let include = Include::read(node).map_err(told)?;
                    self.include(text, &include, contents, depth)?;
                }
            }
        }
        Ok(())
    }

    fn include(
        &self,
        text: &Text<'_>,
        include: &Include<'a>,
        contents: &mut Contents<'a>,
        depth: usize,
    ) -> Result<(), DataError> {
        let told = |mistake: Mistake| text.error(&mistake);
        let name = include.shape.get_ref().as_str();
        let Some(file) = self.shapes.get(name) else {
            let known = self.shapes.keys().copied();
            let message = format!(
                "there is no shape `{name}`; there are: {}{}",
                known.clone().collect::<Vec<_>>().join(", "),
                hint(name, known)
            );
            return Err(told(Mistake::new(include.shape.span(), message)));
        };
        if depth >= INCLUDE_DEPTH {
            return Err(told(Mistake::new(include.span.clone(), "shapes include each other too deeply")));
        }
        let shape_text = Text::new(&file.path, &file.text);
        let mut members = DeTable::parse(&file.text).map_err(|e| shape_text.toml(&e))?.into_inner();
        let shape = Shape::read(members.remove("parameters"), &file.text).map_err(|m| shape_text.error(&m))?;
        let mut entries = Vec::new();
        for (key, value) in members {
            if ["operation", "observer", "verbatim"].contains(&key.get_ref().as_ref()) {
                let mistake =
                    Mistake::new(key.span(), "a shape may hold parameters, clauses, cases, tables and includes only");
                return Err(shape_text.error(&mistake));
            }
            entries.extend(entries_of(&key, value).map_err(|m| shape_text.error(&m))?);
        }
        let entries = in_order(entries);
        let included_at = text.line(include.span.start);
        let included = |mut error: DataError| {
            error.message = format!("{} (included at {included_at})", error.message);
            error
        };
        for values in include.rounds() {
            let mut parameters = shape.parameters(include, values, &contents.stated).map_err(told)?;
            let mut round = Vec::new();
            for mut entry in entries.iter().map(Entry::again) {
                let node = entry.node();
                parameters.later = node.get_ref().as_table().map(each::names).unwrap_or_default().into_iter().collect();
                fill(node, &parameters).map_err(|mistake| included(shape_text.error(&mistake)))?;
                round.push(entry);
            }
            self.entries(&shape_text, round, false, contents, depth + 1).map_err(included)?;
        }
        Ok(())
    }
}

impl<'a> Entry<'a> {
    fn again(&self) -> Self {
        match self {
            Entry::Clause(node) => Entry::Clause(node.clone()),
            Entry::Case(node) => Entry::Case(node.clone()),
            Entry::Table(node) => Entry::Table(node.clone()),
            Entry::Include(node) => Entry::Include(node.clone()),
        }
    }
}

fn of_node<T: DeserializeOwned>(node: Node<'_>) -> Result<T, toml::de::Error> {
    T::deserialize(ValueDeserializer::from(node))
}

/// The entries under one key of a file.
fn entries_of<'a>(key: &Spanned<std::borrow::Cow<'_, str>>, value: Node<'a>) -> Result<Vec<Entry<'a>>, Mistake> {
    let name = key.get_ref().as_ref();
    let entry: fn(Node<'a>) -> Entry<'a> = match name {
        "clause" => Entry::Clause,
        "case" => Entry::Case,
        "table" => Entry::Table,
        "include" => Entry::Include,
        _ => {
            let known = KEYS.join(", ");
            let hint = hint(name, KEYS.iter().copied());
            return Err(Mistake::new(
                key.span(),
                format!("`{name}` is nothing that can stand here; there are: {known}{hint}"),
            ));
        }
    };
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(items) => Ok(items.into_iter().map(entry).collect()),
        _ => Err(Mistake::new(span, format!("`{name}` is a list: write [[{name}]]"))),
    }
}

/// In the order of the file.
fn in_order(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    entries.sort_by_cached_key(|entry| match entry {
        Entry::Clause(node) | Entry::Case(node) | Entry::Table(node) | Entry::Include(node) => node.span().start,
    });
    entries
}

/// `…/shapes/<name>.toml` → `<name>`.
pub(super) fn shape_name(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    (folder == "shapes" || folder.ends_with("/shapes")).then(|| name.strip_suffix(".toml")).flatten()
}
