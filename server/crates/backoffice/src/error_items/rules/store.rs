use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::error_item::{HandlingRules, RulesVersion};
use domain::ids::ApprovalId;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Versions that are shown.
const VERSIONS_SHOWN: i64 = 20;

fn version(
    (version, content): (i64, Value),
    (approval, since): (Option<Uuid>, OffsetDateTime),
) -> Result<RulesVersion, ErrorItemError> {
    let rules = serde_json::from_value(content)
        .map_err(|e| Inconsistent::new("error_item_rules", version, e))?;
    Ok(RulesVersion { version, rules, since: Some(since), approval: approval.map(Into::into) })
}

pub(super) async fn current(conn: &mut PgConnection) -> Result<RulesVersion, ErrorItemError> {
    let row = sqlx::query!(
        "SELECT version, content, approval_id, since FROM error_item_rules
         ORDER BY version DESC LIMIT 1"
    )
    .fetch_optional(conn)
    .await?;
    match row {
        Some(row) => version((row.version, row.content), (row.approval_id, row.since)),
        None => Ok(RulesVersion {
            version: 0,
            rules: HandlingRules::default(),
            since: None,
            approval: None,
        }),
    }
}

pub(super) async fn versions(conn: &mut PgConnection) -> Result<Vec<RulesVersion>, ErrorItemError> {
    let rows = sqlx::query!(
        "SELECT version, content, approval_id, since FROM error_item_rules
         ORDER BY version DESC LIMIT $1",
        VERSIONS_SHOWN,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| version((row.version, row.content), (row.approval_id, row.since)));
    rows.collect()
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    (version, rules): (i64, &HandlingRules),
    (approval, since): (ApprovalId, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    let content = serde_json::to_value(rules).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO error_item_rules (version, content, approval_id, since)
         VALUES ($1, $2, $3, $4)",
        version,
        content,
        Uuid::from(approval),
        since,
    )
    .execute(conn)
    .await?;
    Ok(())
}
