use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::error::Lines;
use super::regression;
use super::revision::{is_revision, revision};
use super::template::substitute;
use super::{
    CaseSpec, Clause, DataError, DataFile, DataSource, Document, NastyClass, Observer, Operation, Origin, ResourceKind,
    Revision, Source, lint,
};
use crate::suite::fixture::{self, Fixture};

/// Something with the place it was read from.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The thing.
    pub item: T,
    /// Where it stands.
    pub origin: Origin,
}

impl<T> std::ops::Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

/// One operation with its clauses and hand-written cases.
#[derive(Clone, Debug)]
pub struct OperationSuite {
    /// The operation.
    pub operation: Operation,
    /// The file it is declared in.
    pub file: String,
    /// Its clauses, in the order of the data.
    pub clauses: Vec<Located<Clause>>,
    /// Its cases as written; those expanded from constraints come with the plan.
    pub cases: Vec<Located<CaseSpec>>,
}

/// What ids of cases end with that tell of what vanished unasked.
pub const SENTINEL: &str = "/sentinel";

impl OperationSuite {
    /// The clause of that id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.iter().find(|c| c.id == id).map(|c| &c.item)
    }

    /// The id of one of its own clauses, from the part after the prefix.
    pub fn id(&self, topic: &str) -> String {
        format!("{}.{topic}", self.operation.prefix)
    }

    /// The id of the case that tells of what vanished unasked. It is in no plan: a run has it only if something did.
    pub fn sentinel_case(&self) -> String {
        format!("{}{SENTINEL}", self.id("stored"))
    }
}

/// The whole contract.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Pages cited.
    pub documents: Vec<Document>,
    /// Operations, in the order of their files.
    pub operations: Vec<Arc<OperationSuite>>,
    /// Neighbouring operations.
    pub observers: Vec<Observer>,
    /// Documented examples.
    pub fixtures: Vec<Fixture>,
    /// Values on which software breaks.
    pub catalogue: Vec<NastyClass>,
    /// Frozen lists of clauses, the oldest first.
    pub revisions: Vec<Revision>,
    /// Tells it from every other suite: a hash of all its files but the revisions, which change nothing of what is checked.
    pub fingerprint: String,
}

/// The file with the list of pages.
const DOCUMENTS: &str = "documents.toml";
/// The file with values on which software breaks.
const CATALOGUE: &str = "catalogue.toml";
/// How deep shapes may include shapes.
const INCLUDE_DEPTH: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentsFile {
    document: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    class: Vec<NastyClass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SuiteFile {
    operation: Option<Operation>,
    #[serde(default)]
    observer: Vec<Observer>,
    #[serde(default)]
    include: Vec<Spanned<Include>>,
    #[serde(default)]
    clause: Vec<Spanned<Clause>>,
    #[serde(default)]
    case: Vec<Spanned<CaseSpec>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Include {
    /// File name under `shapes/`, without `.toml`.
    shape: String,
    /// Parameters.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// Includes the shape once for each of these further sets of parameters.
    #[serde(default)]
    foreach: Vec<BTreeMap<String, String>>,
}

impl Suite {
    /// Loads and lints the suite.
    ///
    /// # Errors
    /// Every mistake found, each with file and line; a syntax error ends the search in its file.
    pub fn load(source: &DataSource) -> Result<Self, Vec<DataError>> {
        let fixtures = fixture::load(&source.fixtures)?;
        let loader = Loader::new(&source.suites);
        let mut suite = Suite { fixtures, fingerprint: source.fingerprint(), ..Suite::default() };
        let mut errors = Vec::new();
        let (revisions, files): (Vec<_>, Vec<_>) = source.suites.iter().partition(|f| is_revision(&f.path));
        for file in revisions {
            match revision(file) {
                Ok(revision) => suite.revisions.extend(revision),
                Err(error) => errors.push(error),
            }
        }
        let (regressions, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|f| regression::is_regression(&f.path));
        for file in others {
            if let Err(error) = loader.file(file, &mut suite) {
                errors.push(error);
            }
        }
        for file in regressions.into_iter().chain(&source.regressions) {
            if let Err(error) = regression::add(file, &mut suite) {
                errors.push(error);
            }
        }
        if errors.is_empty() {
            errors = lint(&suite);
        }
        if errors.is_empty() { Ok(suite) } else { Err(errors) }
    }

    /// The clause of that id, with its operation.
    pub fn clause(&self, id: &str) -> Option<(&Arc<OperationSuite>, &Clause)> {
        self.operations.iter().find_map(|op| op.clause(id).map(|clause| (op, clause)))
    }

    /// The operation of that documented name.
    pub fn operation(&self, id: &str) -> Option<&Arc<OperationSuite>> {
        self.operations.iter().find(|op| op.operation.id == id)
    }

    /// The operations that act on resources of a kind.
    pub fn acting_on(&self, kind: ResourceKind) -> Vec<Arc<OperationSuite>> {
        self.operations.iter().filter(|op| op.operation.resource == kind).cloned().collect()
    }

    /// The fixture of that id.
    pub fn fixture(&self, id: &str) -> Option<&Fixture> {
        self.fixtures.iter().find(|f| f.id == id)
    }
}

struct Loader<'a> {
    shapes: BTreeMap<&'a str, &'a DataFile>,
}

impl<'a> Loader<'a> {
    fn new(files: &'a [DataFile]) -> Self {
        let shapes = files.iter().filter_map(|f| Some((shape_name(&f.path)?, f))).collect();
        Loader { shapes }
    }

    fn file(&self, file: &DataFile, suite: &mut Suite) -> Result<(), DataError> {
        if file.path.ends_with(DOCUMENTS) {
            let parsed: DocumentsFile =
                toml::from_str(&file.text).map_err(|e| DataError::toml(&file.path, &file.text, &e))?;
            suite.documents.extend(parsed.document);
            return Ok(());
        }
        if file.path.ends_with(CATALOGUE) {
            let parsed: CatalogueFile =
                toml::from_str(&file.text).map_err(|e| DataError::toml(&file.path, &file.text, &e))?;
            suite.catalogue.extend(parsed.class);
            return Ok(());
        }
        if !file.path.ends_with(".toml") {
            return if file.path.ends_with(".md") {
                Ok(())
            } else {
                Err(DataError::file(&file.path, "is neither .toml nor .md, so it would be ignored; remove it"))
            };
        }
        if shape_name(&file.path).is_some() {
            return Ok(());
        }
        let prefix = prefix_of(&file.path)?;
        let parameters = BTreeMap::from([("op".to_owned(), prefix.clone())]);
        let mut clauses = Vec::new();
        let mut cases = Vec::new();
        let parsed = self.parse(file, &parameters, &mut clauses, &mut cases, 0)?;
        suite.observers.extend(parsed.observer);
        match parsed.operation {
            Some(mut operation) => {
                operation.prefix = prefix;
                for clause in &mut clauses {
                    clause.item.source = with_documents(&clause.item.source, &operation.documents);
                }
                suite.operations.push(Arc::new(OperationSuite { operation, file: file.path.clone(), clauses, cases }));
                Ok(())
            }
            None if clauses.is_empty() && cases.is_empty() => Ok(()),
            None => Err(DataError::file(&file.path, "has clauses or cases but no [operation] they belong to")),
        }
    }

    /// Parses one file or shape and everything it includes, appending to the lists.
    fn parse(
        &self,
        file: &DataFile,
        parameters: &BTreeMap<String, String>,
        clauses: &mut Vec<Located<Clause>>,
        cases: &mut Vec<Located<CaseSpec>>,
        depth: usize,
    ) -> Result<SuiteFile, DataError> {
        let text = substitute(&file.path, &file.text, parameters, &["op"])?;
        let mut parsed: SuiteFile = toml::from_str(&text).map_err(|e| DataError::toml(&file.path, &text, &e))?;
        let lines = Lines::of(&text);
        let at = |offset: usize| Origin { file: file.path.clone(), line: lines.at(offset) };
        clauses.extend(
            std::mem::take(&mut parsed.clause)
                .into_iter()
                .map(|c| Located { origin: at(c.span().start), item: c.into_inner() }),
        );
        cases.extend(
            std::mem::take(&mut parsed.case)
                .into_iter()
                .map(|c| Located { origin: at(c.span().start), item: c.into_inner() }),
        );
        for include in &parsed.include {
            let origin = at(include.span().start);
            let include = include.get_ref();
            let Some(shape) = self.shapes.get(include.shape.as_str()) else {
                let known = self.shapes.keys().copied().collect::<Vec<_>>().join(", ");
                return Err(DataError::new(
                    origin,
                    format!("there is no shape `{}`; there are: {known}", include.shape),
                ));
            };
            if depth >= INCLUDE_DEPTH {
                return Err(DataError::new(origin, "shapes include each other too deeply"));
            }
            let rounds = if include.foreach.is_empty() { vec![BTreeMap::new()] } else { include.foreach.clone() };
            for round in rounds {
                let mut inner = include.with.clone();
                inner.extend(round);
                if let Some(op) = parameters.get("op") {
                    inner.insert("op".to_owned(), op.clone());
                }
                let found = self.parse(shape, &inner, clauses, cases, depth + 1).map_err(|mut e| {
                    e.message = format!("{} (included at {origin})", e.message);
                    e
                })?;
                if found.operation.is_some() || !found.observer.is_empty() {
                    return Err(DataError::file(&shape.path, "a shape may hold clauses, cases and includes only"));
                }
            }
        }
        Ok(parsed)
    }
}

/// A source that names no document stands for the same place in each of the operation's own.
fn with_documents(sources: &[Source], documents: &[String]) -> Vec<Source> {
    sources
        .iter()
        .flat_map(|source| {
            let named = if source.document.is_empty() { documents.to_vec() } else { vec![source.document.clone()] };
            named.into_iter().map(|document| Source { document, ..source.clone() })
        })
        .collect()
}

/// `…/shapes/<name>.toml` → `<name>`.
fn shape_name(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    (folder == "shapes" || folder.ends_with("/shapes")).then(|| name.strip_suffix(".toml")).flatten()
}

/// `…/csms/create_secret_tag.toml` → `csms.create-secret-tag`.
fn prefix_of(path: &str) -> Result<String, DataError> {
    let mut parts = path.trim_end_matches(".toml").rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(service)) => Ok(format!("{service}.{}", name.replace('_', "-"))),
        _ => Err(DataError::file(path, "must stand in a folder named after its service")),
    }
}
