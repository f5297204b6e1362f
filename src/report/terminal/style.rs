use anstyle::{AnsiColor, Style};

/// How the report is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalStyle {
    /// Columns to fill; below 40 it is laid out as for 40.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
    /// Whether to list every clause with its verdict.
    pub verdicts: bool,
}

impl Default for TerminalStyle {
    fn default() -> Self {
        Self { width: 80, color: false, verdicts: false }
    }
}

/// What a piece of text means, and with it its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tint {
    Plain,
    Heading,
    Strong,
    Dim,
    Good,
    Warn,
    Bad,
}

impl Tint {
    /// The text in this colour, if colours are on.
    pub(super) fn paint(self, text: &str, color: bool) -> String {
        if !color || self == Self::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = self.style();
        format!("{style}{text}{style:#}")
    }

    fn style(self) -> Style {
        let colored = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold().underline(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => colored(AnsiColor::Green),
            Self::Warn => colored(AnsiColor::Yellow),
            Self::Bad => colored(AnsiColor::Red).bold(),
        }
    }
}
