use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::error_item::{Action, Advice, Cause, Pattern, Resolved, RuleChange};
use domain::matching::Direction;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Resolutions that two people made since a moment, the latest first.
pub(super) async fn resolved(
    conn: &mut PgConnection,
    since: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Resolved>, ErrorItemError> {
    let rows = sqlx::query!(
        r#"SELECT id, number, cause, channel, direction, difference_minor, action AS "action!"
           FROM error_items
           WHERE action IS NOT NULL AND approval_id IS NOT NULL AND concluded_at >= $1
           ORDER BY concluded_at DESC, id DESC LIMIT $2"#,
        since,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let wrong = |what: &str| Inconsistent::new("error_items", row.id, what);
        Ok(Resolved {
            id: row.id.into(),
            number: row.number,
            pattern: Pattern {
                cause: Cause::named(&row.cause).ok_or_else(|| wrong("cause"))?,
                channel: row.channel,
                direction: Direction::named(&row.direction).ok_or_else(|| wrong("direction"))?,
                long: row.difference_minor > 0,
            },
            action: Action::named(&row.action).ok_or_else(|| wrong("action"))?,
            minor: row.difference_minor.unsigned_abs(),
        })
    });
    rows.collect()
}

/// Open items that an advice's rule would reach.
pub(super) async fn open(conn: &mut PgConnection, advice: &Advice) -> Result<i64, sqlx::Error> {
    let below = match &advice.change {
        RuleChange::AddAutomatic(rule) => rule.below_minor,
        _ => i64::MAX,
    };
    let pattern = &advice.pattern;
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM error_items
           WHERE cause = $1 AND channel IS NOT DISTINCT FROM $2 AND direction = $3
             AND (difference_minor > 0) = $4 AND abs(difference_minor) < $5
             AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')"#,
        pattern.cause.name(),
        pattern.channel,
        pattern.direction.name(),
        pattern.long,
        below,
    )
    .fetch_one(conn)
    .await
}
