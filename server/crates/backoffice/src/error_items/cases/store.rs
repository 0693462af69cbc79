use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::error_item::{CASE_MINUTES, CaseSummary, Cause, Leg};
use domain::ids::ErrorItemId;
use domain::matching::Direction;
use domain::money::Money;
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime, Time};
use uuid::Uuid;

struct Row {
    key: String,
    leg: String,
    cause: String,
    direction: String,
    channel: Option<String>,
    clearing_date: Date,
    currency: String,
    event_time: Option<Value>,
    members: i64,
    untouched: i64,
    minor: i64,
    oldest: OffsetDateTime,
}

/// The ten minutes a record's time lies in; times are stored as year, day of the year, hour and
/// minute, in UTC.
fn begin(stored: &Value) -> Option<OffsetDateTime> {
    let at: OffsetDateTime = serde_json::from_value(stored.clone()).ok()?;
    let minute = at.minute() - at.minute() % CASE_MINUTES;
    Some(at.replace_time(Time::from_hms(at.hour(), minute, 0).ok()?))
}

impl TryFrom<Row> for CaseSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("error_items", &row.key, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        Ok(Self {
            leg: Leg::named(&row.leg).ok_or_else(|| wrong("leg"))?,
            cause: Cause::named(&row.cause).ok_or_else(|| wrong("cause"))?,
            direction: Direction::named(&row.direction).ok_or_else(|| wrong("direction"))?,
            channel: row.channel,
            clearing_date: BusinessDate(row.clearing_date),
            from: row.event_time.as_ref().and_then(begin),
            members: row.members,
            untouched: row.untouched,
            difference: Money::new(row.minor, currency),
            oldest: row.oldest,
            key: row.key,
        })
    }
}

/// Summaries of cases: counted in the index of open cases alone, then described by one member.
macro_rules! cases {
    ($counted:literal, $tail:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT c.case_key AS "key!", i.leg, i.cause, i.direction, i.channel,
                      i.clearing_date, i.currency,
                      COALESCE(NULLIF(i.theirs -> 'event_time', 'null'),
                               NULLIF(i.ours -> 'event_time', 'null')) AS event_time,
                      c.members AS "members!", c.untouched AS "untouched!", c.minor AS "minor!",
                      c.oldest AS "oldest!"
               FROM (SELECT e.case_key, count(*) AS members,
                            count(*) FILTER (WHERE e.state = 'new') AS untouched,
                            sum(e.difference_minor)::bigint AS minor, min(e.opened_at) AS oldest
                     FROM error_items e
                     WHERE e.case_key IS NOT NULL AND e.state NOT IN
                         ('executed', 'verified', 'closed', 'auto_resolved') "#
                + $counted
                + r#") c
               CROSS JOIN LATERAL
                    (SELECT * FROM error_items m
                     WHERE m.case_key = c.case_key AND m.state NOT IN
                         ('executed', 'verified', 'closed', 'auto_resolved') LIMIT 1) i "#
                + $tail
            $(, $argument)*
        )
    };
}

pub(super) async fn list(
    conn: &mut PgConnection,
    channel: Option<&str>,
    limit: i64,
) -> Result<Vec<CaseSummary>, ErrorItemError> {
    let rows = match channel {
        None => {
            cases!(
                "GROUP BY e.case_key HAVING count(*) > 1
                 ORDER BY count(*) DESC, e.case_key LIMIT $1",
                "ORDER BY c.members DESC, c.case_key",
                limit
            )
            .fetch_all(conn)
            .await?
        }
        Some(channel) => {
            cases!(
                "AND e.channel = $2 GROUP BY e.case_key HAVING count(*) > 1
                 ORDER BY count(*) DESC, e.case_key LIMIT $1",
                "ORDER BY c.members DESC, c.case_key",
                limit,
                channel
            )
            .fetch_all(conn)
            .await?
        }
    };
    Ok(rows.into_iter().map(CaseSummary::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    key: &str,
) -> Result<Option<CaseSummary>, ErrorItemError> {
    let row = cases!("AND e.case_key = $1 GROUP BY e.case_key", "", key);
    Ok(row.fetch_optional(conn).await?.map(CaseSummary::try_from).transpose()?)
}

/// Other cases of the same day and cause, in the order of their times.
pub(super) async fn beside(
    conn: &mut PgConnection,
    case: &CaseSummary,
    limit: i64,
) -> Result<Vec<CaseSummary>, ErrorItemError> {
    let rows = cases!(
        "AND e.leg = $1 AND e.channel IS NOT DISTINCT FROM $2 AND e.clearing_date = $3
         AND e.cause = $4 AND e.direction = $5 AND e.case_key <> $6
         GROUP BY e.case_key ORDER BY min(e.opened_at), e.case_key LIMIT $7",
        "ORDER BY event_time, c.case_key",
        case.leg.name(),
        case.channel,
        case.clearing_date.0,
        case.cause.name(),
        case.direction.name(),
        case.key,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(CaseSummary::try_from).collect::<Result<_, _>>()?)
}

/// Sets an item apart, or puts it back; nothing where it is so already.
pub(in crate::error_items) async fn set_apart(
    conn: &mut PgConnection,
    id: ErrorItemId,
    apart: bool,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE error_items SET apart = $2, version = version + 1 WHERE id = $1 AND apart <> $2",
        Uuid::from(id),
        apart,
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// The case of an item and its open members.
pub(in crate::error_items) async fn of_item(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Option<(String, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT i.case_key AS "key!",
                  (SELECT count(*) FROM error_items m
                   WHERE m.case_key = i.case_key AND m.state NOT IN
                       ('executed', 'verified', 'closed', 'auto_resolved')) AS "members!"
           FROM error_items i WHERE i.id = $1 AND i.case_key IS NOT NULL"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.key, row.members)))
}
