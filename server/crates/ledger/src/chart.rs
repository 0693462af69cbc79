//! The chart of accounts, 科目表, as a tree with what stands on it.

use crate::{LedgerError, row};
use domain::account::{ChartBalance, ChartLine, Side};
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// The whole chart, by code.
///
/// # Errors
/// The database.
pub async fn chart(conn: &mut PgConnection) -> Result<Vec<ChartLine>, LedgerError> {
    lines(conn, None).await
}

/// One line of the chart.
///
/// # Errors
/// The database.
pub async fn find_chart_line(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<ChartLine>, LedgerError> {
    Ok(lines(conn, Some(code)).await?.into_iter().next())
}

async fn lines(conn: &mut PgConnection, code: Option<&str>) -> Result<Vec<ChartLine>, LedgerError> {
    let rows = sqlx::query!(
        r#"SELECT code, parent, name_en, name_zh, normal_side, owner_kind, floor_minor, postable,
                  in_transit, posting_mode
           FROM ledger_chart WHERE $1::text IS NULL OR code = $1 ORDER BY code"#,
        code
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ChartLine {
                normal_side: row::side(&row.normal_side)?,
                owner_kind: row::owner_kind(&row.owner_kind)?,
                posting_mode: row::posting_mode(&row.posting_mode)?,
                code: row.code,
                parent: row.parent,
                name_en: row.name_en,
                name_zh: row.name_zh,
                floor_minor: row.floor_minor,
                postable: row.postable,
                in_transit: row.in_transit,
            })
        })
        .collect()
}

/// The whole chart, each line with the balances of itself and everything below it. A line below
/// that grows on the other side, like fees given back, is taken off.
///
/// # Errors
/// The database, or a sum out of range.
pub async fn chart_balances(conn: &mut PgConnection) -> Result<Vec<ChartBalance>, LedgerError> {
    let lines = chart(conn).await?;
    let totals = sqlx::query!(
        r#"SELECT a.code, a.currency, count(*) AS "accounts!",
                  sum(b.debit_minor - b.credit_minor)::text AS "net!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           GROUP BY a.code, a.currency"#
    )
    .fetch_all(conn)
    .await?;
    let parents: HashMap<String, Option<String>> =
        lines.iter().map(|line| (line.code.clone(), line.parent.clone())).collect();
    let mut nets: HashMap<String, BTreeMap<Currency, Money>> = HashMap::new();
    let mut accounts: HashMap<String, i64> = HashMap::new();
    for total in totals {
        let currency = row::currency(&total.currency)?;
        let net = row::sum(&total.net, currency)?;
        *accounts.entry(total.code.clone()).or_default() += total.accounts;
        let mut code = Some(total.code);
        while let Some(line) = code {
            code = parents.get(&line).cloned().flatten();
            let per_currency = nets.entry(line).or_default();
            let sum = per_currency.entry(currency).or_insert(Money::zero(currency));
            *sum = sum.checked_add(net)?;
        }
    }
    lines
        .into_iter()
        .map(|line| {
            let balances = nets
                .remove(&line.code)
                .unwrap_or_default()
                .into_values()
                .map(|net| on_side(line.normal_side, net))
                .collect::<Result<_, _>>()?;
            let accounts = accounts.get(&line.code).copied().unwrap_or(0);
            Ok(ChartBalance { line, accounts, balances })
        })
        .collect()
}

/// Debits less credits, seen from a side.
fn on_side(side: Side, net: Money) -> Result<Money, LedgerError> {
    match side {
        Side::Debit => Ok(net),
        Side::Credit => Ok(net.checked_neg()?),
    }
}
