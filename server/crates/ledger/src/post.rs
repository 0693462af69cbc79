//! Posting: two round trips to the database for any number of lines.
//!
//! First the accounts are locked, always in the same order and hot ones last; then one statement
//! writes the journals, their transfers and the new balances, if the days are open and the keys are
//! new. Concurrent requests can be posted as one group by [`post_all`].

use crate::accounts::{self, AccountKey};
use crate::plan::{Plan, Standing};
use crate::posting::Posting;
use crate::{LedgerError, days, row};
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use time::Date;

/// Tries before giving up on accounts or keys that keep changing under us.
const TRIES_MAX: u32 = 4;

/// A booked event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Its journal.
    pub journal: JournalId,
    /// It had been booked before; nothing moved now.
    pub replayed: bool,
}

/// Books one event.
///
/// # Errors
/// The books refuse it; nothing was booked.
pub async fn post(conn: &mut PgConnection, posting: &Posting) -> Result<Posted, LedgerError> {
    let posted = post_all(conn, std::slice::from_ref(posting)).await?;
    posted.first().copied().ok_or(LedgerError::KeyMissing)
}

/// Books several events as one group: all of them or, on an error, none. The answers stand in the
/// order of the postings.
///
/// # Errors
/// The books refuse one of them; nothing was booked.
pub async fn post_all(
    conn: &mut PgConnection,
    postings: &[Posting],
) -> Result<Vec<Posted>, LedgerError> {
    let hashes = check(postings)?;
    let mut done: HashMap<String, Posted> = HashMap::new();
    for _ in 0..TRIES_MAX {
        let wanted = distinct(postings, &done);
        if wanted.is_empty() {
            break;
        }
        let outcome = match book(conn, &wanted).await {
            Ok(Some(journals)) => {
                done.extend(journals);
                break;
            }
            Err(broken) if broken.breaks_transaction() => return Err(broken),
            outcome => outcome,
        };
        // Refused, or something is in the way: events booked before come first, since repeating
        // them is no error whatever the books look like now.
        let seen = find_booked(conn, &wanted, &hashes).await?;
        if seen.is_empty() {
            outcome?;
            days::refuse_unless_open(conn, &days_of(&wanted)).await?;
        }
        done.extend(seen);
    }
    answer(postings, &done)
}

/// Checks each posting by itself, and that a key stands for one content within the group.
fn check(postings: &[Posting]) -> Result<HashMap<String, Vec<u8>>, LedgerError> {
    let mut hashes: HashMap<String, Vec<u8>> = HashMap::with_capacity(postings.len());
    for posting in postings {
        posting.check()?;
        let hash = posting.content_hash().to_vec();
        if hashes.insert(posting.key.clone(), hash.clone()).is_some_and(|other| other != hash) {
            return Err(LedgerError::KeyReused { key: posting.key.clone() });
        }
    }
    Ok(hashes)
}

/// The postings still to be booked, each key once.
fn distinct<'a>(postings: &'a [Posting], done: &HashMap<String, Posted>) -> Vec<&'a Posting> {
    let mut keys = BTreeSet::new();
    postings
        .iter()
        .filter(|posting| !done.contains_key(&posting.key) && keys.insert(&posting.key))
        .collect()
}

/// Answers in the order of the postings; a key's second posting in a group is a repetition.
fn answer(
    postings: &[Posting],
    done: &HashMap<String, Posted>,
) -> Result<Vec<Posted>, LedgerError> {
    let mut keys = BTreeSet::new();
    postings
        .iter()
        .map(|posting| {
            let posted = done.get(&posting.key).ok_or(LedgerError::KeyRaced)?;
            let repeated = !keys.insert(&posting.key);
            Ok(Posted { replayed: posted.replayed || repeated, ..*posted })
        })
        .collect()
}

/// Locks, computes, writes. `None`: a key is taken or a day is not open, and nothing was written.
async fn book(
    conn: &mut PgConnection,
    postings: &[&Posting],
) -> Result<Option<Vec<(String, Posted)>>, LedgerError> {
    let standings = lock(conn, postings).await?;
    let plan = Plan::of(postings, standings)?;
    if !write(conn, &plan, &days_of(postings)).await? {
        return Ok(None);
    }
    let keys = plan.journals.keys.into_iter();
    let journals = plan.journals.ids.into_iter();
    let posted = journals.map(|id| Posted { journal: JournalId(id), replayed: false });
    Ok(Some(keys.zip(posted).collect()))
}

fn days_of(postings: &[&Posting]) -> Vec<Date> {
    let days: BTreeSet<BusinessDate> =
        postings.iter().map(|posting| posting.dates.accounting_date).collect();
    days.into_iter().map(|day| day.0).collect()
}

/// Locks every account the postings touch, opening those that are missing.
async fn lock(
    conn: &mut PgConnection,
    postings: &[&Posting],
) -> Result<HashMap<AccountKey, Standing>, LedgerError> {
    let wanted: BTreeSet<AccountKey> =
        postings.iter().flat_map(|posting| posting.accounts()).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut locked = lock_opened(conn, &wanted).await?;
    if locked.len() < wanted.len() {
        let missing: BTreeSet<AccountKey> =
            wanted.iter().filter(|key| !locked.contains_key(*key)).cloned().collect();
        let at = postings.iter().map(|posting| posting.dates.posted_at).max();
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
) -> Result<HashMap<AccountKey, Standing>, LedgerError> {
    let codes: Vec<String> = wanted.iter().map(|(account, _)| account.code.clone()).collect();
    let owners: Vec<String> = wanted.iter().map(|(account, _)| account.owner.clone()).collect();
    let currencies: Vec<String> = wanted.iter().map(|(_, c)| c.code().to_owned()).collect();
    let rows = sqlx::query!(
        r#"SELECT a.id, a.code, a.owner, a.currency, b.sign, b.floor_minor, b.debit_minor,
                  b.credit_minor, b.version
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
    rows.into_iter()
        .map(|row| {
            let key =
                (AccountRef { code: row.code, owner: row.owner }, row::currency(&row.currency)?);
            let standing = Standing {
                id: row.id,
                sign: row.sign,
                floor_minor: row.floor_minor,
                debit_minor: row.debit_minor,
                credit_minor: row.credit_minor,
                version: row.version,
            };
            Ok((key, standing))
        })
        .collect()
}

/// Writes journals, transfers and balances in one statement, if all days are open (they stay so
/// until the transaction ends) and no key is taken. Says whether it did.
async fn write(conn: &mut PgConnection, plan: &Plan, days: &[Date]) -> Result<bool, LedgerError> {
    let (journals, transfers) = (&plan.journals, &plan.transfers);
    let accounts: Vec<_> = plan.standings().map(|standing| standing.id).collect();
    let debits: Vec<_> = plan.standings().map(|standing| standing.debit_minor).collect();
    let credits: Vec<_> = plan.standings().map(|standing| standing.credit_minor).collect();
    let versions: Vec<_> = plan.standings().map(|standing| standing.version).collect();
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
        &accounts,
        &debits,
        &credits,
        &versions
    )
    .fetch_one(conn)
    .await?;
    Ok(written)
}

/// Which of the postings were booked before; a key with another content is an error.
async fn find_booked(
    conn: &mut PgConnection,
    postings: &[&Posting],
    hashes: &HashMap<String, Vec<u8>>,
) -> Result<Vec<(String, Posted)>, LedgerError> {
    let keys: Vec<String> = postings.iter().map(|posting| posting.key.clone()).collect();
    let rows = sqlx::query!(
        "SELECT id, key, content_hash FROM ledger_journals WHERE key = ANY($1)",
        &keys
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            if hashes.get(&row.key) == Some(&row.content_hash) {
                Ok((row.key, Posted { journal: JournalId(row.id), replayed: true }))
            } else {
                Err(LedgerError::KeyReused { key: row.key })
            }
        })
        .collect()
}
