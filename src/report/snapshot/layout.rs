use super::super::text::{display_width, pad};

/// Columns grow in steps of this, so that one longer row does not shift, and so change, every other one.
const STEP: usize = 8;
/// The heads of the columns.
const HEAD: [&str; 6] = ["case", "outcome", "status", "content type", "error code", "body"];

/// One row, its key first.
pub(super) type Row = [String; 6];

/// The rows as text, sorted by key, below the heads of the columns.
pub(super) fn write(mut rows: Vec<Row>) -> String {
    rows.sort_unstable();
    rows.insert(0, HEAD.map(str::to_owned));
    let widths: [usize; 6] = std::array::from_fn(|at| {
        let widest = rows.iter().filter_map(|row| row.get(at)).map(|cell| display_width(cell)).max().unwrap_or(0);
        (widest + 2).next_multiple_of(STEP)
    });
    let line = |row: &Row| {
        let cells: String = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        cells.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The rows of a text that [`write`] made; `None` if it did not.
pub(super) fn read(contents: &str) -> Option<Vec<Row>> {
    let mut rows = contents.lines().map(cells);
    if rows.next()?? != HEAD.map(str::to_owned) {
        return None;
    }
    rows.collect()
}

fn cells(line: &str) -> Option<Row> {
    let mut rest = line;
    let mut row = Row::default();
    let (last, others) = row.split_last_mut()?;
    for cell in others {
        // Two spaces part the columns; within one there is never more than a single space.
        let (text, after) = rest.split_once("  ")?;
        *cell = text.to_owned();
        rest = after.trim_start_matches(' ');
    }
    *last = rest.to_owned();
    Some(row)
}
