use super::RoutingError;
use crate::explain::Inconsistent;
use domain::ids::ApprovalId;
use domain::routing::{RuleBook, RuleVersion};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Versions shown.
const VERSIONS_SHOWN: i64 = 50;

pub(super) async fn current(conn: &mut PgConnection) -> Result<RuleBook, RoutingError> {
    let row =
        sqlx::query!("SELECT version, rules FROM routing_versions ORDER BY version DESC LIMIT 1",)
            .fetch_optional(conn)
            .await?;
    let Some(row) = row else { return Ok(RuleBook::default()) };
    let rules = serde_json::from_value(row.rules)
        .map_err(|error| Inconsistent::new("routing_versions", row.version, error))?;
    Ok(RuleBook { version: row.version, rules })
}

/// The version of the rules in which the rule of this name last changed; 0 when it never was there.
pub(super) async fn rule_version(conn: &mut PgConnection, name: &str) -> Result<i64, RoutingError> {
    let version = sqlx::query_scalar!(
        r#"SELECT COALESCE(max(version), 0) AS "version!" FROM (
             SELECT version, rule, lag(rule) OVER (ORDER BY version) AS before FROM (
               SELECT version, (
                 SELECT one FROM jsonb_array_elements(rules) one WHERE one ->> 'name' = $1) AS rule
               FROM routing_versions) each) changed
           WHERE rule IS DISTINCT FROM before"#,
        name,
    )
    .fetch_one(conn)
    .await?;
    Ok(version)
}

pub(super) async fn versions(conn: &mut PgConnection) -> Result<Vec<RuleVersion>, RoutingError> {
    let rows = sqlx::query!(
        r#"SELECT version, approval_id, made_at, jsonb_array_length(rules) AS "rules!"
           FROM routing_versions ORDER BY version DESC LIMIT $1"#,
        VERSIONS_SHOWN,
    )
    .fetch_all(conn)
    .await?;
    let versions = rows.into_iter().map(|row| RuleVersion {
        version: row.version,
        rules: row.rules,
        approval: row.approval_id.map(ApprovalId),
        made_at: row.made_at,
    });
    Ok(versions.collect())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    book: &RuleBook,
    (approval, now): (Option<ApprovalId>, OffsetDateTime),
) -> Result<(), RoutingError> {
    let rules =
        serde_json::to_value(&book.rules).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "INSERT INTO routing_versions (version, rules, approval_id, made_at)
         VALUES ($1, $2, $3, $4)",
        book.version,
        rules,
        approval.map(Uuid::from),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
