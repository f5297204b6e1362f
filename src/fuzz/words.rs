use std::collections::BTreeSet;

use crate::rules::Contract;

/// Texts that implementers have stumbled over before.
const KNOWN: &[&str] = &[
    "",
    " ",
    "  ",
    "   ",
    "0",
    "-0",
    "1",
    "007",
    "1e5",
    "1.0",
    "0x10",
    "true",
    "false",
    "null",
    "undefined",
    "NaN",
    "{{7*7}}",
    "{{",
    "}}",
    "|",
    "#",
    "!",
    "(",
    ")",
    "&",
    "$",
    "^",
    "~",
    "$(id)",
    "%s%n",
    "%00",
    "%2e%2e",
    "../",
    "a/../b",
    "..",
    ".",
    "/",
    "\\",
    "'",
    "\"",
    "`",
    ";",
    "--",
    "&amp;",
    "&lt;b&gt;",
    "<b>",
    "]]>",
    "\u{0}",
    "\u{7f}",
    "\r\n",
    "\t",
    "\u{a0}",
    "\u{200b}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "e\u{301}",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "K",
    "ﬁ",
    "ǆ",
    "😀",
    "👨\u{200d}👩",
    "\u{10ffff}",
    "_sys_",
    "sys",
    "SYS_",
    "HW",
    "aws:",
    "*",
    "?",
    "=",
    "a=b",
    ",",
    "a,b",
    "2026-01-01T00:00:00Z",
    "[]",
    "{}",
    "\\u0000",
];

/// The texts that changes are made of: those that are often trouble, and every word of the contract.
pub(super) fn words<'a>(contracts: impl Iterator<Item = &'a Contract>) -> Vec<String> {
    let mut all: BTreeSet<String> = KNOWN.iter().map(|word| (*word).to_owned()).collect();
    for contract in contracts {
        for facts in contract.fields() {
            all.extend(facts.rules.one_of.iter().flatten().cloned());
            for disputed in &facts.disputed {
                all.extend(disputed.prefixes.iter().cloned());
                all.extend(disputed.values.iter().cloned());
            }
        }
    }
    all.into_iter().collect()
}

/// Lengths that a bound of the contract makes interesting.
pub(super) fn lengths(contract: &Contract) -> Vec<usize> {
    let rules = contract.fields().iter().map(|facts| &facts.rules);
    let bounds = rules.flat_map(|rules| [rules.min_length, rules.max_length]).flatten();
    let near: BTreeSet<usize> = bounds.flat_map(|bound| [bound.saturating_sub(1), bound, bound + 1]).collect();
    near.into_iter().chain([16, 64, 100, 1000, 4096]).collect()
}
