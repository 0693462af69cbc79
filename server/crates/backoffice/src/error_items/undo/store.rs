use super::super::ErrorItemError;
use crate::office::Office;
use domain::access::Actor;
use domain::error_item::{ErrorItemStatus, LastStep};
use domain::ids::ErrorItemId;
use sqlx::PgConnection;
use uuid::Uuid;

/// The latest entry of an item's timeline that was not taken back and took nothing back itself.
pub(super) async fn last(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Option<LastStep>, ErrorItemError> {
    let row = sqlx::query!(
        "SELECT id, event, at, staff_id, from_state, assignee_before, snoozed_before
         FROM error_item_events e
         WHERE item_id = $1 AND undoes IS NULL
           AND NOT EXISTS (SELECT 1 FROM error_item_events u WHERE u.undoes = e.id)
         ORDER BY id DESC LIMIT 1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| LastStep {
        entry: row.id,
        event: row.event,
        at: row.at,
        by: row.staff_id.map(Into::into),
        from: row.from_state.as_deref().and_then(ErrorItemStatus::named),
        assignee_before: row.assignee_before.map(Into::into),
        snoozed_before: row.snoozed_before,
    }))
}

/// Writes down that a step was taken back.
pub(super) async fn add(
    conn: &mut PgConnection,
    office: &Office,
    actor: &Actor,
    (id, step, (from, to)): (ErrorItemId, &LastStep, (ErrorItemStatus, ErrorItemStatus)),
) -> Result<(), sqlx::Error> {
    let moved = step.from.is_some();
    sqlx::query!(
        "INSERT INTO error_item_events
            (item_id, at, staff_id, actor, event, text, from_state, to_state, request_id, undoes)
         VALUES ($1, $2, $3, $4, 'undone', $5, $6, $7, $8, $9)",
        Uuid::from(id),
        office.now(),
        Uuid::from(actor.staff),
        actor.name,
        step.event,
        moved.then(|| from.name()),
        moved.then(|| to.name()),
        office.request_id,
        step.entry,
    )
    .execute(conn)
    .await?;
    Ok(())
}
