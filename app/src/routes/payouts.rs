//! Settlement and payouts.

use domain::ids::{PayoutBatchId, PayoutId, SettlementId};

/// Settlement batches.
pub const SETTLEMENT: &str = "/settlements";
/// Payouts and their batches.
pub const PAYOUTS: &str = "/payouts";
/// Payout batches.
pub const PAYOUT_BATCHES: &str = "/payouts/batches";
/// Stop switches of sending.
pub const PAYOUT_STOPS: &str = "/payouts/stops";
/// Drafted payouts, to be put into a batch.
pub const PAYOUT_DRAFTS: &str = "/payouts/drafts";

/// One settlement batch.
#[must_use]
pub fn settlement(id: SettlementId) -> String {
    format!("{SETTLEMENT}/{id}")
}

/// One payout.
#[must_use]
pub fn payout(id: PayoutId) -> String {
    format!("{PAYOUTS}/{id}")
}

/// The payouts that were drafted from one settlement batch.
#[must_use]
pub fn payouts_of(settlement: SettlementId) -> String {
    format!("{PAYOUTS}?source={settlement}")
}

/// One payout batch.
#[must_use]
pub fn payout_batch(id: PayoutBatchId) -> String {
    format!("{PAYOUTS}/batches/{id}")
}
