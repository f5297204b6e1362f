//! A strict JSON parser: RFC 8259, no lone surrogates, bounded nesting.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Json;

/// Arrays and objects inside each other beyond this are refused.
const MAX_DEPTH: usize = 128;

/// Up to here a scan finds a repeated name faster than a set does.
const SCANNED_MEMBERS: usize = 16;

/// A parsed text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document<'a> {
    pub(crate) root: Json<'a>,
    /// The first name found twice in one object.
    pub(crate) repeated: Option<String>,
}

/// Where and why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {offset}")]
pub(crate) struct ParseError {
    pub(crate) offset: usize,
    pub(crate) problem: &'static str,
}

/// What a faulty parser lets pass.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Leniency {
    pub(crate) trailing_comma: bool,
    pub(crate) trailing_text: bool,
}

/// Parses a whole text.
pub(crate) fn parse(text: &str, leniency: Leniency) -> Result<Document<'_>, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0, leniency, repeated: None };
    parser.skip_space();
    let root = parser.value()?;
    parser.skip_space();
    if parser.at < text.len() && !leniency.trailing_text {
        return Err(parser.error("text after the value"));
    }
    Ok(Document { root, repeated: parser.repeated })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    leniency: Leniency,
    repeated: Option<String>,
}

impl<'a> Parser<'a> {
    fn error(&self, problem: &'static str) -> ParseError {
        ParseError { offset: self.at, problem }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Json<'a>, ParseError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Json::String),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("no JSON value")),
            None => Err(self.error("the text ends where a value is expected")),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, ParseError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("no JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Json<'a>, ParseError>,
    ) -> Result<Json<'a>, ParseError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("too many values inside each other"));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Json<'a>, ParseError> {
        let mut elements = Vec::new();
        if self.eat(b']') {
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            if self.ends_with(b']')? {
                return Ok(Json::Array(elements));
            }
        }
    }

    fn object(&mut self) -> Result<Json<'a>, ParseError> {
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.error("no member name"));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.error("no colon after a member name"));
            }
            self.skip_space();
            members.push((name, self.value()?));
            if self.ends_with(b'}')? {
                self.note_repeated(&members);
                return Ok(Json::Object(members));
            }
        }
    }

    /// After an element: whether the bracket closes; otherwise a comma was read.
    fn ends_with(&mut self, bracket: u8) -> Result<bool, ParseError> {
        self.skip_space();
        if self.eat(bracket) {
            return Ok(true);
        }
        if !self.eat(b',') {
            return Err(self.error("neither a comma nor a closing bracket"));
        }
        self.skip_space();
        Ok(self.leniency.trailing_comma && self.eat(bracket))
    }

    fn note_repeated(&mut self, members: &[(Cow<'a, str>, Json<'a>)]) {
        if self.repeated.is_some() {
            return;
        }
        let mut names = members.iter().map(|(name, _)| name.as_ref()).enumerate();
        let repeated = if members.len() <= SCANNED_MEMBERS {
            names.find(|(index, name)| members[..*index].iter().any(|(earlier, _)| earlier == name))
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            names.find(|(_, name)| !seen.insert(*name))
        };
        self.repeated = repeated.map(|(_, name)| name.to_owned());
    }

    fn number(&mut self) -> Result<Json<'a>, ParseError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(Json::Number(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("no digit in a number")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, ParseError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'\\') => return self.escaped_string(start).map(Cow::Owned),
                Some(0..=0x1f) => return Err(self.error("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.error("an unfinished string")),
            }
        }
    }

    /// The rest of a string from its first escape on.
    fn escaped_string(&mut self, start: usize) -> Result<String, ParseError> {
        let mut string = self.text[start..self.at].to_owned();
        loop {
            let run = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            string.push_str(&self.text[run..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("an unfinished string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(b'u') => return self.unicode_escape(),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.error("an unknown escape")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode_escape(&mut self) -> Result<char, ParseError> {
        let unit = self.code_unit()?;
        let code = match unit {
            0xd800..=0xdbff => {
                if !self.eat(b'\\') || self.peek() != Some(b'u') {
                    return Err(self.error("half a surrogate pair"));
                }
                match self.code_unit()? {
                    low @ 0xdc00..=0xdfff => 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                    _ => return Err(self.error("half a surrogate pair")),
                }
            }
            _ => unit,
        };
        char::from_u32(code).ok_or_else(|| self.error("half a surrogate pair"))
    }

    /// Reads `uXXXX`.
    fn code_unit(&mut self) -> Result<u32, ParseError> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
        let unit = digits.and_then(|digits| {
            digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
        });
        let unit = unit.ok_or_else(|| self.error("no four hexadecimal digits in an escape"))?;
        self.at += 5;
        Ok(unit)
    }
}
