//! Reserve funds (备付金): whose bank account may pay whom, and the daily proof that what we hold
//! covers what we owe.

#[cfg(test)]
mod adding_up;
pub mod books;
mod changes;
pub mod classify;
pub mod cover;
pub mod document;
pub mod forecast;
pub mod headings;
pub mod incident;
pub mod proof;
pub mod quota;
pub mod settings;
pub mod tables;
pub mod unreached;

use crate::date::BusinessDate;
use crate::ids::{PayoutId, ReserveAccountId};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a bank account of the institution is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Customers' money at the central bank, 备付金集中存管账户.
    Custody,
    /// Customers' money of special businesses, 特定业务待结算资金专户.
    Special,
    /// The institution's own money: the one filed account, 备案自有资金账户.
    OwnFunds,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Custody, Self::Special, Self::OwnFunds];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Custody => "custody",
            Self::Special => "special",
            Self::OwnFunds => "own_funds",
        }
    }

    /// The purpose with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Where money of one of our accounts may be asked to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The registered settlement account of an onboarded merchant.
    RegisteredPayee,
    /// The account a payment came from.
    OriginalPayer,
    /// The account a user registered as their own.
    RegisteredUserAccount,
    /// A bank account nobody registered.
    UnregisteredPayee,
    /// Our filed own-funds account: earned fees, own funds taken back.
    OwnFunds,
    /// Another of our reserve accounts, 头寸调拨.
    OwnReserve,
    /// The reserve of another institution.
    OtherReserve,
    /// The own-funds account of another institution.
    OtherOwnFunds,
    /// A company that only passes money on, 隔板.
    Bridge,
}

impl Destination {
    /// All destinations.
    pub const ALL: [Self; 9] = [
        Self::RegisteredPayee,
        Self::OriginalPayer,
        Self::RegisteredUserAccount,
        Self::UnregisteredPayee,
        Self::OwnFunds,
        Self::OwnReserve,
        Self::OtherReserve,
        Self::OtherOwnFunds,
        Self::Bridge,
    ];
}

/// Why money may not move that way. The text is shown to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransferRefused {
    /// Only merchants' registered accounts.
    #[error("the reserve pays merchants only to the settlement account registered for them")]
    PayeeNotRegistered,
    /// Customers are paid with customers' money.
    #[error("merchants are paid from a custody account, not from own funds")]
    MerchantFromOwnFunds,
    /// No cooperation is registered.
    #[error("the reserve of another institution is reached only by a registered cooperation")]
    NoCooperation,
    /// Customers' money is nobody's own.
    #[error("customers' money must not go to another institution's own funds")]
    CustomersMoneyAsOwn,
    /// What the money comes from says where it goes.
    #[error("money of this source may not leave that account for that destination")]
    NotForThisSource,
    /// A bridge hides who pays whom.
    #[error("money must not pass through a third company on its way")]
    Bridge,
}

/// The transfer matrix: whether an account of this purpose may pay there.
///
/// # Errors
/// The reason it may not.
pub const fn may_transfer(from: Purpose, to: Destination) -> Result<(), TransferRefused> {
    use TransferRefused as No;
    match (from, to) {
        (_, Destination::Bridge) => Err(No::Bridge),
        (Purpose::Custody | Purpose::Special, to) => match to {
            Destination::UnregisteredPayee => Err(No::PayeeNotRegistered),
            Destination::OtherReserve => Err(No::NoCooperation),
            Destination::OtherOwnFunds => Err(No::CustomersMoneyAsOwn),
            _ => Ok(()),
        },
        (
            Purpose::OwnFunds,
            Destination::RegisteredPayee
            | Destination::OriginalPayer
            | Destination::RegisteredUserAccount
            | Destination::UnregisteredPayee,
        ) => Err(No::MerchantFromOwnFunds),
        (Purpose::OwnFunds, Destination::OtherReserve) => Err(No::NoCooperation),
        (Purpose::OwnFunds, _) => Ok(()),
    }
}

/// Leave to move money from an account of one purpose to a kind of destination. Only the matrix
/// makes one, so nothing leaves an account without having been asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    from: Purpose,
    to: Destination,
}

impl Transfer {
    /// Asks the matrix.
    ///
    /// # Errors
    /// The reason why not.
    pub const fn between(from: Purpose, to: Destination) -> Result<Self, TransferRefused> {
        match may_transfer(from, to) {
            Ok(()) => Ok(Self { from, to }),
            Err(refused) => Err(refused),
        }
    }

    /// The purpose of the account it leaves.
    #[must_use]
    pub const fn from(self) -> Purpose {
        self.from
    }

    /// Where it goes.
    #[must_use]
    pub const fn to(self) -> Destination {
        self.to
    }
}

/// A bank account of the institution as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveAccount {
    /// Its id.
    pub id: ReserveAccountId,
    /// Its short code, `PBOC-1`.
    pub code: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it is kept.
    pub bank_name: String,
    /// Its number at the bank.
    pub account_no: String,
    /// Its account in the chart.
    pub ledger_code: String,
    /// The front it is reached by.
    pub front: String,
    /// Whether it may be used.
    pub active: bool,
    /// What our books say is on it.
    pub booked: Money,
    /// What is promised to payouts the bank has not confirmed.
    pub promised: Money,
    /// The last imported statement: its day and closing balance.
    pub statement: Option<(BusinessDate, Money)>,
}

/// Where money promised to a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstructionState {
    /// Set aside until the statement shows it or the bank refuses.
    Promised,
    /// The statement shows it.
    Paid,
    /// The bank refused: it is free again.
    Released,
}

impl InstructionState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Promised, Self::Paid, Self::Released];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::Paid => "paid",
            Self::Released => "released",
        }
    }

    /// The state with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Money promised out of an account to a payout, 资金指令.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundInstruction {
    /// The payout.
    pub payout: PayoutId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: InstructionState,
    /// When it was promised.
    pub created_at: OffsetDateTime,
    /// When the bank's word ended it.
    pub concluded_at: Option<OffsetDateTime>,
}

/// A bank account of the institution with what was promised out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveAccountDetail {
    /// The account.
    pub account: ReserveAccount,
    /// What was promised, newest first.
    pub instructions: crate::page::Page<FundInstruction>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merchants_are_paid_only_from_custody_and_only_to_their_registered_account() {
        use Destination as To;
        assert_eq!(may_transfer(Purpose::Custody, To::RegisteredPayee), Ok(()));
        assert_eq!(
            may_transfer(Purpose::Custody, To::UnregisteredPayee),
            Err(TransferRefused::PayeeNotRegistered)
        );
        assert_eq!(
            may_transfer(Purpose::OwnFunds, To::RegisteredPayee),
            Err(TransferRefused::MerchantFromOwnFunds)
        );
    }

    #[test]
    fn no_account_pays_through_a_bridge_or_another_institutions_reserve() {
        for from in Purpose::ALL {
            assert!(may_transfer(from, Destination::Bridge).is_err());
            assert!(may_transfer(from, Destination::OtherReserve).is_err());
        }
        let as_own = may_transfer(Purpose::Custody, Destination::OtherOwnFunds);
        assert_eq!(as_own, Err(TransferRefused::CustomersMoneyAsOwn));
        assert_eq!(may_transfer(Purpose::OwnFunds, Destination::OtherOwnFunds), Ok(()));
    }
}
