use crate::approvals::ApprovalError;
use domain::ids::ApprovalId;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ApprovalId,
    (content_now, now): (&Value, OffsetDateTime),
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "INSERT INTO approval_differences (approval_id, content_now, found_at)
         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        Uuid::from(id),
        content_now,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn content_now(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<Value>, ApprovalError> {
    let content = sqlx::query_scalar!(
        "SELECT content_now FROM approval_differences WHERE approval_id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(content)
}
