//! Suggestions for misspelt names.

/// At most three of the candidates, closest first; none that shares hardly anything with the name.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut ranked: Vec<(usize, &str)> = candidates
        .map(|candidate| (distance(name, tail(candidate, name)), candidate))
        .filter(|(edits, _)| *edits <= name.chars().count() / 2 + 1)
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// As many trailing segments of the candidate as the name has, since a clause may be given by its end.
fn tail<'a>(candidate: &'a str, name: &str) -> &'a str {
    let segments = name.matches('.').count() + 1;
    match candidate.rmatch_indices('.').nth(segments - 1) {
        Some((dot, _)) => &candidate[dot + 1..],
        None => candidate,
    }
}

fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_suffix_finds_the_clause() {
        let clauses = ["csms.create-secret-tag.key.reserved-prefix", "kms.create-kms-tag.tag-limit"];
        assert_eq!(nearest("reserved-prefx", clauses.into_iter()), [clauses[0]]);
        assert!(nearest("zzzzzz", clauses.into_iter()).is_empty());
    }
}
