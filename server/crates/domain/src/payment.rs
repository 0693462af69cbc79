//! Payments (支付单): the payment gateway's attempt to collect an order's amount. Not knowing the
//! outcome is a state of its own, left only by evidence.

mod contradiction;
mod view;

pub use contradiction::Contradiction;
pub use view::{
    BillLineLink, ErrorItemLink, JournalLink, PaymentDetail, PaymentFilter, PaymentSummary,
    PayoutLink, RefundLink, SettlementLink,
};

use crate::date::BusinessDate;
use crate::ids::{MerchantId, OrderId, PaymentId, SettlementId, UserId};
use crate::merchant::named;
use crate::money::{Money, MoneyError};
use crate::product::Product;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What proves that a channel collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// The channel's own number, 渠道流水号.
    pub channel_no: String,
    /// When it happened, by the channel's clock.
    pub event_time: OffsetDateTime,
    /// The day the channel clears it on, 清算日.
    pub clearing_date: BusinessDate,
    /// The day it is booked on, 会计日.
    pub accounting_date: BusinessDate,
}

/// Where a payment stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum PaymentState {
    /// Routed; certainly not at the channel yet.
    Created,
    /// Handed to the bank front; no answer was written down yet.
    Sending,
    /// The channel may have it: it is asked, with the same number, until it is known.
    Unknown {
        /// Why it is not known.
        reason: String,
    },
    /// Collected.
    Succeeded(Success),
    /// Certainly not collected.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The name of a state, for lists and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Not at the channel yet.
    Created,
    /// On its way.
    Sending,
    /// Not known.
    Unknown,
    /// Collected.
    Succeeded,
    /// Not collected.
    Failed,
}
named!(PaymentStatus {
    Created = "created",
    Sending = "sending",
    Unknown = "unknown",
    Succeeded = "succeeded",
    Failed = "failed",
});

/// What a channel said about a payment, or that it said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It collected.
    Done {
        /// Its own number.
        channel_no: String,
        /// What it says it collected.
        amount: Money,
        /// When.
        at: OffsetDateTime,
        /// The day it clears it on.
        clearing_date: BusinessDate,
    },
    /// It refused, finally.
    Declined {
        /// Its code and text.
        reason: String,
    },
    /// It is not finished.
    Processing,
    /// It does not know the number: no proof of failure yet.
    NotFound,
    /// The request certainly did not arrive.
    NotSent,
    /// It may have arrived; the answer was missing or made no sense.
    Unclear(String),
}

/// What was asked of a payment that its state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {from} cannot be {event}")]
pub struct InvalidTransition {
    /// Name of the state it is in.
    pub from: &'static str,
    /// What was asked.
    pub event: &'static str,
}

/// Whose balance a top-up (充值) raises. What is not a top-up is a sale, and settled later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopUp {
    /// The merchant's own, 2241.03.
    Merchant,
    /// A user's, 2241.01.
    User(UserId),
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The order it pays.
    pub order: OrderId,
    /// The merchant.
    pub merchant: MerchantId,
    /// How it is paid.
    pub product: Product,
    /// Whose balance it raises, if it is a top-up.
    pub top_up: Option<TopUp>,
    /// What is paid.
    pub amount: Money,
    /// The channel routing chose; none when no channel could take it.
    pub channel: Option<String>,
    /// How the payer pays, as the channel calls it.
    pub method: Option<String>,
    /// Our number at the channel, 商户订单号. Made before the first try, never changed.
    pub number: String,
    /// What the merchant pays for it.
    pub fee: Money,
    /// What the channel charges us for it.
    pub cost: Money,
    /// What refunds took or hold of it.
    pub refunded: Money,
    /// The settlement it went into.
    pub settlement: Option<SettlementId>,
    /// Where it stands.
    pub state: PaymentState,
    /// When it was opened.
    pub created_at: OffsetDateTime,
}

impl PaymentState {
    /// The name of the state.
    #[must_use]
    pub const fn status(&self) -> PaymentStatus {
        match self {
            Self::Created => PaymentStatus::Created,
            Self::Sending => PaymentStatus::Sending,
            Self::Unknown { .. } => PaymentStatus::Unknown,
            Self::Succeeded(_) => PaymentStatus::Succeeded,
            Self::Failed { .. } => PaymentStatus::Failed,
        }
    }

    const fn refuse(&self, event: &'static str) -> InvalidTransition {
        InvalidTransition { from: self.status().name(), event }
    }
}

impl Payment {
    /// What proves the success, if it succeeded.
    #[must_use]
    pub const fn success(&self) -> Option<&Success> {
        match &self.state {
            PaymentState::Succeeded(success) => Some(success),
            _ => None,
        }
    }

    /// Hands it to the bank front. Only a payment that is certainly not at the channel may go.
    ///
    /// # Errors
    /// It may be there already, or it is decided.
    pub fn send(self) -> Result<Self, InvalidTransition> {
        match self.state {
            PaymentState::Created => Ok(Self { state: PaymentState::Sending, ..self }),
            other => Err(other.refuse("sent")),
        }
    }

    /// Takes in what the channel said, to a request or a query. A repeated word changes nothing.
    ///
    /// # Errors
    /// It contradicts what is already certain: that takes the channel's bill and a person.
    pub fn hear(self, reply: &Reply, today: BusinessDate) -> Result<Self, InvalidTransition> {
        match (&self.state, reply) {
            (PaymentState::Succeeded(known), Reply::Done { channel_no, amount, .. })
                if known.channel_no == *channel_no && *amount == self.amount =>
            {
                Ok(self)
            }
            (PaymentState::Failed { .. }, Reply::Declined { .. }) => Ok(self),
            (PaymentState::Sending | PaymentState::Unknown { .. }, _) => {
                let state = self.understand(reply, today);
                Ok(Self { state, ..self })
            }
            (state, _) => Err(state.refuse("changed by this answer of the channel")),
        }
    }

    /// Takes in the proof of the channel's bill (补单): whatever we thought, it collected.
    ///
    /// # Errors
    /// It succeeded before, as another trade of the channel, or it was never routed.
    pub fn prove(self, success: Success) -> Result<Self, InvalidTransition> {
        match &self.state {
            PaymentState::Succeeded(known) if known.channel_no == success.channel_no => Ok(self),
            PaymentState::Succeeded(_) => Err(self.state.refuse("proven to be another trade")),
            _ if self.channel.is_none() => Err(self.state.refuse("proven without a channel")),
            _ => Ok(Self { state: PaymentState::Succeeded(success), ..self }),
        }
    }

    /// Gives it up: it is certain that no channel has it.
    ///
    /// # Errors
    /// It is not certain, or it succeeded.
    pub fn abandon(self, reason: &str) -> Result<Self, InvalidTransition> {
        match self.state {
            PaymentState::Created => {
                let state = PaymentState::Failed { reason: reason.to_owned() };
                Ok(Self { state, ..self })
            }
            PaymentState::Failed { .. } => Ok(self),
            other => Err(other.refuse("given up")),
        }
    }

    /// Closes it although its outcome is not known (关闭). The channel may still collect: what it
    /// says later is a difference to be resolved, never a success by itself.
    ///
    /// # Errors
    /// It is on its way right now, or it is decided.
    pub fn close(self, reason: &str) -> Result<Self, InvalidTransition> {
        match self.state {
            PaymentState::Created | PaymentState::Unknown { .. } => {
                let state = PaymentState::Failed { reason: reason.to_owned() };
                Ok(Self { state, ..self })
            }
            other => Err(other.refuse("closed")),
        }
    }

    /// What can still be refunded.
    ///
    /// # Errors
    /// Out of range.
    pub fn refundable(&self) -> Result<Money, MoneyError> {
        self.amount.checked_sub(self.refunded)
    }

    fn understand(&self, reply: &Reply, today: BusinessDate) -> PaymentState {
        let unknown = |reason: String| PaymentState::Unknown { reason };
        match reply {
            Reply::Done { amount, .. } if *amount != self.amount => unknown(format!(
                "the channel says it collected {amount} instead of {}: its bill decides",
                self.amount
            )),
            Reply::Done { channel_no, .. } if channel_no.trim().is_empty() => {
                unknown("the channel says it collected but gives no number of its own".to_owned())
            }
            Reply::Done { channel_no, at, clearing_date, .. } => PaymentState::Succeeded(Success {
                channel_no: channel_no.clone(),
                event_time: *at,
                clearing_date: *clearing_date,
                accounting_date: today,
            }),
            Reply::Declined { reason } => PaymentState::Failed { reason: reason.clone() },
            Reply::Processing => unknown("the channel has not finished".to_owned()),
            Reply::NotFound => {
                unknown("the channel does not know the number: its bill decides".to_owned())
            }
            Reply::Unclear(reason) => unknown(reason.clone()),
            // A request that did not arrive may be sent again; a query that did not arrive has
            // told nothing.
            Reply::NotSent => match &self.state {
                PaymentState::Sending => PaymentState::Created,
                other => other.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests;
