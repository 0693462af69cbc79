use crate::date::Month;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One account in a trial balance: what moved in the month, and the closing balance, where a
/// balance on the debit side is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodBalance {
    /// Debits of the month.
    pub debits: Money,
    /// Credits of the month.
    pub credits: Money,
    /// Closing balance, positive on the debit side.
    pub closing: Money,
}

impl PeriodBalance {
    /// Nothing moved, nothing there.
    #[must_use]
    pub const fn zero() -> Self {
        let none = Money::cny(0);
        Self { debits: none, credits: none, closing: none }
    }

    /// Both together.
    ///
    /// # Errors
    /// Out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            debits: self.debits.checked_add(other.debits)?,
            credits: self.credits.checked_add(other.credits)?,
            closing: self.closing.checked_add(other.closing)?,
        })
    }
}

/// An account of the general ledger in our books, in the vouchers it has acknowledged, and in its
/// own trial balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedAccount {
    /// Code in the general ledger.
    pub u8_code: String,
    /// Our accounts that it stands for; empty if it stands for none of ours.
    pub codes: Vec<String>,
    /// Our books.
    pub books: PeriodBalance,
    /// The vouchers it has acknowledged.
    pub acknowledged: PeriodBalance,
    /// Its own trial balance; `None` if it does not list the account.
    pub erp: Option<PeriodBalance>,
    /// Its closing balance less that of the acknowledged vouchers: to be explained by its
    /// accountants.
    pub unexplained: Money,
    /// Acknowledged vouchers less books, at closing: not there yet, or split off as tax.
    pub on_the_way: Money,
}

impl ComparedAccount {
    /// Puts the three sides beside each other.
    ///
    /// # Errors
    /// Out of range.
    pub fn new(
        (u8_code, codes): (String, Vec<String>),
        books: PeriodBalance,
        acknowledged: PeriodBalance,
        erp: Option<PeriodBalance>,
    ) -> Result<Self, MoneyError> {
        let there = erp.unwrap_or_else(PeriodBalance::zero).closing;
        Ok(Self {
            unexplained: there.checked_sub(acknowledged.closing)?,
            on_the_way: acknowledged.closing.checked_sub(books.closing)?,
            u8_code,
            codes,
            books,
            acknowledged,
            erp,
        })
    }
}

/// The general ledger's own trial balance (科目余额表) of a month, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErpBalanceFile {
    /// The file's name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many accounts it lists.
    pub accounts: i64,
    /// When it was uploaded.
    pub uploaded_at: OffsetDateTime,
    /// By whom.
    pub uploaded_by: String,
}

/// Our trial balance beside that of the general ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErpComparison {
    /// The month.
    pub period: Month,
    /// Whether the general ledger has closed it.
    pub closed: bool,
    /// Its trial balance, if one was uploaded.
    pub file: Option<ErpBalanceFile>,
    /// The accounts, by code.
    pub accounts: Vec<ComparedAccount>,
    /// Closed accounting days of the month that have no vouchers yet.
    pub days_without_vouchers: i64,
    /// Vouchers of the month the general ledger has not acknowledged.
    pub not_acknowledged: i64,
}

impl ErpComparison {
    /// Accounts whose balance there is not what was acknowledged.
    #[must_use]
    pub fn breaks(&self) -> usize {
        self.accounts.iter().filter(|account| !account.unexplained.is_zero()).count()
    }
}
