//! Journals, 分录组: one business event each, as balanced debits and credits.

use crate::account::AccountRef;
use crate::date::BusinessDate;
use crate::ids::{AccountId, JournalId};
use crate::money::Money;
use crate::page::PageRequest;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $key:literal, $en:literal, $zh:literal;)+) => {
        /// What kind of business event a journal books: the 27 journal entries of the posting
        /// rules.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Entry {$(
            $(#[$doc])*
            #[doc = concat!("\n\n", $zh, ", journal entry ", stringify!($number), ".")]
            $name,
        )+}

        impl Entry {
            /// All kinds, by number.
            pub const ALL: [Self; 27] = [$(Self::$name),+];

            /// Its number in the posting rules, 1 to 27.
            #[must_use]
            pub const fn number(self) -> i16 {
                match self {$(Self::$name => $number),+}
            }

            /// The stored name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {$(Self::$name => $key),+}
            }

            /// What English speakers read.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self {$(Self::$name => $en),+}
            }

            /// What Chinese speakers read.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self {$(Self::$name => $zh),+}
            }
        }
    };
}

entries! {
    /// A payment succeeded: the channel owes us, we owe the merchant.
    Collection = 1, "collection", "Collection", "收单成功";
    /// The merchant is charged our fee.
    FeeCharged = 2, "fee_charged", "Fee charged", "计费";
    /// We owe the channel its fee.
    ChannelCost = 3, "channel_cost", "Channel cost", "渠道成本";
    /// The channel paid over what it collected.
    ChannelFunds = 4, "channel_funds", "Channel funds arrived", "渠道清算到账";
    /// A platform order is divided among its parties, every share its own line.
    Split = 5, "split", "Split", "分账";
    /// What was owed becomes available to the merchant.
    Settlement = 6, "settlement", "Settlement", "结算";
    /// Part of a merchant's balance is held, or released again.
    Hold = 7, "hold", "Hold", "冻结";
    /// A merchant is paid out.
    MerchantPayout = 8, "merchant_payout", "Merchant payout", "结算打款";
    /// A user takes money out.
    UserWithdrawal = 9, "user_withdrawal", "User withdrawal", "提现";
    /// A merchant or user pays money in.
    TopUp = 10, "top_up", "Top-up", "充值";
    /// A payer gets money back.
    Refund = 11, "refund", "Refund", "退款";
    /// A fee is given back.
    FeeRefund = 12, "fee_refund", "Fee refund", "退手续费";
    /// A platform gives commission back.
    CommissionRefund = 13, "commission_refund", "Commission refund", "退佣金";
    /// Own funds stand in for a merchant without balance.
    Advance = 14, "advance", "Advance", "垫款";
    /// An earlier journal is undone, line by line.
    Reversal = 15, "reversal", "Reversal", "冲正";
    /// A payer's bank takes a payment back.
    Chargeback = 16, "chargeback", "Chargeback", "拒付";
    /// Money is there and no order.
    BankLong = 17, "bank_long", "Bank long", "长款";
    /// An order is there and no money.
    BankShort = 18, "bank_short", "Bank short", "短款";
    /// An amount differs; only the difference is booked.
    AmountMismatch = 19, "amount_mismatch", "Amount mismatch", "金额不符";
    /// A bank took its charge from the reserve.
    BankCharge = 20, "bank_charge", "Bank charge", "银行手续费";
    /// A bank sent a payout back.
    ReturnedPayout = 21, "returned_payout", "Returned payout", "退票";
    /// Reserve is moved between own reserve accounts.
    ReserveTransfer = 22, "reserve_transfer", "Reserve transfer", "头寸调拨";
    /// Quota is earmarked; no balance moves, so the journal has no lines.
    QuotaEarmark = 23, "quota_earmark", "Quota earmark", "圈存";
    /// The reserve earned interest.
    ReserveInterest = 24, "reserve_interest", "Interest on reserve", "备付金利息";
    /// Earned fees leave the reserve.
    FeeSweep = 25, "fee_sweep", "Fee income sweep", "手续费收入划转";
    /// Own funds are lodged in the reserve, or taken back.
    OwnFunds = 26, "own_funds", "Own funds lodged", "自有资金存取";
    /// An approved manual adjustment.
    Adjustment = 27, "adjustment", "Manual adjustment", "调账";
}

impl Entry {
    /// The kind with this number.
    #[must_use]
    pub fn numbered(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.number() == number)
    }

    /// The kind with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.name() == name)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english())
    }
}

/// What a journal came from: a payment, a refund, an adjustment document, …
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// Kind of document, a singular noun: `payment`, `refund`, `error_item`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl Source {
    /// The document `id` of this kind.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl fmt::Display) -> Self {
        Self { kind: kind.into(), id: id.to_string() }
    }
}

/// A journal as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalSummary {
    /// Its id.
    pub id: JournalId,
    /// What it books.
    pub entry: Entry,
    /// Our accounting date, 会计日.
    pub accounting_date: BusinessDate,
    /// The channel's or bank's clearing date, 清算日.
    pub clearing_date: Option<BusinessDate>,
    /// When it happened.
    pub event_time: OffsetDateTime,
    /// When it was booked.
    pub posted_at: OffsetDateTime,
    /// What it came from.
    pub source: Source,
    /// What it says.
    pub memo: String,
    /// The journal it undoes.
    pub reverses: Option<JournalId>,
    /// The journal that undid it.
    pub reversed_by: Option<JournalId>,
    /// Sum of the lines' amounts, one per currency.
    pub totals: Vec<Money>,
}

/// A line of a journal: one debit and one credit of the same amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    /// Its number in the journal, from 1.
    pub line: i16,
    /// The debited account, 借方.
    pub debit: LineSide,
    /// The credited account, 贷方.
    pub credit: LineSide,
    /// How much.
    pub amount: Money,
    /// What it says.
    pub memo: String,
}

/// One side of a journal line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSide {
    /// The account's id.
    pub id: AccountId,
    /// The account.
    pub account: AccountRef,
    /// English name of its chart line.
    pub name_en: String,
    /// Chinese name of its chart line.
    pub name_zh: String,
    /// The account's balance after this line, on its normal side.
    pub balance: Money,
}

/// A journal with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalDetail {
    /// The journal.
    pub summary: JournalSummary,
    /// The key under which its event was booked once.
    pub key: String,
    /// The request that caused it.
    pub request_id: Option<String>,
    /// Its lines.
    pub lines: Vec<JournalLine>,
}

/// Which journals are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalFilter {
    /// Only of this kind.
    pub entry: Option<Entry>,
    /// First accounting date.
    pub from: Option<BusinessDate>,
    /// Last accounting date.
    pub to: Option<BusinessDate>,
    /// Only those of this document.
    pub source: Option<Source>,
    /// Which page.
    pub page: PageRequest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_27_entries_are_numbered_in_order_and_read_back() {
        for (position, entry) in (1..).zip(Entry::ALL) {
            assert_eq!(entry.number(), position);
            assert_eq!(Entry::numbered(position), Some(entry));
            assert_eq!(Entry::named(entry.name()), Some(entry));
        }
        assert_eq!(Entry::numbered(0), None);
        assert_eq!(Entry::numbered(28), None);
    }
}
