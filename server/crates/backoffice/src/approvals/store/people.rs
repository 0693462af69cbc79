use super::super::delegations::Lending;
use crate::approvals::ApprovalError;
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::access::Role;
use domain::approval::Delegation;
use domain::ids::StaffId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a person has, held until the transaction ends: nobody takes a role away in between.
pub(in crate::approvals) struct Held {
    pub person: String,
    pub active: bool,
    pub roles: Vec<Role>,
}

pub(in crate::approvals) async fn held(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Held, ApprovalError> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(employee_no, id::text) AS "person!", active FROM staff
           WHERE id = $1 FOR SHARE"#,
        Uuid::from(staff),
    )
    .fetch_one(&mut *conn)
    .await?;
    let names = sqlx::query_scalar!(
        "SELECT role FROM staff_roles WHERE staff_id = $1 ORDER BY role",
        Uuid::from(staff),
    )
    .fetch_all(conn)
    .await?;
    let roles = names
        .iter()
        .map(|name| name.parse().map_err(|e| Inconsistent::new("staff_roles", staff, e)))
        .collect::<Result<_, _>>()?;
    Ok(Held { person: row.person, active: row.active, roles })
}

/// The person behind an account.
pub(in crate::approvals) async fn person(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<String, ApprovalError> {
    let person = sqlx::query_scalar!(
        r#"SELECT COALESCE(employee_no, id::text) AS "person!" FROM staff WHERE id = $1"#,
        Uuid::from(staff),
    )
    .fetch_one(conn)
    .await?;
    Ok(person)
}

pub(in crate::approvals) async fn name(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<String>, ApprovalError> {
    let name = sqlx::query_scalar!("SELECT name FROM staff WHERE id = $1", Uuid::from(staff))
        .fetch_optional(conn)
        .await?;
    Ok(name)
}

/// Everybody whose account is open.
pub(in crate::approvals) async fn active(
    conn: &mut PgConnection,
) -> Result<Vec<StaffId>, ApprovalError> {
    let ids = sqlx::query_scalar!("SELECT id FROM staff WHERE active ORDER BY id")
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(StaffId).collect())
}

/// Everybody whose account is open: id, sign-in, name.
pub(in crate::approvals) async fn sign_ins(
    conn: &mut PgConnection,
) -> Result<Vec<(StaffId, String, String)>, ApprovalError> {
    let rows = sqlx::query!("SELECT id, login, name FROM staff WHERE active ORDER BY name, id")
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (StaffId(row.id), row.login, row.name)).collect())
}

/// Whose right is lent to this person at this moment; held until the transaction ends.
pub(in crate::approvals) async fn lent_by(
    conn: &mut PgConnection,
    stand_in: StaffId,
    now: OffsetDateTime,
) -> Result<Vec<StaffId>, ApprovalError> {
    let ids = sqlx::query_scalar!(
        "SELECT absent_id FROM approval_delegations
         WHERE stand_in_id = $1 AND from_at <= $2 AND until_at > $2 AND revoked_at IS NULL
         ORDER BY from_at, id FOR SHARE",
        Uuid::from(stand_in),
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(StaffId).collect())
}

pub(in crate::approvals) async fn delegations(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<Vec<Delegation>, ApprovalError> {
    let rows = sqlx::query_as!(
        Delegation,
        r#"SELECT d.id, d.absent_id AS absent, a.name AS absent_name,
                  d.stand_in_id AS stand_in, s.name AS stand_in_name,
                  d.from_at AS "from", d.until_at AS "until", d.reason, d.revoked_at
           FROM approval_delegations d
           JOIN staff a ON a.id = d.absent_id JOIN staff s ON s.id = d.stand_in_id
           WHERE d.until_at > $1 AND d.revoked_at IS NULL ORDER BY d.from_at, d.id"#,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub(in crate::approvals) async fn insert_delegation(
    conn: &mut PgConnection,
    office: &Office,
    (id, absent, stand_in): (Uuid, StaffId, StaffId),
    lending: &Lending,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "INSERT INTO approval_delegations
            (id, absent_id, stand_in_id, from_at, until_at, reason, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        Uuid::from(absent),
        Uuid::from(stand_in),
        lending.from,
        lending.until,
        lending.reason.trim(),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Says whether there was one to take back.
pub(in crate::approvals) async fn revoke(
    conn: &mut PgConnection,
    (id, absent): (Uuid, StaffId),
    now: OffsetDateTime,
) -> Result<bool, ApprovalError> {
    let done = sqlx::query!(
        "UPDATE approval_delegations SET revoked_at = $3
         WHERE id = $1 AND absent_id = $2 AND revoked_at IS NULL",
        id,
        Uuid::from(absent),
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
