//! What a posting would do, without doing it.

use crate::accounts::{self, AccountKey};
use crate::entries::Adjustment;
use crate::plan::{Plan, Standing};
use crate::posting::Posting;
use crate::{LedgerError, days, row};
use domain::account::BalanceEffect;
use domain::money::Money;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What an adjustment that is proposed would do; see [`preview`].
///
/// # Errors
/// What [`crate::post`] would answer once it is approved.
pub async fn preview_adjustment(
    conn: &mut PgConnection,
    adjustment: &Adjustment,
) -> Result<Vec<BalanceEffect>, LedgerError> {
    effects(conn, adjustment.posting()).await
}

/// The balances before and after a posting, as the books stand now. Refuses what posting would
/// refuse now; nothing is locked or written, so posting may still be refused later.
///
/// # Errors
/// What [`crate::post`] would answer.
pub async fn preview(
    conn: &mut PgConnection,
    posting: &Posting,
) -> Result<Vec<BalanceEffect>, LedgerError> {
    posting.check_approval()?;
    effects(conn, posting).await
}

async fn effects(
    conn: &mut PgConnection,
    posting: &Posting,
) -> Result<Vec<BalanceEffect>, LedgerError> {
    posting.check_lines()?;
    days::refuse_unless_open(conn, &[posting.dates.accounting_date.0]).await?;
    let keys = posting.accounts();
    accounts::check_against_chart(conn, &keys.iter().cloned().collect::<BTreeSet<_>>()).await?;
    let mut names = HashMap::new();
    let mut before = HashMap::new();
    for key in &keys {
        let (standing, name) = standing(conn, key).await?;
        before.insert(key.clone(), standing);
        names.insert(key.clone(), name);
    }
    let plan = Plan::of(&[(posting, posting.content_hash())], &before)?;
    keys.into_iter()
        .map(|key| {
            let missing = || row::inconsistent("ledger_accounts", &key.0, "lost in a preview");
            let after = plan.standing_of(&key).ok_or_else(missing)?.balance()?;
            let was = before.get(&key).ok_or_else(missing)?.balance()?;
            let (name_en, name_zh) = names.remove(&key).ok_or_else(missing)?;
            let (account, currency) = key;
            Ok(BalanceEffect {
                account,
                name_en,
                name_zh,
                before: Money::new(was, currency),
                after: Money::new(after, currency),
            })
        })
        .collect()
}

/// An account as it stands, or as it would be opened.
async fn standing(
    conn: &mut PgConnection,
    (account, currency): &AccountKey,
) -> Result<(Standing, (String, String)), LedgerError> {
    let row = sqlx::query!(
        r#"SELECT coalesce(b.sign, CASE c.normal_side WHEN 'debit' THEN 1 ELSE -1 END)::smallint
                      AS "sign!",
                  CASE WHEN b.account_id IS NULL THEN c.floor_minor ELSE b.floor_minor END
                      AS floor_minor,
                  coalesce(b.debit_minor, 0) AS "debit_minor!",
                  coalesce(b.credit_minor, 0) AS "credit_minor!",
                  coalesce(b.version, 0) AS "version!", c.name_en, c.name_zh
           FROM ledger_chart c
           LEFT JOIN ledger_accounts a ON a.code = c.code AND a.owner = $2 AND a.currency = $3
           LEFT JOIN ledger_balances b ON b.account_id = a.id
           WHERE c.code = $1"#,
        account.code,
        account.owner,
        currency.code()
    )
    .fetch_one(conn)
    .await?;
    let standing = Standing {
        id: Uuid::nil(),
        sign: row.sign,
        floor_minor: row.floor_minor,
        debit_minor: row.debit_minor,
        credit_minor: row.credit_minor,
        version: row.version,
        hot: false,
    };
    Ok((standing, (row.name_en, row.name_zh)))
}
