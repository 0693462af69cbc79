//! Error items (差错): a difference between two sides' records that a person has to explain.
//!
//! Causes are side-neutral. 长款 and 短款 are used in opposite senses in the trade, so they appear
//! only as a label derived from the effect on our cash.

mod resolution;
mod view;

pub use resolution::{
    Action, EntryLine, ProposedEntry, Resolution, ResolutionRefused, Suggestion, Why,
};
pub use view::{ErrorItemDetail, ErrorItemFilter, ErrorItemSummary, TimelineEvent};

use crate::account::AccountRef;
use crate::date::BusinessDate;
use crate::ids::{
    ApprovalId, BillLineId, ErrorItemId, JournalId, MerchantId, OrderId, PaymentId, PayoutId,
    RefundId, StaffId, StatementLineId,
};
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
    /// An account in transit does not come to zero, or a balance is not the sum of its entries,
    /// 账务不平.
    LedgerBreak,
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
    LedgerBreak = "ledger_break",
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

/// Where an item stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ErrorItemState {
    /// Waits for somebody to look at it.
    Open,
    /// Somebody looks at it.
    Assigned,
    /// A resolution waits for a second person.
    Proposed {
        /// The request.
        approval: ApprovalId,
    },
    /// The resolution was carried out.
    Resolved {
        /// What was done.
        action: Action,
        /// The journal that books it; none where nothing had to be booked.
        journal: Option<JournalId>,
        /// When.
        at: OffsetDateTime,
    },
    /// A later run no longer finds it.
    Closed {
        /// Why.
        reason: String,
        /// When.
        at: OffsetDateTime,
    },
}

/// The name of a state, for lists and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorItemStatus {
    /// Waits for somebody.
    Open,
    /// Somebody looks at it.
    Assigned,
    /// Waits for a decision.
    Proposed,
    /// Done.
    Resolved,
    /// Gone by itself.
    Closed,
}
named!(ErrorItemStatus {
    Open = "open",
    Assigned = "assigned",
    Proposed = "proposed",
    Resolved = "resolved",
    Closed = "closed",
});

impl ErrorItemStatus {
    /// Whether there is still something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Assigned | Self::Proposed)
    }
}

impl ErrorItemState {
    /// The name of the state.
    #[must_use]
    pub const fn status(&self) -> ErrorItemStatus {
        match self {
            Self::Open => ErrorItemStatus::Open,
            Self::Assigned => ErrorItemStatus::Assigned,
            Self::Proposed { .. } => ErrorItemStatus::Proposed,
            Self::Resolved { .. } => ErrorItemStatus::Resolved,
            Self::Closed { .. } => ErrorItemStatus::Closed,
        }
    }
}

/// What was asked of an item that its state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an error item that is {from} cannot be {event}")]
pub struct InvalidTransition {
    /// Name of the state it is in.
    pub from: &'static str,
    /// What was asked.
    pub event: &'static str,
}

/// An error item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItem {
    /// Its id.
    pub id: ErrorItemId,
    /// The number people call it by, `EI20260331-0001`.
    pub number: String,
    /// What was found.
    pub difference: Difference,
    /// Who looks at it.
    pub assignee: Option<StaffId>,
    /// Where it stands.
    pub state: ErrorItemState,
    /// When it was found.
    pub opened_at: OffsetDateTime,
}

impl ErrorItem {
    /// Somebody takes it, also from somebody else.
    ///
    /// # Errors
    /// It waits for a decision, or nothing is left to do.
    pub fn assign(self, to: StaffId) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Open | ErrorItemState::Assigned => {
                Ok(Self { assignee: Some(to), state: ErrorItemState::Assigned, ..self })
            }
            state => Err(refuse(&state, "assigned")),
        }
    }

    /// A resolution was handed to a second person.
    ///
    /// # Errors
    /// One is already waiting, or nothing is left to do.
    pub fn proposed(self, approval: ApprovalId) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Open | ErrorItemState::Assigned => {
                Ok(Self { state: ErrorItemState::Proposed { approval }, ..self })
            }
            state => Err(refuse(&state, "given a second resolution")),
        }
    }

    /// The proposal fell: it is back with whoever looks at it.
    ///
    /// # Errors
    /// No proposal was waiting.
    pub fn back(self) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Proposed { .. } => {
                let state = match self.assignee {
                    Some(_) => ErrorItemState::Assigned,
                    None => ErrorItemState::Open,
                };
                Ok(Self { state, ..self })
            }
            state => Err(refuse(&state, "taken back")),
        }
    }

    /// The approved resolution was carried out.
    ///
    /// # Errors
    /// No proposal was waiting.
    pub fn resolved(
        self,
        action: Action,
        journal: Option<JournalId>,
        at: OffsetDateTime,
    ) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Proposed { .. } => {
                Ok(Self { state: ErrorItemState::Resolved { action, journal, at }, ..self })
            }
            state => Err(refuse(&state, "resolved")),
        }
    }

    /// A later run no longer finds it.
    ///
    /// # Errors
    /// A proposal is waiting, or nothing is left to do.
    pub fn closed(self, reason: String, at: OffsetDateTime) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Open | ErrorItemState::Assigned => {
                Ok(Self { state: ErrorItemState::Closed { reason, at }, ..self })
            }
            state => Err(refuse(&state, "closed")),
        }
    }
}

fn refuse(state: &ErrorItemState, event: &'static str) -> InvalidTransition {
    InvalidTransition { from: state.status().name(), event }
}

#[cfg(test)]
mod tests;
