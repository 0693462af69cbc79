//! Manual adjustments of the books, 调账: a document with its grounds, decided by a second person.

use crate::account::{AccountRef, BalanceEffect};
use crate::approval::Facts;
use crate::date::BusinessDate;
use crate::error_item::EvidenceFile;
use crate::ids::{AdjustmentId, ApprovalId, JournalId, StaffId};
use crate::money::{Currency, Money, MoneyError};
use crate::page::PageRequest;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Most lines one document may have.
pub const LINES_MAX: usize = 50;
/// Longest evidence and memo, in characters.
pub const TEXT_LENGTH_MAX: usize = 2_000;

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $name:ident = $key:literal, $en:literal, $zh:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $type {$(
            $(#[$variant_doc])*
            #[doc = concat!(" ", $zh, ".")]
            $name,
        )+}

        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stored name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {$(Self::$name => $key),+}
            }

            /// The one with this stored name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
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

mod recurring;
mod template;

pub use recurring::{Recurrence, RecurringTemplate, TemplateChange, TemplateTerms};
pub use template::{Template, TemplateParties};

named! {
    /// Whose record the books are brought in line with, 基准方.
    Baseline {
        /// The bank's or channel's.
        Bank = "bank", "Bank or channel", "银行/渠道";
        /// Ours.
        Platform = "platform", "Our platform", "支付平台";
        /// The merchant's.
        Merchant = "merchant", "Merchant", "商户";
    }
}

named! {
    /// Why the books have to be adjusted, 调账原因.
    Reason {
        /// Money is there and no order.
        BankLong = "bank_long", "Bank long", "长款";
        /// An order is there and no money.
        BankShort = "bank_short", "Bank short", "短款";
        /// Amounts differ.
        AmountMismatch = "amount_mismatch", "Amount mismatch", "金额不符";
        /// Fees differ.
        FeeMismatch = "fee_mismatch", "Fee mismatch", "手续费不符";
        /// Something was booked twice.
        BookedTwice = "booked_twice", "Booked twice", "重复记账";
        /// Something was booked on the wrong account.
        WrongAccount = "wrong_account", "Wrong account", "串户";
        /// A customer is made good.
        Compensation = "compensation", "Compensation", "赔付";
        /// Something else; the evidence says what.
        Other = "other", "Other", "其他";
    }
}

/// One amount from a credited to a debited account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentLine {
    /// Debited, 借.
    pub debit: AccountRef,
    /// Credited, 贷.
    pub credit: AccountRef,
    /// How much.
    pub amount: Money,
    /// What it says.
    pub memo: String,
}

/// What a maker asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentRequest {
    /// Made with the form, so that sending it twice makes one document.
    pub id: AdjustmentId,
    /// Whose record counts.
    pub baseline: Baseline,
    /// Why.
    pub reason: Reason,
    /// What proves it: file names, bank serial numbers, letters.
    pub evidence: String,
    /// The journal that is being corrected, 红字关联, where there is one.
    pub corrects: Option<JournalId>,
    /// The document that is undone, 红字冲销, where one is: the lines are its lines exchanged.
    #[serde(default)]
    pub reverses: Option<AdjustmentId>,
    /// The saved template it is made from, and for which month, where it is.
    #[serde(default)]
    pub recurring: Option<Recurrence>,
    /// What is booked.
    pub lines: Vec<AdjustmentLine>,
}

/// Why an adjustment was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdjustmentRefused {
    /// No grounds.
    #[error("an adjustment needs evidence: say what proves it")]
    EvidenceMissing,
    /// Longer than anybody reads.
    #[error("the text is longer than {TEXT_LENGTH_MAX} characters: shorten it")]
    TextTooLong,
    /// Nothing to book.
    #[error("an adjustment needs at least one line")]
    NoLines,
    /// Too much for one document.
    #[error("an adjustment has at most {LINES_MAX} lines: split it into several")]
    TooManyLines,
    /// The template concerns a merchant.
    #[error("this kind of adjustment concerns a merchant: choose one")]
    MerchantMissing,
    /// The template concerns a channel.
    #[error("this kind of adjustment concerns a channel: choose one")]
    ChannelMissing,
    /// It was concluded before.
    #[error("this adjustment is already {0}")]
    AlreadyConcluded(&'static str),
    /// A template nobody could name.
    #[error("give the template a name of 1 to 60 characters")]
    NameMissing,
    /// The document is not what its template says.
    #[error(
        "the document books on other accounts than its template: make it from the template anew"
    )]
    NotTheTemplate,
    /// Only what was booked is undone.
    #[error("only an adjustment that was booked is reversed")]
    NothingToReverse,
    /// Its lines are not the original's, exchanged.
    #[error("a reversal books the original's lines with their sides exchanged, and nothing else")]
    NotItsReversal,
}

/// Lines that undo these: sides exchanged, last line first.
#[must_use]
pub fn reversed(lines: &[AdjustmentLine]) -> Vec<AdjustmentLine> {
    let turned = |line: &AdjustmentLine| AdjustmentLine {
        debit: line.credit.clone(),
        credit: line.debit.clone(),
        amount: line.amount,
        memo: line.memo.clone(),
    };
    lines.iter().rev().map(turned).collect()
}

impl AdjustmentRequest {
    /// What the approval rules look at: its amount (lines in yuan together; one in another currency
    /// alone), the reason, and whether it writes something off or touches own funds (domain.md 4:
    /// these take the highest level).
    ///
    /// # Errors
    /// The amounts cannot be added.
    pub fn facts(&self) -> Result<Facts, MoneyError> {
        let amounts = || self.lines.iter().map(|line| line.amount);
        let amount = match amounts().find(|amount| amount.currency() != Currency::Cny) {
            Some(foreign) => foreign,
            None => Money::sum(amounts(), Currency::Cny)?,
        };
        let touches = |code: &str| {
            self.lines.iter().any(|line| line.debit.code == code || line.credit.code == code)
        };
        let written_off = touches("6711.01") || touches("6301.01");
        let marks = [("write_off", written_off), ("own_funds", touches("1002.01"))];
        let marks = marks.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name);
        let sources = [self.reason.name()].into_iter().chain(marks).map(str::to_owned).collect();
        Ok(Facts { sources, ..Facts::of_amount(amount) })
    }

    /// What can be told without looking at the books.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn check(&self) -> Result<(), AdjustmentRefused> {
        if self.evidence.trim().is_empty() {
            return Err(AdjustmentRefused::EvidenceMissing);
        }
        let mut texts = self.lines.iter().map(|line| &line.memo).chain([&self.evidence]);
        if texts.any(|text| text.chars().count() > TEXT_LENGTH_MAX) {
            return Err(AdjustmentRefused::TextTooLong);
        }
        match self.lines.len() {
            0 => Err(AdjustmentRefused::NoLines),
            count if count > LINES_MAX => Err(AdjustmentRefused::TooManyLines),
            _ => Ok(()),
        }
    }
}

/// Where an adjustment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AdjustmentState {
    /// Waits for a second person.
    Proposed,
    /// Approved and booked.
    Executed {
        /// As this journal.
        journal: JournalId,
        /// When.
        at: OffsetDateTime,
    },
    /// Decided against.
    Rejected {
        /// Why.
        reason: String,
        /// When.
        at: OffsetDateTime,
    },
    /// Taken back by its maker.
    Withdrawn {
        /// When.
        at: OffsetDateTime,
    },
    /// Approved, but it could not be booked any more as it was approved.
    Stale {
        /// Why.
        reason: String,
        /// When.
        at: OffsetDateTime,
    },
}

/// How an adjustment ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// It was booked.
    Booked(JournalId),
    /// It was decided against.
    Rejected(String),
    /// Its maker took it back.
    Withdrawn,
    /// It could not be booked any more.
    Stale(String),
}

impl AdjustmentState {
    /// The stored names.
    pub const NAMES: [&'static str; 5] = ["proposed", "executed", "rejected", "withdrawn", "stale"];

    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Executed { .. } => "executed",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Stale { .. } => "stale",
        }
    }

    /// Ends the life of a proposed adjustment.
    ///
    /// # Errors
    /// It was concluded before.
    pub fn conclude(self, how: Conclusion, at: OffsetDateTime) -> Result<Self, AdjustmentRefused> {
        if self != Self::Proposed {
            return Err(AdjustmentRefused::AlreadyConcluded(self.name()));
        }
        Ok(match how {
            Conclusion::Booked(journal) => Self::Executed { journal, at },
            Conclusion::Rejected(reason) => Self::Rejected { reason, at },
            Conclusion::Withdrawn => Self::Withdrawn { at },
            Conclusion::Stale(reason) => Self::Stale { reason, at },
        })
    }
}

/// An adjustment as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentSummary {
    /// Its id.
    pub id: AdjustmentId,
    /// Its number, `TZ20260331-0001`.
    pub number: String,
    /// Whose record counts.
    pub baseline: Baseline,
    /// Why.
    pub reason: Reason,
    /// Where it stands.
    pub state: AdjustmentState,
    /// Who made it.
    pub maker: StaffId,
    /// Their name.
    pub maker_name: String,
    /// Their sign-in.
    pub maker_login: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Sum of its lines, one per currency.
    pub totals: Vec<Money>,
}

/// An adjustment, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentDetail {
    /// The document's head.
    pub summary: AdjustmentSummary,
    /// What was asked for.
    pub request: AdjustmentRequest,
    /// The request for a second person's decision.
    pub approval: ApprovalId,
    /// What it would have done to the balances when it was proposed.
    pub effects: Vec<BalanceEffect>,
    /// Its evidence, oldest first.
    pub files: Vec<EvidenceFile>,
    /// Who decided it, in the order of the steps.
    pub signatures: Vec<Signature>,
    /// The document it undoes, by id and number.
    pub undoes: Option<(AdjustmentId, String)>,
    /// The document that undoes it or is going to, by id and number.
    pub undone_by: Option<(AdjustmentId, String)>,
    /// Name of the template it was made from.
    pub template_name: Option<String>,
}

/// A person's decision on the printed document, 签章.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Sign-in of the person: their id on paper.
    pub login: String,
    /// Their name.
    pub name: String,
    /// When they decided.
    pub at: OffsetDateTime,
}

/// Which adjustments are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdjustmentFilter {
    /// Only in this state, by its stored name.
    pub state: Option<String>,
    /// Only for this reason.
    pub reason: Option<Reason>,
    /// Only with this side as the one that counts.
    pub baseline: Option<Baseline>,
    /// Only with this in the number, the evidence, a memo, or as an account or its owner.
    pub text: Option<String>,
    /// Only made by the person with this in their name or sign-in.
    pub maker: Option<String>,
    /// Only with a line of at least this much.
    pub least: Option<Money>,
    /// Only made from this day on, in the business zone.
    pub from: Option<BusinessDate>,
    /// Only made until this day, in the business zone.
    pub until: Option<BusinessDate>,
    /// Which page.
    pub page: PageRequest,
}

#[cfg(test)]
mod tests;
