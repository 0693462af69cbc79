//! The transfer matrix (资金划转矩阵, domain.md 2.2): what a payout comes from says from which kind
//! of account it leaves and where alone it may go. Leave is a value that only this matrix makes.

use crate::reserve::{Destination, Purpose, Transfer, TransferRefused};
use serde::{Deserialize, Serialize};

/// What a payout comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutSource {
    /// What a merchant earned, 结算.
    Settlement,
    /// A payout that came back, paid once more, 退票重付.
    ReturnedPayout,
    /// A refund that cannot go back the way it came, 退款代付.
    Refund,
    /// A user's withdrawal, 提现.
    UserWithdrawal,
    /// Fees earned, to our own filed account, 手续费收入划转.
    FeeSweep,
    /// A top-up given back to the account it came from, 充值退回.
    TopUpReturn,
    /// Between our own reserve accounts, 头寸调拨.
    PositionTransfer,
}

impl PayoutSource {
    /// All sources.
    pub const ALL: [Self; 7] = [
        Self::Settlement,
        Self::ReturnedPayout,
        Self::Refund,
        Self::UserWithdrawal,
        Self::FeeSweep,
        Self::TopUpReturn,
        Self::PositionTransfer,
    ];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::ReturnedPayout => "returned_payout",
            Self::Refund => "refund",
            Self::UserWithdrawal => "user_withdrawal",
            Self::FeeSweep => "fee_sweep",
            Self::TopUpReturn => "top_up_return",
            Self::PositionTransfer => "position_transfer",
        }
    }

    /// The source with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// Where alone money of this source goes. Every one leaves customers' custody.
    #[must_use]
    pub const fn destination(self) -> Destination {
        match self {
            Self::Settlement | Self::ReturnedPayout => Destination::RegisteredPayee,
            Self::Refund | Self::TopUpReturn => Destination::OriginalPayer,
            Self::UserWithdrawal => Destination::RegisteredUserAccount,
            Self::FeeSweep => Destination::OwnFunds,
            Self::PositionTransfer => Destination::OwnReserve,
        }
    }

    /// Leave to move money of this source from an account of this purpose to there.
    ///
    /// # Errors
    /// The matrix does not allow it.
    pub fn transfer(self, from: Purpose, to: Destination) -> Result<Transfer, TransferRefused> {
        let transfer = Transfer::between(from, to)?;
        if from != Purpose::Custody || to != self.destination() {
            return Err(TransferRefused::NotForThisSource);
        }
        Ok(transfer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    proptest! {
        /// The matrix of domain.md 2.2, said once more the other way round: by what is forbidden.
        #[test]
        fn nothing_leaves_but_as_the_matrix_says(
            source in select(PayoutSource::ALL.to_vec()),
            from in select(Purpose::ALL.to_vec()),
            to in select(Destination::ALL.to_vec()),
        ) {
            let leave = source.transfer(from, to);
            let own = matches!(source, PayoutSource::FeeSweep);
            let inside = matches!(source, PayoutSource::PositionTransfer);
            match to {
                Destination::UnregisteredPayee
                | Destination::OtherReserve
                | Destination::OtherOwnFunds
                | Destination::Bridge => prop_assert!(leave.is_err()),
                Destination::OwnFunds => prop_assert_eq!(leave.is_ok(), own && from == Purpose::Custody),
                Destination::OwnReserve => {
                    prop_assert_eq!(leave.is_ok(), inside && from == Purpose::Custody);
                }
                Destination::RegisteredPayee
                | Destination::OriginalPayer
                | Destination::RegisteredUserAccount => {
                    prop_assert!(leave.is_err() || (!own && !inside && from == Purpose::Custody));
                }
            }
            if let Ok(leave) = leave {
                prop_assert_eq!((leave.from(), leave.to()), (from, to));
            }
        }

        #[test]
        fn each_source_has_exactly_one_way(source in select(PayoutSource::ALL.to_vec())) {
            let ways = Purpose::ALL.into_iter().flat_map(|from| {
                Destination::ALL.into_iter().filter(move |to| source.transfer(from, *to).is_ok())
            });
            prop_assert_eq!(ways.count(), 1);
        }
    }
}
