use std::time::Duration;

use crate::judge::{Deviation, Listing, State};
use crate::model::Outcome;
use crate::plan::PlannedCase;
use crate::suite::ResourceKind;

use super::super::alone::run_case;
use super::super::canary::is_disturbed;
use super::super::join_bounded::join_bounded;
use super::super::resource::Resource;
use super::super::restore::mend;
use super::super::sentinel::place_sentinel;
use super::super::session::Session;
use super::expected_state::ExpectedState;
use super::grouped_case::GroupedCase;
use super::lost::{Amiss, Lost, all_amiss, is_all_missing, missing};
use super::refused_under_load::try_alone;
use super::select::select_cases;
use crate::judge::case::JudgedCase;

/// Runs as many of the next cases as can share a read-back, or else the first by itself.
pub(in super::super) async fn run_next<'a>(
    session: &'a Session,
    cases: &'a [PlannedCase],
    resource: &mut Resource,
    second: Option<&mut Resource>,
) -> Vec<JudgedCase<'a>> {
    if let Some(first) = cases.first() {
        place_sentinel(session, first, resource).await;
    }
    let members = select_cases(session, cases, resource);
    match cases.first() {
        Some(alone) if members.len() < 2 => vec![run_case(session, alone, resource, second).await],
        _ => {
            let mut finished = run_group(session, members, resource).await;
            if is_disturbed(session, resource, finished.iter()).await {
                for (one, case) in finished.iter_mut().zip(cases).filter(|(one, _)| one.found_at().is_some()) {
                    *one = run_case(session, case, resource, None).await;
                }
            }
            finished
        }
    }
}

/// Sends the requests of several cases, one of each at a time, with one read-back for all of them: what each should
/// have stored is there, and what each refused request named is not. If anything is amiss, every case of the group runs
/// again by itself, so that the right one is blamed.
async fn run_group<'a>(
    session: &'a Session,
    mut members: Vec<GroupedCase<'a>>,
    resource: &mut Resource,
) -> Vec<JudgedCase<'a>> {
    let mut touched = State::new();
    let before = resource.ledger.foreign_changes();
    members.iter_mut().for_each(|member| member.open(session, resource));
    set_up(session, &mut members, resource, &mut touched).await;
    let mut clean = true;
    let mut looked = Looked::default();
    while clean && members.iter().any(GroupedCase::goes_on) {
        looked = round(session, &mut members, resource, &mut touched, &mut clean).await;
    }
    resource.remove(session, &touched).await;
    resource.looks.clear();
    looked.disturbed = resource.ledger.foreign_changes() != before;
    let mut finished = Vec::with_capacity(members.len());
    for member in members {
        finished.push(match clean && member.is_settled() {
            true if !looked.disturbed || !member.depends_on_others() => member.close(),
            _ => conclude(session, member, resource, &looked).await,
        });
    }
    finished
}

/// Stores what the requests need, and waits for it to show.
async fn set_up(session: &Session, members: &mut [GroupedCase<'_>], resource: &mut Resource, touched: &mut State) {
    let storing = members.iter_mut().filter(|m| m.has_set_ups()).map(|m| m.set_up(session, &resource.id));
    let done = join_bounded(session, storing).await;
    members.iter_mut().for_each(|member| member.note_set_ups(resource, touched));
    if !done.is_empty() && resource.can_list() && !resource.lag.is_zero() {
        let stored: Vec<String> = members.iter().flat_map(|member| member.run.own[0].keys().cloned()).collect();
        let settle = session.settings.settle;
        resource.look_until(session, settle, |l| stored.iter().all(|key| l.item(key).is_some())).await;
    }
}

/// One request of each case that still has any, side by side where that helps, and one read-back; `clean` ends as false
/// if anything is amiss.
async fn round(
    session: &Session,
    members: &mut [GroupedCase<'_>],
    resource: &mut Resource,
    touched: &mut State,
    clean: &mut bool,
) -> Looked {
    let jostled = session.width() > 1 && members.iter().filter(|member| member.goes_on()).count() > 1;
    members.iter_mut().for_each(|member| member.jostled = jostled);
    let sent = join_bounded(session, members.iter_mut().map(|member| member.act(session, &resource.id))).await;
    for (member, sent) in members.iter_mut().zip(sent) {
        member.note_request(resource, sent.as_ref(), touched);
        if let Some(sent) = sent {
            *clean &= member.judge(session, resource, sent, touched).await;
        }
    }
    let (mut looked, state) = look(session, members, resource, clean).await;
    for amiss in std::mem::take(&mut looked.lost) {
        if let Some(member) = members.get_mut(amiss.place) {
            member.lost = Some(Lost::new(amiss, resource));
        }
    }
    if let Some((listing, seen)) = state {
        mend(session, resource, &seen).await;
        if *clean {
            members.iter_mut().for_each(|member| {
                let holds = ExpectedState::holds(session, member, Some(&listing));
                member.advance(&holds, Some(&seen), resource);
            });
        }
        let own = resource.own_of(session, seen);
        if *clean && resource.lag.is_zero() {
            *touched = own;
        } else {
            // What has not shown yet may still do so.
            touched.extend(own);
        }
    } else if *clean {
        members.iter_mut().for_each(|member| {
            let holds = ExpectedState::holds(session, member, None);
            member.advance(&holds, None, resource);
        });
    }
    looked
}

/// What is known from reading back.
#[derive(Default)]
struct Looked {
    /// Something is stored that should not be.
    crowded: bool,
    /// There is a state to be had, and it could not be read.
    unread: bool,
    /// The items that are amiss.
    lost: Vec<Amiss>,
    /// Several items were accepted, and nothing of all that is there: no need to ask for each by itself.
    stored_nothing: bool,
    seen: State,
    /// Somebody has come, or gone, while the group was at work.
    disturbed: bool,
}

/// Looks until everything is as it should be; `clean` ends as false if it is not. The last look comes with it, and the
/// state that it shows.
async fn look(
    session: &Session,
    members: &[GroupedCase<'_>],
    resource: &mut Resource,
    clean: &mut bool,
) -> (Looked, Option<(Listing, State)>) {
    if !resource.can_list() {
        return (Looked::default(), None);
    }
    let mut outlook = ExpectedState::of(resource, members);
    if outlook.states_differ && !resource.lag.is_zero() {
        // Only the state tells some readings apart, and this target shows old ones for a while.
        tokio::time::sleep(session.settings.settle).await;
    } else if !outlook.stores {
        resource.let_settle().await;
    }
    // A group that is amiss runs again anyway, one case after the other: no need to be patient with it.
    let stores_nothing = |member: &GroupedCase<'_>| resource.suspicions.is_broken(&member.operation().id("stored"));
    let hopeless = resource.lag.is_zero() && members.iter().any(stores_nothing);
    let patience =
        if *clean && !hopeless { resource.usual_patience().min(session.settings.settle) } else { Duration::ZERO };
    let fits = |outlook: &ExpectedState, listing: &Listing| outlook.fits(listing, &outlook.seen(listing));
    let mut listing = resource.look_until(session, patience, |listing| fits(&outlook, listing)).await;
    outlook.leave_out_restless(resource);
    let mut lost = Vec::new();
    if *clean && let Some(amiss) = listing.as_ref().filter(|listing| !fits(&outlook, listing)) {
        lost = all_amiss(resource, members, &outlook.seen(amiss));
        if !lost.is_empty() && !resource.is_impatient(&session.known) {
            // That would be proof, so it gets all the time that a write may take to show.
            listing = resource.look_until(session, session.settings.settle, |listing| fits(&outlook, listing)).await;
            outlook.leave_out_restless(resource);
            let still = |listing: &Listing| all_amiss(resource, members, &outlook.seen(listing));
            lost = listing.as_ref().filter(|listing| !fits(&outlook, listing)).map(still).unwrap_or_default();
        } else {
            lost.clear();
        }
    }
    let Some(listing) = listing else {
        *clean = false;
        let unanswered = resource.looks.last().is_some_and(|look| look.failure().is_some());
        return (Looked { unread: unanswered || session.is_ended(), ..Looked::default() }, None);
    };
    let repeated = resource.kind != ResourceKind::Events && !listing.repeated().is_empty();
    let seen = outlook.seen(&listing);
    *clean &= outlook.fits(&listing, &seen) && !repeated;
    // A tag listed in a form that no reading has is looked at alone.
    *clean &= members.iter().all(|member| {
        let holds = ExpectedState::holds(session, member, Some(&listing));
        holds.is_empty() || holds.contains(&true) || member.is_unexplained()
    });
    let crowded = outlook.is_crowded(&seen);
    let stored_nothing = !*clean && is_all_missing(members, &seen);
    (
        Looked { crowded, unread: false, lost, stored_nothing, seen: seen.clone(), disturbed: false },
        Some((listing, seen)),
    )
}

/// What is missing of a case's own items, if its clause is known to be broken.
fn known_loss(resource: &Resource, member: &GroupedCase<'_>, seen: &State) -> Option<Deviation> {
    let deviation = missing(member, seen)?;
    resource.suspicions.is_broken(&member.run.evidence.blamed(&deviation.blame)).then_some(deviation)
}

/// Closes a case of which something may be amiss, or runs it again by itself.
async fn conclude<'a>(
    session: &'a Session,
    mut member: GroupedCase<'a>,
    resource: &mut Resource,
    looked: &Looked,
) -> JudgedCase<'a> {
    if session.is_cut_short() {
        // What became of it is not known, and nobody will find out any more.
        member.run.evidence.error("the run ended before its state could be read back");
        return member.run.finish();
    }
    let known = member.run.evidence.has_wrong_answer() || member.is_unexplained();
    if looked.unread && !member.run.evidence.is_over() && !known {
        member.run.evidence.error("the target stopped answering before its state could be read back");
        return member.run.finish();
    }
    if looked.disturbed && !member.run.evidence.has_wrong_acceptance() {
        return run_case(session, member.run.case, resource, None).await;
    }
    if let Some(turned_away) = member.turned_away.take() {
        return try_alone(session, member, turned_away, resource, looked.crowded).await;
    }
    // A wrong answer is proof already, and what it stored may hide it the second time; unless one request took the
    // room that another one needed.
    let crowded_out = looked.crowded && member.may_be_accepted();
    if known && !crowded_out {
        return member.close();
    }
    if looked.stored_nothing
        && let Some(deviation) = known_loss(resource, &member, &looked.seen)
    {
        return member.close_as_missing(&deviation);
    }
    let again = run_case(session, member.run.case, resource, None).await;
    if again.outcome == Outcome::Pass
        && let Some(lost) = member.lost.take()
    {
        return member.close_as_lost(lost);
    }
    // What an oracle found the first time is not lost if all is well the second time.
    let kept =
        again.outcome == Outcome::Pass && member.run.evidence.has_findings() && !member.run.evidence.has_wrong_answer();
    if kept { member.run.finish() } else { again }
}
