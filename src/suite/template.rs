//! What stands in double braces: names of parameters, in the texts of parsed TOML. A text that is nothing but one of them
//! becomes the parameter's value, whatever its type.

use std::collections::BTreeSet;
use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Mistake;
use super::meant::hint;

/// A parsed value and where it stands.
pub(super) type Node<'t> = Spanned<DeValue<'t>>;

/// Values by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters<'t> {
    /// What each name stands for.
    pub(super) values: IndexMap<String, DeValue<'t>>,
    /// Names that are left as they stand: they get their values later.
    pub(super) later: BTreeSet<String>,
}

/// Replaces every parameter in a value and in what it holds.
///
/// # Errors
/// A name that is no parameter; a list or table in the midst of a text; arithmetic with something else than numbers.
pub(super) fn fill<'t>(node: &mut Node<'t>, parameters: &Parameters<'t>) -> Result<(), Mistake> {
    let span = node.span();
    let replaced = match node.get_mut() {
        DeValue::String(text) if text.contains("{{") => Some(filled(text, &span, parameters)?),
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                fill(item, parameters)?;
            }
            None
        }
        DeValue::Table(members) => {
            let mut renamed = DeTable::new();
            for (key, mut value) in std::mem::take(members) {
                fill(&mut value, parameters)?;
                let key = match key.get_ref().contains("{{") {
                    true => Spanned::new(key.span(), text_of(key.get_ref(), &key.span(), parameters)?.into()),
                    false => key,
                };
                renamed.insert(key, value);
            }
            *members = renamed;
            None
        }
        _ => None,
    };
    if let Some(value) = replaced {
        *node.get_mut() = value;
    }
    Ok(())
}

/// A text with its parameters replaced; the value of the parameter where the text is nothing else.
fn filled<'t>(text: &str, span: &Range<usize>, parameters: &Parameters<'t>) -> Result<DeValue<'t>, Mistake> {
    if let Some(Part::Parameter(expression)) = only(parts(text))
        && expression.steps.is_empty()
        && let Some(value) = lookup(&expression, span, parameters)?
    {
        return Ok(placed(value, span));
    }
    text_of(text, span, parameters).map(|text| DeValue::String(text.into()))
}

fn only<T>(parts: Vec<T>) -> Option<T> {
    <[T; 1]>::try_from(parts).ok().map(|[one]| one)
}

/// A text with its parameters replaced by theirs.
fn text_of(text: &str, span: &Range<usize>, parameters: &Parameters<'_>) -> Result<String, Mistake> {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Parameter(expression) => match lookup(&expression, span, parameters)? {
                Some(value) => out.push_str(&expression.text(value, span)?),
                None => out.push_str(expression.written),
            },
        }
    }
    Ok(out)
}

/// The value of a parameter; none if it gets one later.
fn lookup<'p, 't>(
    expression: &Expression<'_>,
    span: &Range<usize>,
    parameters: &'p Parameters<'t>,
) -> Result<Option<&'p DeValue<'t>>, Mistake> {
    let name = expression.name;
    if parameters.later.contains(name) {
        return Ok(None);
    }
    parameters.values.get(name).map(Some).ok_or_else(|| {
        let later = parameters.later.iter();
        let known = parameters.values.keys().chain(later).map(String::as_str).collect::<Vec<_>>();
        let there = match known.as_slice() {
            [] => "there are none".to_owned(),
            _ => format!("there are: {}", known.join(", ")),
        };
        Mistake::new(span.clone(), format!("no parameter `{name}` is given here; {there}{}", hint(name, known)))
    })
}

/// The same value, with all its parts where the parameter is used: the places of the file it was given in are none here.
fn placed<'t>(value: &DeValue<'t>, span: &Range<usize>) -> DeValue<'t> {
    let node = |node: &Node<'t>| Spanned::new(span.clone(), placed(node.get_ref(), span));
    match value {
        DeValue::Array(items) => DeValue::Array(items.iter().map(node).collect()),
        DeValue::Table(members) => DeValue::Table(
            members
                .iter()
                .map(|(key, value)| (Spanned::new(span.clone(), key.get_ref().clone()), node(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part<'s> {
    /// As it stands.
    Text(&'s str),
    /// A parameter.
    Parameter(Expression<'s>),
}

/// `name`, or a number by that name with something added, subtracted or divided by.
#[derive(Debug, PartialEq, Eq)]
struct Expression<'s> {
    /// With its braces.
    written: &'s str,
    name: &'s str,
    steps: Vec<(&'s str, i64)>,
}

/// Splits a text. Double braces around anything else than a name are a part of the text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let (mut begin, mut from) = (0, 0);
    while let Some(start) = text[from..].find("{{").map(|at| at + from) {
        let Some(end) = text[start..].find("}}").map(|at| at + start + 2) else { break };
        let Some(expression) = Expression::read(&text[start..end]) else {
            from = start + 1;
            continue;
        };
        if begin < start {
            out.push(Part::Text(&text[begin..start]));
        }
        out.push(Part::Parameter(expression));
        (begin, from) = (end, end);
    }
    if begin < text.len() {
        out.push(Part::Text(&text[begin..]));
    }
    out
}

/// Whether a text is a name that a parameter may have.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl<'s> Expression<'s> {
    /// From `{{…}}`.
    fn read(written: &'s str) -> Option<Self> {
        let mut words = written.strip_prefix("{{")?.strip_suffix("}}")?.split_whitespace();
        let name = words.next().filter(|name| is_name(name))?;
        let mut steps = Vec::new();
        while let Some(sign) = words.next() {
            let number = words.next()?.parse().ok()?;
            steps.push((sign, number));
        }
        steps.iter().all(|(sign, _)| ["+", "-", "/"].contains(sign)).then_some(Expression { written, name, steps })
    }

    /// The value as a part of a text.
    fn text(&self, value: &DeValue<'_>, span: &Range<usize>) -> Result<String, Mistake> {
        let wrong =
            |what: &str| Err(Mistake::new(span.clone(), format!("`{}` in the midst of a text {what}", self.written)));
        match value {
            DeValue::Integer(number) => {
                let Ok(mut number) = i64::from_str_radix(number.as_str(), number.radix()) else {
                    return wrong("is too large a number");
                };
                for (sign, operand) in &self.steps {
                    let result = match *sign {
                        "+" => number.checked_add(*operand),
                        "-" => number.checked_sub(*operand),
                        _ => number.checked_div(*operand),
                    };
                    let Some(result) = result else { return wrong("cannot be computed") };
                    number = result;
                }
                Ok(number.to_string())
            }
            _ if !self.steps.is_empty() => wrong("computes with something that is no whole number"),
            DeValue::String(text) => Ok(text.clone().into_owned()),
            DeValue::Boolean(word) => Ok(word.to_string()),
            other => wrong(&format!("is of type {}; only texts and whole numbers can stand there", other.type_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled_in(text: &str) -> Result<String, String> {
        let parameters = DeTable::parse("n = 128\nword = 'x'\nlist = [1, { a = 2 }]").expect("TOML").into_inner();
        let values = parameters.into_iter().map(|(key, value)| (key.into_inner().into_owned(), value.into_inner()));
        let parameters = Parameters { values: values.collect(), later: BTreeSet::from(["later".to_owned()]) };
        let text = format!("value = {text}");
        let mut node = Spanned::new(0..0, DeValue::Table(DeTable::parse(&text).expect("TOML").into_inner()));
        fill(&mut node, &parameters).map_err(|mistake| mistake.message)?;
        let table = <toml::Table as serde::Deserialize>::deserialize(toml::de::ValueDeserializer::from(node));
        Ok(table.expect("a value")["value"].to_string())
    }

    #[test]
    fn parameters_keep_their_types_and_numbers_compute() {
        let same = [
            ("'{{n}}'", "128"),
            ("'{{list}}'", "[1, { a = 2 }]"),
            ("'{{word}}'", "\"x\""),
            ("'a{{n}}{{word}}'", "\"a128x\""),
            ("'${ascii:{{n / 2 + 1}}}'", "\"${ascii:65}\""),
            ("{ '{{word}}y' = ['{{n - 1}}'] }", "{ xy = [\"127\"] }"),
            ("'{{later}} {{7*7}} {{ x'", "\"{{later}} {{7*7}} {{ x\""),
        ];
        for (text, expected) in same {
            assert_eq!(filled_in(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_filled_in_is_told() {
        let wrong = [
            ("'{{wrod}}'", "no parameter `wrod` is given here; there are: n, word, list, later; did you mean `word`?"),
            ("'a {{list}}'", "is of type array"),
            ("'a {{word + 1}}'", "no whole number"),
            ("'a {{n / 0}}'", "cannot be computed"),
        ];
        for (text, part) in wrong {
            assert!(filled_in(text).is_err_and(|message| message.contains(part)), "{text}");
        }
    }
}
