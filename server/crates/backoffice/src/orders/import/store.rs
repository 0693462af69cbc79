use super::super::OrderError;
use super::super::store::columns;
use super::BookRow;
use domain::ids::{FileId, MerchantId, StaffId};
use domain::money::Money;
use domain::order::{Order, OrderFile};
use domain::page::{Page, PageRequest};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub(super) async fn file_named(
    conn: &mut PgConnection,
    sha256: &str,
) -> Result<Option<String>, OrderError> {
    Ok(sqlx::query_scalar!("SELECT name FROM order_files WHERE sha256 = $1", sha256)
        .fetch_optional(conn)
        .await?)
}

pub(super) async fn taken(
    conn: &mut PgConnection,
    merchant: MerchantId,
    numbers: &[String],
) -> Result<BTreeSet<String>, OrderError> {
    let taken = sqlx::query_scalar!(
        "SELECT merchant_order_no FROM orders
         WHERE merchant_id = $1 AND merchant_order_no = ANY($2)",
        Uuid::from(merchant),
        numbers,
    )
    .fetch_all(conn)
    .await?;
    Ok(taken.into_iter().collect())
}

pub(super) async fn insert_file(
    conn: &mut PgConnection,
    file: &OrderFile,
    bytes: &[u8],
    by: StaffId,
) -> Result<(), OrderError> {
    let inserted = sqlx::query!(
        "INSERT INTO order_files
            (id, name, sha256, bytes, encoding, rows, paid_count, paid_minor, imported_by,
             imported_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT ON CONSTRAINT order_files_imported_once DO NOTHING",
        Uuid::from(file.id),
        file.name,
        file.sha256,
        bytes,
        file.encoding,
        file.rows,
        file.paid_count,
        file.paid.minor(),
        Uuid::from(by),
        file.imported_at,
    )
    .execute(conn)
    .await?;
    if inserted.rows_affected() == 1 {
        Ok(())
    } else {
        Err(OrderError::FileKnown { name: file.name.clone() })
    }
}

pub(super) async fn insert_imported(
    conn: &mut PgConnection,
    file: FileId,
    orders: &[(Order, &BookRow)],
) -> Result<(), OrderError> {
    let column = |text: fn(&Order) -> &str| -> Vec<String> {
        orders.iter().map(|(order, _)| text(order).to_owned()).collect()
    };
    let ids: Vec<Uuid> = orders.iter().map(|(order, _)| order.id.into()).collect();
    let merchants: Vec<Uuid> = orders.iter().map(|(order, _)| order.merchant.into()).collect();
    let numbers = column(|order| &order.merchant_order_no);
    let products = column(|order| order.product.name());
    let amounts: Vec<i64> = orders.iter().map(|(order, _)| order.amount.minor()).collect();
    let currencies = column(|order| order.amount.currency().code());
    let subjects = column(|order| &order.subject);
    let states = column(|order| order.state.status().name());
    let failures: Vec<Option<String>> =
        orders.iter().map(|(order, _)| columns(&order.state).0.map(str::to_owned)).collect();
    let days: Vec<Date> = orders.iter().map(|(order, _)| order.business_date.0).collect();
    let created: Vec<OffsetDateTime> = orders.iter().map(|(order, _)| order.created_at).collect();
    let lines: Vec<i64> = orders.iter().map(|(_, row)| i64::from(row.line)).collect();
    let rows = orders
        .iter()
        .map(|(_, row)| serde_json::to_value(&row.paid))
        .collect::<Result<Vec<Value>, _>>()
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "INSERT INTO orders
            (id, merchant_id, merchant_order_no, product, amount_minor, currency, subject, state,
             failure, source, business_date, created_at, file_id, file_line, import_row)
         SELECT id, merchant, number, product, amount, currency, subject, state, failure, 'import',
                day, created, $14, line, import_row
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                     $7::text[], $8::text[], $9::text[], $10::date[], $11::timestamptz[],
                     $12::bigint[], $13::jsonb[])
              AS r (id, merchant, number, product, amount, currency, subject, state, failure, day,
                    created, line, import_row)",
        &ids,
        &merchants,
        &numbers,
        &products,
        &amounts,
        &currencies,
        &subjects,
        &states,
        &failures as _,
        &days,
        &created,
        &lines,
        &rows,
        Uuid::from(file),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn mark_booked(
    conn: &mut PgConnection,
    file: FileId,
    at: OffsetDateTime,
) -> Result<(), OrderError> {
    sqlx::query!(
        "UPDATE order_files SET booked_at = COALESCE(booked_at, $2) WHERE id = $1",
        Uuid::from(file),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn file_progress(
    conn: &mut PgConnection,
    file: FileId,
) -> Result<Option<(i64, i64)>, OrderError> {
    let row = sqlx::query!(
        r#"SELECT f.paid_count,
                  (SELECT count(*) FROM orders o
                   WHERE o.file_id = f.id AND o.state = 'paying') AS "open!"
           FROM order_files f WHERE f.id = $1"#,
        Uuid::from(file),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.paid_count - row.open, row.paid_count)))
}

pub(super) async fn files(
    conn: &mut PgConnection,
    page: PageRequest,
) -> Result<Page<OrderFile>, OrderError> {
    let total = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM order_files"#)
        .fetch_one(&mut *conn)
        .await?;
    let rows = sqlx::query!(
        r#"SELECT f.id, f.name, f.sha256, f.encoding, f.rows, f.paid_count, f.paid_minor,
                  f.imported_at, f.booked_at,
                  f.paid_count - (SELECT count(*) FROM orders o
                                  WHERE o.file_id = f.id AND o.state = 'paying') AS "booked!"
           FROM order_files f ORDER BY f.imported_at DESC, f.id DESC LIMIT $1 OFFSET $2"#,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| OrderFile {
            id: row.id.into(),
            name: row.name,
            sha256: row.sha256,
            encoding: row.encoding,
            rows: row.rows,
            paid_count: row.paid_count,
            booked_count: row.booked,
            paid: Money::cny(row.paid_minor),
            imported_at: row.imported_at,
            booked_at: row.booked_at,
        })
        .collect();
    Ok(Page { rows, total, request: page })
}
