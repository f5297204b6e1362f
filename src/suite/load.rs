use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ids::Prefixes;
use super::read::{Contents, Reader, shape_name};
use super::regression;
use super::revision::{is_revision, revision};
use super::signature::{SignaturePart, signature, signature_file};
use super::steps::spell_out;
use super::{
    CaseSpec, Clause, DataError, DataFile, DataSource, Document, NastyClass, Observer, Operation, Origin, ResourceKind,
    Revision, Source, lint,
};
use crate::model::Level;
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
    /// Neighbours of the documented operations: nothing that is checked unless it is asked for.
    pub neighbours: Vec<Arc<OperationSuite>>,
    /// Clauses and cases on signatures, by operation: nothing that is checked unless it is asked for.
    pub signature: Vec<SignaturePart>,
    /// Tells it from every other suite: a hash of all its files but the revisions, which change nothing of what is checked.
    pub fingerprint: String,
}

/// The file with the list of pages.
const DOCUMENTS: &str = "documents.toml";
/// The file with values on which software breaks.
const CATALOGUE: &str = "catalogue.toml";
/// `documents.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentsFile {
    /// The pages that clauses cite.
    document: Vec<Document>,
}

/// `catalogue.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueFile {
    /// Values on which software breaks, by class.
    class: Vec<NastyClass>,
}

impl Suite {
    /// Loads and lints the suite.
    ///
    /// # Errors
    /// Every mistake found, each with file and line; a syntax error ends the search in its file.
    pub fn load(source: &DataSource) -> Result<Self, Vec<DataError>> {
        let fixtures = fixture::load(&source.fixtures)?;
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
        errors.extend(add_files(&others, &source.suites, &mut suite));
        for file in regressions.into_iter().chain(&source.regressions) {
            if let Err(error) = regression::add(file, &mut suite) {
                errors.push(error);
            }
        }
        errors.extend(complete(&mut suite));
        match signature(&source.suites, &suite) {
            Ok(parts) => suite.signature = parts,
            Err(error) => errors.push(error),
        }
        (suite.neighbours, suite.operations) =
            std::mem::take(&mut suite.operations).into_iter().partition(|op| op.operation.neighbour.is_some());
        if errors.is_empty() {
            errors = lint(&suite.with_signature().with_neighbours());
        }
        if errors.is_empty() { Ok(suite) } else { Err(errors) }
    }

    /// The same with what is to be checked of signatures.
    #[must_use]
    pub fn with_signature(&self) -> Self {
        let mut suite = self.clone();
        for part in std::mem::take(&mut suite.signature) {
            if let Some(op) = suite.operations.iter_mut().find(|op| op.operation.id == part.operation) {
                let op = Arc::make_mut(op);
                op.clauses.extend(part.clauses);
                op.cases.extend(part.cases);
            }
        }
        suite
    }

    /// The same with the neighbours of the documented operations.
    #[must_use]
    pub fn with_neighbours(&self) -> Self {
        let mut suite = self.clone();
        suite.operations.append(&mut suite.neighbours);
        suite
    }

    /// Whether the id of a case or clause is one of a neighbour.
    pub fn is_of_neighbour(&self, id: &str) -> bool {
        let own =
            |op: &Arc<OperationSuite>| id.strip_prefix(&op.operation.prefix).is_some_and(|rest| rest.starts_with('.'));
        self.neighbours.iter().any(own)
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

    /// Those of them that store what was not there.
    pub fn storing_on(&self, kind: ResourceKind) -> Vec<Arc<OperationSuite>> {
        let mut acting = self.acting_on(kind);
        acting.retain(|op| op.operation.effect.stores());
        acting
    }

    /// The fixture of that id.
    pub fn fixture(&self, id: &str) -> Option<&Fixture> {
        self.fixtures.iter().find(|f| f.id == id)
    }
}

/// Adds documents, catalogue, observers and operations.
fn add_files(files: &[&DataFile], all: &[DataFile], suite: &mut Suite) -> Vec<DataError> {
    let reader = Reader::new(all);
    let mut errors = Vec::new();
    let mut operations: BTreeMap<&str, Vec<&DataFile>> = BTreeMap::new();
    for file in files.iter().filter(|file| signature_file(&file.path).is_none()) {
        if let Some(folder) = operation_folder(&file.path, all) {
            operations.entry(folder).or_default().push(file);
        } else if let Err(error) = add_file(file, &reader, suite) {
            errors.push(error);
        }
    }
    for files in operations.into_values() {
        if let Err(error) = add_operation(&in_order(files), &reader, suite) {
            errors.push(error);
        }
    }
    suite.operations.sort_by(|a, b| a.file.cmp(&b.file));
    errors
}

/// A file that is in no operation's folder.
fn add_file<'a>(file: &'a DataFile, reader: &Reader<'a>, suite: &mut Suite) -> Result<(), DataError> {
    let toml = |e| DataError::toml(&file.path, &file.text, &e);
    if file.path.ends_with(DOCUMENTS) {
        suite.documents.extend(toml::from_str::<DocumentsFile>(&file.text).map_err(toml)?.document);
    } else if file.path.ends_with(CATALOGUE) {
        suite.catalogue.extend(toml::from_str::<CatalogueFile>(&file.text).map_err(toml)?.class);
    } else if !file.path.ends_with(".toml") && !file.path.ends_with(".md") {
        return Err(DataError::file(&file.path, "is neither .toml nor .md, so it would be ignored; remove it"));
    } else if file.path.ends_with(".toml") && shape_name(&file.path).is_none() {
        return add_operation(&[file], reader, suite);
    }
    Ok(())
}

/// The files of one operation, or one of observers alone.
fn add_operation<'a>(files: &[&'a DataFile], reader: &Reader<'a>, suite: &mut Suite) -> Result<(), DataError> {
    let mut contents = Contents::default();
    for file in files {
        reader.read(file, &mut contents)?;
    }
    let Some(first) = files.first() else { return Ok(()) };
    suite.observers.extend(contents.observers);
    let Some(mut operation) = contents.operation else {
        return match contents.clauses.is_empty() && contents.cases.is_empty() {
            true => Ok(()),
            false => Err(DataError::file(&first.path, "has clauses or cases but no [operation] they belong to")),
        };
    };
    operation.prefix = prefix_of(&first.path)?;
    for clause in &mut contents.clauses {
        clause.item.source = with_documents(&clause.item.source, &operation);
        // What no document of the contract says is no more than a should.
        if operation.neighbour.is_some() && clause.item.level == Level::Must {
            clause.item.level = Level::Should;
        }
    }
    let Contents { clauses, cases, .. } = contents;
    suite.operations.push(Arc::new(OperationSuite { operation, file: first.path.clone(), clauses, cases }));
    Ok(())
}

/// Spells out, now that all operations are there, what files say in short: ids without prefixes, bodies in terms of others.
fn complete(suite: &mut Suite) -> Vec<DataError> {
    let short = Short::of(suite);
    let mut errors = Vec::new();
    for op in &mut suite.operations {
        let OperationSuite { operation, clauses, cases, file } = Arc::make_mut(op);
        errors.extend(short.spell_out(operation, clauses, cases));
        errors.extend(short.begin(operation, file, cases));
    }
    errors
}

/// What it takes to spell out what files say in short.
pub(super) struct Short {
    prefixes: Prefixes,
    operations: Vec<Operation>,
}

impl Short {
    pub(super) fn of(suite: &Suite) -> Self {
        Short {
            prefixes: Prefixes::new(suite.operations.iter().map(|op| op.operation.prefix.clone())),
            operations: suite.operations.iter().map(|op| op.operation.clone()).collect(),
        }
    }

    /// Spells out clauses and cases of an operation.
    pub(super) fn spell_out(
        &self,
        operation: &Operation,
        clauses: &mut [Located<Clause>],
        cases: &mut [Located<CaseSpec>],
    ) -> Vec<DataError> {
        let Short { prefixes, operations } = self;
        let mut errors = Vec::new();
        for clause in clauses {
            prefixes.complete_clause(&mut clause.item, &operation.prefix);
        }
        for case in cases {
            prefixes.complete_case(&mut case.item, &operation.prefix);
            for step in &mut case.item.steps {
                let to = operations.iter().find(|op| step.operation.as_ref() == Some(&op.id)).unwrap_or(operation);
                if let Err(message) = spell_out(step, to) {
                    errors.push(DataError::new(case.origin.clone(), format!("case {}: {message}", case.item.id)));
                }
            }
        }
        errors
    }

    /// Spells out what cases of an operation begin with, and begins those with it that are written.
    fn begin(&self, operation: &mut Operation, file: &str, cases: &mut [Located<CaseSpec>]) -> Vec<DataError> {
        let mut errors = Vec::new();
        for step in &mut operation.first {
            let to = self.operations.iter().find(|op| step.operation.as_ref() == Some(&op.id));
            if let Some(Err(message)) = to.map(|to| spell_out(step, to)) {
                errors.push(DataError::file(file, format!("first: {message}")));
            }
        }
        for case in cases {
            case.item.begin(&operation.first);
        }
        errors
    }
}

/// A source that names no document stands for the same place in each of the operation's own. What is known of a neighbour
/// stands in one place of them, and has no tables.
fn with_documents(sources: &[Source], operation: &Operation) -> Vec<Source> {
    let place = |source: &Source| match &operation.neighbour {
        None => source.clone(),
        Some(place) => {
            let row = source.row.as_ref().map_or_else(|| place.clone(), |row| format!("{place}: {row}"));
            Source { row: Some(row), table: None, ..source.clone() }
        }
    };
    sources
        .iter()
        .flat_map(|source| match source.document.is_empty() {
            true => operation
                .documents
                .iter()
                .map(|document| Source { document: document.clone(), ..place(source) })
                .collect(),
            false => vec![source.clone()],
        })
        .collect()
}

/// The folder of the operation that a file belongs to: the one it stands in, if that has an `operation.toml`.
fn operation_folder<'a>(path: &'a str, all: &[DataFile]) -> Option<&'a str> {
    let (folder, name) = path.rsplit_once('/')?;
    let has = |file: &DataFile| file.path.strip_prefix(folder).is_some_and(|rest| rest == "/operation.toml");
    (name.ends_with(".toml") && all.iter().any(has)).then_some(folder)
}

/// The operation, its clauses, and then its cases by topic.
fn in_order(mut files: Vec<&DataFile>) -> Vec<&DataFile> {
    let place = |file: &DataFile| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        ["operation.toml", "clauses.toml"].iter().position(|first| *first == name).unwrap_or(2)
    };
    files.sort_by_key(|file| (place(file), &file.path));
    files
}

/// `…/csms/create-secret-tag/operation.toml`, and `…/csms/create-secret-tag.toml` → `csms.create-secret-tag`.
fn prefix_of(path: &str) -> Result<String, DataError> {
    let path = path.strip_suffix("/operation.toml").or_else(|| path.strip_suffix(".toml")).unwrap_or(path);
    let mut parts = path.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(service)) => Ok(format!("{service}.{}", name.replace('_', "-"))),
        _ => Err(DataError::file(path, "must stand in a folder named after its service")),
    }
}
