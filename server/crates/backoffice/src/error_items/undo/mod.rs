//! Taking back the latest step of an item, where it moved no money: for a short time, by whoever
//! made it, as an entry of its own.

pub(super) mod store;

use super::{ErrorItemError, cases};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::error_item::{LastStep, UndoRefused};
use domain::ids::ErrorItemId;
use sqlx::PgConnection;

/// Takes the latest step of an item back.
///
/// # Errors
/// No such item, there is nothing to take back, or it cannot be taken back by this person any more.
pub async fn undo(office: &Office, actor: &Actor, id: ErrorItemId) -> Result<(), ErrorItemError> {
    super::working::may_comment(actor)?;
    let mut tx = office.begin().await?;
    let item = super::store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?.item;
    let step = store::last(&mut tx, id).await?.ok_or(UndoRefused::Nothing)?;
    step.may_be_undone(actor.staff, office.now())?;
    let from = item.state.status();
    let before = item.undone(&step).map_err(UndoRefused::Transition)?;
    if step.event == "apart" {
        cases::store::set_apart(&mut tx, id, false).await?;
    }
    super::steps::store::save_all(&mut tx, [&before]).await?;
    store::add(&mut tx, office, actor, (id, &step, (from, before.state.status()))).await?;
    let event = super::event(Who::Staff(actor), "error_items.undo");
    audit::record(&mut tx, office, event, &id.to_string(), &step).await?;
    tx.commit().await?;
    Ok(())
}

/// The latest step, if a person may take it back now.
pub(super) async fn offered(
    conn: &mut PgConnection,
    office: &Office,
    (actor, id): (&Actor, ErrorItemId),
) -> Result<Option<LastStep>, ErrorItemError> {
    let step = store::last(conn, id).await?;
    Ok(step.filter(|step| step.may_be_undone(actor.staff, office.now()).is_ok()))
}
