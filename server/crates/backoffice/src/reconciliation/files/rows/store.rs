use super::super::blocks;
use super::super::merchant_list::ListedOrder;
use super::{BATCH, ReconciliationError};
use crate::explain::Inconsistent;
use crate::office::Office;
use banks::statement::StatementRow;
use domain::date::BusinessDate;
use domain::ids::FileId;
use domain::money::Money;
use domain::page::PageRequest;
use domain::source_file::{BillLine, StatementLine, StatementUse};
use sqlx::PgConnection;
use std::borrow::Cow;
use time::Date;
use uuid::Uuid;

/// A movement with its place in the file.
pub(super) struct StatementEntry<'a> {
    pub line: i64,
    pub account: &'a str,
    pub row: &'a StatementRow,
}

#[expect(clippy::as_conversions, reason = "the query macro takes the cast as the type of an array")]
pub(super) async fn insert_statements(
    conn: &mut PgConnection,
    office: &Office,
    file: FileId,
    entries: &[StatementEntry<'_>],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = entries.iter().map(|_| office.new_id()).collect();
    let lines: Vec<i64> = entries.iter().map(|entry| entry.line).collect();
    let accounts: Vec<String> = entries.iter().map(|entry| entry.account.to_owned()).collect();
    let refs: Vec<String> = entries.iter().map(|entry| entry.row.bank_ref.clone()).collect();
    let text = |of: fn(&StatementRow) -> &Option<String>| -> Vec<Option<String>> {
        entries.iter().map(|entry| of(entry.row).clone()).collect()
    };
    let numbers = text(|row| &row.end_to_end_id);
    let amounts: Vec<i64> = entries.iter().map(|entry| entry.row.amount.minor()).collect();
    let currencies: Vec<String> =
        entries.iter().map(|entry| entry.row.amount.currency().code().to_owned()).collect();
    let booked: Vec<Date> = entries.iter().map(|entry| entry.row.booking_date.0).collect();
    let valued: Vec<Option<Date>> =
        entries.iter().map(|entry| entry.row.value_date.map(|day| day.0)).collect();
    let others = text(|row| &row.counterparty);
    let remittances: Vec<String> =
        entries.iter().map(|entry| entry.row.remittance.clone()).collect();
    let reasons = text(|row| &row.return_reason);
    sqlx::query!(
        "INSERT INTO statement_lines
            (id, file_id, line, account_no, bank_ref, end_to_end_id, amount_minor, currency,
             booking_date, value_date, counterparty, remittance, return_reason)
         SELECT r.id, $1, r.line, r.account, r.ref, r.number, r.amount, r.currency, r.booked,
                r.valued, r.other, r.remittance, r.reason
         FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                     $8::text[], $9::date[], $10::date[], $11::text[], $12::text[], $13::text[])
              AS r (id, line, account, ref, number, amount, currency, booked, valued, other,
                    remittance, reason)",
        Uuid::from(file),
        &ids,
        &lines,
        &accounts,
        &refs,
        &numbers as &[Option<String>],
        &amounts,
        &currencies,
        &booked,
        &valued as &[Option<Date>],
        &others as &[Option<String>],
        &remittances,
        &reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in super::super) async fn insert_orders(
    conn: &mut PgConnection,
    office: &Office,
    file: FileId,
    orders: &[ListedOrder],
) -> Result<(), sqlx::Error> {
    for orders in orders.chunks(BATCH) {
        let ids: Vec<Uuid> = orders.iter().map(|_| office.new_id()).collect();
        let lines: Vec<i64> = orders.iter().map(|order| order.line.into()).collect();
        let numbers: Vec<String> = orders.iter().map(|order| order.order_no.clone()).collect();
        let amounts: Vec<i64> = orders.iter().map(|order| order.amount.minor()).collect();
        let currencies: Vec<String> =
            orders.iter().map(|order| order.amount.currency().code().to_owned()).collect();
        let statuses: Vec<String> =
            orders.iter().map(|order| order.status.name().to_owned()).collect();
        sqlx::query!(
            "INSERT INTO merchant_order_lines
                (id, file_id, line, order_no, amount_minor, currency, status)
             SELECT r.id, $1, r.line, r.number, r.amount, r.currency, r.status
             FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::text[],
                         $7::text[]) AS r (id, line, number, amount, currency, status)",
            Uuid::from(file),
            &ids,
            &lines,
            &numbers,
            &amounts,
            &currencies,
            &statuses,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(in super::super) async fn bill_page(
    conn: &mut PgConnection,
    file: FileId,
    page: PageRequest,
) -> Result<Vec<BillLine>, ReconciliationError> {
    let mut lines = Vec::new();
    blocks::page(conn, file, page, |row| {
        lines.push(BillLine {
            id: row.id()?,
            line: row.line,
            direction: blocks::direction(row.kind),
            gross: row.gross,
            standing: blocks::standing(row.status),
            channel_no: row.channel_no.clone().into_owned(),
            order_no: row.order_no.clone().into_owned(),
            refund_no: row.refund_no.clone().map(Cow::into_owned),
            fee_e5: row.fee_e5,
            event_time: row.event_time()?,
        });
        Ok(())
    })
    .await?;
    Ok(lines)
}

pub(in super::super) async fn statement_page(
    conn: &mut PgConnection,
    file: FileId,
    page: PageRequest,
) -> Result<Vec<StatementLine>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, line, account_no, bank_ref, end_to_end_id, amount_minor, currency, booking_date,
                counterparty, remittance, return_reason, explained_by
         FROM statement_lines WHERE file_id = $1 ORDER BY line LIMIT $2 OFFSET $3",
        Uuid::from(file),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("statement_lines", row.id, "currency");
        lines.push(StatementLine {
            id: row.id.into(),
            line: row.line,
            amount: Money::new(row.amount_minor, row.currency.parse().map_err(wrong)?),
            account: row.account_no,
            bank_ref: row.bank_ref,
            end_to_end_id: row.end_to_end_id,
            booking_date: BusinessDate(row.booking_date),
            counterparty: row.counterparty,
            remittance: row.remittance,
            return_reason: row.return_reason,
            explained_by: row.explained_by.as_deref().and_then(StatementUse::named),
        });
    }
    Ok(lines)
}

/// The file a row of a bill or statement stands in, its line, and how many rows stand before it.
pub(in super::super) async fn place_of(
    conn: &mut PgConnection,
    row: Uuid,
) -> Result<Option<(FileId, i64, i64)>, ReconciliationError> {
    let found = sqlx::query!(
        r#"SELECT l.file_id, l.line,
                  (SELECT count(*) FROM statement_lines s
                   WHERE s.file_id = l.file_id AND s.line < l.line) AS "before!"
           FROM statement_lines l WHERE l.id = $1"#,
        row,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match found {
        Some(found) => Ok(Some((FileId(found.file_id), found.line, found.before))),
        None => blocks::place_of(conn, row).await,
    }
}
