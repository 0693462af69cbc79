use super::VoucherError;
use super::draft::Names;
use crate::explain::Inconsistent;
use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::fee::Rate;
use domain::ids::{StaffId, VoucherId};
use domain::journal::Entry;
use domain::money::{Currency, Money, MoneyError};
use domain::page::{Page, PageRequest};
use domain::voucher::{
    Dimension, LineRejection, VoucherAccount, VoucherDay, VoucherDetail, VoucherFile,
    VoucherLayout, VoucherLine, VoucherState, VoucherSummary,
};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Keeps the vouchers of a day from changing until the transaction ends; says whether there are
/// any.
pub(super) async fn lock_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<bool, VoucherError> {
    let found = sqlx::query_scalar!(
        "SELECT accounting_date FROM voucher_days WHERE accounting_date = $1 FOR UPDATE",
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// Says who drafted the day, and keeps it from changing until the transaction ends.
pub(super) async fn begin_day(
    conn: &mut PgConnection,
    day: BusinessDate,
    (maker, at): (StaffId, OffsetDateTime),
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"INSERT INTO voucher_days (accounting_date, drafted_at, drafted_by) VALUES ($1, $2, $3)
           ON CONFLICT (accounting_date) DO UPDATE SET drafted_at = $2, drafted_by = $3"#,
        day.0,
        at,
        maker.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the general ledger calls our accounts and merchants, and the tax contained in fees.
pub(super) async fn names(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Names, VoucherError> {
    let accounts = accounts(conn).await?;
    let merchants = sqlx::query!(r#"SELECT id::text AS "id!", code FROM merchants"#)
        .fetch_all(&mut *conn)
        .await?;
    let ppm = sqlx::query_scalar!(
        "SELECT rate_ppm FROM voucher_vat WHERE valid_from <= $1
         ORDER BY valid_from DESC LIMIT 1",
        day.0
    )
    .fetch_optional(conn)
    .await?;
    let vat = match ppm {
        Some(ppm) if ppm > 0 => Some(
            Rate::from_ppm(ppm).map_err(|error| Inconsistent::new("voucher_vat", day, error))?,
        ),
        _ => None,
    };
    Ok(Names {
        accounts: accounts.into_iter().map(|account| (account.code.clone(), account)).collect(),
        merchants: merchants.into_iter().map(|row| (row.id, row.code)).collect(),
        vat,
    })
}

pub(super) async fn accounts(conn: &mut PgConnection) -> Result<Vec<VoucherAccount>, VoucherError> {
    let rows = sqlx::query!(
        r#"SELECT m.code, c.name_en, c.name_zh, m.u8_code, m.dimension, m.department, m.project
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
                department: row.department,
                project: row.project,
            })
        })
        .collect()
}

/// Deletes what is in no file yet. Red vouchers stay: two people decided them.
pub(super) async fn delete_drafts(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"DELETE FROM voucher_lines WHERE voucher_id IN
             (SELECT id FROM vouchers
              WHERE accounting_date = $1 AND export_id IS NULL AND reverses IS NULL)"#,
        day.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM vouchers
         WHERE accounting_date = $1 AND export_id IS NULL AND reverses IS NULL",
        day.0
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    voucher: &VoucherDetail,
) -> Result<(), VoucherError> {
    let summary = &voucher.summary;
    sqlx::query!(
        r#"INSERT INTO vouchers
             (id, accounting_date, number, entry_number, state, replaces, reverses)
           VALUES ($1, $2, $3, $4, $5, $6, $7)"#,
        summary.id.0,
        summary.accounting_date.0,
        summary.number,
        summary.entry.number(),
        summary.state.name(),
        summary.replaces.map(|id| id.0),
        summary.reverses.map(|id| id.0)
    )
    .execute(&mut *conn)
    .await?;
    insert_lines(conn, voucher).await
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
                                      dimension_code, department, project, amount_minor, entries,
                                      memo)
           SELECT $1, new.line, side, code, owner, u8_code, dimension, dimension_code, department,
                  project, amount_minor, entries, memo
           FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[])
               WITH ORDINALITY AS new (side, code, owner, u8_code, dimension, dimension_code,
                                       department, project, amount_minor, entries, memo, line)"#,
        voucher.summary.id.0,
        &text(|line| line.side.name()),
        &text(|line| &line.account.code),
        &text(|line| &line.account.owner),
        &text(|line| &line.u8_code),
        &text(|line| line.dimension.name()),
        &text(|line| &line.dimension_code),
        &text(|line| &line.department),
        &text(|line| &line.project),
        &amounts,
        &entries,
        &text(|line| &line.memo)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks refused vouchers whose place was taken.
pub(super) async fn mark_replaced(
    conn: &mut PgConnection,
    ids: &[VoucherId],
) -> Result<(), VoucherError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "UPDATE vouchers SET state = 'replaced' WHERE id = ANY($1) AND state = 'rejected'",
        &ids
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn mark_balanced(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<(), VoucherError> {
    sqlx::query!(
        "UPDATE vouchers SET state = 'balanced' WHERE accounting_date = $1 AND state = 'drafted'",
        day.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The answer of the general ledger to one voucher that was sent.
pub(super) async fn answer(
    conn: &mut PgConnection,
    id: VoucherId,
    (state, erp_number): (VoucherState, Option<&str>),
) -> Result<(), VoucherError> {
    let changed = sqlx::query!(
        "UPDATE vouchers SET state = $2, erp_number = $3 WHERE id = $1 AND state = 'exported'",
        id.0,
        state.name(),
        erp_number
    )
    .execute(conn)
    .await?;
    if changed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Inconsistent::new("vouchers", id, "changed under the lock of its day").into())
    }
}

/// An acknowledged voucher is cancelled.
pub(super) async fn mark_reversed(
    conn: &mut PgConnection,
    id: VoucherId,
) -> Result<(), VoucherError> {
    let changed = sqlx::query!(
        "UPDATE vouchers SET state = 'reversed' WHERE id = $1 AND state = 'acknowledged'",
        id.0
    )
    .execute(conn)
    .await?;
    if changed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Inconsistent::new("vouchers", id, "changed under the lock of its day").into())
    }
}

pub(super) async fn find_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<VoucherDay>, VoucherError> {
    Ok(read_days(conn, Some(day), PageRequest::default()).await?.pop())
}

pub(super) async fn list_days(
    conn: &mut PgConnection,
    page: PageRequest,
) -> Result<Page<VoucherDay>, VoucherError> {
    let total = sqlx::query_scalar!(r#"SELECT count(*) AS "total!" FROM voucher_days"#)
        .fetch_one(&mut *conn)
        .await?;
    let rows = read_days(conn, None, page).await?;
    Ok(Page { rows, total, request: page })
}

async fn read_days(
    conn: &mut PgConnection,
    day: Option<BusinessDate>,
    page: PageRequest,
) -> Result<Vec<VoucherDay>, VoucherError> {
    let rows = sqlx::query!(
        r#"SELECT d.accounting_date, d.drafted_at, m.name AS drafted_by,
                  (SELECT coalesce(array_agg(v.state), '{}') FROM vouchers v
                   WHERE v.accounting_date = d.accounting_date) AS "states!: Vec<String>",
                  (SELECT coalesce(sum(l.amount_minor), 0)::text
                   FROM vouchers v JOIN voucher_lines l ON l.voucher_id = v.id
                   WHERE v.accounting_date = d.accounting_date AND l.side = 'debit'
                     AND v.state NOT IN ('replaced', 'rejected')) AS "total!"
           FROM voucher_days d
           JOIN staff m ON m.id = d.drafted_by
           WHERE $1::date IS NULL OR d.accounting_date = $1
           ORDER BY d.accounting_date DESC LIMIT $2 OFFSET $3"#,
        day.map(|day| day.0),
        page.limit(),
        page.offset()
    )
    .fetch_all(&mut *conn)
    .await?;
    let days: Vec<Date> = rows.iter().map(|row| row.accounting_date).collect();
    let mut files = files(conn, &days).await?;
    rows.into_iter()
        .map(|row| {
            let day = BusinessDate(row.accounting_date);
            let total = row.total.parse();
            let total = total.map_err(|error| Inconsistent::new("voucher_days", day, error))?;
            let named = |name: &String| named_state(name, &day.to_string());
            let states = row.states.iter().map(named).collect::<Result<Vec<_>, _>>()?;
            Ok(VoucherDay {
                accounting_date: day,
                vouchers: i64::try_from(states.len()).unwrap_or(i64::MAX),
                state: VoucherState::of_day(states),
                total: Money::cny(total),
                drafted_at: row.drafted_at,
                drafted_by: row.drafted_by,
                files: files.remove(&row.accounting_date).unwrap_or_default(),
            })
        })
        .collect()
}

/// The files of some days, the first one first.
async fn files(
    conn: &mut PgConnection,
    days: &[Date],
) -> Result<HashMap<Date, Vec<VoucherFile>>, VoucherError> {
    let rows = sqlx::query!(
        r#"SELECT x.accounting_date, x.version, x.layout, x.name, x.sha256,
                  octet_length(x.bytes)::bigint AS "size!", x.exported_at, s.name AS exported_by
           FROM voucher_exports x JOIN staff s ON s.id = x.exported_by
           WHERE x.accounting_date = ANY($1) ORDER BY x.accounting_date, x.version"#,
        days
    )
    .fetch_all(conn)
    .await?;
    let mut files: HashMap<Date, Vec<VoucherFile>> = HashMap::new();
    for row in rows {
        let file = VoucherFile {
            version: row.version,
            layout: named_layout(&row.layout, &row.name)?,
            name: row.name,
            sha256: row.sha256,
            size: row.size,
            exported_at: row.exported_at,
            exported_by: row.exported_by,
        };
        files.entry(row.accounting_date).or_default().push(file);
    }
    Ok(files)
}

/// The vouchers of a day with their lines, by number.
pub(super) async fn details(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<VoucherDetail>, VoucherError> {
    read(conn, (Some(day), None)).await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: VoucherId,
) -> Result<Option<VoucherDetail>, VoucherError> {
    Ok(read(conn, (None, Some(id))).await?.pop())
}

async fn read(
    conn: &mut PgConnection,
    (day, id): (Option<BusinessDate>, Option<VoucherId>),
) -> Result<Vec<VoucherDetail>, VoucherError> {
    let rows = sqlx::query_as!(
        LineRow,
        r#"SELECT v.id, v.accounting_date, v.number, v.entry_number, v.state, v.erp_number,
                  v.replaces, v.reverses, x.version AS "version?", l.side, l.code, l.owner,
                  l.u8_code, l.dimension, l.dimension_code, l.department, l.project,
                  l.amount_minor, l.entries, l.memo
           FROM vouchers v
           JOIN voucher_lines l ON l.voucher_id = v.id
           LEFT JOIN voucher_exports x ON x.id = v.export_id
           WHERE v.accounting_date = $1 OR v.id = $2
           ORDER BY v.number, l.line"#,
        day.map(|day| day.0),
        id.map(|id| id.0)
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut vouchers = gather(rows)?;
    let ids: Vec<Uuid> = vouchers.iter().map(|voucher| voucher.summary.id.0).collect();
    let rejections = sqlx::query!(
        r#"SELECT r.voucher_id, r.line, r.reason, r.at, s.name AS by
           FROM voucher_rejections r JOIN staff s ON s.id = r.by_id
           WHERE r.voucher_id = ANY($1) ORDER BY r.line"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    for row in rejections {
        let of = vouchers.iter_mut().find(|voucher| voucher.summary.id.0 == row.voucher_id);
        if let Some(voucher) = of {
            let (line, reason, at, by) = (row.line, row.reason, row.at, row.by);
            voucher.rejections.push(LineRejection { line, reason, at, by });
        }
    }
    Ok(vouchers)
}

struct LineRow {
    id: Uuid,
    accounting_date: Date,
    number: i32,
    entry_number: i16,
    state: String,
    erp_number: Option<String>,
    replaces: Option<Uuid>,
    reverses: Option<Uuid>,
    version: Option<i32>,
    side: String,
    code: String,
    owner: String,
    u8_code: String,
    dimension: String,
    dimension_code: String,
    department: String,
    project: String,
    amount_minor: i64,
    entries: i64,
    memo: String,
}

impl LineRow {
    fn summary(&self) -> Result<VoucherSummary, Inconsistent> {
        let id = VoucherId(self.id);
        let entry = Entry::numbered(self.entry_number)
            .ok_or_else(|| Inconsistent::new("vouchers", id, "unknown entry"))?;
        Ok(VoucherSummary {
            id,
            accounting_date: BusinessDate(self.accounting_date),
            number: self.number,
            entry,
            state: named_state(&self.state, &id.to_string())?,
            total: Money::zero(Currency::Cny),
            file: self.version,
            erp_number: self.erp_number.clone(),
            replaces: self.replaces.map(VoucherId),
            reverses: self.reverses.map(VoucherId),
        })
    }
}

/// Lines, sorted by voucher, as vouchers.
fn gather(rows: Vec<LineRow>) -> Result<Vec<VoucherDetail>, VoucherError> {
    let mut vouchers: Vec<VoucherDetail> = Vec::new();
    for row in rows {
        let id = VoucherId(row.id);
        let wrong = |what: &str| Inconsistent::new("vouchers", id, what);
        if vouchers.last().is_none_or(|last| last.summary.id != id) {
            let (summary, rejections) = (row.summary()?, Vec::new());
            vouchers.push(VoucherDetail { summary, lines: Vec::new(), rejections });
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
            department: row.department,
            project: row.project,
            amount,
            entries: row.entries,
            memo: row.memo,
        });
    }
    Ok(vouchers)
}

fn named_state(name: &str, of: &str) -> Result<VoucherState, Inconsistent> {
    VoucherState::named(name).ok_or_else(|| Inconsistent::new("vouchers", of, "unknown state"))
}

pub(super) fn named_layout(name: &str, of: &str) -> Result<VoucherLayout, Inconsistent> {
    VoucherLayout::named(name)
        .ok_or_else(|| Inconsistent::new("voucher_exports", of, "unknown layout"))
}

fn named_dimension(name: &str, id: &str) -> Result<Dimension, Inconsistent> {
    Dimension::named(name)
        .ok_or_else(|| Inconsistent::new("voucher_accounts", id, "unknown dimension"))
}
