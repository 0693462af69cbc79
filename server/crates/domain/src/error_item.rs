//! Error items (差错): a difference between two sides' records that a person has to explain.
//!
//! Causes are side-neutral. 长款 and 短款 are used in opposite senses in the trade, so they appear
//! only as a label derived from the effect on our cash.

mod action;
mod bulk;
mod by_hand;
mod case;
mod coach;
mod evidence;
mod handling;
mod level;
mod life;
mod resolution;
mod rules;
mod sheet;
mod undo;
mod view;

pub use action::{Action, Suggestion, Why};
pub use bulk::{
    BULK_ROWS_MAX, BookedTotal, BulkCommand, BulkDetail, BulkPhase, BulkRefused, BulkRow,
    BulkSummary, Edit, RowState, RowTally, Selection,
};
pub use by_hand::{HandOpening, HandRefused};
pub use case::{CASE_MINUTES, CaseDetail, CaseSummary};
pub use coach::{Advice, COACH_DAYS, Pattern, Resolved, advise};
pub use evidence::{
    EVIDENCE_BYTES_MAX, EVIDENCE_FILES_MAX, EvidenceFile, EvidenceKind, EvidenceRefused, safe_name,
};
pub use level::{ApprovalLevel, Levels};
pub use life::{ErrorItem, ErrorItemState, ErrorItemStatus, InvalidTransition, Outcome};
pub use resolution::{EntryLine, ProposedEntry, Resolution, ResolutionRefused};
pub use rules::{
    AutoRule, DUE_OTHERWISE, DueRule, HandlingRules, PreferRule, Queue, QueueRule, Routing,
    RuleChange, RulesRefused, RulesVersion, Scope,
};
pub use sheet::{
    Advance, SHEET_BYTES_MAX, SHEET_COMMENT_MAX, SHEET_ROWS_MAX, SheetDetail, SheetRefused,
    SheetRow, SheetSummary,
};
pub use undo::{LastStep, UNDO_WITHIN, UNDOABLE, UndoRefused};
pub use view::{
    ErrorItemDetail, ErrorItemFilter, ErrorItemSummary, MoneyEffect, RelatedItem, ResolutionOption,
    TimelineEvent,
};

use crate::account::AccountRef;
use crate::date::BusinessDate;
use crate::ids::{BillLineId, MerchantId, OrderId, PaymentId, PayoutId, RefundId, StatementLineId};
use crate::matching::{Direction, Standing, Verdict};
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Between whose records a difference was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Payment gateway and channel bill: external, 银行外部对帐.
    GatewayBank,
    /// Business system and payment gateway: internal, 系统内部对帐.
    BusinessGateway,
    /// Business system and merchant: external, 外部对帐.
    BusinessMerchant,
    /// Bank statement against bills and payouts: the money itself, 资金核对.
    Funds,
    /// Ledger and payments: every payment and refund against what was booked for it, 账务核对.
    LedgerPayments,
    /// Bank statement and ledger: every line against the book of the bank account, 银行存款核对.
    StatementLedger,
}
named!(Leg {
    GatewayBank = "gateway_bank",
    BusinessGateway = "business_gateway",
    BusinessMerchant = "business_merchant",
    Funds = "funds",
    LedgerPayments = "ledger_payments",
    StatementLedger = "statement_ledger",
});

/// What a difference consists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Only the channel has it, 银行多.
    OnlyInChannel,
    /// Only the payment gateway has it, 平台多.
    OnlyInPlatform,
    /// Only the business system has it, 业务多.
    OnlyInBusiness,
    /// Only the merchant has it, 商户多.
    OnlyInMerchant,
    /// Both have it with different amounts, 金额不符.
    Amount,
    /// Both have it and only one says it succeeded, 状态不符.
    Status,
    /// Both have it under different clearing dates, 日切差异.
    Date,
    /// Both have it with different channel fees, 手续费不符.
    Fee,
    /// The channel has it once more, 渠道重复.
    DuplicateInChannel,
    /// The payment gateway has it once more.
    DuplicateInPlatform,
    /// The business system has it once more.
    DuplicateInBusiness,
    /// The merchant has it once more.
    DuplicateInMerchant,
    /// A channel paid over another sum than it cleared.
    FundsAmount,
    /// A line of a bank statement that nothing explains, 未识别流水.
    UnknownBankLine,
    /// Two payments of a payer for one order, 重复支付.
    DuplicatePay,
    /// A bank sent a payout back, 退票.
    ReturnedPayout,
    /// Nobody knows whether a payout was done, 付款状态不明. Never paid again before it is known.
    PayoutUnknown,
    /// A channel's bill is right and its money has not come, or not all of it, 资金未到账.
    FundsMissing,
    /// Money of a channel came for which there is no bill, 资金多到账.
    FundsExtra,
    /// A payer's bank takes a payment back, 拒付/退单/调单.
    Chargeback,
    /// An account in transit does not come to zero, or a balance is not the sum of its entries,
    /// 账务不平.
    LedgerBreak,
    /// The reserve is less than what is owed out of it, 备付金缺口.
    ReserveGap,
    /// Money stands in suspense longer than it may, 挂账超期.
    RolloverOverdue,
}
named!(Cause {
    OnlyInChannel = "only_in_channel",
    OnlyInPlatform = "only_in_platform",
    OnlyInBusiness = "only_in_business",
    OnlyInMerchant = "only_in_merchant",
    Amount = "amount",
    Status = "status",
    Date = "date",
    Fee = "fee",
    DuplicateInChannel = "duplicate_in_channel",
    DuplicateInPlatform = "duplicate_in_platform",
    DuplicateInBusiness = "duplicate_in_business",
    DuplicateInMerchant = "duplicate_in_merchant",
    FundsAmount = "funds_amount",
    UnknownBankLine = "unknown_bank_line",
    DuplicatePay = "duplicate_pay",
    ReturnedPayout = "returned_payout",
    PayoutUnknown = "payout_unknown",
    FundsMissing = "funds_missing",
    FundsExtra = "funds_extra",
    Chargeback = "chargeback",
    LedgerBreak = "ledger_break",
    ReserveGap = "reserve_gap",
    RolloverOverdue = "rollover_overdue",
});

impl Cause {
    /// The cause behind a verdict of the matching in a leg; none for a match. Our side is the
    /// system nearer to the merchant's order: the gateway against the bank, the business system
    /// against gateway and merchant.
    #[must_use]
    pub const fn of(leg: Leg, verdict: Verdict) -> Option<Self> {
        Some(match (leg, verdict) {
            (_, Verdict::Matched) => return None,
            (Leg::StatementLedger, Verdict::OnlyTheirs | Verdict::DuplicateTheirs) => {
                Self::UnknownBankLine
            }
            (Leg::LedgerPayments | Leg::StatementLedger, _) => Self::LedgerBreak,
            (_, Verdict::Amount) => Self::Amount,
            (_, Verdict::Status) => Self::Status,
            (_, Verdict::Date) => Self::Date,
            (_, Verdict::Fee) => Self::Fee,
            (Leg::Funds, Verdict::OnlyTheirs | Verdict::DuplicateTheirs) => Self::UnknownBankLine,
            (Leg::GatewayBank | Leg::Funds, Verdict::OnlyOurs) => Self::OnlyInPlatform,
            (Leg::GatewayBank | Leg::Funds, Verdict::DuplicateOurs) => Self::DuplicateInPlatform,
            (Leg::GatewayBank, Verdict::OnlyTheirs) => Self::OnlyInChannel,
            (Leg::GatewayBank, Verdict::DuplicateTheirs) => Self::DuplicateInChannel,
            (_, Verdict::OnlyOurs) => Self::OnlyInBusiness,
            (_, Verdict::DuplicateOurs) => Self::DuplicateInBusiness,
            (Leg::BusinessGateway, Verdict::OnlyTheirs) => Self::OnlyInPlatform,
            (Leg::BusinessGateway, Verdict::DuplicateTheirs) => Self::DuplicateInPlatform,
            (Leg::BusinessMerchant, Verdict::OnlyTheirs) => Self::OnlyInMerchant,
            (Leg::BusinessMerchant, Verdict::DuplicateTheirs) => Self::DuplicateInMerchant,
        })
    }
}

/// What a difference does to our cash: a label, derived, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashEffect {
    /// More money is there than our records explain, 长款.
    Long,
    /// Less money is there than our records say, 短款.
    Short,
    /// No money is concerned.
    None,
}

/// One side's record, as it was when the difference was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordView {
    /// The number both sides know it by.
    pub number: String,
    /// The counterparty's number.
    pub channel_no: String,
    /// The gross amount.
    pub amount: Money,
    /// The channel's fee, where the side knows it.
    pub fee: Option<Money>,
    /// How far it got.
    pub standing: Standing,
    /// The side's own word for that.
    pub status: String,
    /// When it happened.
    pub event_time: Option<OffsetDateTime>,
    /// The clearing date it stands under.
    pub clearing_date: Option<BusinessDate>,
    /// Where it stands: our system, or file and line.
    pub place: String,
}

/// What an item is about, for links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The merchant.
    pub merchant: Option<MerchantId>,
    /// The order.
    pub order: Option<OrderId>,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The refund.
    pub refund: Option<RefundId>,
    /// The payout.
    pub payout: Option<PayoutId>,
    /// The row of the channel's bill.
    pub bill_line: Option<BillLineId>,
    /// The line of the bank statement.
    pub statement_line: Option<StatementLineId>,
}

/// A difference as a reconciliation found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Between whom.
    pub leg: Leg,
    /// What it consists in.
    pub cause: Cause,
    /// Which way the money goes.
    pub direction: Direction,
    /// The channel, in legs that have one.
    pub channel: Option<String>,
    /// The clearing date reconciled.
    pub clearing_date: BusinessDate,
    /// Names the record: while an item with this key is open, no second one is opened.
    pub record_key: String,
    /// Theirs minus ours, as money towards us; of a fee difference their fee minus ours.
    pub difference: Money,
    /// The account on which the difference stands, if money is concerned.
    pub account: Option<AccountRef>,
    /// Our record.
    pub ours: Option<RecordView>,
    /// Their record.
    pub theirs: Option<RecordView>,
    /// What it is about.
    pub links: Links,
}

impl Difference {
    /// What it does to our cash.
    #[must_use]
    pub fn cash_effect(&self) -> CashEffect {
        let money = self.account.is_some() && !matches!(self.cause, Cause::Fee | Cause::Date);
        if money && self.difference.is_positive() {
            CashEffect::Long
        } else if money && self.difference.is_negative() {
            CashEffect::Short
        } else {
            CashEffect::None
        }
    }

    /// Whether a later finding says the same about the same record.
    #[must_use]
    pub fn same_finding(&self, other: &Self) -> bool {
        self.record_key == other.record_key
            && self.cause == other.cause
            && self.difference == other.difference
    }
}

/// Names a record of a leg: the same record gets the same key in every run.
#[must_use]
pub fn record_key(leg: Leg, scope: &str, direction: Direction, record: (&str, u32)) -> String {
    let (number, occurrence) = record;
    let key = format!("{}:{scope}:{}:{number}", leg.name(), direction.name());
    if occurrence > 1 { format!("{key}#{occurrence}") } else { key }
}

#[cfg(test)]
mod tests;
