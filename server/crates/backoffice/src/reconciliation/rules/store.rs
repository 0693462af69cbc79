use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::ids::ApprovalId;
use domain::matching::rules::{RulesChange, RulesVersion};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct Row {
    channel: String,
    version: i32,
    valid_from: Date,
    valid_to: Option<Date>,
    rules: Value,
    approval_id: Option<Uuid>,
    made_at: OffsetDateTime,
}

impl TryFrom<Row> for RulesVersion {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let rules = serde_json::from_value(row.rules)
            .map_err(|error| Inconsistent::new("matching_rules", row.version, error))?;
        Ok(Self {
            channel: row.channel,
            version: row.version,
            valid_from: Some(BusinessDate(row.valid_from)),
            valid_to: row.valid_to.map(BusinessDate),
            rules,
            approval: row.approval_id.map(ApprovalId),
            made_at: Some(row.made_at),
        })
    }
}

/// The version that counts for a clearing date, if one was made.
pub(super) async fn in_force(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
) -> Result<Option<RulesVersion>, ReconciliationError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT channel, version, valid_from, valid_to, rules, approval_id, made_at
         FROM matching_rules
         WHERE channel = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
         ORDER BY version DESC LIMIT 1",
        channel,
        day.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(RulesVersion::try_from).transpose()?)
}

/// All versions, by channel, newest first.
pub(super) async fn versions(
    conn: &mut PgConnection,
) -> Result<Vec<RulesVersion>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT channel, version, valid_from, valid_to, rules, approval_id, made_at
         FROM matching_rules ORDER BY channel, version DESC",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(RulesVersion::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn last_version(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT COALESCE(max(version), 0) AS "last!" FROM matching_rules WHERE channel = $1"#,
        channel,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    change: &RulesChange,
    (version, approval, at): (i32, Option<ApprovalId>, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    let rules =
        serde_json::to_value(&change.rules).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO matching_rules
            (channel, version, valid_from, valid_to, rules, approval_id, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        change.channel,
        version,
        change.valid_from.0,
        change.valid_to.map(|day| day.0),
        rules,
        approval.map(Uuid::from),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The latest clearing dates a channel has a bill for.
pub(super) async fn days_with_bills(
    conn: &mut PgConnection,
    channel: &str,
    days: i64,
) -> Result<Vec<BusinessDate>, sqlx::Error> {
    let days = sqlx::query_scalar!(
        "SELECT clearing_date FROM source_files
         WHERE kind = 'bill' AND scope = $1 AND replaced_at IS NULL
         ORDER BY clearing_date DESC LIMIT $2",
        channel,
        days,
    )
    .fetch_all(conn)
    .await?;
    Ok(days.into_iter().map(BusinessDate).collect())
}
