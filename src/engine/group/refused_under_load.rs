//! On a target that takes only one request at a time, a refusal need not be the doing of the request that is refused.

use crate::judge::case::JudgedCase;
use crate::judge::{Blame, Deviation, describe};
use crate::model::Outcome;

use super::super::alone::run_case;
use super::super::resource::Resource;
use super::super::session::Session;
use super::grouped_case::GroupedCase;

/// A refusal that may be due to what else was under way, and not to the request.
pub(super) struct RefusedUnderLoad {
    pub(super) index: usize,
    /// What it is if it is not; open clauses have nothing to say here.
    pub(super) deviation: Option<Deviation>,
}

impl<'a> GroupedCase<'a> {
    /// Its end, if it was turned away, and has the right answer by itself.
    fn right_alone(mut self, turned_away: &RefusedUnderLoad) -> JudgedCase<'a> {
        let allowed = "the answer that it has by itself".to_owned();
        let seen = self.run.evidence.exchange_at(turned_away.index).map(describe).unwrap_or_default();
        let seen = format!("{seen}, while other requests were under way");
        self.run.evidence.wrong_answer(&Deviation { blame: Blame::Stored, allowed, seen }, turned_away.index);
        self.run.finish()
    }

    /// Takes the refusal as the request's own doing.
    fn wrong_anyway(&mut self, turned_away: &RefusedUnderLoad) {
        if let Some(deviation) = &turned_away.deviation {
            self.run.evidence.wrong_answer(deviation, turned_away.index);
        }
    }
}

/// Runs a case again that was refused beside others: by itself it shows whose doing that was. `crowded`: something was
/// stored there that should not have been.
pub(super) async fn try_alone<'a>(
    session: &'a Session,
    mut member: GroupedCase<'a>,
    turned_away: RefusedUnderLoad,
    resource: &mut Resource,
    crowded: bool,
) -> JudgedCase<'a> {
    let clause = turned_away.deviation.as_ref().map(|deviation| member.run.evidence.blamed(&deviation.blame));
    if clause.is_some_and(|clause| resource.suspicions.is_suspect(&clause)) {
        member.wrong_anyway(&turned_away);
        return member.close();
    }
    let again = run_case(session, member.run.case, resource, None).await;
    let same = member.run.evidence.exchange_at(turned_away.index).is_some_and(|first| {
        let mut evidence = again.evidence().iter();
        evidence.any(|one| one.request.body == first.request.body && one.status() == first.status())
    });
    // Unless what another request stored, and should not have, took the room.
    if again.outcome == Outcome::Pass && !crowded && !same {
        return member.right_alone(&turned_away);
    }
    again.raise_suspicion(&mut resource.suspicions);
    again
}
