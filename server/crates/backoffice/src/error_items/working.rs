//! What people do with an item before anything is proposed, and after it was concluded: take it,
//! hand it on, look into it, put it off, comment, open it again. None of it moves money.

use super::{ErrorItemError, Step, event, note, store, take_step};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{ErrorItem, ErrorItemState, InvalidTransition};
use domain::ids::{ErrorItemId, StaffId};
use time::{Duration, OffsetDateTime};

/// Longest time an item can be put off.
const SNOOZE_MAX: Duration = Duration::days(90);

/// Takes an item, also from a colleague.
///
/// # Errors
/// Not allowed, no such item, or it waits for a decision or is done.
pub async fn assign_to_me(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
) -> Result<(), ErrorItemError> {
    let me = actor.require(Permission::MakeErrorResolution)?;
    step(office, actor, id, ("assigned", &actor.name), |item| item.assign(me)).await
}

/// The colleague with a login, to whom items can be given.
///
/// # Errors
/// Not allowed, or there is no such colleague.
pub async fn colleague(
    office: &Office,
    actor: &Actor,
    login: &str,
) -> Result<(StaffId, String), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut conn = office.db.acquire().await?;
    let found = store::colleague(&mut conn, login.trim()).await?;
    found.ok_or_else(|| ErrorItemError::NoSuchColleague(login.to_owned()))
}

/// Gives an item to a colleague, by their login.
///
/// # Errors
/// Not allowed, no such item or colleague, or it waits for a decision or is done.
pub async fn assign(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    login: &str,
) -> Result<(), ErrorItemError> {
    let (to, name) = colleague(office, actor, login).await?;
    step(office, actor, id, ("assigned", &name), |item| item.assign(to)).await
}

/// Gives an item back to its queue.
///
/// # Errors
/// Not allowed, no such item, or nobody works on it.
pub async fn release(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    step(office, actor, id, ("released", ""), ErrorItem::release).await
}

/// Begins to look into an item one has.
///
/// # Errors
/// Not allowed, no such item, or nobody has it.
pub async fn investigate(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    step(office, actor, id, ("investigated", ""), ErrorItem::investigate).await
}

/// Puts an item off.
///
/// # Errors
/// Not allowed, no such item, the date is past or far away, or the item waits for a decision.
pub async fn snooze(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    (until, why): (OffsetDateTime, &str),
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    check_snooze(office, until)?;
    step(office, actor, id, ("snoozed", why.trim()), |item| item.snooze(until)).await
}

/// Checks how long an item is put off.
pub(super) fn check_snooze(office: &Office, until: OffsetDateTime) -> Result<(), ErrorItemError> {
    let now = office.now();
    let allowed = until > now && until - now <= SNOOZE_MAX;
    if allowed { Ok(()) } else { Err(ErrorItemError::SnoozeOutOfRange) }
}

/// Wakes an item before its date.
///
/// # Errors
/// Not allowed, no such item, or it does not sleep.
pub async fn wake(office: &Office, actor: &Actor, id: ErrorItemId) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    step(office, actor, id, ("woken", ""), ErrorItem::wake).await
}

/// Opens a concluded item again, for a reason.
///
/// # Errors
/// Not allowed, no such item, no reason, it is open, or another item about the same record is.
pub async fn reopen(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    reason: &str,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ErrorItemError::ReopenReasonMissing);
    }
    step(office, actor, id, ("reopened", reason), ErrorItem::reopen).await
}

/// Adds what somebody found out. Whoever has the item has begun to look into it with that.
///
/// # Errors
/// Not allowed, no such item, or nothing was written.
pub async fn comment(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    text: &str,
) -> Result<(), ErrorItemError> {
    may_comment(actor)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorItemError::CommentEmpty);
    }
    let who = Who::Staff(actor);
    let mut tx = office.begin().await?;
    let item = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?.item;
    note(&mut tx, office, id, Step { who, event: "commented", text }).await?;
    let comment = event(who, "error_items.comment");
    audit::record(&mut tx, office, comment, &id.to_string(), &text).await?;
    if item.state == ErrorItemState::Assigned && item.assignee == Some(actor.staff) {
        let from = item.state.status();
        let step = Step { who, event: "investigated", text: "" };
        take_step(&mut tx, office, (from, &item.investigate()?), step).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whoever makes or decides resolutions may say what they found out.
pub(super) fn may_comment(actor: &Actor) -> Result<(), ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    if !actor.may(Permission::MakeErrorResolution) {
        actor.require(Permission::ApproveErrorResolution)?;
    }
    Ok(())
}

async fn step(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    (event, text): (&'static str, &str),
    decide: impl FnOnce(ErrorItem) -> Result<ErrorItem, InvalidTransition>,
) -> Result<(), ErrorItemError> {
    let mut tx = office.begin().await?;
    let item = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?.item;
    let from = item.state.status();
    let after = decide(item)?;
    let step = Step { who: Who::Staff(actor), event, text };
    take_step(&mut tx, office, (from, &after), step).await?;
    tx.commit().await?;
    Ok(())
}
