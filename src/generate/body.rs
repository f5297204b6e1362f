use serde_json::Value;

/// Changes to a valid body that the data asks for by placeholder: `NAME:ARGUMENTS`.
///
/// - `set:/pointer=text`: the member is that string
/// - `null:/pointer`: the member is null
/// - `deep:N`, `many:N`, `huge:1`: more, unknown members: one of N arrays in each other, N of them, one
///   with an enormous number; `long:/pointer`: the member is a very long string
/// - `large:N`, `elements:N`: one more, unknown member with a text of N characters, or a list of N texts; `blanks:N`: N
///   blanks before the first member; `names:N`: more, unknown members with odd names, one of them of N characters
/// - `nan:1`: one more, unknown member that is not a number; `half:/pointer`: the member has half a surrogate pair in it
/// - `tokens:1`: one more, unknown member that holds every kind of token that JSON has
/// - `twice:/pointer`: the member stands twice, first as `"first"`, then as `"second"`
///
/// Placeholders inside the body stay as they are.
pub(super) fn changed(valid: &str, name: &str, arguments: &str) -> Option<String> {
    let mut body: Value = serde_json::from_str(valid).ok()?;
    match name {
        "set" => {
            let (pointer, text) = arguments.split_once('=')?;
            put(&mut body, pointer, Value::from(text))?;
            Some(body.to_string())
        }
        "null" => {
            put(&mut body, arguments, Value::Null)?;
            Some(body.to_string())
        }
        "twice" => {
            let (_, member) = arguments.rsplit_once('/')?;
            put(&mut body, arguments, Value::from("second"))?;
            let once = format!("\"{member}\":\"second\"");
            let twice = format!("\"{member}\":\"first\",{once}");
            Some(body.to_string().replacen(&once, &twice, 1))
        }
        "deep" => {
            let depth: usize = arguments.parse().ok()?;
            Some(with_member(valid, &format!("\"dewspec\":{}{}", "[".repeat(depth), "]".repeat(depth))))
        }
        "long" => {
            put(&mut body, arguments, Value::from("a".repeat(LONG)))?;
            Some(body.to_string())
        }
        "many" => {
            let count: usize = arguments.parse().ok()?;
            let members: Vec<String> = (0..count).map(|i| format!("\"dewspec{i}\":{i}")).collect();
            Some(with_member(valid, &members.join(",")))
        }
        "tokens" => Some(with_member(valid, &format!("\"dewspec\":{TOKENS}"))),
        "nan" => Some(with_member(valid, "\"dewspec\":NaN")),
        "half" => {
            put(&mut body, arguments, Value::from("dewspec-half"))?;
            Some(body.to_string().replacen("\"dewspec-half\"", "\"dewspec-\\ud800.\"", 1))
        }
        "large" => {
            let length: usize = arguments.parse().ok()?;
            Some(with_member(valid, &format!("\"dewspec\":\"{}\"", "a".repeat(length))))
        }
        "blanks" => Some(valid.replacen('{', &format!("{{{}", " ".repeat(arguments.parse().ok()?)), 1)),
        "elements" => {
            let count: usize = arguments.parse().ok()?;
            let element = format!(",\"{}\"", "a".repeat(61));
            Some(with_member(valid, &format!("\"dewspec\":[0{}]", element.repeat(count))))
        }
        "names" => {
            let length: usize = arguments.parse().ok()?;
            let names =
                ["", "__proto__", "constructor", "a.b", "$where", "%n{{7*7}}", "'\\\"--", "\\u0000", "\\ud83d\\ude00"];
            let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{{}}")).collect();
            Some(with_member(valid, &format!("{},\"{}\":1", members.join(","), "n".repeat(length))))
        }
        "huge" => Some(with_member(valid, &format!("\"dewspec\":-1{}.5e99999", "0".repeat(400)))),
        _ => None,
    }
}

/// The body with more members before its own.
fn with_member(valid: &str, members: &str) -> String {
    valid.replacen('{', &format!("{{{members},"), 1)
}

/// Every kind of token that JSON has.
const TOKENS: &str =
    r#"[0,-0,-12.5e-3,1E+2,0.25e2,true,false,null,{},[],{"a":{"b":[[]]}},"","\"\\\/\b\f\n\r\t","\u00E9\uD83d\uDE00"]"#;

/// Half a mebibyte: beyond every documented length, below every usual limit of bodies.
const LONG: usize = 512 * 1024;

fn put(body: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, member) = pointer.rsplit_once('/')?;
    match body.pointer_mut(parent)? {
        Value::Object(object) => {
            object.insert(member.to_owned(), value);
        }
        Value::Array(array) => *array.get_mut(member.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(())
}

/// The same JSON text written otherwise: members in reverse order, white space between tokens, the
/// first letter of every string escaped.
pub(super) fn rewritten(valid: &str) -> Option<String> {
    let body: Value = serde_json::from_str(valid).ok()?;
    let mut out = String::from("\r\n\t ");
    write(&body, &mut out);
    out.push_str(" \n");
    Some(out)
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            out.push_str("{ ");
            for (i, (name, member)) in object.iter().rev().enumerate() {
                out.push_str(if i == 0 { "\n  " } else { " ,\n\t" });
                out.push_str(&escaped(name));
                out.push_str("\t: ");
                write(member, out);
            }
            out.push_str("\r\n}");
        }
        Value::Array(array) => {
            out.push_str("[ ");
            for (i, element) in array.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { " , " });
                write(element, out);
            }
            out.push_str(" ]");
        }
        Value::String(text) => out.push_str(&escaped(text)),
        other => out.push_str(&other.to_string()),
    }
}

/// A string literal with its first character written as an escape, unless a placeholder begins there.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => {
            format!("\"\\u{:04X}{}", u32::from(first), &quoted[2..])
        }
        _ => quoted,
    }
}
