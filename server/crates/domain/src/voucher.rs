//! Vouchers for the general ledger (用友), 凭证: what a closed day booked, added up.

use crate::account::{AccountRef, Side};
use crate::date::BusinessDate;
use crate::ids::VoucherId;
use crate::journal::Entry;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How far the vouchers of a day are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherState {
    /// Written from the books; may be written anew.
    Drafted,
    /// Checked: debits equal credits, and all of it is what the books say.
    Balanced,
    /// In the file for the general ledger, for good.
    Exported,
}

/// Why a step with vouchers was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoucherRefused {
    /// A closed file is not written anew.
    #[error("the vouchers of this day are exported and stay as they are")]
    AlreadyExported,
    /// Check first.
    #[error("the vouchers of this day are not checked yet: balance them before the export")]
    NotBalanced,
    /// Debits and credits differ.
    #[error("voucher {number} does not balance: debits {debits}, credits {credits}")]
    OutOfBalance {
        /// The voucher.
        number: i32,
        /// Its debits.
        debits: Money,
        /// Its credits.
        credits: Money,
    },
    /// The vouchers are not the books.
    #[error("the vouchers add up to {vouchers}, but the books say {books}: draft them anew")]
    NotTheBooks {
        /// Debits of all vouchers.
        vouchers: Money,
        /// Debits of the day in the books.
        books: Money,
    },
    /// A sum out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl VoucherState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Drafted, Self::Balanced, Self::Exported];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Balanced => "balanced",
            Self::Exported => "exported",
        }
    }

    /// The state with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Writes the vouchers anew.
    ///
    /// # Errors
    /// They are exported.
    pub const fn redraft(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Drafted | Self::Balanced => Ok(Self::Drafted),
            Self::Exported => Err(VoucherRefused::AlreadyExported),
        }
    }

    /// Checks that every voucher balances and that all of them are what the books booked.
    ///
    /// # Errors
    /// They don't, or they are exported.
    pub fn balance(self, vouchers: &[VoucherDetail], books: Money) -> Result<Self, VoucherRefused> {
        if self == Self::Exported {
            return Err(VoucherRefused::AlreadyExported);
        }
        let mut total = Money::zero(books.currency());
        for voucher in vouchers {
            let (debits, credits) = (voucher.sum(Side::Debit)?, voucher.sum(Side::Credit)?);
            if debits != credits {
                let number = voucher.summary.number;
                return Err(VoucherRefused::OutOfBalance { number, debits, credits });
            }
            total = total.checked_add(debits)?;
        }
        if total != books {
            return Err(VoucherRefused::NotTheBooks { vouchers: total, books });
        }
        Ok(Self::Balanced)
    }

    /// Puts the vouchers into the file.
    ///
    /// # Errors
    /// They are not checked, or in the file already.
    pub const fn export(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Drafted => Err(VoucherRefused::NotBalanced),
            Self::Balanced => Ok(Self::Exported),
            Self::Exported => Err(VoucherRefused::AlreadyExported),
        }
    }
}

/// What the general ledger keeps apart within an account, 辅助核算.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Nothing: one line an account.
    None,
    /// Customers, 客户: our merchants.
    Customer,
    /// Suppliers, 供应商: our channels.
    Supplier,
}

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 3] = [Self::None, Self::Customer, Self::Supplier];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Customer => "customer",
            Self::Supplier => "supplier",
        }
    }

    /// The dimension with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// Which account of the general ledger stands for one of ours, 科目对照.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherAccount {
    /// Our chart code.
    pub code: String,
    /// Its English name.
    pub name_en: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// The code in the general ledger.
    pub u8_code: String,
    /// What is kept apart there.
    pub dimension: Dimension,
}

/// The vouchers of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherDay {
    /// The accounting day.
    pub accounting_date: BusinessDate,
    /// How far they are.
    pub state: VoucherState,
    /// How many vouchers.
    pub vouchers: i64,
    /// Debits of all, equal to the credits.
    pub total: Money,
    /// When they were written.
    pub drafted_at: OffsetDateTime,
    /// By whom.
    pub drafted_by: String,
    /// The file, once exported.
    pub file: Option<VoucherFile>,
}

/// The file for the general ledger, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub size: i64,
    /// When it was written.
    pub exported_at: OffsetDateTime,
    /// By whom.
    pub exported_by: String,
}

/// A voucher as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherSummary {
    /// Its id.
    pub id: VoucherId,
    /// The accounting day.
    pub accounting_date: BusinessDate,
    /// Its number within the day, from 1.
    pub number: i32,
    /// Which kind of journal entry it adds up.
    pub entry: Entry,
    /// How far it is.
    pub state: VoucherState,
    /// Sum of its debits, equal to that of its credits.
    pub total: Money,
}

/// A voucher with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherDetail {
    /// Its head.
    pub summary: VoucherSummary,
    /// Its lines, debits first.
    pub lines: Vec<VoucherLine>,
}

/// A line of a voucher: everything one kind of entry booked on one side of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherLine {
    /// Debit or credit; never netted.
    pub side: Side,
    /// Our account; without owner where the general ledger keeps none apart.
    pub account: AccountRef,
    /// Code in the general ledger, 科目编码.
    pub u8_code: String,
    /// What is kept apart there.
    pub dimension: Dimension,
    /// Whose it is, in the general ledger's code: a merchant's or a channel's; or empty.
    pub dimension_code: String,
    /// How much.
    pub amount: Money,
    /// How many entries it adds up.
    pub entries: i64,
    /// What it says, 摘要.
    pub memo: String,
}

impl VoucherDetail {
    /// Sum of one side.
    ///
    /// # Errors
    /// Out of range.
    pub fn sum(&self, side: Side) -> Result<Money, MoneyError> {
        let amounts = self.lines.iter().filter(|line| line.side == side).map(|line| line.amount);
        Money::sum(amounts, Currency::Cny)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn voucher(debit: i64, credit: i64) -> VoucherDetail {
        let day: BusinessDate = "2026-03-31".parse().unwrap();
        let line = |side, fen| VoucherLine {
            side,
            account: AccountRef::reserve(),
            u8_code: "101201".to_owned(),
            dimension: Dimension::None,
            dimension_code: String::new(),
            amount: Money::cny(fen),
            entries: 1,
            memo: String::new(),
        };
        VoucherDetail {
            summary: VoucherSummary {
                id: VoucherId(Uuid::from_u128(1)),
                accounting_date: day,
                number: 1,
                entry: Entry::ChannelFunds,
                state: VoucherState::Drafted,
                total: Money::cny(debit),
            },
            lines: vec![line(Side::Debit, debit), line(Side::Credit, credit)],
        }
    }

    #[test]
    fn vouchers_go_from_drafted_through_balanced_to_exported() {
        use VoucherState::{Balanced, Drafted, Exported};
        let (good, books) = ([voucher(5, 5), voucher(7, 7)], Money::cny(12));
        assert_eq!(Drafted.balance(&good, books), Ok(Balanced));
        assert_eq!(Balanced.export(), Ok(Exported));
        assert_eq!(Balanced.redraft(), Ok(Drafted));
        assert_eq!(Drafted.export(), Err(VoucherRefused::NotBalanced));
        assert_eq!(Exported.redraft(), Err(VoucherRefused::AlreadyExported));
        assert_eq!(Exported.balance(&good, books), Err(VoucherRefused::AlreadyExported));
        assert_eq!(Exported.export(), Err(VoucherRefused::AlreadyExported));
    }

    #[test]
    fn what_does_not_balance_or_is_not_the_books_is_refused() {
        let state = VoucherState::Drafted;
        let lopsided = state.balance(&[voucher(5, 6)], Money::cny(5));
        assert!(matches!(lopsided, Err(VoucherRefused::OutOfBalance { number: 1, .. })));
        let short = state.balance(&[voucher(5, 5)], Money::cny(6));
        assert!(matches!(short, Err(VoucherRefused::NotTheBooks { .. })));
        assert_eq!(state.balance(&[], Money::cny(0)), Ok(VoucherState::Balanced));
    }
}
