use std::collections::BTreeMap;
use std::path::Path;

use super::super::error::ReportError;
use super::file::SnapFile;
use super::layout::{Row, read, write};
use super::store::kept;
use super::tables::SnapshotTable;

/// The tables of a run that selected only a part, laid over what is kept: rows and tables that the run did not
/// select stay as they are. [`super::compare`] and [`super::accept`] of the result then speak of that part only.
pub fn overlay(dir: &Path, tables: &[SnapshotTable]) -> Result<Vec<SnapshotTable>, ReportError> {
    let mut kept = kept(dir)?;
    let mut whole = Vec::new();
    for table in tables {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        if let Some(path) = kept.remove(&table.name) {
            rows.extend(keyed(&SnapFile::read(&path)?.contents, &path)?);
        }
        // What this very module laid out can always be read; if not, its name says where it would be.
        rows.extend(keyed(&table.contents, Path::new(&table.name))?);
        whole.push(SnapshotTable { name: table.name.clone(), contents: write(rows.into_values().collect()) });
    }
    for (name, path) in kept {
        whole.push(SnapshotTable { name, contents: SnapFile::read(&path)?.contents });
    }
    whole.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(whole)
}

fn keyed(contents: &str, path: &Path) -> Result<impl Iterator<Item = (String, Row)>, ReportError> {
    let problem = "it is not a table that dewspec wrote";
    let rows = read(contents).ok_or(ReportError::Snapshot { path: path.into(), problem })?;
    Ok(rows.into_iter().map(|row| {
        let [key, ..] = &row;
        (key.clone(), row)
    }))
}
