//! Text that came from elsewhere, made fit to be shown: nothing hidden, nothing that moves the cursor,
//! measured as a terminal measures it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Marks that may sit on one letter; more of them is an attack on the lines above.
const MAX_MARKS: usize = 4;

/// Words up to this width are never broken when they may be ids, paths or addresses that people copy.
const LONGEST_ID: usize = 100;

/// How one character looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Seen as itself.
    Plain,
    /// Seen on the letter before it.
    Mark,
    /// Not seen, or seen as something else.
    Hidden,
}

/// The text with everything that cannot be seen written as `\u{…}`: control, bidirectional and zero-width
/// characters, blanks other than the space, private-use and unassigned code points, and marks that have no
/// letter to sit on. Ordinary letters of any script stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut marks = MAX_MARKS;
    for c in text.chars() {
        match look(c) {
            Look::Plain => {
                marks = if c == ' ' { MAX_MARKS } else { 0 };
                shown.push(c);
            }
            Look::Mark if marks < MAX_MARKS => {
                marks += 1;
                shown.push(c);
            }
            Look::Mark | Look::Hidden => {
                marks = MAX_MARKS;
                shown.extend(c.escape_unicode());
            }
        }
    }
    shown
}

/// As [`visible`], but newlines stay.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A command line that can be copied: only what would drive the terminal, reorder the line or break a file is
/// escaped, since every other change would make the copy another command.
pub fn copyable(command: &str) -> String {
    let mut shown = String::with_capacity(command.len());
    for c in command.chars() {
        if c == '\n' || !(c.is_control() || is_bidi_control(c) || matches!(c, '\u{fffe}' | '\u{ffff}')) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// Columns the text takes on a terminal.
pub fn display_width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text with spaces after it, up to that many columns.
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The longest start of the text that fits into that many columns, and the rest.
pub fn split_at_width(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Lines of at most that many columns, escaped as [`visible`] does, newlines kept. Breaks at spaces; a longer
/// word is broken only if it is no id, path or address, so that what people copy stays in one piece.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    text.split('\n').flat_map(|line| wrap_line(&visible(line), columns)).collect()
}

/// Lines of items with commas between them; an item is never broken, whatever stands in it.
pub fn wrap_items(items: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 < items.len() { "," } else { "" };
        let item = format!("{}{comma}", visible(item));
        match lines.last_mut() {
            Some(line) if display_width(line) + 1 + display_width(&item) <= columns => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if !current.is_empty() && display_width(&current) + display_width(bare) > columns {
            lines.push(std::mem::take(&mut current));
        }
        let mut rest = word;
        while !stays_whole(bare) {
            match split_at_width(rest.trim_end_matches(' '), columns) {
                ("", _) | (_, "") => break,
                (head, _) => {
                    lines.push(head.to_owned());
                    rest = &rest[head.len()..];
                }
            }
        }
        current.push_str(rest);
    }
    lines.push(current);
    for line in &mut lines {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines
}

fn stays_whole(word: &str) -> bool {
    word.len() <= LONGEST_ID && word.chars().all(|c| c.is_ascii_alphanumeric() || "-._/:,;()@".contains(c))
}

fn look(c: char) -> Look {
    if matches!(c, ' '..='~') {
        return Look::Plain;
    }
    if is_blank_letter(c) || !is_printable(c) {
        return Look::Hidden;
    }
    match c.width() {
        None => Look::Hidden,
        Some(0) => Look::Mark,
        Some(_) => Look::Plain,
    }
}

/// Asks the standard library's table, which knows control, format, private-use and unassigned characters.
/// The letter before it keeps a combining mark from being escaped for want of one.
fn is_printable(c: char) -> bool {
    let pair: String = ['a', c].iter().collect();
    pair.escape_debug().count() == 2
}

/// Letters and marks by category that show nothing: fillers, joiners, variation selectors, the blank pattern.
fn is_blank_letter(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(
            visible("a\u{0}\u{1b}[31m\u{202e}\u{200b}\u{a0}b\n"),
            r"a\u{0}\u{1b}[31m\u{202e}\u{200b}\u{a0}b\u{a}"
        );
        assert_eq!(
            visible("\u{3164}\u{fe0f}\u{e000}\u{378}\u{feff}\u{9b}"),
            r"\u{3164}\u{fe0f}\u{e000}\u{378}\u{feff}\u{9b}"
        );
    }

    #[test]
    fn ordinary_letters_stay() {
        let text = "键 é ключ e\u{301} 😀 \"quoted\" it's \\ مفتاح";
        assert_eq!(visible(text), text);
    }

    #[test]
    fn marks_need_a_letter_and_do_not_pile_up() {
        assert_eq!(visible("\u{301}a \u{301}"), r"\u{301}a \u{301}");
        assert_eq!(visible(&format!("a{}", "\u{301}".repeat(5))), format!("a{}\\u{{301}}", "\u{301}".repeat(4)));
    }

    #[test]
    fn a_command_is_inert_but_otherwise_untouched() {
        assert_eq!(copyable("curl -d 'a\u{a0}\u{1b}\u{202e}\nb'"), "curl -d 'a\u{a0}\\u{1b}\\u{202e}\nb'");
    }

    #[test]
    fn wrapping_keeps_the_width_and_the_ids() {
        let id = "csms.create-secret-tag.key.max-length/ascii-129";
        let lines = wrap(&format!("see {id}, 凭据标签凭据标签凭据标签 and\nmore   words"), 12);
        assert!(lines.contains(&format!("{id},")), "{lines:?}");
        for line in lines.iter().filter(|line| !line.contains(id)) {
            assert!(display_width(line) <= 12, "{line:?}");
        }
        assert_eq!(lines.concat().matches('签').count(), 3);
        assert!(wrap(&"a".repeat(300), 50).iter().all(|line| line.len() <= 50));
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(
            wrap_items(&["1 one".to_owned(), "2 two".to_owned(), "3 three".to_owned()], 13),
            ["1 one, 2 two,", "3 three"]
        );
    }
}
