use crate::audit::Who;
use crate::office::Office;
use domain::error_item::{ErrorItem, ErrorItemState, ErrorItemStatus, TimelineEvent};
use domain::ids::ErrorItemId;
use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// An item's columns that its life changes.
#[derive(Serialize)]
struct Saved<'a> {
    id: Uuid,
    state: &'static str,
    assignee_id: Option<Uuid>,
    approval_id: Option<Uuid>,
    action: Option<&'static str>,
    journal_id: Option<Uuid>,
    in_suspense: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    snoozed_until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    concluded_at: Option<OffsetDateTime>,
    conclusion: Option<&'a str>,
}

impl<'a> Saved<'a> {
    fn of(item: &'a ErrorItem) -> Self {
        let (mut approval_id, mut snoozed_until) = (None, None);
        let (mut concluded_at, mut conclusion) = (None, None);
        match &item.state {
            ErrorItemState::New | ErrorItemState::Assigned | ErrorItemState::Investigating => {}
            ErrorItemState::Snoozed { until } => snoozed_until = Some(*until),
            ErrorItemState::Proposed { approval } | ErrorItemState::Approved { approval } => {
                approval_id = Some(Uuid::from(*approval));
            }
            ErrorItemState::Rejected { reason } => conclusion = Some(reason.as_str()),
            ErrorItemState::Executed { at } | ErrorItemState::Verified { at } => {
                concluded_at = Some(*at);
            }
            ErrorItemState::Closed { reason, at } | ErrorItemState::AutoResolved { reason, at } => {
                (concluded_at, conclusion) = (Some(*at), Some(reason.as_str()));
            }
        }
        Self {
            id: item.id.into(),
            state: item.state.status().name(),
            assignee_id: item.assignee.map(Uuid::from),
            approval_id,
            action: item.outcome.map(|outcome| outcome.action.name()),
            journal_id: item.outcome.and_then(|outcome| outcome.journal).map(Uuid::from),
            in_suspense: item.in_suspense(),
            snoozed_until,
            concluded_at,
            conclusion,
        }
    }
}

/// Writes items as they became. Their versions grow.
pub(in crate::error_items) async fn save_all(
    conn: &mut PgConnection,
    items: impl IntoIterator<Item = &ErrorItem>,
) -> Result<(), sqlx::Error> {
    let saved: Vec<Saved<'_>> = items.into_iter().map(Saved::of).collect();
    sqlx::query!(
        "UPDATE error_items i SET state = s.state, assignee_id = s.assignee_id,
                approval_id = COALESCE(s.approval_id, i.approval_id), action = s.action,
                journal_id = s.journal_id, in_suspense = s.in_suspense,
                snoozed_until = s.snoozed_until, concluded_at = s.concluded_at,
                conclusion = s.conclusion, version = i.version + 1
         FROM jsonb_to_recordset($1) AS s (id uuid, state text, assignee_id uuid,
              approval_id uuid, action text, journal_id uuid, in_suspense boolean,
              snoozed_until timestamptz, concluded_at timestamptz, conclusion text)
         WHERE i.id = s.id",
        serde_json::to_value(&saved).map_err(|e| sqlx::Error::Encode(Box::new(e)))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What happened to an item, and between which states it moved, if it did.
#[derive(Serialize)]
pub(in crate::error_items) struct NewEvent<'a> {
    item: Uuid,
    event: &'static str,
    text: &'a str,
    from_state: Option<&'static str>,
    to_state: Option<&'static str>,
}

impl<'a> NewEvent<'a> {
    pub(in crate::error_items) fn of(
        item: ErrorItemId,
        event: &'static str,
        text: &'a str,
        moved: Option<(ErrorItemStatus, ErrorItemStatus)>,
    ) -> Self {
        Self {
            item: item.into(),
            event,
            text,
            from_state: moved.map(|(from, _)| from.name()),
            to_state: moved.map(|(_, to)| to.name()),
        }
    }
}

/// Writes entries of timelines, each with what a step that is taken back leads to again: so they
/// are written before the items are.
pub(in crate::error_items) async fn add_events(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    events: &[NewEvent<'_>],
) -> Result<(), sqlx::Error> {
    let (staff, actor) = match who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    sqlx::query!(
        "INSERT INTO error_item_events
            (item_id, at, staff_id, actor, event, text, from_state, to_state, request_id,
             assignee_before, snoozed_before)
         SELECT e.item, $2, $3, $4, e.event, e.text, e.from_state, e.to_state, $5,
                i.assignee_id, i.snoozed_until
         FROM jsonb_to_recordset($1) AS e
              (item uuid, event text, text text, from_state text, to_state text)
         JOIN error_items i ON i.id = e.item",
        serde_json::to_value(events).map_err(|e| sqlx::Error::Encode(Box::new(e)))?,
        office.now(),
        staff,
        actor,
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::error_items) async fn timeline(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Vec<TimelineEvent>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT at, actor, event, text, from_state, to_state,
                  EXISTS (SELECT 1 FROM error_item_events u WHERE u.undoes = e.id) AS "undone!"
           FROM error_item_events e WHERE item_id = $1 ORDER BY id"#,
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let state = |name: Option<String>| name.as_deref().and_then(ErrorItemStatus::named);
    let rows = rows.into_iter().map(|row| TimelineEvent {
        at: row.at,
        actor: row.actor,
        event: row.event,
        text: row.text,
        moved: state(row.from_state).zip(state(row.to_state)),
        undone: row.undone,
    });
    Ok(rows.collect())
}
