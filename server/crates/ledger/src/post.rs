//! Posting: two round trips to the database for any number of lines.
//!
//! First the accounts are locked, always in the same order and hot ones last; then one statement
//! writes the journals, their transfers and the new balances, if the days are open and the keys are
//! new. Concurrent requests are posted in groups by [`crate::Group`].

use crate::booking::Hold;
use crate::plan::{Hash, Hashed, Plan, Standings};
use crate::posting::Posting;
use crate::{LedgerError, booking, days};
use domain::ids::JournalId;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

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
    let (posted, _) = post_and_tell(conn, postings).await?;
    Ok(posted)
}

/// Books several events, and says how their accounts stand now, if any was booked.
pub(crate) async fn post_and_tell(
    conn: &mut PgConnection,
    postings: &[Posting],
) -> Result<(Vec<Posted>, Standings), LedgerError> {
    let hashes = check(postings)?;
    let mut done: HashMap<String, Posted> = HashMap::new();
    let mut standings = Standings::new();
    for _ in 0..TRIES_MAX {
        let wanted = distinct(postings, &hashes, &done);
        if wanted.is_empty() {
            break;
        }
        let outcome = match book(conn, &wanted).await {
            Ok(Some((posted, after))) => {
                done.extend(posted);
                standings = after;
                break;
            }
            Err(broken) if broken.breaks_transaction() => return Err(broken),
            outcome => outcome,
        };
        // Refused, or something is in the way: events booked before come first, since repeating
        // them is no error whatever the books look like now.
        let seen = find_booked(conn, &wanted).await?;
        if seen.is_empty() {
            outcome?;
            days::refuse_unless_open(conn, &booking::days_of(&wanted)).await?;
        }
        done.extend(seen);
    }
    Ok((answer(postings, &done)?, standings))
}

/// Checks each posting by itself, and that a key stands for one content within the group. Answers
/// the hashes of their contents.
pub(crate) fn check(postings: &[Posting]) -> Result<Vec<Hash>, LedgerError> {
    let mut seen: HashMap<&str, Hash> = HashMap::with_capacity(postings.len());
    postings
        .iter()
        .map(|posting| {
            posting.check()?;
            let hash = posting.content_hash();
            if seen.insert(&posting.key, hash).is_some_and(|other| other != hash) {
                return Err(LedgerError::KeyReused { key: posting.key.clone() });
            }
            Ok(hash)
        })
        .collect()
}

/// The postings still to be booked, each key once.
pub(crate) fn distinct<'a>(
    postings: &'a [Posting],
    hashes: &[Hash],
    done: &HashMap<String, Posted>,
) -> Vec<Hashed<'a>> {
    let mut keys = HashSet::with_capacity(postings.len());
    let hashed = postings.iter().zip(hashes.iter().copied());
    hashed
        .filter(|(posting, _)| !done.contains_key(&posting.key) && keys.insert(&posting.key))
        .collect()
}

/// Answers in the order of the postings; a key's second posting in a group is a repetition.
pub(crate) fn answer(
    postings: &[Posting],
    done: &HashMap<String, Posted>,
) -> Result<Vec<Posted>, LedgerError> {
    let mut keys = HashSet::with_capacity(postings.len());
    postings
        .iter()
        .map(|posting| {
            let posted = done.get(&posting.key).ok_or(LedgerError::KeyRaced)?;
            let repeated = !keys.insert(&posting.key);
            Ok(Posted { replayed: posted.replayed || repeated, ..*posted })
        })
        .collect()
}

/// Postings as they were booked, by their keys.
pub(crate) type Booked = Vec<(String, Posted)>;

/// Locks, computes, writes. `None`: a key is taken or a day is not open, and nothing was written.
async fn book(
    conn: &mut PgConnection,
    postings: &[Hashed<'_>],
) -> Result<Option<(Booked, Standings)>, LedgerError> {
    let before = booking::lock(conn, postings).await?;
    book_on(conn, postings, (&before, Hold::Locked)).await
}

/// Computes and writes on accounts as they stand. `None`: a key is taken, a day is not open or the
/// accounts stand otherwise, and nothing was written.
pub(crate) async fn book_on(
    conn: &mut PgConnection,
    postings: &[Hashed<'_>],
    (before, hold): (&Standings, Hold),
) -> Result<Option<(Booked, Standings)>, LedgerError> {
    let plan = Plan::of(postings, before)?;
    if !booking::write(conn, &plan, &booking::days_of(postings), hold).await? {
        return Ok(None);
    }
    let journals = plan.journals.ids.iter();
    let posted = journals.map(|id| Posted { journal: JournalId(*id), replayed: false });
    let posted = plan.journals.keys.iter().cloned().zip(posted).collect();
    Ok(Some((posted, plan.into_standings())))
}

/// Which of the postings were booked before; a key with another content is an error.
async fn find_booked(
    conn: &mut PgConnection,
    postings: &[Hashed<'_>],
) -> Result<Booked, LedgerError> {
    let hashes: HashMap<&str, &Hash> =
        postings.iter().map(|(posting, hash)| (posting.key.as_str(), hash)).collect();
    let keys: Vec<String> = postings.iter().map(|(posting, _)| posting.key.clone()).collect();
    let rows = sqlx::query!(
        "SELECT id, key, content_hash FROM ledger_journals WHERE key = ANY($1)",
        &keys
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            if hashes.get(row.key.as_str()).is_some_and(|hash| hash[..] == row.content_hash[..]) {
                Ok((row.key, Posted { journal: JournalId(row.id), replayed: true }))
            } else {
                Err(LedgerError::KeyReused { key: row.key })
            }
        })
        .collect()
}
