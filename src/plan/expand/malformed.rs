use super::Field;
use crate::suite::CaseSpec;

/// The valid body spoilt in every way that lenient parsers forgive. Each of these would be a valid
/// request if it were forgiven, so that being lenient shows.
pub(super) fn expand(field: &Field<'_>) -> Vec<CaseSpec> {
    let valid = field.op.operation.valid.as_str();
    let without_end = valid.strip_suffix('}').unwrap_or(valid);
    let text = [
        ("nothing-but-a-brace", "{".to_owned()),
        ("not-json-at-all", "key=value&action=create".to_owned()),
        ("xml", "<tag><key>a</key></tag>".to_owned()),
        ("cut-short", without_end.to_owned()),
        ("cut-in-half", valid.chars().take(valid.chars().count() / 2).collect()),
        ("one-brace-too-many", format!("{valid}}}")),
        ("text-after-it", format!("{valid}x")),
        ("text-before-it", format!("x{valid}")),
        ("twice", format!("{valid}{valid}")),
        ("again-on-the-next-line", format!("{valid}\n{valid}")),
        ("many-braces-too-many", format!("{valid}}}}}}}")),
        ("nul-after-it", format!("{valid}\0")),
        ("form-feed-before-it", format!("\u{c}{valid}")),
        ("no-break-space-after-it", format!("{valid}\u{a0}")),
        ("comma-at-the-end", format!("{without_end},}}")),
        ("comma-at-the-start", valid.replacen('{', "{,", 1)),
        ("comma-after-it", format!("{valid},")),
        ("no-colon", valid.replacen("\":", "\"", 1)),
        ("equals-sign-for-colon", valid.replacen("\":", "\"=", 1)),
        ("single-quotes", valid.replace('"', "'")),
        ("bare-names", bare_names(valid)),
        ("block-comment", format!("/* comment */{valid}")),
        ("line-comment", format!("{valid} // comment")),
        ("hash-comment", format!("# comment\n{valid}")),
        ("raw-newline-in-a-string", valid.replacen('$', "\n$", 1)),
        ("raw-tab-in-a-string", valid.replacen('$', "\t$", 1)),
        ("raw-newline-in-an-unknown-member", with_member(valid, "\"a\nb\"")),
        ("raw-nul-in-an-unknown-member", with_member(valid, "\"a\u{0}b\"")),
        ("unknown-escape-in-an-unknown-member", with_member(valid, "\"a\\qb\"")),
        ("unknown-escape", valid.replacen('$', "\\q$", 1)),
        ("short-unicode-escape", valid.replacen('$', "\\u12 $", 1)),
        ("number-with-leading-zero", with_member(valid, "007")),
        ("number-with-plus", with_member(valid, "+1")),
        ("number-in-hexadecimal", with_member(valid, "0x1f")),
        ("capital-true", with_member(valid, "True")),
        ("undefined", with_member(valid, "undefined")),
        ("no-comma", valid.replacen(',', " ", 1)),
        ("semicolon-for-comma", valid.replacen(',', ";", 1)),
        ("nul-before-it", format!("\0{valid}")),
        ("capitals-for-true", with_member(valid, "TRUE")),
        ("number-without-fraction", with_member(valid, "1.")),
        ("number-without-integer", with_member(valid, ".5")),
        ("raw-tab-in-an-unknown-member", with_member(valid, "\"a\tb\"")),
        ("hexadecimal-escape-in-an-unknown-member", with_member(valid, "\"\\x41\"")),
    ];
    let braces = valid.strip_suffix("}}").map(|rest| ("two-braces-too-few", rest.to_owned()));
    let lists = valid.contains(']').then(|| ("comma-at-the-end-of-a-list", valid.replacen(']', ",]", 1)));
    text.into_iter().chain(braces).chain(lists).map(|(what, body)| field.refused(what, body)).collect()
}

/// The valid body with one more member whose value is this text.
pub(super) fn with_member(valid: &str, value: &str) -> String {
    valid.replacen('{', &format!("{{\"dewspec\":{value},"), 1)
}

/// Names without their quotes, as JavaScript allows them.
fn bare_names(valid: &str) -> String {
    let mut out = String::with_capacity(valid.len());
    let mut rest = valid;
    while let Some(start) = rest.find('"') {
        let Some(length) = rest[start + 1..].find('"') else { break };
        let end = start + 1 + length;
        let name = rest[end + 1..].starts_with(':');
        out.push_str(&rest[..start]);
        out.push_str(if name { &rest[start + 1..end] } else { &rest[start..=end] });
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}
