//! What a resolution books: decided here once, for the proposal, the screen and the execution
//! alike.

use super::{Action, Cause, ErrorItem};
use crate::account::AccountRef;
use crate::ids::MerchantId;
use crate::journal::Entry;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What a person proposes to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// What is to be done.
    pub action: Action,
    /// Why, with the numbers of the documents it rests on; the checker and the auditor read it.
    pub reason: String,
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

impl ErrorItem {
    /// Checks that a resolution answers the item as it stands and says why.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, resolution: &Resolution) -> Result<(), ResolutionRefused> {
        if !self.may_be_answered_by(resolution.action) {
            return Err(self.not_for_this(resolution.action));
        }
        if resolution.reason.trim().is_empty() {
            return Err(ResolutionRefused::ReasonMissing);
        }
        Ok(())
    }

    /// What an action books, exactly; none where it books nothing. What a repaired payment books
    /// is the payment system's to say: none here.
    ///
    /// # Errors
    /// The action does not answer the item as it stands.
    pub fn entry(&self, action: Action) -> Result<Option<ProposedEntry>, ResolutionRefused> {
        let refused = || self.not_for_this(action);
        if !self.may_be_answered_by(action) {
            return Err(refused());
        }
        let merchant = || self.difference.links.merchant.ok_or_else(refused);
        let (entry, lines) = match action {
            Action::RepairToSuccess
            | Action::Ignore
            | Action::Adjust
            | Action::Repay
            | Action::DeliverBusiness => return Ok(None),
            Action::Claim if self.difference.cause != Cause::Fee => return Ok(None),
            Action::Claim | Action::AcceptFee => self.charge(action).ok_or_else(refused)?,
            Action::SuspendLong => (Entry::BankLong, vec![self.suspending_line()?]),
            Action::SuspendShort => (Entry::BankShort, vec![self.suspending_line()?]),
            Action::PostDifference => (Entry::AmountMismatch, vec![self.suspending_line()?]),
            Action::BookLate => self.book_late()?,
            Action::RefundPayer => (Entry::BankLong, self.refund_payer()?),
            Action::Reverse => {
                let unsettled = AccountRef::merchant_unsettled(merchant()?);
                (Entry::BankShort, vec![self.line(unsettled, self.short_side()?)?])
            }
            Action::Recover => self.recover(merchant()?)?,
            Action::Advance => (Entry::OwnFunds, vec![self.own_funds_in()?]),
            Action::WriteOff => self.write_off()?,
        };
        Ok(Some(ProposedEntry { entry, lines }))
    }

    fn not_for_this(&self, action: Action) -> ResolutionRefused {
        ResolutionRefused::NotForThis { cause: self.difference.cause.name(), action: action.name() }
    }

    /// The difference without its sign.
    fn amount(&self) -> Result<Money, MoneyError> {
        let amount = self.difference.difference;
        if amount.is_negative() { amount.checked_neg() } else { Ok(amount) }
    }

    fn line(&self, debit: AccountRef, credit: AccountRef) -> Result<EntryLine, ResolutionRefused> {
        Ok(EntryLine { debit, credit, amount: self.amount()? })
    }

    /// The account on which the difference stands.
    fn account(&self) -> Result<AccountRef, ResolutionRefused> {
        let none = || self.not_for_this(Action::SuspendLong);
        self.difference.account.clone().ok_or_else(none)
    }

    /// Where a shortage stands now: in suspense, or still on the account where it was found.
    fn short_side(&self) -> Result<AccountRef, ResolutionRefused> {
        if self.in_suspense() { Ok(AccountRef::short_suspense()) } else { self.account() }
    }

    /// Journal entry 17, long: Dr the account where the money is / Cr 2241.09. Journal entry 18,
    /// short: Dr 1221.01 / Cr the account where the money should be.
    fn suspending_line(&self) -> Result<EntryLine, ResolutionRefused> {
        if self.difference.difference.is_positive() {
            self.line(self.account()?, AccountRef::long_suspense())
        } else {
            self.line(AccountRef::short_suspense(), self.account()?)
        }
    }

    /// A fee (journal entry 19): the channel charges more: Dr 6421.01 / Cr 2202.01, less: the other
    /// way round; claimed: Dr 1221.03 / Cr 2202.01. A bank's charge (journal entry 20): Dr 6421.01 /
    /// Cr the reserve it was taken from.
    fn charge(&self, action: Action) -> Option<(Entry, Vec<EntryLine>)> {
        let amount = self.amount().ok().filter(|amount| amount.is_positive())?;
        let cost = AccountRef::channel_cost();
        if self.difference.cause == Cause::UnknownBankLine {
            let credit = self.difference.account.clone()?;
            return Some((Entry::BankCharge, vec![EntryLine { debit: cost, credit, amount }]));
        }
        let channel = self.difference.channel.as_deref()?;
        let payable = AccountRef::payable_channel_fees(channel);
        let (debit, credit) = if action == Action::Claim {
            (AccountRef::fees_recoverable(channel), payable)
        } else if self.difference.difference.is_positive() {
            (cost, payable)
        } else {
            (payable, cost)
        };
        Some((Entry::AmountMismatch, vec![EntryLine { debit, credit, amount }]))
    }

    /// A returned payout: Dr 2241.10 / Cr 2241.03 merchant (journal entry 21). Money in suspense that
    /// a merchant's order explains: Dr 2241.09 / Cr 2241.02 merchant (17). Missing money that came:
    /// Dr 1012.01 / Cr 1221.01 (18).
    fn book_late(&self) -> Result<(Entry, Vec<EntryLine>), ResolutionRefused> {
        let merchant = || {
            let none = || self.not_for_this(Action::BookLate);
            self.difference.links.merchant.ok_or_else(none)
        };
        if self.difference.cause == Cause::ReturnedPayout && !self.in_suspense() {
            let available = AccountRef::merchant_available(merchant()?);
            let line = self.line(AccountRef::returned_payouts(), available)?;
            return Ok((Entry::ReturnedPayout, vec![line]));
        }
        if self.difference.difference.is_positive() {
            let unsettled = AccountRef::merchant_unsettled(merchant()?);
            Ok((Entry::BankLong, vec![self.line(AccountRef::long_suspense(), unsettled)?]))
        } else {
            let line = self.line(AccountRef::reserve(), AccountRef::short_suspense())?;
            Ok((Entry::BankShort, vec![line]))
        }
    }

    /// Dr 2241.09 / Cr 1012.01; money that is not in suspense yet passes through it.
    fn refund_payer(&self) -> Result<Vec<EntryLine>, ResolutionRefused> {
        let back = self.line(AccountRef::long_suspense(), AccountRef::reserve())?;
        Ok(if self.in_suspense() { vec![back] } else { vec![self.suspending_line()?, back] })
    }

    /// A chargeback: Dr 2241.03 merchant / Cr the channel (journal entry 16). Otherwise the merchant
    /// owes what is short: Dr 1122.02 merchant / Cr 1221.01 (18).
    fn recover(&self, of: MerchantId) -> Result<(Entry, Vec<EntryLine>), ResolutionRefused> {
        let (entry, debit) = if self.difference.cause == Cause::Chargeback {
            (Entry::Chargeback, AccountRef::merchant_available(of))
        } else {
            (Entry::BankShort, AccountRef::due_from_merchant(of))
        };
        Ok((entry, vec![self.line(debit, self.short_side()?)?]))
    }

    /// Surplus: Dr 2241.09 / Cr 6301.01. Shortage: Dr 6711.01 / Cr 1221.01, and own funds into the
    /// reserve.
    fn write_off(&self) -> Result<(Entry, Vec<EntryLine>), ResolutionRefused> {
        if self.difference.difference.is_positive() {
            let (debit, credit) = (AccountRef::long_suspense(), AccountRef::unclaimed_surplus());
            return Ok((Entry::BankLong, vec![self.line(debit, credit)?]));
        }
        let loss = self.line(AccountRef::loss_written_off(), AccountRef::short_suspense())?;
        Ok((Entry::BankShort, vec![loss, self.own_funds_in()?]))
    }

    /// Dr 1012.01 / Cr 1002.01 (journal entry 26).
    fn own_funds_in(&self) -> Result<EntryLine, ResolutionRefused> {
        self.line(AccountRef::reserve(), AccountRef::own_funds())
    }
}
