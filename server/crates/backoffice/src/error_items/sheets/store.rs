use super::super::ErrorItemError;
use super::super::store::Stored;
use super::read::Compared;
use crate::explain::Inconsistent;
use domain::error_item::{Edit, SheetRow, SheetSummary};
use domain::ids::{ErrorItemBulkId, ErrorItemId, ErrorItemSheetId, StaffId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The logins of those who have items.
pub(super) async fn logins(
    conn: &mut PgConnection,
    items: &[Stored],
) -> Result<HashMap<StaffId, String>, sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().filter_map(|one| one.item.assignee).map(|id| id.0).collect();
    let rows = sqlx::query!("SELECT id, login FROM staff WHERE id = ANY($1)", &ids);
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (StaffId(row.id), row.login)).collect())
}

/// The items with these numbers.
pub(super) async fn numbered(
    conn: &mut PgConnection,
    numbers: &[String],
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM error_items WHERE number = ANY($1)", numbers)
        .fetch_all(conn)
        .await
}

/// A workbook that was brought back.
pub(super) struct New<'a> {
    pub id: ErrorItemSheetId,
    pub name: &'a str,
    pub sha256: &'a str,
    pub unchanged: i64,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    sheet: &New<'_>,
    (maker, at): (StaffId, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO error_item_sheets (id, maker_id, at, name, sha256, unchanged)
         VALUES ($1, $2, $3, $4, $5, $6)",
        Uuid::from(sheet.id),
        Uuid::from(maker),
        at,
        sheet.name,
        sheet.sha256,
        sheet.unchanged,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_rows(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
    rows: &[(u32, String, Compared)],
) -> Result<(), sqlx::Error> {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(line, number, compared)| match compared {
            Compared::Edited(item, version, edit) => json!({
                "line": line, "number": number, "item": item, "version": version, "edit": edit,
            }),
            Compared::Refused(item, field, why) => json!({
                "line": line, "number": number, "item": item, "field": field,
                "reason": why.to_string(),
            }),
        })
        .collect();
    sqlx::query!(
        "INSERT INTO error_item_sheet_rows
            (sheet_id, line, number, item_id, version, edit, field, reason)
         SELECT $1, r.line, r.number, r.item, r.version, r.edit, r.field, r.reason
         FROM jsonb_to_recordset($2) AS r (line bigint, number text, item uuid, version bigint,
              edit jsonb, field text, reason text)",
        Uuid::from(id),
        Value::Array(rows),
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    name: String,
    sha256: String,
    maker_id: Uuid,
    maker_name: String,
    at: OffsetDateTime,
    unchanged: i64,
    edited: i64,
    refused: i64,
    bulk_id: Option<Uuid>,
}

impl From<Row> for SheetSummary {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            sha256: row.sha256,
            maker: row.maker_id.into(),
            maker_name: row.maker_name,
            at: row.at,
            unchanged: row.unchanged,
            edited: row.edited,
            refused: row.refused,
            bulk: row.bulk_id.map(Into::into),
        }
    }
}

macro_rules! select {
    ($tail:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT h.id, h.name, h.sha256, h.maker_id, s.name AS maker_name, h.at, h.unchanged,
                      (SELECT count(*) FROM error_item_sheet_rows r
                       WHERE r.sheet_id = h.id AND r.reason IS NULL) AS "edited!",
                      (SELECT count(*) FROM error_item_sheet_rows r
                       WHERE r.sheet_id = h.id AND r.reason IS NOT NULL) AS "refused!",
                      h.bulk_id
               FROM error_item_sheets h JOIN staff s ON s.id = h.maker_id "# + $tail
            $(, $argument)*
        )
    };
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
) -> Result<Option<SheetSummary>, sqlx::Error> {
    let row = select!("WHERE h.id = $1 FOR UPDATE OF h", Uuid::from(id));
    Ok(row.fetch_optional(conn).await?.map(Into::into))
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
) -> Result<Option<SheetSummary>, sqlx::Error> {
    let row = select!("WHERE h.id = $1", Uuid::from(id));
    Ok(row.fetch_optional(conn).await?.map(Into::into))
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<SheetSummary>, ErrorItemError> {
    let rows = select!("ORDER BY h.at DESC, h.id DESC LIMIT 50").fetch_all(conn).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(super) async fn set_bulk(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
    bulk: ErrorItemBulkId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE error_item_sheets SET bulk_id = $2 WHERE id = $1",
        Uuid::from(id),
        Uuid::from(bulk),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The rows that change something, in the order of the workbook.
pub(super) async fn edits(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
) -> Result<Vec<(ErrorItemId, i64, Edit)>, ErrorItemError> {
    let rows = sqlx::query!(
        r#"SELECT item_id AS "item!", version AS "version!", edit AS "edit!"
           FROM error_item_sheet_rows WHERE sheet_id = $1 AND edit IS NOT NULL ORDER BY line"#,
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let wrong = |e| Inconsistent::new("error_item_sheet_rows", id, e);
        Ok((row.item.into(), row.version, serde_json::from_value(row.edit).map_err(wrong)?))
    });
    rows.collect()
}

/// The first rows that change something or are refused.
pub(super) async fn rows(
    conn: &mut PgConnection,
    id: ErrorItemSheetId,
    limit: i64,
) -> Result<Vec<SheetRow>, ErrorItemError> {
    let rows = sqlx::query!(
        "SELECT line, number, item_id, edit, field, reason FROM error_item_sheet_rows
         WHERE sheet_id = $1 ORDER BY reason IS NULL, line LIMIT $2",
        Uuid::from(id),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let wrong = |e| Inconsistent::new("error_item_sheet_rows", id, e);
        let change = match row.edit {
            Some(edit) => Ok(serde_json::from_value(edit).map_err(wrong)?),
            None => Err((row.field.unwrap_or_default(), row.reason.unwrap_or_default())),
        };
        let item = row.item_id.map(Into::into);
        Ok(SheetRow { line: row.line, number: row.number, item, change })
    });
    rows.collect()
}
