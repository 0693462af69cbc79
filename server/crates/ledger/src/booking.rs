//! What posting does to the database: locking accounts, and writing journals, transfers and
//! balances in one statement.

use crate::accounts::{self, AccountKey};
use crate::plan::{Hashed, Plan, Standing, Standings};
use crate::{LedgerError, row};
use domain::account::AccountRef;
use domain::date::BusinessDate;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use time::Date;
use uuid::Uuid;

/// The accounting days the postings are booked on.
pub(crate) fn days_of(postings: &[Hashed<'_>]) -> Vec<Date> {
    let days: BTreeSet<BusinessDate> =
        postings.iter().map(|(posting, _)| posting.dates.accounting_date).collect();
    days.into_iter().map(|day| day.0).collect()
}

/// Locks every account the postings touch, opening those that are missing.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    postings: &[Hashed<'_>],
) -> Result<Standings, LedgerError> {
    let wanted: BTreeSet<AccountKey> =
        postings.iter().flat_map(|(posting, _)| posting.accounts()).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut locked = lock_opened(conn, &wanted).await?;
    if locked.len() < wanted.len() {
        let missing: BTreeSet<AccountKey> =
            wanted.iter().filter(|key| !locked.contains_key(*key)).cloned().collect();
        let at = postings.iter().map(|(posting, _)| posting.dates.posted_at).max();
        if let Some(at) = at {
            accounts::open(conn, &missing, at).await?;
        }
        locked = lock_opened(conn, &wanted).await?;
    }
    Ok(locked)
}

async fn lock_opened(
    conn: &mut PgConnection,
    wanted: &BTreeSet<AccountKey>,
) -> Result<Standings, LedgerError> {
    let codes: Vec<String> = wanted.iter().map(|(account, _)| account.code.clone()).collect();
    let owners: Vec<String> = wanted.iter().map(|(account, _)| account.owner.clone()).collect();
    let currencies: Vec<String> = wanted.iter().map(|(_, c)| c.code().to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.code, a.owner, a.currency, b.sign, b.floor_minor, b.debit_minor,
                  b.credit_minor, b.version, c.posting_mode = 'hot' AS "hot!"
           FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (code, owner, currency)
           JOIN ledger_accounts a ON a.code = wanted.code AND a.owner = wanted.owner
               AND a.currency = wanted.currency
           JOIN ledger_chart c ON c.code = a.code
           JOIN ledger_balances b ON b.account_id = a.id
           ORDER BY c.posting_mode = 'hot', a.id
           FOR UPDATE OF b"#,
        &codes,
        &owners,
        &currencies
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How accounts stand at a glance: whoever writes upon it checks it.
pub(crate) async fn look(
    conn: &mut PgConnection,
    wanted: &BTreeSet<AccountKey>,
) -> Result<Standings, LedgerError> {
    let codes: Vec<String> = wanted.iter().map(|(account, _)| account.code.clone()).collect();
    let owners: Vec<String> = wanted.iter().map(|(account, _)| account.owner.clone()).collect();
    let currencies: Vec<String> = wanted.iter().map(|(_, c)| c.code().to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.code, a.owner, a.currency, b.sign, b.floor_minor, b.debit_minor,
                  b.credit_minor, b.version, c.posting_mode = 'hot' AS "hot!"
           FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (code, owner, currency)
           JOIN ledger_accounts a ON a.code = wanted.code AND a.owner = wanted.owner
               AND a.currency = wanted.currency
           JOIN ledger_chart c ON c.code = a.code
           JOIN ledger_balances b ON b.account_id = a.id"#,
        &codes,
        &owners,
        &currencies
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How the accounts stand, at a glance, that have most entries.
pub(crate) async fn busiest(conn: &mut PgConnection, most: i64) -> Result<Standings, LedgerError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.code, a.owner, a.currency, b.sign, b.floor_minor, b.debit_minor,
                  b.credit_minor, b.version, c.posting_mode = 'hot' AS "hot!"
           FROM ledger_balances b
           JOIN ledger_accounts a ON a.id = b.account_id
           JOIN ledger_chart c ON c.code = a.code
           WHERE b.version > 0
           ORDER BY b.version DESC
           LIMIT $1"#,
        most
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

struct Row {
    id: Uuid,
    code: String,
    owner: String,
    currency: String,
    sign: i16,
    floor_minor: Option<i64>,
    debit_minor: i64,
    credit_minor: i64,
    version: i64,
    hot: bool,
}

impl Row {
    fn read(self) -> Result<(AccountKey, Standing), LedgerError> {
        let currency = row::currency(&self.currency)?;
        let key = (AccountRef { code: self.code, owner: self.owner }, currency);
        let standing = Standing {
            id: self.id,
            sign: self.sign,
            floor_minor: self.floor_minor,
            debit_minor: self.debit_minor,
            credit_minor: self.credit_minor,
            version: self.version,
            hot: self.hot,
        };
        Ok((key, standing))
    }
}

/// How we know the way the accounts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// They are locked by this transaction.
    Locked,
    /// They stood so before; whoever writes locks them and looks.
    Remembered,
}

/// Writes journals, transfers and balances in one statement, if all days are open (they stay so
/// until the transaction ends), no key is taken, and the accounts stand as the plan says. Says
/// whether it did.
pub(crate) async fn write(
    conn: &mut PgConnection,
    plan: &Plan,
    days: &[Date],
    hold: Hold,
) -> Result<bool, LedgerError> {
    let (journals, transfers, balances) = (&plan.journals, &plan.transfers, &plan.balances);
    let written = sqlx::query_file_scalar!(
        "src/sql/write.sql",
        days,
        &journals.ids,
        &journals.keys,
        &journals.hashes,
        &journals.entry_numbers,
        &journals.entry_names,
        &journals.accounting_dates,
        &journals.clearing_dates as _,
        &journals.event_times,
        &journals.source_kinds,
        &journals.source_ids,
        &journals.reverses as _,
        &journals.memos,
        &journals.line_counts,
        &journals.posted_at,
        &journals.request_ids as _,
        &transfers.journal_ids,
        &transfers.lines,
        &transfers.debit_ids,
        &transfers.credit_ids,
        &transfers.amounts,
        &transfers.currencies,
        &transfers.debit_versions,
        &transfers.debit_balances,
        &transfers.credit_versions,
        &transfers.credit_balances,
        &transfers.memos,
        &balances.ids,
        &balances.debits_before,
        &balances.credits_before,
        &balances.versions_before,
        &balances.debits,
        &balances.credits,
        &balances.versions,
        hold == Hold::Locked
    )
    .fetch_one(conn)
    .await?;
    Ok(written)
}
