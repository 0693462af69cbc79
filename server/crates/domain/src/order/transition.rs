//! Changes of state (状态流转) of an order, its payment and its refunds, as they are written down.

use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Whose state changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The order.
    Order,
    /// Its payment.
    Payment,
    /// One of its refunds.
    Refund,
}
named!(Subject { Order = "order", Payment = "payment", Refund = "refund" });

/// What made a state change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The merchant asked for it.
    Request,
    /// CRM or the routing refused.
    Refusal,
    /// It was handed to the bank front.
    Sending,
    /// The channel's answer to our request, or the lack of one.
    Answer,
    /// The channel's answer to our question.
    Query,
    /// The channel told by itself.
    Callback,
    /// The channel's bill proves it.
    Bill,
    /// A worker stopped half-way.
    Interruption,
    /// The channel could not be reached.
    Unreachable,
    /// A second person decided.
    Decision,
    /// The merchant's balance was looked at.
    Funding,
    /// It follows from its payment or refund.
    Consequence,
    /// It came with an order book.
    Import,
}
named!(Cause {
    Request = "request",
    Refusal = "refusal",
    Sending = "sending",
    Answer = "answer",
    Query = "query",
    Callback = "callback",
    Bill = "bill",
    Interruption = "interruption",
    Unreachable = "unreachable",
    Decision = "decision",
    Funding = "funding",
    Consequence = "consequence",
    Import = "import",
});

/// A change of state, as it was written down with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitionRecord {
    /// Whose.
    pub subject: Subject,
    /// Which one.
    pub subject_id: Uuid,
    /// When.
    pub at: OffsetDateTime,
    /// By whom: a member of staff, or a part of the system.
    pub actor: String,
    /// Why.
    pub cause: Cause,
    /// Stored name of the state before.
    pub from: String,
    /// Stored name of the state after.
    pub to: String,
    /// The request it belongs to.
    pub request_id: String,
}
