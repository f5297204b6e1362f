use super::super::brief::brief;
use super::super::text::{copyable, display_width, pad, visible, wrap, wrap_items};
use super::style::{TerminalStyle, Tint};

/// Columns of a label and the gap behind it.
const LABEL: usize = 9;

/// Lines that one text may take; only a hostile target says more.
const MAX_LINES: usize = 16;

/// The text as it grows. Everything that goes in is escaped and wrapped here, so that no section can forget it.
pub(super) struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    pub(super) fn new(style: &TerminalStyle) -> Self {
        Self { width: style.width.max(40), color: style.color, text: String::new() }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Everything written so far, without the blank lines at its end.
    pub(super) fn finish(self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A section's title with what it counts.
    pub(super) fn heading(&mut self, title: &str, count: &str) {
        self.blank();
        let painted = Tint::Heading.paint(title, self.color);
        if display_width(title) + 2 + display_width(count) <= self.width {
            self.push(0, format!("{painted}  {count}").trim_end());
        } else {
            self.push(0, &painted);
            self.paragraph(0, count, Tint::Plain);
        }
        self.blank();
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str, tint: Tint) {
        for line in self.lines(text, indent) {
            self.push(indent, &tint.paint(&line, self.color));
        }
    }

    /// One line, cut if it is too long.
    pub(super) fn line(&mut self, indent: usize, text: &str, tint: Tint) {
        let line = cut(&visible(text), self.width.saturating_sub(indent));
        self.push(indent, &tint.paint(&line, self.color));
    }

    /// A painted paragraph of so many lines, the last of them cut if there is more.
    pub(super) fn painted_at_most(&mut self, indent: usize, text: &str, most: usize, tint: Tint) {
        for line in self.first_lines(text, indent, most) {
            self.push(indent, &tint.paint(&line, self.color));
        }
    }

    /// A labelled text of so many lines.
    pub(super) fn field_at_most(&mut self, indent: usize, label: &str, text: &str, most: usize) {
        for (at, line) in self.first_lines(text, indent + LABEL, most).into_iter().enumerate() {
            self.labelled(indent, if at == 0 { label } else { "" }, &line);
        }
    }

    /// A labelled text of one line, as much as says something.
    pub(super) fn field_in_brief(&mut self, indent: usize, label: &str, text: &str) {
        let line = brief(&visible(&text.replace('\n', " ")), self.width.saturating_sub(indent + LABEL));
        self.labelled(indent, label, &line);
    }

    /// A bullet of so many lines.
    pub(super) fn bullet_at_most(&mut self, indent: usize, text: &str, most: usize) {
        for (at, line) in self.first_lines(text, indent + 2, most).into_iter().enumerate() {
            self.push(indent, &format!("{}{line}", if at == 0 { "- " } else { "  " }));
        }
    }

    fn first_lines(&self, text: &str, indent: usize, most: usize) -> Vec<String> {
        let room = self.width.saturating_sub(indent);
        let mut lines = wrap(text, room);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = cut(&format!("{last} …"), room);
            }
        }
        lines
    }

    /// A paragraph of so many lines, the last of them cut if there is more.
    pub(super) fn lines_at_most(&mut self, indent: usize, text: &str, most: usize) {
        let room = self.width.saturating_sub(indent);
        let lines = wrap(text, room);
        for (at, line) in lines.iter().take(most).enumerate() {
            let is_cut = at + 1 == most && lines.len() > most;
            let line = if is_cut { cut(&format!("{line} …"), room) } else { cut(line, room) };
            self.push(indent, &line);
        }
    }

    /// Lines written so far.
    pub(super) fn lines_written(&self) -> usize {
        self.text.lines().count()
    }

    /// A paragraph behind a bullet.
    pub(super) fn bullet(&mut self, indent: usize, text: &str) {
        for (at, line) in self.lines(text, indent + 2).iter().enumerate() {
            let bullet = if at == 0 { "- " } else { "  " };
            self.push(indent, &format!("{bullet}{line}"));
        }
    }

    /// A labelled paragraph, its lines below each other.
    pub(super) fn field(&mut self, indent: usize, label: &str, text: &str, tint: Tint) {
        for (at, line) in self.lines(text, indent + LABEL).iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            self.labelled(indent, label, &tint.paint(line, self.color));
        }
    }

    /// A labelled command line: neither wrapped nor cut, since people copy it.
    pub(super) fn command(&mut self, indent: usize, label: &str, command: &str) {
        self.labelled(indent, label, &copyable(command));
    }

    /// One line of columns, each a text with its width and colour; the last needs no width. What does not fit
    /// goes on below the column it began in.
    pub(super) fn columns(&mut self, indent: usize, columns: &[(&str, usize, Tint)], last: &str) {
        let mut line = String::new();
        let mut used = indent;
        for (text, width, tint) in columns {
            let text = visible(text);
            line.push_str(&tint.paint(&text, self.color));
            line.push_str(&" ".repeat(width.saturating_sub(display_width(&text)) + 2));
            used += (*width).max(display_width(&text)) + 2;
        }
        let inline = self.width.saturating_sub(used);
        let lines = wrap(last, inline);
        // Prose in a narrow column is hard to read: it goes below unless it has room.
        let fits = lines.iter().all(|line| display_width(line) <= inline) && (lines.len() == 1 || inline >= 30);
        if fits {
            for (at, rest) in lines.iter().enumerate() {
                match at {
                    0 => self.push(indent, format!("{line}{rest}").trim_end()),
                    _ => self.push(used, rest),
                }
            }
        } else {
            let below = indent + columns.first().map_or(0, |(_, width, _)| (*width).min(12) + 2);
            self.push(indent, line.trim_end());
            self.paragraph(below, last, Tint::Plain);
        }
    }

    /// A name, then items beside it, none of them broken.
    pub(super) fn items(&mut self, indent: usize, name: &str, width: usize, items: &[String]) {
        let name = pad(&visible(name), width);
        let gap = " ".repeat(display_width(&name));
        let lines = wrap_items(items, self.width.saturating_sub(indent + display_width(&name) + 2));
        if lines.is_empty() {
            self.push(indent, name.trim_end());
        }
        for (at, line) in lines.iter().enumerate() {
            self.push(indent, &format!("{}  {line}", if at == 0 { &name } else { &gap }));
        }
    }

    /// A line that is already laid out and fits.
    pub(super) fn push(&mut self, indent: usize, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    pub(super) fn paint(&self, text: &str, tint: Tint) -> String {
        tint.paint(text, self.color)
    }

    /// The text wrapped into what an indent leaves of the width.
    fn lines(&self, text: &str, indent: usize) -> Vec<String> {
        let mut lines = wrap(text, self.width.saturating_sub(indent));
        let rest = lines.len().saturating_sub(MAX_LINES);
        if rest > 1 {
            lines.truncate(MAX_LINES);
            lines.push(format!("… (+{rest} lines)"));
        }
        lines
    }

    fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let label = Tint::Dim.paint(&pad(label, LABEL), self.color && !label.is_empty());
        self.push(indent, &format!("{label}{text}"));
    }
}

/// The beginning of a line that has no room for all of it.
fn cut(line: &str, room: usize) -> String {
    if display_width(line) <= room {
        return line.to_owned();
    }
    let mut kept: String = line.chars().take(room).collect();
    while display_width(&kept) + 1 > room && kept.pop().is_some() {}
    kept.push('…');
    kept
}

/// "1 case", "2 cases".
pub(super) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// A few of the names, then how many there are besides.
pub(super) fn some_of<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let total = names.len();
    // One name takes no more room than the words that would stand for it.
    let shown = if total == most + 1 { total } else { total.min(most) };
    let mut text = names.take(shown).collect::<Vec<_>>().join(", ");
    if total > shown {
        text.push_str(&format!(" and {} more", total - shown));
    }
    text
}
