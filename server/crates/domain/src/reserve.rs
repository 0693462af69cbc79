//! Reserve funds (备付金): whose bank account may pay whom, and the daily proof that what we hold
//! covers what we owe.

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
    /// The institution's own money: the one filed account, 备案自有资金账户.
    OwnFunds,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 2] = [Self::Custody, Self::OwnFunds];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Custody => "custody",
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
        (Purpose::Custody, Destination::UnregisteredPayee) => Err(No::PayeeNotRegistered),
        (Purpose::Custody, Destination::OtherReserve) => Err(No::NoCooperation),
        (Purpose::Custody, Destination::OtherOwnFunds) => Err(No::CustomersMoneyAsOwn),
        (Purpose::Custody, _) => Ok(()),
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

/// The part a ledger account plays in the reserve proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermGroup {
    /// What we owe customers, in transit or not.
    Claim,
    /// What is in the reserve accounts.
    Money,
    /// Booked here, not yet at the bank, 未达账项 (J01).
    Unreached,
    /// What of all that is our own: fees earned and not yet carried over, less costs.
    Own,
}

/// One ledger account in the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofTerm {
    /// The account's code in the chart.
    pub code: String,
    /// The part it plays.
    pub group: TermGroup,
    /// What it adds to its group (its balance, or the negative of it).
    pub amount: Money,
}

/// Our books beside the bank's word for one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementComparison {
    /// The account's code.
    pub account: String,
    /// Its account in the chart.
    pub ledger_code: String,
    /// What our books say now.
    pub booked: Money,
    /// Day of the last imported statement.
    pub day: BusinessDate,
    /// Its closing balance.
    pub closing: Money,
    /// Booked less closing.
    pub difference: Money,
}

/// The daily reserve proof (备付金核对, table 1-12): customers' claims against the money we hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveProof {
    /// Every ledger account that plays a part.
    pub terms: Vec<ProofTerm>,
    /// What we owe customers (M13).
    pub claims: Money,
    /// What is in the reserve accounts (M1).
    pub money: Money,
    /// Booked here, not yet at the bank (M7).
    pub unreached: Money,
    /// What of it is ours (M2 + M3 + M4). Negative when losses were taken out of customers' money.
    pub own: Money,
    /// What customers' claims must be: money + unreached − own, where own counts only when
    /// positive (M12).
    pub trial: Money,
    /// Claims less trial (M14). Positive: customers' claims are not covered; must be zero.
    pub gap: Money,
    /// Our books against the last imported statement of each account that has one.
    pub statements: Vec<StatementComparison>,
}

impl ReserveProof {
    /// Whether what we owe is covered to the last fen.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.gap.is_zero()
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
