//! What is to be known and checked of signatures: a folder by itself, that counts for several operations.

use schemars::JsonSchema;
use serde::Deserialize;

use super::load::Short;
use super::read::{Contents, Reader};
use super::{CaseSpec, Clause, DataError, DataFile, Located, Suite};

/// The files of the folder: which operations, what holds, and how that is seen.
const OPERATIONS: &str = "operations.toml";
const PARTS: [&str; 2] = ["clauses.toml", "cases.toml"];

/// What is to be known and checked of signatures at one operation.
#[derive(Clone, Debug)]
pub struct SignaturePart {
    /// The operation's documented name.
    pub operation: String,
    /// The clauses.
    pub clauses: Vec<Located<Clause>>,
    /// The cases.
    pub cases: Vec<Located<CaseSpec>>,
}

/// `signature/operations.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureFile {
    /// The operations, by their documented names, for each of which the other files of the folder are read.
    operations: Vec<String>,
}

/// `…/signature/<name>` → `<name>`.
pub(super) fn signature_file(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    (folder == "signature" || folder.ends_with("/signature")).then_some(name)
}

/// Reads the folder, once for each operation that it names; they are all there.
///
/// # Errors
/// The first mistake, with its place.
pub(super) fn signature(files: &[DataFile], suite: &Suite) -> Result<Vec<SignaturePart>, DataError> {
    let of_folder: Vec<(&str, &DataFile)> =
        files.iter().filter_map(|file| Some((signature_file(&file.path)?, file))).collect();
    if let Some((_, file)) = of_folder.iter().find(|(name, _)| *name != OPERATIONS && !PARTS.contains(name)) {
        let known = format!("{OPERATIONS}, {}", PARTS.join(", "));
        return Err(DataError::file(&file.path, format!("is none of {known}, and so would be ignored")));
    }
    let named = |wanted: &'static str| of_folder.iter().filter(move |(name, _)| *name == wanted).map(|(_, file)| *file);
    let (reader, short) = (Reader::new(files), Short::of(suite));
    let mut parts = Vec::new();
    for file in named(OPERATIONS) {
        let parsed: SignatureFile =
            toml::from_str(&file.text).map_err(|e| DataError::toml(&file.path, &file.text, &e))?;
        for operation in parsed.operations {
            let Some(op) = suite.operation(&operation) else {
                return Err(DataError::file(&file.path, format!("there is no operation {operation}")));
            };
            let mut contents = Contents::default();
            for part in PARTS.into_iter().flat_map(named) {
                reader.read(part, &mut contents)?;
                if contents.operation.is_some() || !contents.observers.is_empty() {
                    return Err(DataError::file(&part.path, "holds clauses, cases and includes only"));
                }
            }
            let Contents { mut clauses, mut cases, .. } = contents;
            if let Some(error) = short.spell_out(&op.operation, &mut clauses, &mut cases).into_iter().next() {
                return Err(error);
            }
            parts.push(SignaturePart { operation, clauses, cases });
        }
    }
    Ok(parts)
}
