//! Refunds (退款): money back to the payer, by the original route or, where that is closed, by a
//! payout to an account of theirs. Like a payout, a refund has one number from the start, and an
//! outcome that is not known is queried, never sent anew.

use crate::ids::{ApprovalId, MerchantId, OrderId, PaymentId, PayoutId, RefundId};
use crate::money::{Money, MoneyError};
use crate::payment::Contradiction;
use crate::payout::Payee;
use crate::split::proportion;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// Asked for by a colleague; waits for a second person, 待复核.
    WaitingApproval,
    /// The merchant's balance does not cover it, 待补足.
    WaitingFunds,
    /// The money is set aside; the channel will be asked, 待发送.
    Requested,
    /// The channel is being asked right now, 发送中.
    Sending,
    /// Nobody knows: ask under the same number, never send again, 状态不明.
    Unknown {
        /// What was unclear.
        reason: String,
    },
    /// The payer has it, 成功.
    Succeeded {
        /// The channel's number.
        channel_no: String,
    },
    /// The channel refused it finally; the merchant has the money back, 失败.
    Failed {
        /// Why.
        reason: String,
    },
    /// A colleague said no, 已驳回.
    Rejected {
        /// Why.
        reason: String,
    },
}

impl RefundState {
    /// How a word of the channel contradicts what is known of a refund of `amount`, if it does:
    /// `told` is the channel's number and amount, or nothing where it refuses. A refund that is on
    /// its way or not known is contradicted by another amount only.
    #[must_use]
    pub fn contradiction(
        &self,
        amount: Money,
        told: Option<(&str, Money)>,
    ) -> Option<Contradiction> {
        match (self, told) {
            (Self::Succeeded { channel_no }, Some((number, _))) if channel_no != number => {
                Some(Contradiction::SecondTrade)
            }
            (Self::Succeeded { .. } | Self::Sending | Self::Unknown { .. }, Some((_, other))) => {
                (other != amount).then_some(Contradiction::OtherAmount)
            }
            (Self::Succeeded { .. }, None) => Some(Contradiction::LateRefusal),
            (_, Some(_)) => Some(Contradiction::LateSuccess),
            (_, None) => None,
        }
    }
}

/// Something that happens to a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RefundEvent {
    /// The merchant's balance covers it: the money is set aside.
    Fund,
    /// The merchant's balance does not cover it.
    LackFunds,
    /// A second person said no, or the request was taken back or out of date.
    Reject {
        /// Why.
        reason: String,
    },
    /// The channel is about to be asked. Stored before the call.
    Send,
    /// The channel certainly did not get it: the same number may be sent again.
    NotSent,
    /// The channel did it.
    Succeed {
        /// The channel's number.
        channel_no: String,
    },
    /// The channel refused it finally.
    Fail {
        /// Why.
        reason: String,
    },
    /// The answer does not tell.
    Unclear {
        /// What was unclear.
        reason: String,
    },
}

impl RefundEvent {
    /// What it is called in a message.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fund => "funded",
            Self::LackFunds => "left waiting for funds",
            Self::Reject { .. } => "rejected",
            Self::Send => "sent",
            Self::NotSent => "taken back from sending",
            Self::Succeed { .. } => "completed",
            Self::Fail { .. } => "failed",
            Self::Unclear { .. } => "marked as unknown",
        }
    }
}

/// A refund does not allow this now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a refund that is {from} cannot be {to}")]
pub struct InvalidTransition {
    /// Stored name of the state it is in.
    pub from: &'static str,
    /// What was asked for.
    pub to: &'static str,
}

impl RefundState {
    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WaitingApproval => "waiting_approval",
            Self::WaitingFunds => "waiting_funds",
            Self::Requested => "requested",
            Self::Sending => "sending",
            Self::Unknown { .. } => "unknown",
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Rejected { .. } => "rejected",
        }
    }

    /// The state after an event. The same result twice leaves the state as it is.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn after(self, event: RefundEvent) -> Result<Self, InvalidTransition> {
        use RefundEvent as E;
        use RefundState as S;
        match (self, event) {
            (S::WaitingApproval | S::WaitingFunds, E::Fund) | (S::Sending, E::NotSent) => {
                Ok(S::Requested)
            }
            (S::WaitingApproval | S::WaitingFunds, E::LackFunds) => Ok(S::WaitingFunds),
            (S::WaitingApproval, E::Reject { reason }) => Ok(S::Rejected { reason }),
            (S::Requested, E::Send) => Ok(S::Sending),
            (S::Sending | S::Unknown { .. }, E::Succeed { channel_no }) => {
                Ok(S::Succeeded { channel_no })
            }
            (S::Succeeded { channel_no: known }, E::Succeed { channel_no })
                if known == channel_no =>
            {
                Ok(S::Succeeded { channel_no })
            }
            (S::Sending | S::Unknown { .. }, E::Fail { reason }) => Ok(S::Failed { reason }),
            (S::Sending | S::Unknown { .. }, E::Unclear { reason }) => Ok(S::Unknown { reason }),
            (state, event) => Err(InvalidTransition { from: state.name(), to: event.name() }),
        }
    }

    /// Whether the refund still counts against the payment's amount.
    #[must_use]
    pub const fn counts(&self) -> bool {
        !matches!(self, Self::Failed { .. } | Self::Rejected { .. })
    }
}

/// The stored names of the states of a refund, in the order of its life.
pub const REFUND_STATES: [&str; 8] = [
    "waiting_approval",
    "waiting_funds",
    "requested",
    "sending",
    "unknown",
    "succeeded",
    "failed",
    "rejected",
];

/// Why an amount cannot be refunded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountRefused {
    /// Nothing is asked for.
    #[error("the amount of a refund must be greater than zero")]
    NotPositive,
    /// More than is left.
    #[error("only {remaining} of this payment can still be refunded")]
    ExceedsRemaining {
        /// What is left.
        remaining: Money,
    },
    /// The arithmetic refused.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Checks a refund against what is left of its payment.
///
/// # Errors
/// Not positive, in another currency, or more than what earlier refunds left.
pub fn check_amount(paid: Money, refunded: Money, asked: Money) -> Result<(), AmountRefused> {
    let remaining = paid.checked_sub(refunded)?;
    let left = remaining.checked_sub(asked)?;
    if asked.minor() <= 0 {
        return Err(AmountRefused::NotPositive);
    }
    if left.minor() < 0 {
        return Err(AmountRefused::ExceedsRemaining { remaining });
    }
    Ok(())
}

/// How much of the fee goes back with a refund, by the cumulative rule that leaves no rounding
/// drift: fee × refunds so far (this one included) ÷ paid, less what already went back. The last
/// refund brings the remainder.
///
/// # Errors
/// Out of range.
pub fn fee_back(
    fee: Money,
    paid: Money,
    refunded_with_this: Money,
    already_back: Money,
) -> Result<Money, MoneyError> {
    proportion(fee, refunded_with_this.minor(), paid.minor())?.checked_sub(already_back)
}

/// A refund as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundSummary {
    /// Its id.
    pub id: RefundId,
    /// Our number at the channel, 商户退款单号.
    pub number: String,
    /// The merchant's number.
    pub merchant_refund_no: String,
    /// The payment refunded.
    pub payment: PaymentId,
    /// Its order.
    pub order: OrderId,
    /// The merchant.
    pub merchant: MerchantId,
    /// The merchant's name.
    pub merchant_name: String,
    /// The channel it goes back through.
    pub channel: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
}

/// A refund, whole, with links along its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDetail {
    /// What the list shows.
    pub summary: RefundSummary,
    /// Why it was asked for.
    pub reason: String,
    /// Our number of the payment at the channel.
    pub payment_number: String,
    /// What the payer paid.
    pub paid: Money,
    /// The account the money was taken from, `2241.02` or `2241.03`.
    pub taken_from: Option<String>,
    /// What of the fee the merchant got back.
    pub fee_back: Money,
    /// Where it is paid to, when it cannot go back through the channel, and the payout that carries
    /// it, once it is drafted.
    pub paid_to: Option<(Payee, Option<(PayoutId, String)>)>,
    /// The decision about it, when a colleague asked for it.
    pub approval: Option<ApprovalId>,
    /// When the channel did it.
    pub event_time: Option<OffsetDateTime>,
    /// The day the channel clears it on.
    pub clearing_date: Option<crate::date::BusinessDate>,
    /// The day it is booked on.
    pub accounting_date: Option<crate::date::BusinessDate>,
}

/// What is asked for when a refund is requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequest {
    /// The payment to refund.
    pub payment: PaymentId,
    /// The merchant's number of the refund; the same number again is the same refund.
    pub merchant_refund_no: String,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

/// A refund as reconciliation needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFact {
    /// The refund.
    pub refund: RefundId,
    /// The payment it refunds.
    pub payment: PaymentId,
    /// Its order.
    pub order: OrderId,
    /// The merchant.
    pub merchant: MerchantId,
    /// Our number at the channel.
    pub number: String,
    /// Our number of the payment at the channel.
    pub payment_number: String,
    /// The merchant's number.
    pub merchant_refund_no: String,
    /// The channel's number.
    pub channel_no: Option<String>,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
}

/// Which refunds are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundFilter {
    /// Stored name of a state.
    pub state: Option<String>,
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
    /// Of this payment.
    pub payment: Option<PaymentId>,
    /// Our number or the merchant's begins like this.
    pub number: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events() -> [RefundEvent; 8] {
        let text = || "text".to_owned();
        [
            RefundEvent::Fund,
            RefundEvent::LackFunds,
            RefundEvent::Reject { reason: text() },
            RefundEvent::Send,
            RefundEvent::NotSent,
            RefundEvent::Succeed { channel_no: text() },
            RefundEvent::Fail { reason: text() },
            RefundEvent::Unclear { reason: text() },
        ]
    }

    fn states() -> [RefundState; 8] {
        let text = || "text".to_owned();
        [
            RefundState::WaitingApproval,
            RefundState::WaitingFunds,
            RefundState::Requested,
            RefundState::Sending,
            RefundState::Unknown { reason: text() },
            RefundState::Succeeded { channel_no: text() },
            RefundState::Failed { reason: text() },
            RefundState::Rejected { reason: text() },
        ]
    }

    #[test]
    fn exactly_these_transitions_are_allowed() {
        let allowed = [
            ("waiting_approval", "funded"),
            ("waiting_approval", "left waiting for funds"),
            ("waiting_approval", "rejected"),
            ("waiting_funds", "funded"),
            ("waiting_funds", "left waiting for funds"),
            ("requested", "sent"),
            ("sending", "taken back from sending"),
            ("sending", "completed"),
            ("sending", "failed"),
            ("sending", "marked as unknown"),
            ("unknown", "completed"),
            ("unknown", "failed"),
            ("unknown", "marked as unknown"),
            ("succeeded", "completed"),
        ];
        for state in states() {
            for event in events() {
                let pair = (state.name(), event.name());
                let after = state.clone().after(event);
                assert_eq!(after.is_ok(), allowed.contains(&pair), "{pair:?}: {after:?}");
            }
        }
        assert_eq!(states().map(|state| state.name()), REFUND_STATES);
    }

    #[test]
    fn no_more_goes_back_than_was_paid() {
        let (paid, before) = (Money::cny(10_000), Money::cny(4_000));
        assert_eq!(check_amount(paid, before, Money::cny(6_000)), Ok(()));
        let refused = check_amount(paid, before, Money::cny(6_001)).unwrap_err();
        assert_eq!(refused.to_string(), "only 60.00 CNY of this payment can still be refunded");
        let refused = check_amount(paid, before, Money::cny(0));
        assert_eq!(refused, Err(AmountRefused::NotPositive));
        let dollars = Money::new(1, crate::money::Currency::Usd);
        assert!(check_amount(paid, before, dollars).is_err());
    }

    proptest! {
        #[test]
        fn an_unknown_refund_is_never_sent_again_and_succeeds_at_most_once(
            picks in prop::collection::vec(0..8_usize, 0..60)
        ) {
            let mut state = RefundState::WaitingFunds;
            let (mut unknown, mut successes) = (false, 0);
            for pick in picks {
                let event = events()[pick].clone();
                let Ok(after) = state.clone().after(event.clone()) else { continue };
                prop_assert!(!(unknown && event == RefundEvent::Send));
                unknown |= matches!(after, RefundState::Unknown { .. });
                if matches!(after, RefundState::Succeeded { .. }) && after != state {
                    successes += 1;
                }
                state = after;
            }
            prop_assert!(successes <= 1);
        }

        #[test]
        fn the_whole_fee_is_back_when_the_whole_payment_is(
            fee in 0..1_000_i64,
            parts in prop::collection::vec(1..5_000_i64, 1..6),
        ) {
            let paid = Money::cny(parts.iter().sum());
            let (mut refunded, mut back) = (0, 0);
            for part in parts {
                refunded += part;
                let now = fee_back(
                    Money::cny(fee), paid, Money::cny(refunded), Money::cny(back),
                ).unwrap();
                prop_assert!(now.minor() >= 0);
                back += now.minor();
            }
            prop_assert_eq!(back, fee);
        }
    }
}
