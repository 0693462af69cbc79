//! Holds, 冻结: part of a merchant's available balance is set apart and released again, each time
//! decided by a second person (journal entry 7).

use crate::account::MerchantBalances;
use crate::ids::{ApprovalId, HoldId, MerchantId};
use crate::money::Money;
use crate::page::PageRequest;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Longest reason, in characters.
pub const REASON_LENGTH_MAX: usize = 2_000;

/// What a hold is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// The merchant's guarantee, 保证金.
    Guarantee,
    /// A court or an authority orders it, 司法冻结.
    Judicial,
    /// Something looks wrong and is looked into, 风险冻结.
    Risk,
    /// A payer disputes a payment, 争议冻结.
    Dispute,
}

impl HoldKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Guarantee, Self::Judicial, Self::Risk, Self::Dispute];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guarantee => "guarantee",
            Self::Judicial => "judicial",
            Self::Risk => "risk",
            Self::Dispute => "dispute",
        }
    }

    /// The one with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// Waits for a second person; nothing is held yet.
    Proposed,
    /// The money is set apart, 2241.04.
    Held,
    /// Still held; the release waits for a second person.
    Releasing,
    /// The money is available again.
    Released,
    /// Never placed: it was rejected, taken back, or the balance did not cover it.
    Refused,
}

/// What happens to a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldEvent {
    /// A second person agreed and the books took it.
    Place,
    /// A second person refused, or the balance does not cover it.
    Refuse,
    /// A colleague asks for the release.
    AskRelease,
    /// The release was refused: it stays held.
    KeepHeld,
    /// A second person agreed to the release.
    Release,
}

impl HoldState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Proposed, Self::Held, Self::Releasing, Self::Released, Self::Refused];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Held => "held",
            Self::Releasing => "releasing",
            Self::Released => "released",
            Self::Refused => "refused",
        }
    }

    /// The one with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the money is set apart.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Held | Self::Releasing)
    }

    /// Where it stands after an event.
    ///
    /// # Errors
    /// The event cannot happen to a hold in this state.
    pub const fn after(self, event: HoldEvent) -> Result<Self, HoldRefused> {
        match (self, event) {
            (Self::Proposed, HoldEvent::Place) | (Self::Releasing, HoldEvent::KeepHeld) => {
                Ok(Self::Held)
            }
            (Self::Proposed, HoldEvent::Refuse) => Ok(Self::Refused),
            (Self::Held, HoldEvent::AskRelease) => Ok(Self::Releasing),
            (Self::Releasing, HoldEvent::Release) => Ok(Self::Released),
            _ => Err(HoldRefused::NotNow(self.name())),
        }
    }
}

/// A hold that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRequest {
    /// Chosen by the form: the same form sent again names the same hold.
    pub id: HoldId,
    /// Whose balance.
    pub merchant: MerchantId,
    /// What for.
    pub kind: HoldKind,
    /// How much.
    pub amount: Money,
    /// Why; the checker reads it.
    pub reason: String,
}

/// Why a hold or a release cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoldRefused {
    /// Nothing, or less.
    #[error("the amount to hold must be greater than zero")]
    AmountNotPositive,
    /// The checker has to know why.
    #[error("a hold needs a reason, and so does its release")]
    ReasonMissing,
    /// Too long.
    #[error("the reason must have at most {REASON_LENGTH_MAX} characters")]
    ReasonTooLong,
    /// Not in this state.
    #[error("this hold is {0}: only a held amount can be released, and only once")]
    NotNow(&'static str),
}

impl HoldRequest {
    /// Checks what can be told without the books.
    ///
    /// # Errors
    /// The amount or the reason is missing.
    pub fn check(&self) -> Result<(), HoldRefused> {
        if !self.amount.is_positive() {
            return Err(HoldRefused::AmountNotPositive);
        }
        check_reason(&self.reason)
    }
}

/// Checks the reason of a hold or a release.
///
/// # Errors
/// It is missing or too long.
pub fn check_reason(reason: &str) -> Result<(), HoldRefused> {
    match reason.trim().chars().count() {
        0 => Err(HoldRefused::ReasonMissing),
        length if length > REASON_LENGTH_MAX => Err(HoldRefused::ReasonTooLong),
        _ => Ok(()),
    }
}

/// A hold as lists and screens show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Its number, like `DJ20260331-0001`.
    pub number: String,
    /// Whose balance.
    pub merchant: MerchantId,
    /// That merchant's number.
    pub merchant_code: String,
    /// That merchant's name.
    pub merchant_name: String,
    /// What for.
    pub kind: HoldKind,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: HoldState,
    /// Who proposed it.
    pub maker_name: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// The decision about placing it.
    pub approval: ApprovalId,
    /// Who decided to place it or not.
    pub checker_name: Option<String>,
    /// When it was placed.
    pub held_at: Option<OffsetDateTime>,
    /// Why it was not placed, or the release not done.
    pub refusal: String,
    /// The release, once one was asked for.
    pub release: Option<HoldRelease>,
}

/// The release of a hold, 解冻.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRelease {
    /// Who asked for it.
    pub maker_name: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// Why.
    pub reason: String,
    /// The decision about it.
    pub approval: ApprovalId,
    /// Who decided it.
    pub checker_name: Option<String>,
    /// When the money became available again.
    pub released_at: Option<OffsetDateTime>,
}

/// Which holds are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldFilter {
    /// Only in this state.
    pub state: Option<HoldState>,
    /// Only for this.
    pub kind: Option<HoldKind>,
    /// Only of the merchant with this number.
    pub merchant: Option<String>,
    /// Which page.
    pub page: PageRequest,
}

/// What a merchant has, and what of it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantHolds {
    /// The merchant's balances.
    pub balances: MerchantBalances,
    /// Holds that are proposed or in force, the latest first.
    pub holds: Vec<Hold>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [HoldEvent; 5] = [
        HoldEvent::Place,
        HoldEvent::Refuse,
        HoldEvent::AskRelease,
        HoldEvent::KeepHeld,
        HoldEvent::Release,
    ];

    #[test]
    fn only_five_steps_are_possible() {
        let steps: Vec<_> = HoldState::ALL
            .into_iter()
            .flat_map(|state| EVENTS.map(|event| (state, state.after(event).ok())))
            .filter_map(|(from, to)| Some((from.name(), to?.name())))
            .collect();
        assert_eq!(
            steps,
            [
                ("proposed", "held"),
                ("proposed", "refused"),
                ("held", "releasing"),
                ("releasing", "held"),
                ("releasing", "released"),
            ]
        );
    }

    #[test]
    fn states_and_kinds_read_back() {
        for state in HoldState::ALL {
            assert_eq!(HoldState::named(state.name()), Some(state));
        }
        for kind in HoldKind::ALL {
            assert_eq!(HoldKind::named(kind.name()), Some(kind));
        }
    }

    #[test]
    fn a_hold_says_how_much_and_why() {
        let request = HoldRequest {
            id: HoldId(uuid::Uuid::nil()),
            merchant: MerchantId(uuid::Uuid::nil()),
            kind: HoldKind::Risk,
            amount: Money::cny(1),
            reason: "two chargebacks in a day".to_owned(),
        };
        assert_eq!(request.check(), Ok(()));
        let nothing = HoldRequest { amount: Money::cny(0), ..request.clone() };
        assert_eq!(nothing.check(), Err(HoldRefused::AmountNotPositive));
        let why = HoldRequest { reason: "  ".to_owned(), ..request };
        assert_eq!(why.check(), Err(HoldRefused::ReasonMissing));
        assert_eq!(check_reason(&"x".repeat(2_001)), Err(HoldRefused::ReasonTooLong));
    }
}
