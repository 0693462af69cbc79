//! Accounts of the books, 账户: which there are, and what a screen shows of them.

pub mod chart;
pub mod check;

use crate::date::{BusinessDate, LocalTime};
use crate::ids::{AccountId, JournalId, MerchantId};
use crate::journal::Entry;
use crate::money::Money;
use crate::page::PageRequest;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// The side of an account, 借贷方向.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 借.
    Debit,
    /// 贷.
    Credit,
}

impl Side {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }

    /// The side with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Debit, Self::Credit].into_iter().find(|side| side.name() == name)
    }
}

/// Names one account: its chart code, and whose it is. Empty owner: the institution's only one of
/// this code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountRef {
    /// Code in the chart of accounts, like `2241.02`.
    pub code: String,
    /// A merchant's id, a user's number, a channel's or bank account's code, or empty.
    pub owner: String,
}

impl AccountRef {
    /// Any account, by its code and owner.
    #[must_use]
    pub fn new(code: impl Into<String>, owner: impl fmt::Display) -> Self {
        Self { code: code.into(), owner: owner.to_string() }
    }

    /// An account the institution has once.
    #[must_use]
    pub fn sole(code: impl Into<String>) -> Self {
        Self { code: code.into(), owner: String::new() }
    }
}

/// Declares one constructor per account kind, so that no code has to be remembered.
macro_rules! accounts {
    ($($(#[$doc:meta])* $name:ident($($owner:ident: $kind:ty)?) = $code:literal;)+) => {
        impl AccountRef {$(
            $(#[$doc])*
            #[doc = concat!("\n\nChart code ", $code, ".")]
            #[must_use]
            pub fn $name($($owner: $kind)?) -> Self {
                accounts!(@make $code $($owner)?)
            }
        )+}
    };
    (@make $code:literal) => { Self::sole($code) };
    (@make $code:literal $owner:ident) => { Self::new($code, $owner) };
}

accounts! {
    /// Own funds at banks, 自有资金户. The main one.
    own_funds() = "1002.01";
    /// Own funds in one bank account, 自有资金户.
    own_funds_at(bank_account: &str) = "1002.01";
    /// Reserve in central custody, 备付金集中存管账户. The main one.
    reserve() = "1012.01";
    /// Reserve in one custody account, 备付金集中存管账户.
    reserve_at(bank_account: &str) = "1012.01";
    /// Reserve in a special-business account, 特定业务待结算资金专户.
    special_reserve_at(bank_account: &str) = "1012.02";
    /// Reserve on its way between own reserve accounts, 备付金在途.
    reserve_in_transit() = "1012.09";
    /// What a channel collected and has not yet paid over, 应收清算款.
    due_from_channel(channel: &str) = "1122.01";
    /// What a merchant owes, 应收特约商户款.
    due_from_merchant(merchant: MerchantId) = "1122.02";
    /// Unexplained shortage, 待处理短款.
    short_suspense() = "1221.01";
    /// Own funds advanced for a merchant, 差错垫款.
    advance_for(merchant: MerchantId) = "1221.02";
    /// Fees a channel has to give back, 应收渠道返还手续费.
    fees_recoverable(channel: &str) = "1221.03";
    /// Fees owed to a channel, 应付渠道手续费.
    payable_channel_fees(channel: &str) = "2202.01";
    /// Output VAT, 应交增值税—销项.
    vat_payable() = "2221.01";
    /// A user's payment account, 用户支付账户.
    user(user: &str) = "2241.01";
    /// Owed to a merchant, not yet settled, 商户待结算.
    merchant_unsettled(merchant: MerchantId) = "2241.02";
    /// Owed to a merchant, settled and not yet paid out, 商户可用.
    merchant_available(merchant: MerchantId) = "2241.03";
    /// Held from a merchant, 冻结/保证金.
    merchant_held(merchant: MerchantId) = "2241.04";
    /// Waiting to be split among a platform's parties, 待分账.
    split_pending(merchant: MerchantId) = "2241.05";
    /// A platform's commission, 平台佣金.
    platform_commission(platform: MerchantId) = "2241.06";
    /// Refunds accepted and not yet done by the channel, 退款在途.
    refunds_in_transit() = "2241.07";
    /// Payouts submitted and not yet done by the bank, 出款在途.
    payouts_in_transit() = "2241.08";
    /// Unexplained surplus, 待处理长款.
    long_suspense() = "2241.09";
    /// Payouts a bank returned, 退票待处理.
    returned_payouts() = "2241.10";
    /// Owed to the protection fund, 客户权益保障基金.
    protection_fund() = "2241.21";
    /// Interest on the reserve, 备付金利息收入.
    reserve_interest() = "6011.01";
    /// Fees charged to merchants and users, 手续费收入.
    fee_income() = "6021.01";
    /// Fees given back, 手续费收入—退费冲减.
    fee_income_refunded() = "6021.02";
    /// Surplus nobody claimed, 营业外收入—长款.
    unclaimed_surplus() = "6301.01";
    /// Fees channels and banks charge us, 渠道成本.
    channel_cost() = "6421.01";
    /// Shortage written off, 营业外支出—短款核销.
    loss_written_off() = "6711.01";
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if self.owner.is_empty() { Ok(()) } else { write!(f, ".{}", self.owner) }
    }
}

/// What a merchant is owed, by what may be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantBalances {
    /// Collected and not yet settled, 待结算.
    pub unsettled: Money,
    /// Settled and free to be paid out or refunded, 可用.
    pub available: Money,
    /// Held back, 冻结: owed, and not available.
    pub held: Money,
    /// On its way out and not yet done, 在途: refunds, payouts, payouts that came back.
    pub in_transit: Money,
}

/// Whose sub-accounts a chart code has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// Nobody's: there is one account.
    None,
    /// One per merchant.
    Merchant,
    /// One per user.
    User,
    /// One per channel.
    Channel,
    /// One per bank account, and a main one without owner.
    BankAccount,
}

impl OwnerKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Merchant, Self::User, Self::Channel, Self::BankAccount];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Merchant => "merchant",
            Self::User => "user",
            Self::Channel => "channel",
            Self::BankAccount => "bank_account",
        }
    }

    /// The kind with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether an account of this kind may have this owner.
    #[must_use]
    pub fn accepts(self, owner: &str) -> bool {
        match self {
            Self::None => owner.is_empty(),
            Self::BankAccount => true,
            Self::Merchant | Self::User | Self::Channel => !owner.is_empty(),
        }
    }
}

/// How the accounts of a chart code are posted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostingMode {
    /// Like any other.
    Plain,
    /// Nearly every posting touches them, 热点账户: they are locked last and held shortest.
    Hot,
}

impl PostingMode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Hot];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Hot => "hot",
        }
    }

    /// The mode with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A line of the chart of accounts, 科目.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartLine {
    /// Its code.
    pub code: String,
    /// The heading it stands under.
    pub parent: Option<String>,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// The side on which it grows.
    pub normal_side: Side,
    /// Whose sub-accounts it has.
    pub owner_kind: OwnerKind,
    /// Lowest balance of new accounts, in minor units.
    pub floor_minor: Option<i64>,
    /// Whether accounts can be opened under it.
    pub postable: bool,
    /// Whether its balance must be zero or explained.
    pub in_transit: bool,
    /// How its accounts are posted to.
    pub posting_mode: PostingMode,
}

/// An account with its balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// Its id.
    pub id: AccountId,
    /// Its code and owner.
    pub account: AccountRef,
    /// English name of its chart line.
    pub name_en: String,
    /// Chinese name of its chart line.
    pub name_zh: String,
    /// The side on which it grows.
    pub normal_side: Side,
    /// All debits ever.
    pub debits: Money,
    /// All credits ever.
    pub credits: Money,
    /// Balance on the normal side.
    pub balance: Money,
    /// Entries so far.
    pub entries: i64,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
}

/// A line of the chart tree with what stands on it and below it, per currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartBalance {
    /// The line.
    pub line: ChartLine,
    /// Accounts opened directly under it.
    pub accounts: i64,
    /// Balance on the normal side, per currency, of it and everything below.
    pub balances: Vec<Money>,
}

/// Which accounts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFilter {
    /// Code or the beginning of one.
    pub code: Option<String>,
    /// Exactly this owner.
    pub owner: Option<String>,
    /// Only accounts with something on them.
    pub with_balance: bool,
    /// Which page.
    pub page: PageRequest,
}

/// Which part of an account's statement is wanted. No bounds: all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementFilter {
    /// First accounting date.
    pub from: Option<BusinessDate>,
    /// Last accounting date.
    pub to: Option<BusinessDate>,
    /// Up to when to ask for the balance, by the clock of the business zone.
    pub at: Option<LocalTime>,
    /// Which page.
    pub page: PageRequest,
}

/// What an account held once everything posted until a moment was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastBalance {
    /// The moment.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The balance, on the account's normal side.
    pub balance: Money,
}

/// A line of an account statement, 账户明细.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// Number of the entry on its account.
    pub version: i64,
    /// The journal.
    pub journal: JournalId,
    /// Which business event it books.
    pub entry: Entry,
    /// Our accounting date, 会计日.
    pub accounting_date: BusinessDate,
    /// When it happened.
    pub event_time: OffsetDateTime,
    /// What it came from.
    pub source: crate::journal::Source,
    /// Which side of this account it is on.
    pub side: Side,
    /// How much.
    pub amount: Money,
    /// The account's balance after it, counted in the order of the statement.
    pub balance: Money,
    /// The other account.
    pub counter: AccountRef,
    /// What it says.
    pub memo: String,
}

/// A part of an account statement with the balances around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The account as it stands now.
    pub account: AccountSummary,
    /// Balance before the first day asked for.
    pub opening: Money,
    /// Balance after the last day asked for.
    pub closing: Money,
    /// Balance at the moment asked for.
    pub past: Option<PastBalance>,
    /// The entries, by accounting date and then in the order of posting.
    pub page: crate::page::Page<StatementRow>,
}

/// What a posting would do to one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceEffect {
    /// The account.
    pub account: AccountRef,
    /// English name of its chart line.
    pub name_en: String,
    /// Chinese name of its chart line.
    pub name_zh: String,
    /// Its balance as it is, on its normal side.
    pub before: Money,
    /// Its balance as it would be.
    pub after: Money,
}

/// Something that stands on an account in transit, 在途: one document, or one clearing day of a
/// channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    /// The account's id.
    pub id: AccountId,
    /// The account.
    pub account: AccountRef,
    /// What explains it; kind `clearing_date` for what a channel owes.
    pub source: crate::journal::Source,
    /// How much of it is still there, on the account's normal side.
    pub amount: Money,
    /// Accounting date of its first entry.
    pub since: BusinessDate,
}

/// A line of the trial balance, 试算平衡表: one account and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalanceRow {
    /// The account's id.
    pub id: AccountId,
    /// The account.
    pub account: AccountRef,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// The side on which it grows.
    pub normal_side: Side,
    /// Balance before the day, on the normal side.
    pub opening: Money,
    /// Debits of the day.
    pub debits: Money,
    /// Credits of the day.
    pub credits: Money,
    /// Balance after the day, on the normal side.
    pub closing: Money,
}

/// The trial balance of a day in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    /// The day.
    pub accounting_date: BusinessDate,
    /// One line an account, by code.
    pub rows: Vec<TrialBalanceRow>,
    /// Debits of the day, all accounts together.
    pub debits: Money,
    /// Credits of the day, all accounts together; always equal to the debits.
    pub credits: Money,
    /// Closing balances of accounts that stand on their debit side.
    pub debit_balances: Money,
    /// Closing balances of accounts that stand on their credit side.
    pub credit_balances: Money,
}

impl TrialBalance {
    /// Whether debits equal credits, in the day's movements and in the balances.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.debits == self.credits && self.debit_balances == self.credit_balances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_written_with_code_and_owner() {
        assert_eq!(AccountRef::due_from_channel("UNIONPAY").to_string(), "1122.01.UNIONPAY");
        assert_eq!(AccountRef::reserve().to_string(), "1012.01");
    }

    #[test]
    fn owners_follow_the_kind_of_account() {
        assert!(OwnerKind::None.accepts("") && !OwnerKind::None.accepts("x"));
        assert!(OwnerKind::Merchant.accepts("x") && !OwnerKind::Merchant.accepts(""));
        assert!(OwnerKind::BankAccount.accepts("x") && OwnerKind::BankAccount.accepts(""));
    }
}
