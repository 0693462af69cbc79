use crate::access::AccessError;
use domain::ids::StaffId;
use sqlx::PgConnection;
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) struct Stored {
    pub sealed: Vec<u8>,
    pub enrolled_at: OffsetDateTime,
    pub confirmed_at: Option<OffsetDateTime>,
    pub last_step: i64,
    pub locked_until: Option<OffsetDateTime>,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

pub(super) async fn find(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<Stored>, AccessError> {
    let stored = sqlx::query_as!(
        Stored,
        "SELECT sealed, enrolled_at, confirmed_at, last_step, locked_until
         FROM staff_second_factors WHERE staff_id = $1",
        Uuid::from(staff),
    )
    .fetch_optional(conn)
    .await?;
    Ok(stored)
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<Stored>, AccessError> {
    let stored = sqlx::query_as!(
        Stored,
        "SELECT sealed, enrolled_at, confirmed_at, last_step, locked_until
         FROM staff_second_factors WHERE staff_id = $1 FOR UPDATE",
        Uuid::from(staff),
    )
    .fetch_optional(conn)
    .await?;
    Ok(stored)
}

pub(super) async fn replace(
    conn: &mut PgConnection,
    staff: StaffId,
    sealed: &[u8],
    now: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "INSERT INTO staff_second_factors (staff_id, sealed, enrolled_at) VALUES ($1, $2, $3)
         ON CONFLICT (staff_id) DO UPDATE SET sealed = EXCLUDED.sealed,
             enrolled_at = EXCLUDED.enrolled_at, confirmed_at = NULL, failures = 0",
        Uuid::from(staff),
        sealed,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn use_up(
    conn: &mut PgConnection,
    staff: StaffId,
    step: i64,
    now: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "UPDATE staff_second_factors SET last_step = $2, failures = 0, locked_until = NULL,
                confirmed_at = COALESCE(confirmed_at, $3)
         WHERE staff_id = $1 AND last_step < $2",
        Uuid::from(staff),
        step,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn count_failure(
    conn: &mut PgConnection,
    staff: StaffId,
    most: i32,
    locked_until: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "UPDATE staff_second_factors SET
            locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END,
            failures = CASE WHEN failures + 1 >= $2 THEN 0 ELSE failures + 1 END
         WHERE staff_id = $1",
        Uuid::from(staff),
        most,
        locked_until,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Since when a person's second factor is in use.
pub(super) async fn since(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<OffsetDateTime>, AccessError> {
    let since = sqlx::query_scalar!(
        "SELECT confirmed_at FROM staff_second_factors WHERE staff_id = $1",
        Uuid::from(staff),
    )
    .fetch_optional(conn)
    .await?;
    Ok(since.flatten())
}

pub(super) async fn forget(conn: &mut PgConnection, staff: StaffId) -> Result<(), AccessError> {
    sqlx::query!("DELETE FROM staff_second_factors WHERE staff_id = $1", Uuid::from(staff))
        .execute(conn)
        .await?;
    Ok(())
}
