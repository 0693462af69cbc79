//! How an error item is resolved, and what that books: decided here once, for the proposal, the
//! screen and the execution alike.

use super::{Cause, Difference, Leg};
use crate::account::AccountRef;
use crate::journal::Entry;
use crate::matching::{Direction, Standing};
use crate::merchant::named;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What can be done about an error item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The bill proves that an unfinished payment or refund succeeded: make it so, 补单.
    RepairToSuccess,
    /// Keep money nobody explained until somebody does, 挂账（长款）.
    SuspendLong,
    /// Keep a shortage on the books until it is explained, 挂账（短款）.
    SuspendShort,
    /// Book the difference of the amounts, and only that.
    PostDifference,
    /// Take the channel's fee as right.
    AcceptFee,
    /// Book nothing, for a reason, 忽略.
    Ignore,
}
named!(Action {
    RepairToSuccess = "repair_to_success",
    SuspendLong = "suspend_long",
    SuspendShort = "suspend_short",
    PostDifference = "post_difference",
    AcceptFee = "accept_fee",
    Ignore = "ignore",
});

/// What a person proposes to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// What is to be done.
    pub action: Action,
    /// Why; the checker and the auditor read it.
    pub reason: String,
}

/// Why an action is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The bill proves it, and the amount is the one we know.
    BillProvesPayment,
    /// The channel has money that none of our records explains.
    MoneyUnexplained,
    /// Our records say money that the channel does not have.
    MoneyMissing,
    /// Both have the trade: only the difference is open.
    OnlyDifferenceOpen,
    /// The channel's fee decides unless the contract says otherwise.
    ChannelFeePrevails,
    /// The trade stands in the bill of another day.
    OtherDay,
    /// No money is concerned: the records are corrected where they are kept.
    RecordsOnly,
}
named!(Why {
    BillProvesPayment = "bill_proves_payment",
    MoneyUnexplained = "money_unexplained",
    MoneyMissing = "money_missing",
    OnlyDifferenceOpen = "only_difference_open",
    ChannelFeePrevails = "channel_fee_prevails",
    OtherDay = "other_day",
    RecordsOnly = "records_only",
});

impl Why {
    /// What English speakers read.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::BillProvesPayment => {
                "the channel's bill proves that this succeeded, with the amount we know"
            }
            Self::MoneyUnexplained => {
                "the channel has money that none of our records explains: keep it in suspense"
            }
            Self::MoneyMissing => {
                "our records say money that the channel does not have: keep it as a shortage"
            }
            Self::OnlyDifferenceOpen => {
                "both sides have the trade: only the difference of the amounts is open"
            }
            Self::ChannelFeePrevails => {
                "the channel will charge the fee of its bill, unless its contract says otherwise"
            }
            Self::OtherDay => "both sides have the trade, under different clearing dates",
            Self::RecordsOnly => {
                "no money is concerned: the records are corrected where they are kept"
            }
        }
    }

    /// What Chinese speakers read.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::BillProvesPayment => "渠道对账单证明该笔交易已成功，金额与我方一致",
            Self::MoneyUnexplained => "渠道资金无法由我方记录解释，先挂账",
            Self::MoneyMissing => "我方有记录而渠道无资金，短款先挂账",
            Self::OnlyDifferenceOpen => "双方均有该笔交易，仅金额差额待处理",
            Self::ChannelFeePrevails => "以渠道对账单手续费为准，除非合同另有约定",
            Self::OtherDay => "双方均有该笔交易，仅清算日不同",
            Self::RecordsOnly => "不涉及资金，在记录所在系统更正",
        }
    }
}

/// What is probably the right thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What.
    pub action: Action,
    /// Why.
    pub why: Why,
}

/// One amount from a credited to a debited account, as it will be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLine {
    /// Debited, 借.
    pub debit: AccountRef,
    /// Credited, 贷.
    pub credit: AccountRef,
    /// How much; above zero.
    pub amount: Money,
}

/// A journal that a resolution will book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedEntry {
    /// Which of the journal entries.
    pub entry: Entry,
    /// Its lines.
    pub lines: Vec<EntryLine>,
}

/// Why a resolution cannot be proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResolutionRefused {
    /// The action does not answer this difference.
    #[error("an error item of cause {cause} cannot be resolved by {action}: choose another action")]
    NotForThis {
        /// Stored name of the cause.
        cause: &'static str,
        /// Stored name of the action.
        action: &'static str,
    },
    /// The checker has to know why.
    #[error("a resolution needs a reason")]
    ReasonMissing,
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Difference {
    /// What may be done about it; the suggested action comes first.
    #[must_use]
    pub fn actions(&self) -> Vec<Action> {
        if self.cause == Cause::Fee {
            return vec![Action::AcceptFee];
        }
        if self.account.is_none() || self.cause == Cause::Date || self.difference.is_zero() {
            return vec![Action::Ignore];
        }
        let suspend =
            if self.difference.is_positive() { Action::SuspendLong } else { Action::SuspendShort };
        match self.cause {
            Cause::Amount if self.both_succeeded() => vec![Action::PostDifference],
            _ if self.is_repairable() => vec![Action::RepairToSuccess, suspend],
            _ => vec![suspend],
        }
    }

    /// What is probably right, with its reason.
    #[must_use]
    pub fn suggestion(&self) -> Option<Suggestion> {
        let action = *self.actions().first()?;
        let why = match action {
            Action::RepairToSuccess => Why::BillProvesPayment,
            Action::SuspendLong => Why::MoneyUnexplained,
            Action::SuspendShort => Why::MoneyMissing,
            Action::PostDifference => Why::OnlyDifferenceOpen,
            Action::AcceptFee => Why::ChannelFeePrevails,
            Action::Ignore if self.cause == Cause::Date => Why::OtherDay,
            Action::Ignore => Why::RecordsOnly,
        };
        Some(Suggestion { action, why })
    }

    /// Checks that a resolution answers this difference and says why.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, resolution: &Resolution) -> Result<(), ResolutionRefused> {
        if !self.actions().contains(&resolution.action) {
            return Err(ResolutionRefused::NotForThis {
                cause: self.cause.name(),
                action: resolution.action.name(),
            });
        }
        if resolution.reason.trim().is_empty() {
            return Err(ResolutionRefused::ReasonMissing);
        }
        Ok(())
    }

    /// What an action books, exactly; nothing for [`Action::Ignore`]. What a repaired payment books
    /// is the payment system's to say: none here.
    ///
    /// # Errors
    /// The action does not answer this difference.
    pub fn entry(&self, action: Action) -> Result<Option<ProposedEntry>, ResolutionRefused> {
        let refused =
            ResolutionRefused::NotForThis { cause: self.cause.name(), action: action.name() };
        if !self.actions().contains(&action) {
            return Err(refused);
        }
        let entry = match action {
            Action::RepairToSuccess | Action::Ignore => return Ok(None),
            Action::SuspendLong => Entry::BankLong,
            Action::SuspendShort => Entry::BankShort,
            Action::PostDifference | Action::AcceptFee => Entry::AmountMismatch,
        };
        let line = if action == Action::AcceptFee {
            self.fee_line().ok_or(refused)?
        } else {
            self.suspense_line(self.account.clone().ok_or(refused)?)?
        };
        Ok(Some(ProposedEntry { entry, lines: vec![line] }))
    }

    /// Long: Dr the account where the money is / Cr 2241.09. Short: Dr 1221.01 / Cr the account
    /// where the money should be.
    fn suspense_line(&self, account: AccountRef) -> Result<EntryLine, ResolutionRefused> {
        Ok(if self.difference.is_positive() {
            EntryLine {
                debit: account,
                credit: AccountRef::long_suspense(),
                amount: self.difference,
            }
        } else {
            EntryLine {
                debit: AccountRef::short_suspense(),
                credit: account,
                amount: self.difference.checked_neg()?,
            }
        })
    }

    /// The channel charges more: Dr 6421.01 / Cr 2202.01; less: the other way round.
    fn fee_line(&self) -> Option<EntryLine> {
        let payable = AccountRef::payable_channel_fees(self.channel.as_deref()?);
        let cost = AccountRef::channel_cost();
        if self.difference.is_positive() {
            return Some(EntryLine { debit: cost, credit: payable, amount: self.difference });
        }
        let amount = self.difference.checked_neg().ok().filter(|amount| amount.is_positive())?;
        Some(EntryLine { debit: payable, credit: cost, amount })
    }

    fn both_succeeded(&self) -> bool {
        let done = |side: &Option<super::RecordView>| {
            side.as_ref().is_some_and(|record| record.standing == Standing::Success)
        };
        done(&self.ours) && done(&self.theirs)
    }

    /// Whether the bill proves a payment or refund of ours that we do not know to have succeeded.
    fn is_repairable(&self) -> bool {
        let Some((ours, theirs)) = self.ours.as_ref().zip(self.theirs.as_ref()) else {
            return false;
        };
        self.leg == Leg::GatewayBank
            && self.cause == Cause::Status
            && match self.direction {
                Direction::In => self.links.payment.is_some(),
                Direction::Out => self.links.refund.is_some(),
            }
            && theirs.standing == Standing::Success
            && ours.standing != Standing::Success
            && ours.amount == theirs.amount
    }
}
