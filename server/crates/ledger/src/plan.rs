//! From postings and the accounts they touch to the exact rows to write: pure arithmetic, done
//! while the accounts are locked.

use crate::accounts::AccountKey;
use crate::posting::{Line, Posting};
use crate::{LedgerError, row};
use domain::account::AccountRef;
use domain::money::{Money, MoneyError};
use std::collections::HashMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// An account as it stands under our lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub id: Uuid,
    /// 1 where debits increase the balance, -1 where credits do.
    pub sign: i16,
    pub floor_minor: Option<i64>,
    pub debit_minor: i64,
    pub credit_minor: i64,
    pub version: i64,
    /// Nearly every posting touches it: it is locked last.
    pub hot: bool,
}

impl Standing {
    /// The balance on the account's normal side.
    pub(crate) fn balance(&self) -> Result<i64, MoneyError> {
        let (more, less) = if self.sign == 1 {
            (self.debit_minor, self.credit_minor)
        } else {
            (self.credit_minor, self.debit_minor)
        };
        more.checked_sub(less).ok_or(MoneyError::Overflow)
    }

    fn debit(&mut self, minor: i64) -> Result<(), MoneyError> {
        self.debit_minor = self.debit_minor.checked_add(minor).ok_or(MoneyError::Overflow)?;
        self.next()
    }

    fn credit(&mut self, minor: i64) -> Result<(), MoneyError> {
        self.credit_minor = self.credit_minor.checked_add(minor).ok_or(MoneyError::Overflow)?;
        self.next()
    }

    fn next(&mut self) -> Result<(), MoneyError> {
        self.version = self.version.checked_add(1).ok_or(MoneyError::Overflow)?;
        Ok(())
    }
}

/// Accounts as they stand.
pub(crate) type Standings = HashMap<AccountKey, Standing>;

/// A posting with the hash of its content.
pub(crate) type Hashed<'a> = (&'a Posting, Hash);

/// SHA-256.
pub(crate) type Hash = [u8; 32];

/// The journals to write, column by column.
#[derive(Debug, Default)]
pub(crate) struct JournalColumns {
    pub ids: Vec<Uuid>,
    pub keys: Vec<String>,
    pub hashes: Vec<Vec<u8>>,
    pub entry_numbers: Vec<i16>,
    pub entry_names: Vec<String>,
    pub accounting_dates: Vec<Date>,
    pub clearing_dates: Vec<Option<Date>>,
    pub event_times: Vec<OffsetDateTime>,
    pub source_kinds: Vec<String>,
    pub source_ids: Vec<String>,
    pub reverses: Vec<Option<Uuid>>,
    pub memos: Vec<String>,
    pub line_counts: Vec<i16>,
    pub posted_at: Vec<OffsetDateTime>,
    pub request_ids: Vec<Option<String>>,
}

/// The transfers to write, column by column.
#[derive(Debug, Default)]
pub(crate) struct TransferColumns {
    pub journal_ids: Vec<Uuid>,
    pub lines: Vec<i16>,
    pub debit_ids: Vec<Uuid>,
    pub credit_ids: Vec<Uuid>,
    pub amounts: Vec<i64>,
    pub currencies: Vec<String>,
    pub debit_versions: Vec<i64>,
    pub debit_balances: Vec<i64>,
    pub credit_versions: Vec<i64>,
    pub credit_balances: Vec<i64>,
    pub memos: Vec<String>,
}

/// The balances to write, and as what they must still stand, column by column in the order in
/// which accounts are locked.
#[derive(Debug, Default)]
pub(crate) struct BalanceColumns {
    pub ids: Vec<Uuid>,
    pub debits_before: Vec<i64>,
    pub credits_before: Vec<i64>,
    pub versions_before: Vec<i64>,
    pub debits: Vec<i64>,
    pub credits: Vec<i64>,
    pub versions: Vec<i64>,
}

impl BalanceColumns {
    fn of(before: &Standings, after: &Standings) -> Self {
        let mut rows: Vec<(&Standing, &Standing)> =
            before.iter().filter_map(|(key, was)| Some((was, after.get(key)?))).collect();
        rows.sort_unstable_by_key(|(was, _)| (was.hot, was.id));
        let mut columns = Self::default();
        for (was, now) in rows {
            columns.ids.push(was.id);
            columns.debits_before.push(was.debit_minor);
            columns.credits_before.push(was.credit_minor);
            columns.versions_before.push(was.version);
            columns.debits.push(now.debit_minor);
            columns.credits.push(now.credit_minor);
            columns.versions.push(now.version);
        }
        columns
    }
}

/// Everything one statement writes.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub journals: JournalColumns,
    pub transfers: TransferColumns,
    pub balances: BalanceColumns,
    standings: Standings,
}

impl Plan {
    /// Books the postings one after the other on accounts as they stand.
    pub(crate) fn of(postings: &[Hashed<'_>], before: &Standings) -> Result<Self, LedgerError> {
        let mut plan = Self { standings: before.clone(), ..Self::default() };
        for (posting, hash) in postings {
            plan.book(posting, *hash)?;
        }
        plan.balances = BalanceColumns::of(before, &plan.standings);
        Ok(plan)
    }

    /// The accounts as they stand afterwards.
    pub(crate) fn into_standings(self) -> Standings {
        self.standings
    }

    /// One account as it stands afterwards.
    pub(crate) fn standing_of(&self, key: &AccountKey) -> Option<&Standing> {
        self.standings.get(key)
    }

    fn book(&mut self, posting: &Posting, hash: Hash) -> Result<(), LedgerError> {
        let journal = Uuid::now_v7();
        let before = self.before(posting)?;
        for (number, line) in (1_i16..).zip(&posting.lines) {
            self.book_line(journal, number, line)?;
        }
        for (key, balance) in before {
            self.check_floor(&key, balance)?;
        }
        self.push_journal(journal, posting, hash)
    }

    /// What the accounts that have a floor hold before the posting.
    fn before(&self, posting: &Posting) -> Result<Vec<(AccountKey, i64)>, LedgerError> {
        let mut before: Vec<(AccountKey, i64)> = Vec::new();
        for line in &posting.lines {
            for account in [&line.debit, &line.credit] {
                let key = (account.clone(), line.amount.currency());
                let standing = self.standings.get(&key).ok_or_else(|| unlocked(account))?;
                if standing.floor_minor.is_some() && !before.iter().any(|(seen, _)| *seen == key) {
                    before.push((key, standing.balance()?));
                }
            }
        }
        Ok(before)
    }

    fn book_line(&mut self, journal: Uuid, number: i16, line: &Line) -> Result<(), LedgerError> {
        let minor = line.amount.minor();
        let debit = self.standing(&line.debit, line)?;
        debit.debit(minor)?;
        let (debit_id, debit_version, debit_balance) = (debit.id, debit.version, debit.balance()?);
        let credit = self.standing(&line.credit, line)?;
        credit.credit(minor)?;
        let (credit_id, credit_version) = (credit.id, credit.version);
        let credit_balance = credit.balance()?;
        let columns = &mut self.transfers;
        columns.journal_ids.push(journal);
        columns.lines.push(number);
        columns.debit_ids.push(debit_id);
        columns.credit_ids.push(credit_id);
        columns.amounts.push(minor);
        columns.currencies.push(line.amount.currency().code().to_owned());
        columns.debit_versions.push(debit_version);
        columns.debit_balances.push(debit_balance);
        columns.credit_versions.push(credit_version);
        columns.credit_balances.push(credit_balance);
        columns.memos.push(line.memo.clone());
        Ok(())
    }

    fn standing(
        &mut self,
        account: &AccountRef,
        line: &Line,
    ) -> Result<&mut Standing, LedgerError> {
        let key = (account.clone(), line.amount.currency());
        self.standings.get_mut(&key).ok_or_else(|| unlocked(account))
    }

    /// Refuses a posting that takes from an account more than its floor allows.
    fn check_floor(&self, key: &AccountKey, before: i64) -> Result<(), LedgerError> {
        let (account, currency) = key;
        let standing = self.standings.get(key).ok_or_else(|| unlocked(account))?;
        let after = standing.balance()?;
        match standing.floor_minor {
            Some(floor) if after < floor && after < before => {
                let difference =
                    |from: i64, to: i64| from.checked_sub(to).ok_or(MoneyError::Overflow);
                Err(LedgerError::InsufficientBalance {
                    account: account.clone(),
                    available: Money::new(difference(before, floor)?.max(0), *currency),
                    wanted: Money::new(difference(before, after)?, *currency),
                })
            }
            _ => Ok(()),
        }
    }

    fn push_journal(&mut self, id: Uuid, posting: &Posting, hash: Hash) -> Result<(), LedgerError> {
        let count = posting.lines.len();
        let columns = &mut self.journals;
        columns.ids.push(id);
        columns.keys.push(posting.key.clone());
        columns.hashes.push(hash.to_vec());
        columns.entry_numbers.push(posting.entry.number());
        columns.entry_names.push(posting.entry.name().to_owned());
        columns.accounting_dates.push(posting.dates.accounting_date.0);
        columns.clearing_dates.push(posting.dates.clearing_date.map(|day| day.0));
        columns.event_times.push(posting.dates.event_time);
        columns.source_kinds.push(posting.source.kind.clone());
        columns.source_ids.push(posting.source.id.clone());
        columns.reverses.push(posting.reverses.map(|journal| journal.0));
        columns.memos.push(posting.memo.clone());
        let lines = i16::try_from(count).map_err(|_| LedgerError::LineCount(count))?;
        columns.line_counts.push(lines);
        columns.posted_at.push(posting.dates.posted_at);
        columns.request_ids.push(posting.request_id.clone());
        Ok(())
    }
}

fn unlocked(account: &AccountRef) -> LedgerError {
    row::inconsistent("ledger_accounts", account, "the account was not locked")
}
