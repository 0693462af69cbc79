//! Payouts (付款): money sent to a merchant's registered settlement account, or back to a payer
//! whom the channel cannot refund. The number is made before the first try and never changes; an
//! outcome that is not known is a state, and only evidence moves a payout out of it.

mod file;
mod payee;
mod source;
mod stop;

pub use file::{
    ANSWER_WITHIN, AccountWay, FileAnswer, FileStanding, Handout, PayoutFileDetail,
    PayoutFileSummary, PayoutWay, WaySetting,
};
pub use payee::{Payee, PayeeRefused};
pub use source::PayoutSource;
pub use stop::{NotAScope, PayoutStop, StopScope};

use crate::ids::{
    ApprovalId, MerchantId, PayoutBatchId, PayoutFileId, PayoutId, RefundId, ReserveAccountId,
    StaffId, StatementLineId, UserId,
};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a payout stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PayoutState {
    /// Waits to be put into a batch, 待经办.
    Drafted {
        /// Why it came back from a batch, if it did.
        returned_because: Option<String>,
    },
    /// In a batch that waits for a second person, 待复核.
    Submitted,
    /// Approved; the money is set aside and the bank will be asked, 待发送.
    Queued,
    /// The bank is being asked right now, 发送中.
    Sending,
    /// The bank has it; only the statement proves that it was paid, 已受理.
    Accepted {
        /// The bank's reference.
        bank_ref: String,
    },
    /// Nobody knows: ask under the same number, never send again, 状态不明.
    Unknown {
        /// What was unclear.
        reason: String,
    },
    /// The bank refused it finally, or a colleague before it was sent; the money is back, 失败.
    Rejected {
        /// Why.
        reason: String,
    },
    /// The bank statement shows it, 已付.
    Paid {
        /// The line.
        line: StatementLineId,
    },
    /// The bank sent the money back later, 退票.
    Returned {
        /// The line that brought it back.
        line: StatementLineId,
        /// Why.
        reason: String,
    },
}

/// Something that happens to a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PayoutEvent {
    /// Its batch was submitted for approval.
    Submit,
    /// Its batch was rejected, withdrawn or out of date.
    PutBack {
        /// Why.
        reason: String,
    },
    /// Its batch was approved and the money set aside.
    Queue,
    /// The bank is about to be asked. Stored before the call.
    Send,
    /// The bank certainly did not get it: the same number may be sent again.
    NotSent,
    /// The bank has it.
    Accept {
        /// The bank's reference.
        bank_ref: String,
    },
    /// The bank refused it finally.
    Reject {
        /// Why.
        reason: String,
    },
    /// A colleague refused what was asked for, before it was put into a batch.
    Refuse {
        /// Why.
        reason: String,
    },
    /// The answer does not tell.
    Unclear {
        /// What was unclear.
        reason: String,
    },
    /// A statement line shows the debit.
    Pay {
        /// The line.
        line: StatementLineId,
    },
    /// A statement line brings the money back.
    Return {
        /// The line.
        line: StatementLineId,
        /// Why.
        reason: String,
    },
}

impl PayoutEvent {
    /// What it is called in a message.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::PutBack { .. } => "put back",
            Self::Queue => "queued",
            Self::Send => "sent",
            Self::NotSent => "taken back from sending",
            Self::Accept { .. } => "accepted",
            Self::Reject { .. } => "rejected",
            Self::Refuse { .. } => "refused",
            Self::Unclear { .. } => "marked as unknown",
            Self::Pay { .. } => "paid",
            Self::Return { .. } => "returned",
        }
    }
}

/// A payout does not allow this now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a payout that is {from} cannot be {to}")]
pub struct InvalidTransition {
    /// Stored name of the state it is in.
    pub from: &'static str,
    /// What was asked for.
    pub to: &'static str,
}

impl PayoutState {
    /// The state of a new payout.
    #[must_use]
    pub const fn new() -> Self {
        Self::Drafted { returned_because: None }
    }

    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Submitted => "submitted",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted { .. } => "accepted",
            Self::Unknown { .. } => "unknown",
            Self::Rejected { .. } => "rejected",
            Self::Paid { .. } => "paid",
            Self::Returned { .. } => "returned",
        }
    }

    /// The state after an event. The same evidence twice leaves the state as it is.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn after(self, event: PayoutEvent) -> Result<Self, InvalidTransition> {
        use PayoutEvent as E;
        use PayoutState as S;
        match (self, event) {
            (S::Drafted { .. }, E::Submit) => Ok(S::Submitted),
            (S::Drafted { .. }, E::Refuse { reason }) => Ok(S::Rejected { reason }),
            (S::Submitted, E::PutBack { reason }) => {
                Ok(S::Drafted { returned_because: Some(reason) })
            }
            (S::Submitted, E::Queue) | (S::Sending, E::NotSent) => Ok(S::Queued),
            (S::Queued, E::Send) => Ok(S::Sending),
            (S::Sending | S::Unknown { .. } | S::Accepted { .. }, E::Accept { bank_ref }) => {
                Ok(S::Accepted { bank_ref })
            }
            (S::Sending | S::Unknown { .. } | S::Accepted { .. }, E::Reject { reason }) => {
                Ok(S::Rejected { reason })
            }
            (S::Sending | S::Unknown { .. }, E::Unclear { reason }) => Ok(S::Unknown { reason }),
            (S::Sending | S::Unknown { .. } | S::Accepted { .. }, E::Pay { line }) => {
                Ok(S::Paid { line })
            }
            (S::Paid { line: known }, E::Pay { line }) if known == line => Ok(S::Paid { line }),
            (S::Paid { .. }, E::Return { line, reason }) => Ok(S::Returned { line, reason }),
            (S::Returned { line: known, reason }, E::Return { line, .. }) if known == line => {
                Ok(S::Returned { line, reason })
            }
            (state, event) => Err(InvalidTransition { from: state.name(), to: event.name() }),
        }
    }

    /// Whether it can be put into a batch.
    #[must_use]
    pub const fn can_be_batched(&self) -> bool {
        matches!(self, Self::Drafted { .. })
    }

    /// Whether the bank has to be asked what became of it.
    #[must_use]
    pub const fn needs_query(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Whether its amount has left the merchant's balance.
    #[must_use]
    pub const fn holds_money(&self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Accepted { .. } | Self::Unknown { .. })
    }
}

impl Default for PayoutState {
    fn default() -> Self {
        Self::new()
    }
}

/// The stored names of the states of a payout, in the order of its life.
pub const PAYOUT_STATES: [&str; 9] = [
    "drafted",
    "submitted",
    "queued",
    "sending",
    "accepted",
    "unknown",
    "rejected",
    "paid",
    "returned",
];

/// Where a payout batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Being put together.
    Drafted,
    /// Waits for a second person.
    Submitted,
    /// Approved and handed to the bank.
    Approved,
    /// Rejected, withdrawn or out of date; its payouts are free again.
    Rejected,
    /// Every payout of it has an end.
    Closed,
}

impl BatchState {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Drafted, Self::Submitted, Self::Approved, Self::Rejected, Self::Closed];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Closed => "closed",
        }
    }

    /// The state with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A payout as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutSummary {
    /// Its id.
    pub id: PayoutId,
    /// Our number, carried to the bank statement as the end-to-end id.
    pub number: String,
    /// The merchant paid.
    pub merchant: MerchantId,
    /// The merchant's code.
    pub merchant_code: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// What it comes from.
    pub source: PayoutSource,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// The batch it is in.
    pub batch: Option<PayoutBatchId>,
    /// When it was drafted.
    pub created_at: OffsetDateTime,
}

/// A payout, whole, with links along its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDetail {
    /// What the list shows.
    pub summary: PayoutSummary,
    /// The returned payout it replaces, and that one's number.
    pub repays: Option<(PayoutId, String)>,
    /// The payout that replaces it.
    pub repaid_by: Option<(PayoutId, String)>,
    /// Why it is held back though it is queued.
    pub stopped: Option<String>,
    /// Whom it pays.
    pub payee: Payee,
    /// What it came from: the kind of document, and its id.
    pub source: (String, uuid::Uuid),
    /// The refund it carries to the payer.
    pub refund: Option<RefundId>,
    /// The user whose balance it is taken from, and their name.
    pub user: Option<(UserId, String)>,
    /// What it costs the user.
    pub fee: Option<Money>,
    /// The account it is taken from: `2241.03`, `2241.06`, `2241.01` of a user, `2241.07` of a
    /// refund.
    pub from_code: String,
    /// Number of the batch it is in.
    pub batch_number: Option<String>,
    /// The file it went out with, and that one's number.
    pub file: Option<(PayoutFileId, String)>,
    /// The decision about the batch.
    pub approval: Option<ApprovalId>,
    /// The bank account it is paid from.
    pub reserve_account: Option<(ReserveAccountId, String)>,
    /// The bank's reference.
    pub bank_ref: Option<String>,
    /// How often the bank was asked what became of it.
    pub queries: i32,
    /// What happened to it, oldest first: stored name of the state reached, when, and a note.
    pub steps: Vec<PayoutStep>,
}

/// One thing that happened to a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutStep {
    /// Stored name of the state reached.
    pub state: String,
    /// When.
    pub at: OffsetDateTime,
    /// The bank's reference, or a reason.
    pub note: String,
}

/// Which payouts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFilter {
    /// Stored name of a state.
    pub state: Option<String>,
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
    /// From this user's balance.
    pub user: Option<UserId>,
    /// In this batch.
    pub batch: Option<PayoutBatchId>,
    /// Drafted from this document.
    pub source: Option<uuid::Uuid>,
    /// Number begins like this.
    pub number: Option<String>,
}

/// A payout batch as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutBatchSummary {
    /// Its id.
    pub id: PayoutBatchId,
    /// Its number, `PB20260331-001`.
    pub number: String,
    /// Where it stands.
    pub state: BatchState,
    /// Code of the bank account it is paid from.
    pub reserve_account: String,
    /// Payouts in it.
    pub count: i64,
    /// Their sum.
    pub total: Money,
    /// Who put it together.
    pub made_by: StaffId,
    /// Their name.
    pub made_by_name: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// The decision about it.
    pub approval: Option<ApprovalId>,
    /// Why it did not go through.
    pub failure: Option<String>,
}

/// A payout batch with its payouts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutBatchDetail {
    /// What the list shows.
    pub summary: PayoutBatchSummary,
    /// The payouts that are in it, or were when it was refused.
    pub payouts: Vec<PayoutSummary>,
}

#[cfg(test)]
mod tests;
