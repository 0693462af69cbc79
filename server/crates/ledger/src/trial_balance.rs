//! The trial balance, 试算平衡表.

use crate::{LedgerError, row};
use domain::account::{AccountRef, Side, TrialBalance, TrialBalanceRow};
use domain::date::BusinessDate;
use domain::ids::AccountId;
use domain::money::{Currency, Money};
use sqlx::PgConnection;

/// Every account's opening balance, movements and closing balance of one accounting day.
///
/// # Errors
/// The database, or a sum out of range.
pub async fn trial_balance(
    conn: &mut PgConnection,
    day: BusinessDate,
    currency: Currency,
) -> Result<TrialBalance, LedgerError> {
    period_trial_balance(conn, (day, day), currency).await
}

/// The same of several accounting days together, named after the last of them.
///
/// # Errors
/// The database, or a sum out of range.
pub async fn period_trial_balance(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
    currency: Currency,
) -> Result<TrialBalance, LedgerError> {
    let found = sqlx::query_file!("src/sql/trial_balance.sql", first.0, last.0, currency.code())
        .fetch_all(conn)
        .await?;
    let zero = Money::zero(currency);
    let mut result = TrialBalance {
        accounting_date: last,
        rows: Vec::with_capacity(found.len()),
        debits: zero,
        credits: zero,
        debit_balances: zero,
        credit_balances: zero,
    };
    for row in found {
        let normal_side = row::side(&row.normal_side)?;
        let debits = row::sum(&row.day_debits, currency)?;
        let credits = row::sum(&row.day_credits, currency)?;
        let net = row::sum(&row.closing_net, currency)?;
        let opening_net = row::sum(&row.opening_net, currency)?;
        result.debits = result.debits.checked_add(debits)?;
        result.credits = result.credits.checked_add(credits)?;
        if net.is_negative() {
            result.credit_balances = result.credit_balances.checked_sub(net)?;
        } else {
            result.debit_balances = result.debit_balances.checked_add(net)?;
        }
        let on_normal_side = |net: Money| match normal_side {
            Side::Debit => Ok(net),
            Side::Credit => net.checked_neg(),
        };
        result.rows.push(TrialBalanceRow {
            id: AccountId(row.id),
            account: AccountRef { code: row.code, owner: row.owner },
            name_en: row.name_en,
            name_zh: row.name_zh,
            normal_side,
            opening: on_normal_side(opening_net)?,
            debits,
            credits,
            closing: on_normal_side(net)?,
        });
    }
    Ok(result)
}
