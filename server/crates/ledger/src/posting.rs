//! What a caller asks the books to do.

use crate::LedgerError;
use crate::accounts::AccountKey;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::JournalId;
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
/// ```
/// # use ledger::{AccountRef, Dates, Entry, Posting, Source};
/// # use domain::money::Money;
/// # fn example(dates: Dates, merchant: domain::ids::MerchantId) -> Posting {
/// // Dr 1122.01.UNIONPAY 100.00 / Cr 2241.02.merchant 100.00
/// Posting::new("payment:1:collected", Entry::Collection, dates, Source::new("payment", 1)).line(
///     AccountRef::due_from_channel("UNIONPAY"),
///     AccountRef::merchant_unsettled(merchant),
///     Money::cny(100_00),
///     "collection",
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
}

impl Posting {
    /// A journal without lines yet. `key` names the business event: the same event posted again
    /// under the same key is booked once.
    #[must_use]
    pub fn new(key: impl Into<String>, entry: Entry, dates: Dates, source: Source) -> Self {
        Self {
            key: key.into(),
            entry,
            dates,
            source,
            memo: String::new(),
            request_id: None,
            reverses: None,
            lines: Vec::new(),
        }
    }

    /// Adds a line: `debit` 借 and `credit` 贷 of `amount`.
    #[must_use]
    pub fn line(
        mut self,
        debit: AccountRef,
        credit: AccountRef,
        amount: Money,
        memo: impl Into<String>,
    ) -> Self {
        self.lines.push(Line { debit, credit, amount, memo: memo.into() });
        self
    }

    /// Says what the whole journal is about, 摘要.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// Remembers the request that caused it.
    #[must_use]
    pub fn requested_by(mut self, request_id: Option<String>) -> Self {
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
