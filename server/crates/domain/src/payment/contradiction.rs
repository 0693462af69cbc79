//! What a channel says against what is certain: never believed by itself, never lost either.

use super::{Payment, PaymentState, Reply};
use crate::merchant::named;
use serde::{Deserialize, Serialize};

/// How the channel's word contradicts a payment's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// It collected what had failed, was closed, or was never sent.
    LateSuccess,
    /// It collected another time, as another trade.
    SecondTrade,
    /// It collected another amount than the one it told before, or than the one asked for.
    OtherAmount,
    /// It refuses what it had collected.
    LateRefusal,
}
named!(Contradiction {
    LateSuccess = "late_success",
    SecondTrade = "second_trade",
    OtherAmount = "other_amount",
    LateRefusal = "late_refusal",
});

impl Payment {
    /// How a word of the channel contradicts what is certain, if it does. What it says to a payment
    /// that is on its way or not known contradicts nothing.
    #[must_use]
    pub fn contradiction(&self, reply: &Reply) -> Option<Contradiction> {
        match (&self.state, reply) {
            (PaymentState::Sending | PaymentState::Unknown { .. }, _) => None,
            (PaymentState::Succeeded(known), Reply::Done { channel_no, amount, .. }) => {
                if known.channel_no != *channel_no {
                    Some(Contradiction::SecondTrade)
                } else if *amount == self.amount {
                    None
                } else {
                    Some(Contradiction::OtherAmount)
                }
            }
            (PaymentState::Succeeded(_), Reply::Declined { .. }) => {
                Some(Contradiction::LateRefusal)
            }
            (PaymentState::Created | PaymentState::Failed { .. }, Reply::Done { amount, .. }) => {
                let same = *amount == self.amount;
                Some(if same { Contradiction::LateSuccess } else { Contradiction::OtherAmount })
            }
            _ => None,
        }
    }
}
