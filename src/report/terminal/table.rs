use super::super::text::{display_width, visible};
use super::page::Page;
use super::style::Tint;

/// One counted column: its name, a shorter one for narrow pages, and what a number in it means.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) short: &'static str,
    pub(super) tint: Tint,
}

/// Counts by operation.
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<(String, Vec<usize>)>,
}

impl Table {
    /// Writes the table; where even the short names do not fit, each row becomes a sentence.
    pub(super) fn write(&self, page: &mut Page) {
        let long: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let short: Vec<&str> = self.columns.iter().map(|column| column.short).collect();
        for names in [long, short] {
            if self.first_column() + self.widths(&names).iter().map(|width| width + 2).sum::<usize>() <= page.width() {
                self.write_grid(page, &names);
                return;
            }
        }
        self.write_list(page);
    }

    fn write_grid(&self, page: &mut Page, names: &[&str]) {
        let widths = self.widths(names);
        let first = self.first_column();
        let mut head = page.paint(self.title, Tint::Strong);
        head.push_str(&" ".repeat(first - display_width(self.title)));
        for (name, width) in names.iter().zip(&widths) {
            head.push_str(&page.paint(&format!("  {name:>width$}"), Tint::Dim));
        }
        page.push(0, &head);
        for (name, counts) in &self.rows {
            let name = visible(name);
            let mut line = format!("{name}{}", " ".repeat(first.saturating_sub(display_width(&name))));
            for ((count, width), column) in counts.iter().zip(&widths).zip(&self.columns) {
                // A zero shows as a dot: what there is should catch the eye.
                let (text, tint) = match count {
                    0 => ("·".to_owned(), Tint::Dim),
                    _ => (count.to_string(), column.tint),
                };
                let gap = " ".repeat(2 + width - display_width(&text));
                line.push_str(&format!("{gap}{}", page.paint(&text, tint)));
            }
            page.push(0, &line);
        }
    }

    fn write_list(&self, page: &mut Page) {
        page.paragraph(0, self.title, Tint::Strong);
        for (name, counts) in &self.rows {
            let parts: Vec<String> = counts
                .iter()
                .zip(&self.columns)
                .filter(|(count, _)| **count > 0)
                .map(|(count, column)| format!("{count} {}", column.name))
                .collect();
            page.items(2, name, self.first_column(), &parts);
        }
    }

    fn first_column(&self) -> usize {
        self.rows
            .iter()
            .map(|(name, _)| display_width(&visible(name)))
            .max()
            .unwrap_or(0)
            .max(display_width(self.title))
    }

    fn widths(&self, names: &[&str]) -> Vec<usize> {
        let widest = |at: usize| self.rows.iter().filter_map(|(_, counts)| counts.get(at)).max();
        names
            .iter()
            .enumerate()
            .map(|(at, name)| display_width(name).max(widest(at).map_or(1, |count| count.to_string().len())))
            .collect()
    }
}
