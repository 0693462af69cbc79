use super::StaffError;
use crate::explain::Inconsistent;
use domain::access::Role;
use domain::ids::StaffId;
use domain::staff::StaffDetail;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    id: Uuid,
    login: String,
    name: String,
    active: bool,
    last_seen_at: Option<OffsetDateTime>,
    second_factor: Option<OffsetDateTime>,
    roles: Vec<String>,
}

impl TryFrom<Row> for StaffDetail {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let roles = row
            .roles
            .iter()
            .map(|role| role.parse().map_err(|e| Inconsistent::new("staff_roles", row.id, e)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            id: row.id.into(),
            login: row.login,
            name: row.name,
            active: row.active,
            last_seen_at: row.last_seen_at,
            second_factor: row.second_factor,
            roles,
        })
    }
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<StaffDetail>, StaffError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.login, p.name, p.active,
             (SELECT max(last_seen_at) FROM staff_sessions s WHERE s.staff_id = p.id) AS last_seen_at,
             (SELECT confirmed_at FROM staff_second_factors f WHERE f.staff_id = p.id)
                 AS second_factor,
             (SELECT COALESCE(array_agg(role ORDER BY role), '{}') FROM staff_roles r
              WHERE r.staff_id = p.id) AS "roles!: Vec<String>"
           FROM staff p ORDER BY p.name, p.id"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StaffDetail::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: StaffId,
) -> Result<Option<StaffDetail>, StaffError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.login, p.name, p.active,
             (SELECT max(last_seen_at) FROM staff_sessions s WHERE s.staff_id = p.id) AS last_seen_at,
             (SELECT confirmed_at FROM staff_second_factors f WHERE f.staff_id = p.id)
                 AS second_factor,
             (SELECT COALESCE(array_agg(role ORDER BY role), '{}') FROM staff_roles r
              WHERE r.staff_id = p.id) AS "roles!: Vec<String>"
           FROM staff p WHERE p.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(StaffDetail::try_from).transpose()?)
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: StaffId,
) -> Result<Option<StaffDetail>, StaffError> {
    sqlx::query!("SELECT id FROM staff WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(&mut *conn)
        .await?;
    find(conn, id).await
}

pub(super) async fn replace_roles(
    conn: &mut PgConnection,
    id: StaffId,
    roles: &BTreeSet<Role>,
) -> Result<(), StaffError> {
    let roles: Vec<String> = roles.iter().map(|role| role.name().to_owned()).collect();
    sqlx::query!("DELETE FROM staff_roles WHERE staff_id = $1", Uuid::from(id))
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "INSERT INTO staff_roles (staff_id, role) SELECT $1, unnest($2::text[])",
        Uuid::from(id),
        &roles,
    )
    .execute(conn)
    .await?;
    Ok(())
}
