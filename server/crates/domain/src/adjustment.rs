//! Manual adjustments of the books, 调账: a document with its grounds, decided by a second person.

use crate::account::{AccountRef, BalanceEffect};
use crate::date::BusinessDate;
use crate::ids::{AdjustmentId, ApprovalId, JournalId, MerchantId, StaffId};
use crate::money::Money;
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

named! {
    /// Adjustments that occur again and again, so that nobody has to know the accounts.
    Template {
        /// Dr 1012.01 / Cr 2241.09.
        LongFound = "long_found", "Surplus found at the bank", "发现长款";
        /// Dr 2241.09 / Cr 2241.02 merchant.
        LongToMerchant = "long_to_merchant", "Surplus belongs to a merchant", "长款补记商户";
        /// Dr 2241.09 / Cr 1012.01.
        LongReturned = "long_returned", "Surplus sent back", "长款退回";
        /// Dr 2241.09 / Cr 6301.01.
        LongWrittenOff = "long_written_off", "Surplus nobody claimed", "长款转营业外收入";
        /// Dr 1221.01 / Cr 1122.01 channel.
        ShortFound = "short_found", "Shortage found at a channel", "发现短款";
        /// Dr 1012.01 / Cr 1221.01.
        ShortArrived = "short_arrived", "Missing money arrived late", "短款到账";
        /// Dr 2241.02 merchant / Cr 1221.01.
        ShortFromMerchant = "short_from_merchant", "Shortage: the order was false", "短款冲减商户";
        /// Dr 6711.01 / Cr 1221.01, and own funds into the reserve: Dr 1012.01 / Cr 1002.01.
        ShortWrittenOff = "short_written_off", "Shortage borne by us", "短款核销";
        /// Dr 6711.01 / Cr 2241.03 merchant, and own funds into the reserve:
        /// Dr 1012.01 / Cr 1002.01.
        MerchantCompensated = "merchant_compensated", "Merchant made good", "赔付商户";
        /// Dr 6421.01 / Cr 1012.01.
        BankCharge = "bank_charge", "Bank charge taken from the reserve", "银行扣收手续费";
    }
}

/// What a template needs to know besides the amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParties {
    /// The merchant, where one is concerned.
    pub merchant: Option<MerchantId>,
    /// The channel's code, where one is concerned.
    pub channel: Option<String>,
}

impl Template {
    /// Whether it concerns a merchant.
    #[must_use]
    pub const fn needs_merchant(self) -> bool {
        matches!(self, Self::LongToMerchant | Self::ShortFromMerchant | Self::MerchantCompensated)
    }

    /// Whether it concerns a channel.
    #[must_use]
    pub const fn needs_channel(self) -> bool {
        matches!(self, Self::ShortFound)
    }

    /// The lines of an adjustment of this kind.
    ///
    /// # Errors
    /// The merchant or the channel is missing.
    pub fn lines(
        self,
        amount: Money,
        parties: &TemplateParties,
    ) -> Result<Vec<AdjustmentLine>, AdjustmentRefused> {
        use AccountRef as A;
        let merchant = || parties.merchant.ok_or(AdjustmentRefused::MerchantMissing);
        let channel = || {
            let code = parties.channel.as_deref().map(str::trim);
            code.filter(|code| !code.is_empty()).ok_or(AdjustmentRefused::ChannelMissing)
        };
        let own_funds_in = || (A::reserve(), A::own_funds());
        let pairs = match self {
            Self::LongFound => vec![(A::reserve(), A::long_suspense())],
            Self::LongToMerchant => vec![(A::long_suspense(), A::merchant_unsettled(merchant()?))],
            Self::LongReturned => vec![(A::long_suspense(), A::reserve())],
            Self::LongWrittenOff => vec![(A::long_suspense(), A::unclaimed_surplus())],
            Self::ShortFound => vec![(A::short_suspense(), A::due_from_channel(channel()?))],
            Self::ShortArrived => vec![(A::reserve(), A::short_suspense())],
            Self::ShortFromMerchant => {
                vec![(A::merchant_unsettled(merchant()?), A::short_suspense())]
            }
            Self::ShortWrittenOff => {
                vec![(A::loss_written_off(), A::short_suspense()), own_funds_in()]
            }
            Self::MerchantCompensated => {
                let owed = A::merchant_available(merchant()?);
                vec![(A::loss_written_off(), owed), own_funds_in()]
            }
            Self::BankCharge => vec![(A::channel_cost(), A::reserve())],
        };
        let memo = self.chinese();
        let line =
            |(debit, credit)| AdjustmentLine { debit, credit, amount, memo: memo.to_owned() };
        Ok(pairs.into_iter().map(line).collect())
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
}

impl AdjustmentRequest {
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
}

/// Which adjustments are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentFilter {
    /// Only in this state, by its stored name.
    pub state: Option<String>,
    /// Only made from this day on, in the business zone.
    pub from: Option<BusinessDate>,
    /// Which page.
    pub page: PageRequest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

    fn request(evidence: &str, lines: Vec<AdjustmentLine>) -> AdjustmentRequest {
        AdjustmentRequest {
            id: AdjustmentId(Uuid::from_u128(1)),
            baseline: Baseline::Bank,
            reason: Reason::BankLong,
            evidence: evidence.to_owned(),
            corrects: None,
            lines,
        }
    }

    fn parties() -> TemplateParties {
        TemplateParties {
            merchant: Some(MerchantId(Uuid::from_u128(7))),
            channel: Some("unionpay".to_owned()),
        }
    }

    #[test]
    fn every_template_makes_lines_and_asks_for_what_it_needs() {
        for template in Template::ALL {
            let lines = template.lines(Money::cny(100), &parties()).unwrap();
            assert!(!lines.is_empty());
            let alone = template.lines(Money::cny(100), &TemplateParties::default());
            let needs_nothing = !template.needs_merchant() && !template.needs_channel();
            assert_eq!(alone.is_ok(), needs_nothing, "{}", template.name());
        }
    }

    #[test]
    fn a_loss_brings_own_funds_into_the_reserve() {
        let lines = Template::ShortWrittenOff.lines(Money::cny(100), &parties()).unwrap();
        assert_eq!(lines[0].debit, AccountRef::loss_written_off());
        assert_eq!(lines[1].debit, AccountRef::reserve());
        assert_eq!(lines[1].credit, AccountRef::own_funds());
    }

    #[test]
    fn an_adjustment_needs_evidence_and_lines() {
        let lines = Template::LongFound.lines(Money::cny(100), &parties()).unwrap();
        assert_eq!(request("letter 17", lines.clone()).check(), Ok(()));
        let refused = request("  ", lines.clone()).check();
        assert_eq!(refused, Err(AdjustmentRefused::EvidenceMissing));
        assert_eq!(request("letter", vec![]).check(), Err(AdjustmentRefused::NoLines));
        let many = vec![lines[0].clone(); LINES_MAX + 1];
        assert_eq!(request("letter", many).check(), Err(AdjustmentRefused::TooManyLines));
        let long = "x".repeat(TEXT_LENGTH_MAX + 1);
        assert_eq!(request(&long, lines).check(), Err(AdjustmentRefused::TextTooLong));
    }

    #[test]
    fn an_adjustment_is_concluded_once() {
        let conclusions = [
            Conclusion::Booked(JournalId(Uuid::from_u128(2))),
            Conclusion::Rejected("no".to_owned()),
            Conclusion::Withdrawn,
            Conclusion::Stale("balance gone".to_owned()),
        ];
        for first in &conclusions {
            let ended = AdjustmentState::Proposed.conclude(first.clone(), NOON).unwrap();
            assert!(AdjustmentState::NAMES.contains(&ended.name()));
            for second in &conclusions {
                let refused = ended.clone().conclude(second.clone(), NOON);
                assert_eq!(refused, Err(AdjustmentRefused::AlreadyConcluded(ended.name())));
            }
        }
    }
}
