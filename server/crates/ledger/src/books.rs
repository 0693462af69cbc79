//! The books as a writer of groups remembers them: posting in one round trip.
//!
//! Whoever posted to an account knows how it stands afterwards. Posting again then needs no lock
//! beforehand: the one statement that writes takes the locks itself and writes only if the accounts
//! still stand as remembered, to the last fen and entry. Accounts that are not remembered are looked
//! at first, without a lock. If anyone else posted in between, or if anything is to be refused, the
//! accounts are locked and read as ever.

use crate::LedgerError;
use crate::accounts::AccountKey;
use crate::booking::{self, Hold};
use crate::group::{Group, GroupError, Write};
use crate::plan::{Hashed, Standings};
use crate::post::{self, Posted};
use crate::posting::Posting;
use sqlx::{Connection as _, PgConnection};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// Accounts remembered; beyond that all are forgotten and learned again.
const ACCOUNTS_MAX: usize = 200_000;
/// Accounts learned before the first posting: those posted to most.
const ACCOUNTS_FIRST: i64 = 100_000;

/// Books postings in groups.
pub type BookKeeper = Group<Books>;

/// Why a posting handed to a [`BookKeeper`] was not booked.
pub type NotBooked = GroupError<LedgerError>;

/// The books, with a memory of how accounts stand. What is remembered may be wrong at any time;
/// nothing is ever booked upon it without being checked by the statement that books.
#[derive(Debug, Default)]
pub struct Books {
    remembered: Mutex<Standings>,
}

impl Books {
    /// Books several events as one group within the caller's transaction, like
    /// [`crate::post_all`], in one round trip where nobody else posted to their accounts.
    ///
    /// # Errors
    /// The books refuse one of them; nothing was booked.
    pub async fn post_all(
        &self,
        conn: &mut PgConnection,
        postings: &[Posting],
    ) -> Result<Vec<Posted>, LedgerError> {
        match self.post_remembered(conn, postings).await? {
            Some(posted) => Ok(posted),
            None => self.post_locked(conn, postings).await,
        }
    }

    /// Learns how the accounts stand that are posted to most, unless some are remembered already: the
    /// first posting to each then needs no look at it.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn warm(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        if self.remembered.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            match booking::busiest(conn, ACCOUNTS_FIRST).await {
                Ok(standings) => self.learn(standings),
                Err(LedgerError::Database(error)) => return Err(error),
                // Whoever posts to that account is told.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Books many events as one group in a transaction of its own: as one statement where nobody
    /// else posted to their accounts.
    ///
    /// # Errors
    /// The books refuse one of them; nothing was booked.
    pub async fn post_batch(
        &self,
        conn: &mut PgConnection,
        postings: &[Posting],
    ) -> Result<Vec<Posted>, LedgerError> {
        if let Ok(Some(posted)) = self.post_remembered(conn, postings).await {
            return Ok(posted);
        }
        let mut tx = conn.begin().await?;
        let posted = self.post_locked(&mut tx, postings).await?;
        tx.commit().await?;
        Ok(posted)
    }

    /// Books on accounts as they are remembered, or as a glance shows them. `None`: that did not do,
    /// and nothing was written.
    async fn post_remembered(
        &self,
        conn: &mut PgConnection,
        postings: &[Posting],
    ) -> Result<Option<Vec<Posted>>, LedgerError> {
        let hashes = post::check(postings)?;
        let wanted = post::distinct(postings, &hashes, &HashMap::new());
        let (mut before, missing) = self.remember(&wanted);
        if !missing.is_empty() {
            before.extend(booking::look(conn, &missing).await?);
            if missing.iter().any(|account| !before.contains_key(account)) {
                self.forget(&before);
                return Ok(None);
            }
        }
        match post::book_on(conn, &wanted, (&before, Hold::Remembered)).await {
            Ok(Some((posted, after))) => {
                self.learn(after);
                post::answer(postings, &posted.into_iter().collect()).map(Some)
            }
            Err(broken) if broken.breaks_transaction() => {
                self.forget(&before);
                Err(broken)
            }
            // Perhaps a balance is too low only as we remember it.
            Ok(None) | Err(_) => {
                self.forget(&before);
                Ok(None)
            }
        }
    }

    async fn post_locked(
        &self,
        conn: &mut PgConnection,
        postings: &[Posting],
    ) -> Result<Vec<Posted>, LedgerError> {
        let (posted, after) = post::post_and_tell(conn, postings).await?;
        self.learn(after);
        Ok(posted)
    }

    /// How the accounts of the postings stand, and those that are not remembered.
    fn remember(&self, postings: &[Hashed<'_>]) -> (Standings, BTreeSet<AccountKey>) {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut standings, mut missing) = (Standings::new(), BTreeSet::new());
        for account in postings.iter().flat_map(|(posting, _)| posting.accounts()) {
            match remembered.get(&account) {
                Some(standing) => drop(standings.insert(account, *standing)),
                None => drop(missing.insert(account)),
            }
        }
        (standings, missing)
    }

    fn learn(&self, standings: Standings) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() > ACCOUNTS_MAX {
            remembered.clear();
        }
        remembered.extend(standings);
    }

    fn forget(&self, standings: &Standings) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        for account in standings.keys() {
            let _: Option<(AccountKey, _)> = remembered.remove_entry(account);
        }
    }
}

impl Write for Books {
    type Item = Posting;
    type Answer = Posted;
    type Error = LedgerError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Posting],
    ) -> Result<Vec<Posted>, LedgerError> {
        self.post_locked(conn, items).await
    }

    async fn write_at_once(
        &self,
        conn: &mut PgConnection,
        items: &[Posting],
    ) -> Result<Option<Vec<Posted>>, LedgerError> {
        self.post_remembered(conn, items).await
    }

    async fn prepare(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        self.warm(conn).await
    }

    fn worth_repeating(error: &LedgerError) -> bool {
        error.is_accident()
    }
}
