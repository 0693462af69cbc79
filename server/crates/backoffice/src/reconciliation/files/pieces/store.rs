use domain::ids::ArrivalId;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    arrival: ArrivalId,
    place: i32,
    bytes: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO file_pieces (arrival_id, place, bytes) VALUES ($1, $2, $3)",
        Uuid::from(arrival),
        place,
        bytes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The commit of this transaction does not wait for the disk: that of what says that the file is all
/// here does, and what was written before it is on the disk then. Until then it counts as broken off.
pub(in crate::reconciliation) async fn wait_for_no_disk(
    conn: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query!("SET LOCAL synchronous_commit = off").execute(conn).await?;
    Ok(())
}

pub(super) async fn piece(
    conn: &mut PgConnection,
    arrival: ArrivalId,
    place: i32,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT bytes FROM file_pieces WHERE arrival_id = $1 AND place = $2",
        Uuid::from(arrival),
        place,
    )
    .fetch_optional(conn)
    .await
}

/// How many bytes of a file came.
pub(super) async fn length(
    conn: &mut PgConnection,
    arrival: ArrivalId,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT length FROM file_arrivals WHERE id = $1", Uuid::from(arrival))
        .fetch_one(conn)
        .await
}

/// All bytes of a file, for people who take it away.
pub(in crate::reconciliation) async fn all(
    conn: &mut PgConnection,
    arrival: ArrivalId,
) -> Result<Vec<u8>, sqlx::Error> {
    let pieces = sqlx::query_scalar!(
        "SELECT bytes FROM file_pieces WHERE arrival_id = $1 ORDER BY place",
        Uuid::from(arrival),
    )
    .fetch_all(conn)
    .await?;
    Ok(pieces.concat())
}

/// The bytes of a file that never became one.
pub(in crate::reconciliation) async fn discard(
    conn: &mut PgConnection,
    arrival: ArrivalId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM file_pieces WHERE arrival_id = $1", Uuid::from(arrival))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes down how far the reading is; false when the file was put aside meanwhile.
pub(super) async fn tell(
    conn: &mut PgConnection,
    arrival: ArrivalId,
    read: i64,
) -> Result<bool, sqlx::Error> {
    let told = sqlx::query!(
        "UPDATE file_arrivals SET read_bytes = $2 WHERE id = $1 AND state <> 'dropped'",
        Uuid::from(arrival),
        read,
    )
    .execute(conn)
    .await?;
    Ok(told.rows_affected() == 1)
}
