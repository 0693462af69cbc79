use crate::approvals::ApprovalError;
use crate::explain::Inconsistent;
use domain::approval::RuleBook;
use domain::ids::ApprovalId;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// The rules in force; none at all before the first were agreed on.
pub(in crate::approvals) async fn current(
    conn: &mut PgConnection,
) -> Result<RuleBook, ApprovalError> {
    let row = sqlx::query!(
        "SELECT version, rules, authorities FROM approval_rule_books
         ORDER BY version DESC LIMIT 1",
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(RuleBook::default()) };
    let wrong = |error| Inconsistent::new("approval_rule_books", row.version, error);
    Ok(RuleBook {
        version: row.version,
        rules: serde_json::from_value(row.rules).map_err(wrong)?,
        authorities: serde_json::from_value(row.authorities).map_err(wrong)?,
    })
}

pub(in crate::approvals) async fn insert(
    conn: &mut PgConnection,
    book: &RuleBook,
    (approval, now): (Option<ApprovalId>, OffsetDateTime),
) -> Result<(), ApprovalError> {
    let write = |value: Result<Value, _>| value.map_err(ApprovalError::Unwritable);
    sqlx::query!(
        "INSERT INTO approval_rule_books (version, rules, authorities, approval_id, made_at)
         VALUES ($1, $2, $3, $4, $5)",
        book.version,
        write(serde_json::to_value(&book.rules))?,
        write(serde_json::to_value(&book.authorities))?,
        approval.map(Uuid::from),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
