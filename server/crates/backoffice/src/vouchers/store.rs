use super::VoucherError;
use super::draft::Names;
use crate::explain::Inconsistent;
use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::ids::{StaffId, VoucherId};
use domain::journal::Entry;
use domain::money::{Currency, Money, MoneyError};
use domain::page::{Page, PageRequest};
use domain::voucher::{
    Dimension, VoucherAccount, VoucherDay, VoucherDetail, VoucherFile, VoucherLine, VoucherState,
    VoucherSummary,
};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// How far the vouchers of a day are, kept from changing until the transaction ends.
pub(super) async fn lock_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<VoucherState>, VoucherError> {
    let found = sqlx::query_scalar!(
        "SELECT state FROM voucher_days WHERE accounting_date = $1 FOR UPDATE",
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|state| named_state(&state, day)).transpose()?)
}

/// What the general ledger calls our accounts and merchants.
pub(super) async fn names(conn: &mut PgConnection) -> Result<Names, VoucherError> {
    let accounts = accounts(conn).await?;
    let merchants =
        sqlx::query!(r#"SELECT id::text AS "id!", code FROM merchants"#).fetch_all(conn).await?;
    Ok(Names {
        accounts: accounts.into_iter().map(|account| (account.code.clone(), account)).collect(),
        merchants: merchants.into_iter().map(|row| (row.id, row.code)).collect(),
    })
}

pub(super) async fn accounts(conn: &mut PgConnection) -> Result<Vec<VoucherAccount>, VoucherError> {
    let rows = sqlx::query!(
        r#"SELECT m.code, c.name_en, c.name_zh, m.u8_code, m.dimension
           FROM voucher_accounts m JOIN ledger_chart c ON c.code = m.code ORDER BY m.code"#
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(VoucherAccount {
                dimension: named_dimension(&row.dimension, &row.code)?,
                code: row.code,
                name_en: row.name_en,
                name_zh: row.name_zh,
                u8_code: row.u8_code,
            })
        })
        .collect()
}

/// Puts drafted vouchers in the place of what was drafted before.
pub(super) async fn replace(
    conn: &mut PgConnection,
    day: BusinessDate,
    (maker, at): (StaffId, OffsetDateTime),
    vouchers: &[VoucherDetail],
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"DELETE FROM voucher_lines
           WHERE voucher_id IN (SELECT id FROM vouchers WHERE accounting_date = $1)"#,
        day.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM vouchers WHERE accounting_date = $1", day.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        r#"INSERT INTO voucher_days (accounting_date, state, drafted_at, drafted_by)
           VALUES ($1, 'drafted', $2, $3)
           ON CONFLICT (accounting_date)
           DO UPDATE SET state = 'drafted', drafted_at = $2, drafted_by = $3"#,
        day.0,
        at,
        maker.0
    )
    .execute(&mut *conn)
    .await?;
    for voucher in vouchers {
        sqlx::query!(
            r#"INSERT INTO vouchers (id, accounting_date, number, entry_number)
               VALUES ($1, $2, $3, $4)"#,
            voucher.summary.id.0,
            day.0,
            voucher.summary.number,
            voucher.summary.entry.number()
        )
        .execute(&mut *conn)
        .await?;
        insert_lines(conn, voucher).await?;
    }
    Ok(())
}

async fn insert_lines(
    conn: &mut PgConnection,
    voucher: &VoucherDetail,
) -> Result<(), VoucherError> {
    let lines = &voucher.lines;
    let text = |of: fn(&VoucherLine) -> &str| -> Vec<String> {
        lines.iter().map(|line| of(line).to_owned()).collect()
    };
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    let entries: Vec<i64> = lines.iter().map(|line| line.entries).collect();
    sqlx::query!(
        r#"INSERT INTO voucher_lines (voucher_id, line, side, code, owner, u8_code, dimension,
                                      dimension_code, amount_minor, entries, memo)
           SELECT $1, new.line, side, code, owner, u8_code, dimension, dimension_code,
                  amount_minor, entries, memo
           FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::bigint[], $9::bigint[], $10::text[])
               WITH ORDINALITY AS new (side, code, owner, u8_code, dimension, dimension_code,
                                       amount_minor, entries, memo, line)"#,
        voucher.summary.id.0,
        &text(|line| line.side.name()),
        &text(|line| &line.account.code),
        &text(|line| &line.account.owner),
        &text(|line| &line.u8_code),
        &text(|line| line.dimension.name()),
        &text(|line| &line.dimension_code),
        &amounts,
        &entries,
        &text(|line| &line.memo)
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn save_state(
    conn: &mut PgConnection,
    day: BusinessDate,
    state: VoucherState,
) -> Result<(), VoucherError> {
    sqlx::query!(
        "UPDATE voucher_days SET state = $2 WHERE accounting_date = $1",
        day.0,
        state.name()
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn save_file(
    conn: &mut PgConnection,
    day: BusinessDate,
    exporter: StaffId,
    (file, bytes): (&VoucherFile, &[u8]),
) -> Result<(), VoucherError> {
    let saved = sqlx::query!(
        r#"UPDATE voucher_days
           SET state = 'exported', file_name = $2, file_bytes = $3, file_sha256 = $4,
               exported_at = $5, exported_by = $6
           WHERE accounting_date = $1 AND state = 'balanced'"#,
        day.0,
        file.name,
        bytes,
        file.sha256,
        file.exported_at,
        exporter.0
    )
    .execute(conn)
    .await?;
    if saved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Inconsistent::new("voucher_days", day, "changed under its lock").into())
    }
}

pub(super) async fn file(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<(VoucherFile, Vec<u8>)>, VoucherError> {
    let row = sqlx::query!(
        r#"SELECT d.file_name AS "file_name!", d.file_bytes AS "file_bytes!",
                  d.file_sha256 AS "file_sha256!", d.exported_at AS "exported_at!",
                  s.name AS exported_by
           FROM voucher_days d JOIN staff s ON s.id = d.exported_by
           WHERE d.accounting_date = $1 AND d.state = 'exported'"#,
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let file = VoucherFile {
            name: row.file_name,
            sha256: row.file_sha256,
            size: i64::try_from(row.file_bytes.len()).unwrap_or(i64::MAX),
            exported_at: row.exported_at,
            exported_by: row.exported_by,
        };
        (file, row.file_bytes)
    }))
}

pub(super) async fn find_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<VoucherDay>, VoucherError> {
    let row = sqlx::query_as!(
        DayRow,
        r#"SELECT d.accounting_date, d.state, d.drafted_at, m.name AS drafted_by, d.file_name,
                  d.file_sha256, octet_length(d.file_bytes)::bigint AS size, d.exported_at,
                  e.name AS "exported_by?",
                  (SELECT count(*) FROM vouchers v WHERE v.accounting_date = d.accounting_date)
                      AS "vouchers!",
                  (SELECT coalesce(sum(l.amount_minor), 0)::text
                   FROM vouchers v JOIN voucher_lines l ON l.voucher_id = v.id
                   WHERE v.accounting_date = d.accounting_date AND l.side = 'debit') AS "total!"
           FROM voucher_days d
           JOIN staff m ON m.id = d.drafted_by
           LEFT JOIN staff e ON e.id = d.exported_by
           WHERE d.accounting_date = $1"#,
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(VoucherDay::try_from).transpose()?)
}

pub(super) async fn list_days(
    conn: &mut PgConnection,
    page: PageRequest,
) -> Result<Page<VoucherDay>, VoucherError> {
    let total = sqlx::query_scalar!(r#"SELECT count(*) AS "total!" FROM voucher_days"#)
        .fetch_one(&mut *conn)
        .await?;
    let rows = sqlx::query_as!(
        DayRow,
        r#"SELECT d.accounting_date, d.state, d.drafted_at, m.name AS drafted_by, d.file_name,
                  d.file_sha256, octet_length(d.file_bytes)::bigint AS size, d.exported_at,
                  e.name AS "exported_by?",
                  (SELECT count(*) FROM vouchers v WHERE v.accounting_date = d.accounting_date)
                      AS "vouchers!",
                  (SELECT coalesce(sum(l.amount_minor), 0)::text
                   FROM vouchers v JOIN voucher_lines l ON l.voucher_id = v.id
                   WHERE v.accounting_date = d.accounting_date AND l.side = 'debit') AS "total!"
           FROM voucher_days d
           JOIN staff m ON m.id = d.drafted_by
           LEFT JOIN staff e ON e.id = d.exported_by
           ORDER BY d.accounting_date DESC LIMIT $1 OFFSET $2"#,
        page.limit(),
        page.offset()
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(VoucherDay::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

/// The vouchers of a day with their lines, by number.
pub(super) async fn details(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<VoucherDetail>, VoucherError> {
    let rows = sqlx::query_as!(
        LineRow,
        r#"SELECT v.id, v.accounting_date, v.number, v.entry_number, d.state, l.side, l.code,
                  l.owner, l.u8_code, l.dimension, l.dimension_code, l.amount_minor, l.entries,
                  l.memo
           FROM vouchers v
           JOIN voucher_days d ON d.accounting_date = v.accounting_date
           JOIN voucher_lines l ON l.voucher_id = v.id
           WHERE v.accounting_date = $1
           ORDER BY v.number, l.line"#,
        day.0
    )
    .fetch_all(conn)
    .await?;
    gather(rows)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: VoucherId,
) -> Result<Option<VoucherDetail>, VoucherError> {
    let rows = sqlx::query_as!(
        LineRow,
        r#"SELECT v.id, v.accounting_date, v.number, v.entry_number, d.state, l.side, l.code,
                  l.owner, l.u8_code, l.dimension, l.dimension_code, l.amount_minor, l.entries,
                  l.memo
           FROM vouchers v
           JOIN voucher_days d ON d.accounting_date = v.accounting_date
           JOIN voucher_lines l ON l.voucher_id = v.id
           WHERE v.id = $1
           ORDER BY l.line"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(gather(rows)?.into_iter().next())
}

struct LineRow {
    id: Uuid,
    accounting_date: Date,
    number: i32,
    entry_number: i16,
    state: String,
    side: String,
    code: String,
    owner: String,
    u8_code: String,
    dimension: String,
    dimension_code: String,
    amount_minor: i64,
    entries: i64,
    memo: String,
}

/// Lines, sorted by voucher, as vouchers.
fn gather(rows: Vec<LineRow>) -> Result<Vec<VoucherDetail>, VoucherError> {
    let mut vouchers: Vec<VoucherDetail> = Vec::new();
    for row in rows {
        let id = VoucherId(row.id);
        let wrong = |what: &str| Inconsistent::new("vouchers", id, what);
        if vouchers.last().is_none_or(|last| last.summary.id != id) {
            let day = BusinessDate(row.accounting_date);
            let summary = VoucherSummary {
                id,
                accounting_date: day,
                number: row.number,
                entry: Entry::numbered(row.entry_number).ok_or_else(|| wrong("unknown entry"))?,
                state: named_state(&row.state, day)?,
                total: Money::zero(Currency::Cny),
            };
            vouchers.push(VoucherDetail { summary, lines: Vec::new() });
        }
        let Some(voucher) = vouchers.last_mut() else { continue };
        let side = Side::named(&row.side).ok_or_else(|| wrong("unknown side"))?;
        let amount = Money::cny(row.amount_minor);
        if side == Side::Debit {
            let total = voucher.summary.total.checked_add(amount);
            voucher.summary.total = total.map_err(|error: MoneyError| wrong(&error.to_string()))?;
        }
        voucher.lines.push(VoucherLine {
            side,
            account: AccountRef { code: row.code, owner: row.owner },
            u8_code: row.u8_code,
            dimension: named_dimension(&row.dimension, &row.dimension_code)?,
            dimension_code: row.dimension_code,
            amount,
            entries: row.entries,
            memo: row.memo,
        });
    }
    Ok(vouchers)
}

struct DayRow {
    accounting_date: Date,
    state: String,
    drafted_at: OffsetDateTime,
    drafted_by: String,
    file_name: Option<String>,
    file_sha256: Option<String>,
    size: Option<i64>,
    exported_at: Option<OffsetDateTime>,
    exported_by: Option<String>,
    vouchers: i64,
    total: String,
}

impl TryFrom<DayRow> for VoucherDay {
    type Error = Inconsistent;

    fn try_from(row: DayRow) -> Result<Self, Inconsistent> {
        let day = BusinessDate(row.accounting_date);
        let total = row.total.parse();
        let total = total.map_err(|error| Inconsistent::new("voucher_days", day, error))?;
        let file =
            match (row.file_name, row.file_sha256, row.size, row.exported_at, row.exported_by) {
                (Some(name), Some(sha256), Some(size), Some(exported_at), Some(exported_by)) => {
                    Some(VoucherFile { name, sha256, size, exported_at, exported_by })
                }
                _ => None,
            };
        Ok(Self {
            accounting_date: day,
            state: named_state(&row.state, day)?,
            vouchers: row.vouchers,
            total: Money::cny(total),
            drafted_at: row.drafted_at,
            drafted_by: row.drafted_by,
            file,
        })
    }
}

fn named_state(name: &str, day: BusinessDate) -> Result<VoucherState, Inconsistent> {
    VoucherState::named(name).ok_or_else(|| Inconsistent::new("voucher_days", day, "unknown state"))
}

fn named_dimension(name: &str, id: &str) -> Result<Dimension, Inconsistent> {
    Dimension::named(name)
        .ok_or_else(|| Inconsistent::new("voucher_accounts", id, "unknown dimension"))
}
