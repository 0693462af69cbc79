use super::{AccessError, NewStaff};
use crate::explain::Inconsistent;
use domain::access::{Actor, Role};
use domain::ids::{SessionId, StaffId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) struct Staff {
    pub id: StaffId,
    pub name: String,
    pub password_hash: String,
    pub active: bool,
    pub locked_until: Option<OffsetDateTime>,
}

pub(super) async fn find_by_login(
    conn: &mut PgConnection,
    login: &str,
) -> Result<Option<Staff>, AccessError> {
    let row = sqlx::query!(
        "SELECT id, name, password_hash, active, locked_until FROM staff WHERE login = $1",
        login,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Staff {
        id: row.id.into(),
        name: row.name,
        password_hash: row.password_hash,
        active: row.active,
        locked_until: row.locked_until,
    }))
}

pub(super) async fn roles(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Vec<Role>, AccessError> {
    let names = sqlx::query_scalar!(
        "SELECT role FROM staff_roles WHERE staff_id = $1 ORDER BY role",
        Uuid::from(staff),
    )
    .fetch_all(conn)
    .await?;
    parse_roles(staff, &names)
}

fn parse_roles(staff: StaffId, names: &[String]) -> Result<Vec<Role>, AccessError> {
    names
        .iter()
        .map(|name| name.parse().map_err(|e| Inconsistent::new("staff_roles", staff, e).into()))
        .collect()
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: StaffId,
    new: &NewStaff<'_>,
    hash: &str,
    now: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "INSERT INTO staff (id, login, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        Uuid::from(id),
        new.login,
        new.name,
        hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_employee_no(
    conn: &mut PgConnection,
    staff: StaffId,
    employee_no: &str,
) -> Result<(), AccessError> {
    let id = Uuid::from(staff);
    sqlx::query!("UPDATE staff SET employee_no = $2 WHERE id = $1", id, employee_no)
        .execute(conn)
        .await?;
    Ok(())
}

/// What a person signs in with, and their password's hash.
pub(super) async fn credentials(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<(String, String)>, AccessError> {
    let row =
        sqlx::query!("SELECT login, password_hash FROM staff WHERE id = $1", Uuid::from(staff))
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| (row.login, row.password_hash)))
}

pub(super) async fn grant(
    conn: &mut PgConnection,
    staff: StaffId,
    role: Role,
) -> Result<(), AccessError> {
    sqlx::query!(
        "INSERT INTO staff_roles (staff_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        Uuid::from(staff),
        role.name(),
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
        "UPDATE staff SET
            locked_until = CASE WHEN failed_sign_ins + 1 >= $2 THEN $3 ELSE locked_until END,
            failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= $2 THEN 0 ELSE failed_sign_ins + 1 END
         WHERE id = $1",
        Uuid::from(staff),
        most,
        locked_until,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn clear_failures(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<(), AccessError> {
    sqlx::query!(
        "UPDATE staff SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1",
        Uuid::from(staff),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn open_session(
    conn: &mut PgConnection,
    id: SessionId,
    staff: StaffId,
    token_hash: &[u8],
    now: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "INSERT INTO staff_sessions (id, token_hash, staff_id, created_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $4)",
        Uuid::from(id),
        token_hash,
        Uuid::from(staff),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn touch_session(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: OffsetDateTime,
    (seen_after, created_after): (OffsetDateTime, OffsetDateTime),
) -> Result<Option<Actor>, AccessError> {
    let row = sqlx::query!(
        r#"UPDATE staff_sessions s SET last_seen_at = $2
           FROM staff p
           WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.last_seen_at > $3
             AND s.created_at > $4 AND p.id = s.staff_id AND p.active
           RETURNING s.id, p.id AS staff_id, p.name,
             (SELECT COALESCE(array_agg(role ORDER BY role), '{}') FROM staff_roles r
              WHERE r.staff_id = p.id) AS "roles!: Vec<String>""#,
        token_hash,
        now,
        seen_after,
        created_after,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let staff = StaffId(row.staff_id);
    let roles = parse_roles(staff, &row.roles)?;
    Ok(Some(Actor { staff, name: row.name, session: row.id.into(), roles }))
}

pub(super) async fn revoke_session(
    conn: &mut PgConnection,
    session: SessionId,
    now: OffsetDateTime,
) -> Result<(), AccessError> {
    sqlx::query!(
        "UPDATE staff_sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        Uuid::from(session),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn carry_sessions(
    conn: &mut PgConnection,
    seconds: i64,
) -> Result<(), AccessError> {
    sqlx::query!(
        "UPDATE staff_sessions
         SET created_at = created_at + make_interval(secs => $1::bigint),
             last_seen_at = last_seen_at + make_interval(secs => $1::bigint)
         WHERE revoked_at IS NULL",
        seconds,
    )
    .execute(conn)
    .await?;
    Ok(())
}
