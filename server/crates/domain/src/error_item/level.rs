//! Who may approve a resolution: the larger the amount and the graver the action, the higher.

use super::{Action, Cause};
use crate::approval::Risk;
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// The level a resolution is approved at (domain.md 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApprovalLevel {
    /// A checker, 复核.
    L1,
    /// The operations manager, 运营经理.
    L2,
    /// The finance manager, 财务主管.
    L3,
    /// Finance answers for own funds and write-offs, 财务＋合规.
    L4,
}
named!(ApprovalLevel { L1 = "L1", L2 = "L2", L3 = "L3", L4 = "L4" });

impl ApprovalLevel {
    /// How risky a request at this level looks to the approval rules, which say who decides it.
    #[must_use]
    pub const fn risk(self) -> Risk {
        match self {
            Self::L1 => Risk::Low,
            Self::L2 => Risk::Medium,
            Self::L3 | Self::L4 => Risk::High,
        }
    }
}

/// Below which amounts the lower levels are enough, in minor units of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// Below this the first level is enough.
    pub l1_below_minor: i64,
    /// Below this the second is enough.
    pub l2_below_minor: i64,
}

impl Default for Levels {
    /// 1,000.00 and 50,000.00.
    fn default() -> Self {
        Self { l1_below_minor: 100_000, l2_below_minor: 5_000_000 }
    }
}

impl Levels {
    /// The level at which an action about a difference is approved: by its amount, and never below
    /// what its cause and the action ask for.
    #[must_use]
    pub fn of(self, action: Action, cause: Cause, amount: Money) -> ApprovalLevel {
        let minor = amount.minor().unsigned_abs();
        let below = |limit: i64| i64::try_from(minor).is_ok_and(|minor| minor < limit);
        let by_amount = if below(self.l1_below_minor) {
            ApprovalLevel::L1
        } else if below(self.l2_below_minor) {
            ApprovalLevel::L2
        } else {
            ApprovalLevel::L3
        };
        by_amount.max(of_cause(cause)).max(of_action(action))
    }
}

const fn of_action(action: Action) -> ApprovalLevel {
    match action {
        Action::WriteOff | Action::Advance => ApprovalLevel::L4,
        Action::RefundPayer | Action::Repay | Action::Reverse | Action::Recover => {
            ApprovalLevel::L2
        }
        _ => ApprovalLevel::L1,
    }
}

const fn of_cause(cause: Cause) -> ApprovalLevel {
    match cause {
        Cause::ReserveGap => ApprovalLevel::L4,
        Cause::PayoutUnknown | Cause::LedgerBreak => ApprovalLevel::L3,
        Cause::Amount
        | Cause::DuplicateInChannel
        | Cause::FundsMissing
        | Cause::FundsExtra
        | Cause::Chargeback => ApprovalLevel::L2,
        _ => ApprovalLevel::L1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action as A;

    #[test]
    fn amount_cause_and_action_set_the_level() {
        let of = |action, cause, fen| Levels::default().of(action, cause, Money::cny(fen));
        let cause = Cause::OnlyInChannel;
        for (action, cause, fen, level) in [
            (A::SuspendLong, cause, 99_999, ApprovalLevel::L1),
            (A::SuspendLong, cause, 100_000, ApprovalLevel::L2),
            (A::SuspendShort, cause, -4_999_999, ApprovalLevel::L2),
            (A::SuspendShort, cause, -5_000_000, ApprovalLevel::L3),
            (A::SuspendShort, cause, i64::MIN, ApprovalLevel::L3),
            (A::RefundPayer, cause, 1, ApprovalLevel::L2),
            (A::WriteOff, cause, 1, ApprovalLevel::L4),
            (A::PostDifference, Cause::Amount, 1, ApprovalLevel::L2),
            (A::Claim, Cause::PayoutUnknown, 1, ApprovalLevel::L3),
        ] {
            assert_eq!(of(action, cause, fen), level, "{action:?} {cause:?} {fen}");
        }
    }

    #[test]
    fn the_graver_a_level_the_riskier_it_looks() {
        let levels = [ApprovalLevel::L1, ApprovalLevel::L2, ApprovalLevel::L3, ApprovalLevel::L4];
        assert_eq!(
            levels.map(ApprovalLevel::risk),
            [Risk::Low, Risk::Medium, Risk::High, Risk::High]
        );
    }
}
