//! What a caller asks the books to do.

use crate::LedgerError;
use crate::accounts::AccountKey;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, JournalId};
use domain::journal::{Entry, Source};
use domain::money::Money;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// The dates of a business event. All three are kept, since they differ around every day cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// Our accounting date, 会计日. Must be open.
    pub accounting_date: BusinessDate,
    /// The channel's or bank's clearing date, 清算日, where there is one.
    pub clearing_date: Option<BusinessDate>,
    /// When it happened.
    pub event_time: OffsetDateTime,
    /// When we book it: the office's now.
    pub posted_at: OffsetDateTime,
}

/// One amount from a credited to a debited account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Debited, 借.
    pub debit: AccountRef,
    /// Credited, 贷.
    pub credit: AccountRef,
    /// How much; above zero.
    pub amount: Money,
    /// What it says.
    pub memo: String,
}

/// A business event to be booked as one journal.
///
/// Only the posting rules make one, [`crate::entries`]: callers name what happened and never write
/// lines of their own.
///
/// ```
/// # use ledger::{Dates, Posting, Source, entries::{self, Event}};
/// # use domain::money::Money;
/// # fn example(dates: Dates, merchant: domain::ids::MerchantId) -> Posting {
/// // Dr 1122.01.UNIONPAY 100.00 / Cr 2241.02.merchant 100.00
/// let event = Event::new("payment:1:collected", Source::new("payment", 1), dates);
/// entries::collected(event, "UNIONPAY", merchant, Money::cny(100_00))
/// # }
/// ```
///
/// ```compile_fail
/// # use ledger::{AccountRef, Dates, Entry, Posting, Source};
/// # use domain::money::Money;
/// # fn example(dates: Dates) -> Posting {
/// // There is no free line: this does not compile.
/// Posting::new("mine", Entry::Collection, dates, Source::new("payment", 1)).line(
///     AccountRef::reserve(),
///     AccountRef::own_funds(),
///     Money::cny(100_00),
///     "from here to there",
/// )
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub(crate) key: String,
    pub(crate) entry: Entry,
    pub(crate) dates: Dates,
    pub(crate) source: Source,
    pub(crate) memo: String,
    pub(crate) request_id: Option<String>,
    pub(crate) reverses: Option<JournalId>,
    pub(crate) lines: Vec<Line>,
    /// What the first line says in place of the posting rule's own words.
    pub(crate) words: Option<String>,
    /// The decision that lets it have lines of its own.
    pub(crate) approval: Option<ApprovalId>,
}

impl Posting {
    /// A journal without lines yet. `key` names the business event: the same event posted again
    /// under the same key is booked once.
    pub(crate) fn new(key: impl Into<String>, entry: Entry, dates: Dates, source: Source) -> Self {
        Self {
            key: key.into(),
            entry,
            dates,
            source,
            memo: String::new(),
            request_id: None,
            reverses: None,
            lines: Vec::new(),
            words: None,
            approval: None,
        }
    }

    /// Adds a line: `debit` 借 and `credit` 贷 of `amount`.
    pub(crate) fn line(
        mut self,
        debit: AccountRef,
        credit: AccountRef,
        amount: Money,
        memo: impl Into<String>,
    ) -> Self {
        let memo = self.words.take().unwrap_or_else(|| memo.into());
        self.lines.push(Line { debit, credit, amount, memo });
        self
    }

    /// Says what the whole journal is about, 摘要.
    pub(crate) fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// Remembers the request that caused it.
    pub(crate) fn requested_by(mut self, request_id: Option<String>) -> Self {
        self.request_id = request_id;
        self
    }

    /// The key of the business event.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What kind of event it is.
    #[must_use]
    pub const fn entry(&self) -> Entry {
        self.entry
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Every account it touches, each once, in the order of the lines.
    pub(crate) fn accounts(&self) -> Vec<AccountKey> {
        let mut keys: Vec<AccountKey> = Vec::new();
        for line in &self.lines {
            for account in [&line.debit, &line.credit] {
                let key = (account.clone(), line.amount.currency());
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// What can be told without looking at the books.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        self.check_approval()?;
        self.check_lines()
    }

    /// Only an adjustment has an approval, and none goes without.
    pub(crate) fn check_approval(&self) -> Result<(), LedgerError> {
        if (self.entry == Entry::Adjustment) == self.approval.is_some() {
            Ok(())
        } else {
            Err(LedgerError::NotApproved)
        }
    }

    pub(crate) fn check_lines(&self) -> Result<(), LedgerError> {
        if self.key.trim().is_empty() {
            return Err(LedgerError::KeyMissing);
        }
        if (self.entry == Entry::Reversal) != self.reverses.is_some() {
            return Err(LedgerError::ReversalWithoutOriginal);
        }
        if (self.entry == Entry::QuotaEarmark) != self.lines.is_empty() {
            return Err(LedgerError::LineCount(self.lines.len()));
        }
        for line in &self.lines {
            if !line.amount.is_positive() {
                return Err(LedgerError::AmountNotPositive(line.amount));
            }
            if line.debit == line.credit {
                return Err(LedgerError::SameAccount(line.debit.clone()));
            }
        }
        Ok(())
    }

    /// What the event books, as a hash: the entry, its document, clearing date, texts and lines.
    ///
    /// Our own dates stay out of it: an event that is tried again after the day cut is still the
    /// same event.
    pub(crate) fn content_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            hash.update(text.len().to_be_bytes());
            hash.update(text.as_bytes());
        };
        field(self.entry.name());
        field(&self.source.kind);
        field(&self.source.id);
        field(&self.dates.clearing_date.map(|day| day.to_string()).unwrap_or_default());
        field(&self.reverses.map(|journal| journal.to_string()).unwrap_or_default());
        field(&self.memo);
        for line in &self.lines {
            for account in [&line.debit, &line.credit] {
                field(&account.code);
                field(&account.owner);
            }
            field(&line.amount.minor().to_string());
            field(line.amount.currency().code());
            field(&line.memo);
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_a_line(entry: Entry) -> Posting {
        let day = BusinessDate(time::macros::date!(2026 - 03 - 31));
        let noon = time::macros::datetime!(2026-03-31 04:00 UTC);
        let dates =
            Dates { accounting_date: day, clearing_date: None, event_time: noon, posted_at: noon };
        Posting::new("bad", entry, dates, Source::new("test", 1)).line(
            AccountRef::reserve(),
            AccountRef::own_funds(),
            Money::cny(5),
            "line",
        )
    }

    #[test]
    fn a_posting_fits_its_kind_of_entry() {
        let refused = |entry| with_a_line(entry).check().unwrap_err().to_string();
        assert!(with_a_line(Entry::OwnFunds).check().is_ok());
        assert!(refused(Entry::QuotaEarmark).contains("has 1 lines"));
        assert!(refused(Entry::Reversal).contains("has to name the journal"));
        assert!(refused(Entry::Adjustment).contains("approval of a second person"));
    }
}
