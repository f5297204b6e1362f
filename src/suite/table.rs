//! Documented tables of members: one row in the data for one on the page, from which its clauses follow.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::{Answer, Expect};
use super::{CaseSpec, CharacterClass, Characters, Clause, Constraint, EdgeClass, JsonType, Source, StepSpec};
use crate::model::Level;

/// A table of the operation's pages that describes members of the request body.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Its number; where a page does not number its tables, in order of appearance.
    number: u32,
    /// What the page calls what it describes, for those who read the data: `TagItem`.
    #[serde(default, rename = "title")]
    _title: String,
    /// Its rows.
    #[serde(rename = "row")]
    #[schemars(with = "Vec<Row>")]
    rows: Vec<Spanned<Row>>,
}

/// One member of the body, with the rules that its row states. Each rule becomes a clause of the level `must`, with this
/// row for its source: `<topic>.mandatory`, `.optional`, `.type`, `.items`, `.min-length`, `.max-length`, `.characters`,
/// `.first-character`, `.last-character`, `.enum`, `.min-items`, `.unique`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    /// What the row is of: the member's name, as printed.
    row: String,
    /// JSON pointer to the member in the operation's valid body; `*` stands for every element of an array.
    field: String,
    /// What ids of its clauses begin with; the row, if it is left out.
    topic: Option<String>,
    /// What sentences about it begin with: `The name`.
    called: String,
    /// The page calls it mandatory (`true`) or optional (`false`).
    #[schemars(with = "Option<bool>")]
    mandatory: Option<Spanned<bool>>,
    /// Its type.
    #[serde(rename = "type")]
    #[schemars(with = "Option<JsonType>")]
    kind: Option<Spanned<JsonType>>,
    /// Of a list: the type of its elements.
    #[schemars(with = "Option<JsonType>")]
    items: Option<Spanned<JsonType>>,
    /// Least number of characters.
    #[schemars(with = "Option<usize>")]
    min_length: Option<Spanned<usize>>,
    /// Greatest number of characters.
    #[schemars(with = "Option<usize>")]
    max_length: Option<Spanned<usize>>,
    /// The characters that may occur.
    #[schemars(with = "Option<Characters>")]
    characters: Option<Spanned<Characters>>,
    /// What the first character must not be.
    #[schemars(with = "Option<EdgeClass>")]
    first_not: Option<Spanned<EdgeClass>>,
    /// What the last character must not be.
    #[schemars(with = "Option<EdgeClass>")]
    last_not: Option<Spanned<EdgeClass>>,
    /// The only values allowed; of a list: of its elements.
    #[serde(rename = "enum")]
    #[schemars(with = "Option<Vec<String>>")]
    one_of: Option<Spanned<Vec<String>>>,
    /// Words that are like those of `enum`, or that somebody may expect there, and that are refused. They make a case each,
    /// beside the near misses of its own words that every `enum` makes.
    #[schemars(with = "Option<Vec<String>>")]
    other_words: Option<Spanned<Vec<String>>>,
    /// Of a list: least number of elements.
    #[schemars(with = "Option<usize>")]
    min_items: Option<Spanned<usize>>,
    /// Of a list: no element stands twice in it.
    #[schemars(with = "Option<bool>")]
    unique_items: Option<Spanned<bool>>,
    /// Wordings of single rules, where the plain one does not say it all, by the keys that state them: `wording.mandatory`.
    #[serde(default)]
    wording: IndexMap<Rule, String>,
    /// Further sources of single rules, likewise: `sources.characters`.
    #[serde(default)]
    sources: IndexMap<Rule, Vec<Source>>,
}

/// The rules of a row, by the keys that state them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Rule {
    /// `mandatory`
    Mandatory,
    /// `type`
    Type,
    /// `items`
    Items,
    /// `min-length`
    MinLength,
    /// `max-length`
    MaxLength,
    /// `characters`
    Characters,
    /// `first-not`
    FirstNot,
    /// `last-not`
    LastNot,
    /// `enum`
    Enum,
    /// `min-items`
    MinItems,
    /// `unique-items`
    UniqueItems,
}

/// What follows from a table, each with the offset of the rule it follows from.
pub(super) struct Derived {
    pub(super) clauses: Vec<(usize, Clause)>,
    pub(super) cases: Vec<(usize, CaseSpec)>,
}

impl Table {
    /// The clauses that its rows state, and the cases of their other words.
    pub(super) fn derive(&self) -> Derived {
        let mut derived = Derived { clauses: Vec::new(), cases: Vec::new() };
        for row in &self.rows {
            derived.clauses.extend(row.get_ref().clauses(self.number));
            derived.cases.extend(row.get_ref().other_words());
        }
        derived
    }
}

impl Row {
    fn topic(&self) -> &str {
        self.topic.as_deref().unwrap_or(&self.row)
    }

    fn clauses(&self, table: u32) -> Vec<(usize, Clause)> {
        let called = &self.called;
        let mut out = Vec::new();
        let mut add = |at: usize, rule: Rule, topic: &str, wording: String, constraint: Constraint| {
            let own = Source { document: String::new(), table: Some(table), row: Some(self.row.clone()) };
            let further = self.sources.get(&rule).into_iter().flatten().cloned();
            let clause = Clause {
                id: format!("{}.{topic}", self.topic()),
                level: Level::Must,
                wording: self.wording.get(&rule).cloned().unwrap_or(wording),
                source: std::iter::once(own).chain(further).collect(),
                readings: IndexMap::new(),
                constraint: Some(constraint),
                judge: None,
                disputed: None,
                monitored: false,
            };
            out.push((at, clause));
        };
        let on = |field: &str| Constraint { field: field.to_owned(), ..Constraint::default() };
        let field = self.field.as_str();
        let elements = format!("{field}/*");
        if let Some(mandatory) = &self.mandatory {
            let (at, mandatory) = (mandatory.span().start, *mandatory.get_ref());
            let (topic, wording) = match mandatory {
                true => ("mandatory", format!("{called} must be there.")),
                false => ("optional", format!("{called} may be left out.")),
            };
            add(at, Rule::Mandatory, topic, wording, Constraint { mandatory: Some(mandatory), ..on(field) });
        }
        if let Some(kind) = &self.kind {
            let (at, kind) = (kind.span().start, *kind.get_ref());
            let wording = format!("{called} is {}.", kind.with_article());
            add(at, Rule::Type, "type", wording, Constraint { kind: Some(kind), ..on(field) });
        }
        if let Some(kind) = &self.items {
            let (at, kind) = (kind.span().start, *kind.get_ref());
            let wording = format!("Each element of {} is {}.", small(called), kind.with_article());
            add(at, Rule::Items, "items", wording, Constraint { kind: Some(kind), ..on(&elements) });
        }
        if let Some(least) = &self.min_length {
            let (at, least) = (least.span().start, *least.get_ref());
            let wording = format!("{called} has at least {}.", counted(least, "character"));
            add(at, Rule::MinLength, "min-length", wording, Constraint { min_length: Some(least), ..on(field) });
        }
        if let Some(most) = &self.max_length {
            let (at, most) = (most.span().start, *most.get_ref());
            let wording = format!("{called} has at most {}.", counted(most, "character"));
            add(at, Rule::MaxLength, "max-length", wording, Constraint { max_length: Some(most), ..on(field) });
        }
        if let Some(characters) = &self.characters {
            let (at, facts) = (characters.span().start, characters.get_ref());
            let wording = format!("{called} {}.", facts.in_words());
            add(
                at,
                Rule::Characters,
                "characters",
                wording,
                Constraint { characters: Some(facts.clone()), ..on(field) },
            );
        }
        if let Some(edge) = &self.first_not {
            let (at, edge) = (edge.span().start, *edge.get_ref());
            let wording = format!("{called} does not begin with {edge}.");
            add(at, Rule::FirstNot, "first-character", wording, Constraint { first_not: Some(edge), ..on(field) });
        }
        if let Some(edge) = &self.last_not {
            let (at, edge) = (edge.span().start, *edge.get_ref());
            let wording = format!("{called} does not end with {edge}.");
            add(at, Rule::LastNot, "last-character", wording, Constraint { last_not: Some(edge), ..on(field) });
        }
        if let Some(words) = &self.one_of {
            let (at, words) = (words.span().start, words.get_ref());
            let wording = format!("{called} is {}, to the letter.", choice(words));
            let field = if self.is_list() { &elements } else { field };
            add(at, Rule::Enum, "enum", wording, Constraint { one_of: Some(words.clone()), ..on(field) });
        }
        if let Some(least) = &self.min_items {
            let (at, least) = (least.span().start, *least.get_ref());
            let wording = format!("{called} has at least {}.", counted(least, "element"));
            add(at, Rule::MinItems, "min-items", wording, Constraint { min_items: Some(least), ..on(field) });
        }
        if let Some(unique) = &self.unique_items {
            let (at, unique) = (unique.span().start, *unique.get_ref());
            let wording = format!("No element stands twice in {}.", small(called));
            add(at, Rule::UniqueItems, "unique", wording, Constraint { unique_items: Some(unique), ..on(field) });
        }
        out
    }

    fn is_list(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| *kind.get_ref() == JsonType::Array)
    }

    fn other_words(&self) -> Vec<(usize, CaseSpec)> {
        let Some(words) = &self.other_words else { return Vec::new() };
        let at = words.span().start;
        let clause = format!("{}.enum", self.topic());
        let step = |word: &String| StepSpec {
            body: Some(format!("${{set:{}={word}}}", self.field)),
            expect: Some(Expect::new(Answer::Refused)),
            ..StepSpec::default()
        };
        let case = |word: &String| CaseSpec::new(format!("{clause}/{word}"), vec![clause.clone()], vec![step(word)]);
        words.get_ref().iter().map(|word| (at, case(word))).collect()
    }
}

impl JsonType {
    fn with_article(self) -> &'static str {
        match self {
            JsonType::String => "a string",
            JsonType::Object => "an object",
            JsonType::Array => "an array",
            JsonType::Integer => "a whole number",
        }
    }
}

impl Characters {
    /// What follows the name of a text: `consists of …`, or `has any characters but …`.
    fn in_words(&self) -> String {
        let listed = |signs: &str| signs.chars().map(String::from).collect::<Vec<_>>().join(" ");
        if self.classes.is_empty() && self.also.is_empty() {
            let ranges = self.forbidden_ranges.iter().map(|range| match range {
                (0, 31) => "the ASCII control characters 0 to 31".to_owned(),
                (first, last) => format!("those from U+{first:04X} to U+{last:04X}"),
            });
            let signs = (!self.forbidden.is_empty()).then(|| listed(&self.forbidden));
            return format!("has any characters but {}", ranges.chain(signs).collect::<Vec<_>>().join(" and "));
        }
        let of_any_script = |class: &CharacterClass| match class {
            CharacterClass::Letters => Some("letters"),
            CharacterClass::Separators => Some("separators"),
            CharacterClass::Numbers => Some("numbers"),
            CharacterClass::AsciiAlphanumeric => None,
        };
        let scripts: Vec<&str> = self.classes.iter().filter_map(of_any_script).collect();
        let mut kinds = Vec::new();
        if self.classes.contains(&CharacterClass::AsciiAlphanumeric) {
            kinds.push("ASCII letters and digits".to_owned());
        }
        if !scripts.is_empty() {
            kinds.push(format!("{} of any script", joined(&scripts, "and")));
        }
        if !self.also.is_empty() {
            kinds.push(listed(&self.also));
        }
        format!("consists of {}, from its first to its last character", kinds.join(" and of "))
    }
}

/// `a, b and c`
fn joined(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// `` `a`, `b` or `c` ``
fn choice(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    joined(&quoted.iter().map(String::as_str).collect::<Vec<_>>(), "or")
}

/// `one character`, `2 characters`
fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("one {what}") } else { format!("{number} {what}s") }
}

/// With a small first letter, as in the midst of a sentence.
fn small(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
