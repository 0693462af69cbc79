//! A payment as screens show it: the summary, and the whole path with links to every system.

use super::{Payment, PaymentStatus};
use crate::date::BusinessDate;
use crate::ids::{
    BillLineId, ErrorItemId, FileId, JournalId, MerchantId, PayoutId, RefundId, SettlementId,
};
use crate::limits::Structuring;
use crate::money::Money;
use crate::order::{HopRecord, Order, TransitionRecord};
use crate::product::Product;
use crate::routing::RoutingDecision;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A payment as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSummary {
    /// The payment.
    pub payment: Payment,
    /// The merchant's name.
    pub merchant_name: String,
    /// The merchant's number of the order.
    pub merchant_order_no: String,
    /// Set when this and earlier payments of the payer look cut to stay below a limit, 拆单.
    pub structuring: Option<Structuring>,
}

/// Which payments are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFilter {
    /// Any identifier: ours, the merchant's, the channel's, a journal key's id.
    pub text: Option<String>,
    /// In this state only.
    pub status: Option<PaymentStatus>,
    /// Over this channel only.
    pub channel: Option<String>,
    /// With this product only.
    pub product: Option<Product>,
    /// Of this merchant only.
    pub merchant: Option<MerchantId>,
    /// Cleared by the channel on this day only.
    pub clearing_date: Option<BusinessDate>,
}

/// A journal that books something about the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLink {
    /// The journal.
    pub id: JournalId,
    /// Number of the journal entry, 1 to 27.
    pub entry_number: i16,
    /// Its name.
    pub entry_name: String,
    /// The day it is booked on.
    pub accounting_date: BusinessDate,
    /// Sum of its lines.
    pub amount: Money,
}

/// The row of a channel's bill that is about the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLineLink {
    /// The row.
    pub id: BillLineId,
    /// Its file.
    pub file: FileId,
    /// The file's name.
    pub file_name: String,
    /// Line of the file, from 1.
    pub line: i64,
    /// What the channel says was paid.
    pub gross: Money,
    /// The day the channel clears it on.
    pub clearing_date: BusinessDate,
}

/// A refund of the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLink {
    /// The refund.
    pub id: RefundId,
    /// The merchant's number of it.
    pub merchant_refund_no: String,
    /// What goes back.
    pub amount: Money,
    /// Stored name of where it stands.
    pub state: String,
}

/// The settlement the payment went into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLink {
    /// The settlement.
    pub id: SettlementId,
    /// The clearing date it settles.
    pub clearing_date: BusinessDate,
    /// When it was due.
    pub due_date: BusinessDate,
}

/// A payout that carries the payment's money on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutLink {
    /// The payout.
    pub id: PayoutId,
    /// Its end-to-end number.
    pub number: String,
    /// What is paid out, with other payments' money.
    pub amount: Money,
    /// Stored name of where it stands.
    pub state: String,
}

/// An error item about the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItemLink {
    /// The item.
    pub id: ErrorItemId,
    /// Its number.
    pub number: String,
    /// Stored name of its cause.
    pub cause: String,
    /// Stored name of where it stands.
    pub state: String,
}

/// A payment, whole: its path through the systems, down to the bill and the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetail {
    /// What the list shows.
    pub summary: PaymentSummary,
    /// The order it pays.
    pub order: Order,
    /// The seller's name, for platform orders.
    pub seller_name: Option<String>,
    /// How the channel was chosen.
    pub routing: RoutingDecision,
    /// When its state last changed.
    pub updated_at: OffsetDateTime,
    /// The order's way through the systems.
    pub hops: Vec<HopRecord>,
    /// Every change of state of the order, the payment and its refunds.
    pub transitions: Vec<TransitionRecord>,
    /// What was booked about it.
    pub journals: Vec<JournalLink>,
    /// What the channel's bills say about it.
    pub bill_lines: Vec<BillLineLink>,
    /// What went back.
    pub refunds: Vec<RefundLink>,
    /// Where it was settled.
    pub settlement: Option<SettlementLink>,
    /// How the money left.
    pub payouts: Vec<PayoutLink>,
    /// Differences found about it.
    pub error_items: Vec<ErrorItemLink>,
}
