use super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::error_item::{
    Action, Cause, Difference, ErrorItem, ErrorItemState, ErrorItemStatus, Leg, Links, Outcome,
    Queue, RecordView,
};
use domain::ids::{ApprovalId, ErrorItemId, JournalId, ReconciliationId, StaffId};
use domain::matching::Direction;
use domain::money::Money;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// An item with what stands beside it.
pub(super) struct Stored {
    pub item: ErrorItem,
    pub assignee_name: Option<String>,
    pub reconciliation: Option<ReconciliationId>,
    pub approval: Option<ApprovalId>,
    pub queue: Queue,
    pub due_at: OffsetDateTime,
    pub escalated_at: Option<OffsetDateTime>,
}

struct Row {
    id: Uuid,
    number: String,
    leg: String,
    cause: String,
    direction: String,
    channel: Option<String>,
    clearing_date: Date,
    record_key: String,
    ours: Option<Value>,
    theirs: Option<Value>,
    difference_minor: i64,
    currency: String,
    account_code: Option<String>,
    account_owner: Option<String>,
    merchant_id: Option<Uuid>,
    order_id: Option<Uuid>,
    payment_id: Option<Uuid>,
    refund_id: Option<Uuid>,
    payout_id: Option<Uuid>,
    bill_line_id: Option<Uuid>,
    statement_line_id: Option<Uuid>,
    state: String,
    assignee_id: Option<Uuid>,
    approval_id: Option<Uuid>,
    action: Option<String>,
    journal_id: Option<Uuid>,
    in_suspense: bool,
    version: i64,
    snoozed_until: Option<OffsetDateTime>,
    concluded_at: Option<OffsetDateTime>,
    conclusion: Option<String>,
    reconciliation_id: Option<Uuid>,
    opened_at: OffsetDateTime,
    queue: String,
    due_at: OffsetDateTime,
    escalated_at: Option<OffsetDateTime>,
    assignee_name: Option<String>,
}

impl Row {
    fn wrong(&self, what: impl ToString) -> Inconsistent {
        Inconsistent::new("error_items", self.id, what)
    }

    fn record(&self, side: &Option<Value>) -> Result<Option<RecordView>, Inconsistent> {
        let read = |json: &Value| serde_json::from_value(json.clone()).map_err(|e| self.wrong(e));
        side.as_ref().map(read).transpose()
    }

    fn state(&self) -> Result<ErrorItemState, Inconsistent> {
        let missing = |what: &str| self.wrong(what);
        let status = ErrorItemStatus::named(&self.state).ok_or_else(|| missing("state"))?;
        let at = || self.concluded_at.ok_or_else(|| missing("no time"));
        let approval = || self.approval_id.map(ApprovalId).ok_or_else(|| missing("no approval"));
        let reason = self.conclusion.clone().unwrap_or_default();
        Ok(match status {
            ErrorItemStatus::New => ErrorItemState::New,
            ErrorItemStatus::Assigned => ErrorItemState::Assigned,
            ErrorItemStatus::Investigating => ErrorItemState::Investigating,
            ErrorItemStatus::Snoozed => {
                let until = self.snoozed_until.ok_or_else(|| missing("no end of its sleep"))?;
                ErrorItemState::Snoozed { until }
            }
            ErrorItemStatus::Proposed => ErrorItemState::Proposed { approval: approval()? },
            ErrorItemStatus::Rejected => ErrorItemState::Rejected { reason },
            ErrorItemStatus::Approved => ErrorItemState::Approved { approval: approval()? },
            ErrorItemStatus::Executed => ErrorItemState::Executed { at: at()? },
            ErrorItemStatus::Verified => ErrorItemState::Verified { at: at()? },
            ErrorItemStatus::Closed => ErrorItemState::Closed { reason, at: at()? },
            ErrorItemStatus::AutoResolved => ErrorItemState::AutoResolved { reason, at: at()? },
        })
    }

    fn outcome(&self) -> Result<Option<Outcome>, Inconsistent> {
        let Some(action) = self.action.as_deref() else { return Ok(None) };
        let action = Action::named(action).ok_or_else(|| self.wrong("unknown action"))?;
        let journal = self.journal_id.map(JournalId);
        Ok(Some(Outcome { action, journal, in_suspense: self.in_suspense }))
    }
}

impl TryFrom<Row> for Stored {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let currency = row.currency.parse().map_err(|e| row.wrong(e))?;
        let unknown = |what: &str| row.wrong(what);
        let difference = Difference {
            leg: Leg::named(&row.leg).ok_or_else(|| unknown("leg"))?,
            cause: Cause::named(&row.cause).ok_or_else(|| unknown("cause"))?,
            direction: Direction::named(&row.direction).ok_or_else(|| unknown("direction"))?,
            channel: row.channel.clone(),
            clearing_date: BusinessDate(row.clearing_date),
            record_key: row.record_key.clone(),
            difference: Money::new(row.difference_minor, currency),
            account: row.account_code.as_ref().map(|code| {
                AccountRef::new(code, row.account_owner.as_deref().unwrap_or_default())
            }),
            ours: row.record(&row.ours)?,
            theirs: row.record(&row.theirs)?,
            links: Links {
                merchant: row.merchant_id.map(Into::into),
                order: row.order_id.map(Into::into),
                payment: row.payment_id.map(Into::into),
                refund: row.refund_id.map(Into::into),
                payout: row.payout_id.map(Into::into),
                bill_line: row.bill_line_id.map(Into::into),
                statement_line: row.statement_line_id.map(Into::into),
            },
        };
        let (state, outcome) = (row.state()?, row.outcome()?);
        let queue = Queue::named(&row.queue).ok_or_else(|| unknown("queue"))?;
        Ok(Self {
            item: ErrorItem {
                id: row.id.into(),
                number: row.number,
                difference,
                assignee: row.assignee_id.map(StaffId),
                state,
                outcome,
                opened_at: row.opened_at,
                version: row.version,
            },
            assignee_name: row.assignee_name,
            reconciliation: row.reconciliation_id.map(ReconciliationId),
            approval: row.approval_id.map(ApprovalId),
            queue,
            due_at: row.due_at,
            escalated_at: row.escalated_at,
        })
    }
}

/// Selects whole items; the tail says which.
macro_rules! select {
    ($tail:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT i.id, i.number, i.leg, i.cause, i.direction, i.channel, i.clearing_date,
                      i.record_key, i.ours, i.theirs, i.difference_minor, i.currency,
                      i.account_code, i.account_owner, i.merchant_id, i.order_id, i.payment_id,
                      i.refund_id, i.payout_id, i.bill_line_id, i.statement_line_id, i.state,
                      i.assignee_id, i.approval_id, i.action, i.journal_id, i.in_suspense,
                      i.version, i.snoozed_until, i.concluded_at, i.conclusion, i.reconciliation_id, i.opened_at,
                      i.queue, i.due_at, i.escalated_at,
                      s.name AS "assignee_name?"
               FROM error_items i LEFT JOIN staff s ON s.id = i.assignee_id "# + $tail
            $(, $argument)*
        )
    };
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Option<Stored>, ErrorItemError> {
    let row =
        select!("WHERE i.id = $1 FOR UPDATE OF i", Uuid::from(id)).fetch_optional(conn).await?;
    Ok(row.map(Stored::try_from).transpose()?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Option<Stored>, ErrorItemError> {
    let row = select!("WHERE i.id = $1", Uuid::from(id)).fetch_optional(conn).await?;
    Ok(row.map(Stored::try_from).transpose()?)
}

/// The latest item of each record, locked.
pub(super) async fn latest(
    conn: &mut PgConnection,
    keys: &[String],
) -> Result<Vec<Stored>, ErrorItemError> {
    let rows =
        select!("WHERE i.record_key = ANY($1) ORDER BY i.opened_at, i.id FOR UPDATE OF i", keys)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?)
}

/// Items of a leg, day and scope that are not among the keys: open ones nobody has proposed anything
/// for, and those whose resolution a run has not confirmed yet.
pub(super) async fn vanished(
    conn: &mut PgConnection,
    (leg, day): (Leg, BusinessDate),
    prefix: &str,
    keys: &[String],
) -> Result<Vec<Stored>, ErrorItemError> {
    let rows = select!(
        "WHERE i.leg = $1 AND i.clearing_date = $2 AND starts_with(i.record_key, $3)
           AND i.state NOT IN ('proposed', 'approved', 'verified', 'closed', 'auto_resolved')
           AND i.opened_by IS NULL AND i.record_key <> ALL($4)
         ORDER BY i.opened_at, i.id FOR UPDATE OF i",
        leg.name(),
        day.0,
        prefix,
        keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?)
}

/// The items with these ids, newest first.
pub(super) async fn by_ids(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Stored>, ErrorItemError> {
    let rows = select!("WHERE i.id = ANY($1) ORDER BY i.opened_at DESC, i.id DESC", ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?)
}

/// Items whose sleep is over, locked.
pub(super) async fn asleep(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Stored>, ErrorItemError> {
    let rows = select!(
        "WHERE i.state = 'snoozed' AND i.snoozed_until <= $1
         ORDER BY i.snoozed_until LIMIT $2 FOR UPDATE OF i SKIP LOCKED",
        now,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?)
}

/// Items whose money stands in suspense since before a moment, locked.
pub(super) async fn in_suspense_since(
    conn: &mut PgConnection,
    before: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Stored>, ErrorItemError> {
    let rows = select!(
        "WHERE i.in_suspense AND i.state IN ('executed', 'verified') AND i.concluded_at < $1
         ORDER BY i.concluded_at LIMIT $2 FOR UPDATE OF i SKIP LOCKED",
        before,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?)
}

/// Marks items that were not done by their time, and says which.
pub(super) async fn escalate(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<ErrorItemId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "UPDATE error_items SET escalated_at = $1, version = version + 1 WHERE id IN
             (SELECT id FROM error_items
              WHERE due_at < $1 AND escalated_at IS NULL
                AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')
              ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id",
        now,
        limit,
    );
    Ok(ids.fetch_all(conn).await?.into_iter().map(Into::into).collect())
}

/// Takes `count` numbers of a day and returns the one before the first.
pub(super) async fn take_numbers(
    conn: &mut PgConnection,
    day: BusinessDate,
    count: i64,
) -> Result<i64, sqlx::Error> {
    let last = sqlx::query_scalar!(
        "INSERT INTO error_item_numbers (day, last) VALUES ($1, $2)
         ON CONFLICT (day) DO UPDATE SET last = error_item_numbers.last + $2 RETURNING last",
        day.0,
        count,
    )
    .fetch_one(conn)
    .await?;
    Ok(last - count)
}

async fn save_records(
    conn: &mut PgConnection,
    id: ErrorItemId,
    found: &Difference,
) -> Result<(), sqlx::Error> {
    let json = |side: &Option<RecordView>| {
        let json = side.as_ref().map(serde_json::to_value).transpose();
        json.map_err(|e| sqlx::Error::Encode(Box::new(e)))
    };
    let minor = |side: &Option<RecordView>| side.as_ref().map(|record| record.amount.minor());
    sqlx::query!(
        "UPDATE error_items SET ours = $2, theirs = $3, ours_minor = $4, theirs_minor = $5
         WHERE id = $1",
        Uuid::from(id),
        json(&found.ours)?,
        json(&found.theirs)?,
        minor(&found.ours),
        minor(&found.theirs),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what a later run found about the same record over what was found before.
pub(super) async fn refresh(
    conn: &mut PgConnection,
    id: ErrorItemId,
    found: &Difference,
    run: ReconciliationId,
) -> Result<(), sqlx::Error> {
    let links = &found.links;
    sqlx::query!(
        "UPDATE error_items SET cause = $2, difference_minor = $3, merchant_id = $4, order_id = $5,
                payment_id = $6, refund_id = $7, bill_line_id = $8, reconciliation_id = $9,
                version = version + 1
         WHERE id = $1",
        Uuid::from(id),
        found.cause.name(),
        found.difference.minor(),
        links.merchant.map(Uuid::from),
        links.order.map(Uuid::from),
        links.payment.map(Uuid::from),
        links.refund.map(Uuid::from),
        links.bill_line.map(Uuid::from),
        Uuid::from(run),
    )
    .execute(&mut *conn)
    .await?;
    save_records(conn, id, found).await
}

/// The colleague with a login, if they may work on error items.
pub(super) async fn colleague(
    conn: &mut PgConnection,
    login: &str,
) -> Result<Option<(StaffId, String)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT s.id, s.name FROM staff s
         WHERE lower(s.login) = lower($1) AND s.active AND EXISTS
             (SELECT 1 FROM staff_roles r
              WHERE r.staff_id = s.id AND r.role IN ('operations', 'finance_maker'))",
        login,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (StaffId(row.id), row.name)))
}

/// The items with these ids, locked in one order.
pub(super) async fn lock_all(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, ErrorItem>, ErrorItemError> {
    let rows =
        select!("WHERE i.id = ANY($1) ORDER BY i.id FOR UPDATE OF i", ids).fetch_all(conn).await?;
    let items = rows.into_iter().map(|row| {
        let id = row.id;
        Ok((id, Stored::try_from(row)?.item))
    });
    items.collect::<Result<_, Inconsistent>>().map_err(Into::into)
}
