use super::Field;
use super::malformed::with_member;
use crate::suite::CaseSpec;

/// The valid body with bytes in it that are no UTF-8. Each of these would be a valid request if they were left out, and
/// some of them if they were replaced.
pub(super) fn expand(field: &Field<'_>) -> Vec<CaseSpec> {
    let valid = field.op.operation.valid.as_str();
    let first_text = |bytes: &str| valid.replacen('$', &format!("{bytes}$"), 1);
    let bodies = [
        ("invalid-utf-8", first_text("${byte:ff}")),
        ("invalid-utf-8-in-an-unknown-member", with_member(valid, "\"${byte:ff}\"")),
        ("invalid-utf-8-in-an-unknown-name", valid.replacen('{', "{\"dewspec${byte:ff}\":1,", 1)),
        ("overlong-utf-8", first_text("${byte:c0}${byte:af}")),
        ("cut-off-utf-8", first_text("${byte:e4}${byte:b8}")),
        ("utf-8-without-a-start", first_text("${byte:80}")),
        ("surrogate-in-utf-8", first_text("${byte:ed}${byte:a0}${byte:80}")),
        ("pair-of-surrogates-in-utf-8", first_text("${byte:ed}${byte:a1}${byte:80}${byte:ed}${byte:b0}${byte:8b}")),
    ];
    bodies.into_iter().map(|(what, body)| field.refused(what, body)).collect()
}
