//! Vouchers for the general ledger (用友), 凭证: what a closed day booked, added up.

mod change;
mod comparison;
#[cfg(test)]
mod tests;
mod vat;

pub use change::{Mapping, MappingRefused, VoucherChange};
pub use comparison::{ComparedAccount, ErpBalanceFile, ErpComparison, PeriodBalance};
pub use vat::vat_contained;

use crate::account::{AccountRef, Side};
use crate::date::{BusinessDate, Month};
use crate::ids::VoucherId;
use crate::journal::Entry;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How far a voucher is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherState {
    /// The general ledger refused it, line by line; to be written anew.
    Rejected,
    /// Written from the books; may be written anew.
    Drafted,
    /// Checked: debits equal credits, and all of the day is what the books say.
    Balanced,
    /// In a file for the general ledger, for good.
    Exported,
    /// The general ledger has it.
    Acknowledged,
    /// Refused there, and another took its place.
    Replaced,
    /// Taken there, and cancelled by a red voucher (红字凭证).
    Reversed,
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
    /// Nothing was exported.
    #[error("the voucher is not in a file the general ledger could have read")]
    NotExported,
    /// Only what the general ledger has can be cancelled there.
    #[error("the general ledger has not acknowledged the voucher: there is nothing to cancel")]
    NotAcknowledged,
    /// The month is closed there.
    #[error("the general ledger has closed {0}: reopen the month there and here first")]
    PeriodClosed(Month),
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
    pub const ALL: [Self; 7] = [
        Self::Rejected,
        Self::Drafted,
        Self::Balanced,
        Self::Exported,
        Self::Acknowledged,
        Self::Replaced,
        Self::Reversed,
    ];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Drafted => "drafted",
            Self::Balanced => "balanced",
            Self::Exported => "exported",
            Self::Acknowledged => "acknowledged",
            Self::Replaced => "replaced",
            Self::Reversed => "reversed",
        }
    }

    /// The state with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it says what the day booked: neither replaced nor cancelled.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Replaced | Self::Reversed | Self::Rejected)
    }

    /// How far a day is: as far as the voucher that is least far. A day without movement has
    /// nothing to send.
    #[must_use]
    pub fn of_day(vouchers: impl IntoIterator<Item = Self>) -> Option<Self> {
        vouchers.into_iter().filter(|state| state.counts() || *state == Self::Rejected).min()
    }

    /// Puts it into the file.
    ///
    /// # Errors
    /// It is not checked, or in a file already.
    pub const fn export(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Drafted => Err(VoucherRefused::NotBalanced),
            Self::Balanced => Ok(Self::Exported),
            _ => Err(VoucherRefused::AlreadyExported),
        }
    }

    /// The general ledger has taken it.
    ///
    /// # Errors
    /// It was never sent, or has been answered.
    pub const fn acknowledge(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Exported => Ok(Self::Acknowledged),
            _ => Err(VoucherRefused::NotExported),
        }
    }

    /// The general ledger has refused it.
    ///
    /// # Errors
    /// It was never sent, or has been answered.
    pub const fn reject(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Exported => Ok(Self::Rejected),
            _ => Err(VoucherRefused::NotExported),
        }
    }

    /// A red voucher cancels it.
    ///
    /// # Errors
    /// The general ledger does not have it.
    pub const fn reverse(self) -> Result<Self, VoucherRefused> {
        match self {
            Self::Acknowledged => Ok(Self::Reversed),
            _ => Err(VoucherRefused::NotAcknowledged),
        }
    }
}

/// Checks that every voucher balances and that those that count are what the books booked. A red
/// voucher and the one it cancels are both left out of the comparison.
///
/// # Errors
/// They don't.
pub fn balanced(vouchers: &[VoucherDetail], books: Money) -> Result<(), VoucherRefused> {
    let mut total = Money::zero(books.currency());
    for voucher in vouchers {
        let (debits, credits) = (voucher.sum(Side::Debit)?, voucher.sum(Side::Credit)?);
        if debits != credits {
            let number = voucher.summary.number;
            return Err(VoucherRefused::OutOfBalance { number, debits, credits });
        }
        if voucher.summary.state.counts() && voucher.summary.reverses.is_none() {
            total = total.checked_add(debits)?;
        }
    }
    if total == books {
        Ok(())
    } else {
        Err(VoucherRefused::NotTheBooks { vouchers: total, books })
    }
}

/// The layouts Yonyou's products import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherLayout {
    /// Text of 48 fields for U8, T3 and T6 (总账工具).
    U8Text,
    /// Workbook of 73 columns for U8.
    U8Workbook,
    /// XML for NC and NC Cloud (外部交换平台).
    NcXml,
}

impl VoucherLayout {
    /// All layouts.
    pub const ALL: [Self; 3] = [Self::U8Text, Self::U8Workbook, Self::NcXml];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8Text => "u8_text",
            Self::U8Workbook => "u8_workbook",
            Self::NcXml => "nc_xml",
        }
    }

    /// The layout with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// How file names end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::U8Text => "txt",
            Self::U8Workbook => "xlsx",
            Self::NcXml => "xml",
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
    /// Department (部门) every line names; may be empty.
    pub department: String,
    /// Project (项目) every line names; may be empty.
    pub project: String,
}

/// The vouchers of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherDay {
    /// The accounting day.
    pub accounting_date: BusinessDate,
    /// How far they are: as far as the one that is least far; `None` if the day has none.
    pub state: Option<VoucherState>,
    /// How many vouchers.
    pub vouchers: i64,
    /// Debits of all, equal to the credits.
    pub total: Money,
    /// When they were written.
    pub drafted_at: OffsetDateTime,
    /// By whom.
    pub drafted_by: String,
    /// The files, the first one first: a second one brings what the general ledger refused, or
    /// cancels.
    pub files: Vec<VoucherFile>,
}

/// The file for the general ledger, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherFile {
    /// Its number among the files of its day, from 1.
    pub version: i32,
    /// Its layout.
    pub layout: VoucherLayout,
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
    /// Sum of its debits, equal to that of its credits; negative when it is red.
    pub total: Money,
    /// The file it is in: its number among the files of the day.
    pub file: Option<i32>,
    /// The number the general ledger gave it.
    pub erp_number: Option<String>,
    /// The refused or cancelled voucher whose place it takes.
    pub replaces: Option<VoucherId>,
    /// The voucher it cancels.
    pub reverses: Option<VoucherId>,
}

/// A voucher with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherDetail {
    /// Its head.
    pub summary: VoucherSummary,
    /// Its lines, debits first.
    pub lines: Vec<VoucherLine>,
    /// What the general ledger refused of it.
    pub rejections: Vec<LineRejection>,
}

/// Why the general ledger refused a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRejection {
    /// The line, from 1; 0 for the voucher as a whole.
    pub line: i32,
    /// What it said.
    pub reason: String,
    /// When it was written down.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: String,
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
    /// Its department there; may be empty.
    pub department: String,
    /// Its project there; may be empty.
    pub project: String,
    /// How much; negative in a red voucher.
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
