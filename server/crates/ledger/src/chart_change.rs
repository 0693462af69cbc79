//! Changing the chart of accounts: lines are added and reworded, never taken away. A floor counts
//! for every account of its code, also for those that are open.

use crate::{LedgerError, chart};
use domain::account::AccountRef;
use domain::account::chart::{ChartChange, ChartTerms, NewChartLine};
use sqlx::PgConnection;

/// Changes the chart.
///
/// # Errors
/// The change makes no sense, the code is taken or not there, its heading is not one, or an account
/// lies below the new floor.
pub async fn change_chart(
    conn: &mut PgConnection,
    change: &ChartChange,
) -> Result<(), LedgerError> {
    change.checked()?;
    match change {
        ChartChange::Open(line) => open(conn, line).await,
        ChartChange::Reword { code, terms } => reword(conn, code, terms).await,
    }
}

async fn open(conn: &mut PgConnection, line: &NewChartLine) -> Result<(), LedgerError> {
    if let Some(parent) = line.parent() {
        let heading = chart::find_chart_line(conn, parent)
            .await?
            .ok_or_else(|| LedgerError::UnknownCode(parent.to_owned()))?;
        if heading.postable {
            return Err(LedgerError::NotAHeading(parent.to_owned()));
        }
    }
    let added = sqlx::query!(
        "INSERT INTO ledger_chart (code, parent, name_en, name_zh, normal_side, owner_kind,
                                   floor_minor, postable, in_transit, posting_mode)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (code) DO NOTHING",
        line.code,
        line.parent(),
        line.terms.name_en.trim(),
        line.terms.name_zh.trim(),
        line.normal_side.name(),
        line.owner_kind.name(),
        line.terms.floor_minor,
        line.postable,
        line.in_transit,
        line.terms.posting_mode.name()
    )
    .execute(conn)
    .await?;
    if added.rows_affected() == 0 {
        return Err(LedgerError::CodeTaken(line.code.clone()));
    }
    Ok(())
}

async fn reword(
    conn: &mut PgConnection,
    code: &str,
    terms: &ChartTerms,
) -> Result<(), LedgerError> {
    let line = chart::find_chart_line(conn, code)
        .await?
        .ok_or_else(|| LedgerError::UnknownCode(code.to_owned()))?;
    if !line.postable && terms.floor_minor.is_some() {
        return Err(domain::account::chart::ChartError::HeadingWithTerms.into());
    }
    sqlx::query!(
        "UPDATE ledger_chart SET name_en = $2, name_zh = $3, floor_minor = $4, posting_mode = $5
         WHERE code = $1",
        code,
        terms.name_en.trim(),
        terms.name_zh.trim(),
        terms.floor_minor,
        terms.posting_mode.name()
    )
    .execute(&mut *conn)
    .await?;
    if line.floor_minor != terms.floor_minor {
        set_floor(conn, code, terms.floor_minor).await?;
    }
    Ok(())
}

/// Locks the accounts as postings do, sees that all keep the floor, and sets it.
async fn set_floor(
    conn: &mut PgConnection,
    code: &str,
    floor: Option<i64>,
) -> Result<(), LedgerError> {
    let accounts = sqlx::query!(
        r#"SELECT a.owner, b.balance_minor AS "balance_minor!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.code = $1 ORDER BY a.id FOR UPDATE OF b"#,
        code
    )
    .fetch_all(&mut *conn)
    .await?;
    if let Some(floor) = floor
        && let Some(below) = accounts.into_iter().find(|account| account.balance_minor < floor)
    {
        return Err(LedgerError::BelowNewFloor(AccountRef::new(code, below.owner)));
    }
    sqlx::query!(
        "UPDATE ledger_balances held SET floor_minor = $2
         FROM ledger_accounts a WHERE a.id = held.account_id AND a.code = $1",
        code,
        floor
    )
    .execute(conn)
    .await?;
    Ok(())
}
