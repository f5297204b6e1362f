use std::collections::BTreeSet;

use crate::plan::PlannedCase;

use super::super::resource::Resource;
use super::super::sentinel::allows_sentinel;
use super::super::session::Session;
use super::grouped_case::GroupedCase;

/// Cases that share a read-back, at most.
const MOST: usize = 64;
/// Items that a group stores, at most.
const AT_ONCE: usize = 15;
/// So many times as much where a resource takes many requests at once.
const WIDE: usize = 3;
/// And where each read-back has to wait.
const LAGGING: usize = 8;

/// Sorts cases so that those which can share a read-back are not kept apart by those which cannot, and those that need a
/// second one, or something stored before, do not make others wait for it.
pub(in super::super) fn neighbours_together(cases: &mut [PlannedCase]) {
    let rounds = |case: &PlannedCase| case.shareable().map(|(set_ups, requests)| (!set_ups.is_empty(), requests.len()));
    cases
        .sort_by_key(|case| (case.shareable().is_none(), !allows_sentinel(case), case.may_do_anything(), rounds(case)));
}

/// The next cases that can share a read-back: their items different from each other and few enough to fit. A resource
/// that is full would refuse everything, and hide what it accepts wrongly, so there is always room for one more case's
/// items.
pub(super) fn select_cases<'a>(
    session: &'a Session,
    cases: &'a [PlannedCase],
    resource: &Resource,
) -> Vec<GroupedCase<'a>> {
    let mut members: Vec<GroupedCase<'a>> = Vec::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let there = resource.ledger.carries();
    let mut stored = 0;
    let factor = if !resource.lag.is_zero() {
        LAGGING
    } else if session.width() > 1 {
        WIDE
    } else {
        1
    };
    let Some(first) = cases.first() else { return members };
    let alike = |case: &PlannedCase| {
        allows_sentinel(case) == allows_sentinel(first) && case.may_do_anything() == first.may_do_anything()
    };
    for case in cases.iter().take(MOST * factor).take_while(|case| alike(case)) {
        let Some(member) = GroupedCase::new(session, case) else { break };
        let own = member.may_store();
        let folded: Vec<String> = own.iter().map(|key| key.to_lowercase()).collect();
        let news = folded.iter().all(|key| !keys.contains(key));
        stored += own.len();
        if !news || own.iter().any(|key| resource.keeps(key)) {
            break;
        }
        keys.extend(folded);
        let full = resource.limit(&session.known, case).is_some_and(|most| there + stored + case.spec.room > most);
        if full || stored > AT_ONCE * factor {
            break;
        }
        members.push(member);
    }
    members
}
