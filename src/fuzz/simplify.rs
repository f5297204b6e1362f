use std::collections::VecDeque;

use serde_json::Value;

use super::Input;
use crate::generate::json::{all_pointers, remove};
use crate::generate::mark;

/// Offers simpler forms of an input that failed, large steps first, for as long as somebody says whether they
/// fail, too.
#[derive(Debug)]
pub struct Simplifier {
    simplest: Input,
    forms: VecDeque<Input>,
    pass: usize,
    /// A form of this pass failed, too, so that another pass may find more.
    progress: bool,
}

/// Kinds of steps, in order.
const PASSES: usize = 5;

impl Simplifier {
    /// For an input that failed.
    pub fn new(input: Input) -> Self {
        let mut simplifier = Simplifier { simplest: input, forms: VecDeque::new(), pass: 0, progress: false };
        simplifier.fill();
        simplifier
    }

    /// The simplest form that is known to fail.
    pub fn simplest(&self) -> &Input {
        &self.simplest
    }

    /// The next form to try; `None` at the end.
    pub fn next_form(&mut self) -> Option<Input> {
        loop {
            if let Some(form) = self.forms.pop_front() {
                if form.size() < self.simplest.size() || plainer(&form, &self.simplest) {
                    return Some(form);
                }
                continue;
            }
            self.pass += 1;
            if self.pass >= PASSES {
                if !self.progress {
                    return None;
                }
                self.pass = 0;
                self.progress = false;
            }
            self.fill();
        }
    }

    /// The form failed as well: it is where to go on from.
    pub fn failed(&mut self, form: Input) {
        self.simplest = form;
        self.progress = true;
        self.fill();
    }

    fn fill(&mut self) {
        let input = &self.simplest;
        self.forms = match self.pass {
            0 => without_requests(input),
            1 => each_body(input, without_members),
            2 => each_body(input, with_shorter_texts),
            3 => each_body(input, with_plainer_texts),
            _ => each_text(input),
        }
        .into();
    }
}

/// Of the same length, but with fewer odd characters.
fn plainer(form: &Input, than: &Input) -> bool {
    let odd = |input: &Input| {
        let is_odd = |c: &char| !c.is_ascii_alphanumeric() && !mark::stands_in(*c);
        input.requests.iter().flat_map(|r| r.body.chars()).filter(is_odd).count()
    };
    let letters = |input: &Input| {
        input.requests.iter().flat_map(|r| r.body.chars()).filter(|c| c.is_ascii_alphanumeric() && *c != 'a').count()
    };
    form.size() <= than.size() && (odd(form), letters(form)) < (odd(than), letters(than))
}

fn without_requests(input: &Input) -> Vec<Input> {
    let count = input.requests.len();
    let without = |from: usize, to: usize| {
        let mut form = input.clone();
        form.requests.drain(from..to);
        form
    };
    let mut forms = Vec::new();
    if count > 2 {
        forms.push(without(0, count / 2));
        forms.push(without(count / 2, count));
    }
    if count > 1 {
        forms.extend((0..count).map(|at| without(at, at + 1)));
    }
    forms
}

/// The input with one body changed, for every body that is JSON and every change.
fn each_body(input: &Input, change: impl Fn(&Value) -> Vec<Value>) -> Vec<Input> {
    let mut forms = Vec::new();
    for (at, request) in input.requests.iter().enumerate() {
        let Ok(body) = serde_json::from_str::<Value>(&request.body) else { continue };
        for changed in change(&body) {
            let mut form = input.clone();
            form.requests[at].body = changed.to_string();
            forms.push(form);
        }
    }
    forms
}

fn without_members(body: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    all_pointers(body, String::new(), &mut places);
    let without = |pointer: &String| {
        let mut form = body.clone();
        remove(&mut form, pointer);
        form
    };
    let mut forms = Vec::new();
    for pointer in &places {
        if let Some(Value::Array(items)) = body.pointer(pointer)
            && items.len() > 2
        {
            for half in [&items[..items.len() / 2], &items[items.len() / 2..]] {
                let mut form = body.clone();
                if let Some(place) = form.pointer_mut(pointer) {
                    *place = Value::from(half.to_vec());
                }
                forms.push(form);
            }
        }
    }
    forms.extend(places.iter().filter(|p| !p.is_empty()).map(without));
    forms
}

fn with_texts(body: &Value, change: impl Fn(&str) -> Vec<String>) -> Vec<Value> {
    let mut places = Vec::new();
    all_pointers(body, String::new(), &mut places);
    let mut forms = Vec::new();
    for pointer in &places {
        let Some(text) = body.pointer(pointer).and_then(Value::as_str) else { continue };
        let is_ours = |text: &str| text.chars().any(mark::stands_in);
        // A key that is ours stays so: another one may be somebody's, or carry traces of earlier tries.
        for changed in change(text).into_iter().filter(|changed| !is_ours(text) || is_ours(changed)) {
            let mut form = body.clone();
            if let Some(place) = form.pointer_mut(pointer) {
                *place = Value::from(changed);
            }
            forms.push(form);
        }
    }
    forms
}

fn with_shorter_texts(body: &Value) -> Vec<Value> {
    with_texts(body, |text| {
        let characters: Vec<char> = text.chars().collect();
        let mut size = characters.len() / 2;
        let mut forms = Vec::new();
        let ours: String = text.chars().filter(|c| mark::stands_in(*c)).collect();
        if !ours.is_empty() && ours.len() < text.len() {
            forms.push(ours);
        }
        while size > 0 && forms.len() < 24 {
            for start in (0..characters.len()).step_by(size).take(8) {
                let mut form = characters.clone();
                form.drain(start..(start + size).min(characters.len()));
                forms.push(form.into_iter().collect());
            }
            size /= 2;
        }
        forms
    })
}

fn with_plainer_texts(body: &Value) -> Vec<Value> {
    with_texts(body, |text| {
        let plain = |c: char| if mark::stands_in(c) { c } else { 'a' };
        let all: String = text.chars().map(plain).collect();
        let mut forms = vec![mark::key(0), all];
        for at in 0..text.chars().count().min(24) {
            let one = text.chars().enumerate().map(|(i, c)| if i == at { plain(c) } else { c }).collect();
            forms.push(one);
        }
        forms
    })
}

/// Bodies that are no JSON, piece by piece.
fn each_text(input: &Input) -> Vec<Input> {
    let mut forms = Vec::new();
    for (at, request) in input.requests.iter().enumerate() {
        if serde_json::from_str::<Value>(&request.body).is_ok() {
            continue;
        }
        let characters: Vec<char> = request.body.chars().collect();
        let mut size = characters.len() / 2;
        while size > 0 && forms.len() < 64 {
            for start in (0..characters.len()).step_by(size).take(16) {
                let mut kept = characters.clone();
                kept.drain(start..(start + size).min(characters.len()));
                let mut form = input.clone();
                form.requests[at].body = kept.into_iter().collect();
                forms.push(form);
            }
            size /= 2;
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Request;

    fn request(body: &str) -> Request {
        Request { operation: "CreateSecretTag".to_owned(), body: body.to_owned() }
    }

    #[test]
    fn what_matters_is_left() {
        let rest = r#"{"tag":{"key":"color","value":"a long and tedious % value"},"extra":[1,2,3]}"#;
        let input = Input { requests: vec![request("{}"), request(rest), request("[]")] };
        let fails = |input: &Input| input.requests.iter().any(|r| r.body.contains('%') && r.body.contains("value"));
        let mut simplifier = Simplifier::new(input);
        let mut tried = 0;
        while let Some(form) = simplifier.next_form() {
            tried += 1;
            assert!(tried < 400, "it comes to an end");
            if fails(&form) {
                simplifier.failed(form);
            }
        }
        assert_eq!(simplifier.simplest().requests, [request(r#"{"tag":{"value":"%"}}"#)]);
    }
}
