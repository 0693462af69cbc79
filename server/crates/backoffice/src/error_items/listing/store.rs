use super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::error_item::{Cause, ErrorItem, ErrorItemFilter, ErrorItemStatus, RelatedItem};
use domain::ids::StaffId;
use domain::page::Cursor;
use sqlx::PgConnection;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

/// Days: nothing is older, and the database's calendar reaches back that far.
const OLDEST: i64 = 36_500;

/// A filter, as the statements below take it.
pub(in crate::error_items) struct Wanted {
    status: Option<&'static str>,
    open_only: bool,
    cause: Option<&'static str>,
    leg: Option<&'static str>,
    channel: Option<String>,
    day: Option<Date>,
    before: Option<OffsetDateTime>,
    mine: Option<Uuid>,
    text: Option<String>,
    queue: Option<&'static str>,
    overdue_at: Option<OffsetDateTime>,
    case: Option<String>,
}

impl Wanted {
    pub(in crate::error_items) fn of(
        filter: &ErrorItemFilter,
        (me, now): (StaffId, OffsetDateTime),
    ) -> Self {
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Self {
            status: filter.status.map(ErrorItemStatus::name),
            open_only: filter.open_only,
            cause: filter.cause.map(Cause::name),
            leg: filter.leg.map(|leg| leg.name()),
            channel: filter.channel.clone(),
            day: filter.clearing_date.map(|day| day.0),
            before: filter
                .older_than_days
                .map(|days| now.saturating_sub(Duration::days(days.clamp(0, OLDEST)))),
            mine: filter.mine.then_some(Uuid::from(me)),
            text: text.map(str::to_owned),
            queue: filter.queue.map(|queue| queue.name()),
            overdue_at: filter.overdue.then_some(now),
            case: filter.case.clone(),
        }
    }
}

/// A statement over the items a filter wants. What is not asked for is folded away when the
/// statement is planned, which is why none of them is kept prepared.
macro_rules! wanted {
    ($query:ident, $head:literal, $wanted:expr, $tail:literal $(, $argument:expr)* $(,)?) => {{
        let wanted: &Wanted = $wanted;
        sqlx::$query!(
            $head + " WHERE ($1::text IS NULL OR i.state = $1)
             AND (NOT $2::bool
                  OR i.state NOT IN ('executed', 'verified', 'closed', 'auto_resolved'))
             AND ($3::text IS NULL OR i.cause = $3) AND ($4::text IS NULL OR i.leg = $4)
             AND ($5::text IS NULL OR i.channel = $5)
             AND ($6::date IS NULL OR i.clearing_date = $6)
             AND ($7::timestamptz IS NULL OR i.opened_at <= $7)
             AND ($8::uuid IS NULL OR i.assignee_id = $8)
             AND ($9::text IS NULL OR i.number = upper($9) OR i.ours ->> 'number' = $9
                  OR i.theirs ->> 'number' = $9 OR i.theirs ->> 'channel_no' = $9)
             AND ($10::text IS NULL OR i.queue = $10
                  AND i.state NOT IN ('executed', 'verified', 'closed', 'auto_resolved'))
             AND ($11::timestamptz IS NULL OR i.due_at < $11
                  AND i.state NOT IN ('executed', 'verified', 'closed', 'auto_resolved'))
             AND ($12::text IS NULL OR i.case_key = $12 AND i.case_key IS NOT NULL
                  AND i.state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')) "
                + $tail,
            wanted.status,
            wanted.open_only,
            wanted.cause,
            wanted.leg,
            wanted.channel,
            wanted.day,
            wanted.before,
            wanted.mine,
            wanted.text,
            wanted.queue,
            wanted.overdue_at,
            wanted.case
            $(, $argument)*
        )
        .persistent(false)
    }};
}

/// The next items of the list after a place.
pub(in crate::error_items) async fn page(
    conn: &mut PgConnection,
    wanted: &Wanted,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    match after {
        None => {
            wanted!(
                query_scalar,
                "SELECT i.id FROM error_items i",
                wanted,
                "ORDER BY i.opened_at DESC, i.id DESC LIMIT $13",
                limit,
            )
            .fetch_all(conn)
            .await
        }
        Some(after) => {
            wanted!(
                query_scalar,
                "SELECT i.id FROM error_items i",
                wanted,
                "AND (i.opened_at, i.id) < ($14, $15)
                 ORDER BY i.opened_at DESC, i.id DESC LIMIT $13",
                limit,
                after.at,
                after.id,
            )
            .fetch_all(conn)
            .await
        }
    }
}

pub(super) async fn count(conn: &mut PgConnection, wanted: &Wanted) -> Result<i64, sqlx::Error> {
    wanted!(query_scalar, r#"SELECT count(*) AS "count!" FROM error_items i"#, wanted, "")
        .fetch_one(conn)
        .await
}

/// Freezes what a filter wants now: the rows of a bulk, each with its version.
pub(in crate::error_items) async fn freeze(
    conn: &mut PgConnection,
    wanted: &Wanted,
    bulk: Uuid,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let done = wanted!(
        query,
        "INSERT INTO error_item_bulk_rows (bulk_id, position, item_id, version)
         SELECT $13, row_number() OVER (ORDER BY i.opened_at, i.id), i.id, i.version
         FROM error_items i",
        wanted,
        "ORDER BY i.opened_at, i.id LIMIT $14",
        bulk,
        limit,
    );
    Ok(done.execute(conn).await?.rows_affected())
}

/// Other items about the same record, payment or order, newest first.
pub(super) async fn related(
    conn: &mut PgConnection,
    item: &ErrorItem,
) -> Result<Vec<RelatedItem>, ErrorItemError> {
    let links = &item.difference.links;
    let rows = sqlx::query!(
        "SELECT id, number, cause, state FROM
             (SELECT id, number, cause, state, opened_at FROM error_items WHERE record_key = $2
              UNION SELECT id, number, cause, state, opened_at FROM error_items
                    WHERE payment_id = $3
              UNION SELECT id, number, cause, state, opened_at FROM error_items
                    WHERE order_id = $4) i
         WHERE id <> $1 ORDER BY opened_at DESC, id DESC LIMIT 20",
        Uuid::from(item.id),
        item.difference.record_key,
        links.payment.map(Uuid::from),
        links.order.map(Uuid::from),
    )
    .fetch_all(conn)
    .await?;
    let related =
        rows.into_iter().filter_map(|row| Some((row.id?, row.number?, row.cause?, row.state?)));
    let related = related.map(|(id, number, cause, state)| {
        let wrong = |what: &str| Inconsistent::new("error_items", id, what);
        Ok(RelatedItem {
            id: id.into(),
            number,
            cause: Cause::named(&cause).ok_or_else(|| wrong("cause"))?,
            status: ErrorItemStatus::named(&state).ok_or_else(|| wrong("state"))?,
        })
    });
    related.collect()
}

/// Who opened an item by hand.
pub(super) async fn opened_by(
    conn: &mut PgConnection,
    id: domain::ids::ErrorItemId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT s.name FROM error_items i JOIN staff s ON s.id = i.opened_by WHERE i.id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await
}
