//! Documents by which the reserve itself is moved: fee sweeps, interest, own funds, position
//! transfers, bank charges, earmarks. Each is proposed by one person and decided by another.

use super::Purpose;
use crate::account::BalanceEffect;
use crate::ids::{ApprovalId, JournalId, PayoutFileId, ReserveDocumentId};
use crate::merchant::named;
use crate::money::Money;
use crate::page::PageRequest;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a document does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Fees earned are carried over to own funds, 手续费收入划转 (entry 25).
    FeeSweep,
    /// Interest is carried over to own funds, 利息结转 (entry 25).
    InterestCarried,
    /// The bank paid interest, 备付金利息 (entry 24).
    Interest,
    /// Own funds are lodged in the reserve, 自有资金存入 (entry 26).
    OwnFundsLodged,
    /// Own funds are taken back, 自有资金提回 (entry 26).
    OwnFundsTakenBack,
    /// Money moves between our reserve accounts, 头寸调拨 (entry 22).
    PositionTransfer,
    /// The bank took a charge, 银行手续费 (entry 20).
    BankCharge,
    /// Quota is earmarked at a clearing house, or given back, 圈存 (entry 23).
    Earmark,
}
named!(DocumentKind {
    FeeSweep = "fee_sweep",
    InterestCarried = "interest_carried",
    Interest = "interest",
    OwnFundsLodged = "own_funds_lodged",
    OwnFundsTakenBack = "own_funds_taken_back",
    PositionTransfer = "position_transfer",
    BankCharge = "bank_charge",
    Earmark = "earmark",
});

/// When a document is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    /// A bank moves the money, and its statement proves it.
    ByStatement,
    /// On approval: the bank has moved the money already, or nothing moves.
    OnApproval,
}

impl DocumentKind {
    /// When it is booked.
    #[must_use]
    pub const fn booking(self) -> Booking {
        match self {
            Self::FeeSweep
            | Self::InterestCarried
            | Self::OwnFundsLodged
            | Self::OwnFundsTakenBack
            | Self::PositionTransfer => Booking::ByStatement,
            Self::Interest | Self::BankCharge | Self::Earmark => Booking::OnApproval,
        }
    }

    /// Whether it is for the institution's own benefit, and so stands still while there is a gap.
    #[must_use]
    pub const fn benefits_us(self) -> bool {
        matches!(self, Self::FeeSweep | Self::InterestCarried | Self::OwnFundsTakenBack)
    }

    /// The accounts money leaves and reaches; for position transfers the one it leaves is asked.
    #[must_use]
    pub const fn accounts(self, from: Purpose) -> (Option<Purpose>, Option<Purpose>) {
        let (custody, own) = (Some(Purpose::Custody), Some(Purpose::OwnFunds));
        match (self, from) {
            (Self::FeeSweep | Self::InterestCarried | Self::OwnFundsTakenBack, _) => (custody, own),
            (Self::OwnFundsLodged, _) => (own, custody),
            (Self::PositionTransfer, Purpose::Special) => (Some(Purpose::Special), custody),
            (Self::PositionTransfer, _) => (custody, Some(Purpose::Special)),
            (Self::Interest, _) => (None, custody),
            (Self::BankCharge, _) => (custody, None),
            (Self::Earmark, _) => (None, None),
        }
    }
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Waits for a second person.
    Proposed,
    /// Approved: waits for the bank's statement.
    Approved,
    /// Of a position transfer: it left one account and has not reached the other.
    InTransit,
    /// Booked.
    Booked,
    /// Decided against.
    Rejected,
    /// Approved, but things had changed: nothing was done.
    Stale,
    /// Taken back by its maker.
    Withdrawn,
}
named!(DocumentState {
    Proposed = "proposed",
    Approved = "approved",
    InTransit = "in_transit",
    Booked = "booked",
    Rejected = "rejected",
    Stale = "stale",
    Withdrawn = "withdrawn",
});

/// A document as its maker asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRequest {
    /// Its id, made with the form.
    pub id: ReserveDocumentId,
    /// What it does.
    pub kind: DocumentKind,
    /// How much; of an earmark negative when quota is given back.
    pub amount: Money,
    /// Of a position transfer, the account it leaves.
    pub from: Purpose,
    /// Of an earmark, the clearing house.
    pub house: String,
    /// The bank's reference of what it has moved already; required for interest and charges.
    pub bank_ref: String,
    /// Why.
    pub grounds: String,
}

/// Why a document cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentRefused {
    /// Nothing to move.
    #[error("the amount must be above zero")]
    AmountNotPositive,
    /// Nobody can judge it.
    #[error("say why: the second person decides by it")]
    GroundsMissing,
    /// It cannot be found on the statement.
    #[error("give the bank's reference: the statement line is found by it")]
    BankRefMissing,
    /// More than was earned.
    #[error(
        "{wanted} is more than may be carried over: {most} is earned and not carried over, less \
         charges and what is on its way"
    )]
    MoreThanEarned {
        /// What was asked for.
        wanted: Money,
        /// What may be carried over.
        most: Money,
    },
    /// More than was lodged.
    #[error("{wanted} is more than the own funds lodged: {most}")]
    MoreThanLodged {
        /// What was asked for.
        wanted: Money,
        /// What is lodged.
        most: Money,
    },
    /// The reserve is not covered.
    #[error(
        "the reserve has a gap of {gap} since {since}: nothing is carried over to own funds until \
         it is closed"
    )]
    Gap {
        /// M14.
        gap: Money,
        /// Since when, in the business zone.
        since: String,
    },
    /// An account is not set up.
    #[error("no bank account for this is set up: {0}")]
    NoAccount(&'static str),
    /// Not a clearing house.
    #[error("there is no quota at the clearing house \"{0}\"")]
    NoHouse(String),
}

impl DocumentRequest {
    /// What can be told without asking the books.
    ///
    /// # Errors
    /// It is not whole.
    pub fn check(&self) -> Result<(), DocumentRefused> {
        let moves = if self.kind == DocumentKind::Earmark {
            !self.amount.is_zero()
        } else {
            self.amount.is_positive()
        };
        if !moves {
            return Err(DocumentRefused::AmountNotPositive);
        }
        if self.grounds.trim().is_empty() {
            return Err(DocumentRefused::GroundsMissing);
        }
        let by_bank = matches!(self.kind, DocumentKind::Interest | DocumentKind::BankCharge);
        if by_bank && self.bank_ref.trim().is_empty() {
            return Err(DocumentRefused::BankRefMissing);
        }
        Ok(())
    }
}

/// A document as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSummary {
    /// Its id.
    pub id: ReserveDocumentId,
    /// Its number, `BF20260331-0001`; also the reference given to the bank.
    pub number: String,
    /// What it does.
    pub kind: DocumentKind,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: DocumentState,
    /// Who made it.
    pub maker_name: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// A document, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDetail {
    /// What the list shows.
    pub summary: DocumentSummary,
    /// What was asked for.
    pub request: DocumentRequest,
    /// The protection fund's share of interest, in millionths, when it was proposed.
    pub fund_ppm: i64,
    /// The decision.
    pub approval: ApprovalId,
    /// What it was to do to the balances when it was proposed.
    pub effects: Vec<BalanceEffect>,
    /// The journals it was booked by.
    pub journals: Vec<JournalId>,
    /// What is known of the order to the bank: `sending`, `accepted`, `unknown`, `by_hand`.
    pub sent: Option<String>,
    /// The file the order left in, and that one's number.
    pub file: Option<(PayoutFileId, String)>,
    /// Why it was refused.
    pub conclusion: String,
    /// When it ended.
    pub concluded_at: Option<OffsetDateTime>,
}

/// Which documents are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFilter {
    /// Of this kind only.
    pub kind: Option<DocumentKind>,
    /// In this state only.
    pub state: Option<DocumentState>,
    /// Which page.
    pub page: PageRequest,
}

/// What a document would do, as things stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPreview {
    /// As it would be proposed.
    pub request: DocumentRequest,
    /// The balances before and after.
    pub effects: Vec<BalanceEffect>,
    /// The most that may be carried over or taken back, where there is such a bound.
    pub most: Option<Money>,
    /// The cover's gap before, and after.
    pub gap: Money,
    /// The quota of the house before and after, of earmarks.
    pub quota: Option<(super::quota::Quota, super::quota::Quota)>,
}
