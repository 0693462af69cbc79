//! Settlement and payouts.

use domain::ids::{PayoutBatchId, PayoutFileId, PayoutId, SettlementId};

/// Settlement batches.
pub const SETTLEMENT: &str = "/settlements";
/// Payouts and their batches.
pub const PAYOUTS: &str = "/payouts";
/// Payout batches.
pub const PAYOUT_BATCHES: &str = "/payouts/batches";
/// Stop switches of sending.
pub const PAYOUT_STOPS: &str = "/payouts/stops";
/// Payout files, and how payouts leave each account.
pub const PAYOUT_FILES: &str = "/payouts/files";
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

/// One payout file.
#[must_use]
pub fn payout_file(id: PayoutFileId) -> String {
    format!("{PAYOUT_FILES}/{id}")
}

/// The bytes of a payout file, to be taken to the bank.
#[must_use]
pub fn payout_file_download(id: PayoutFileId) -> String {
    format!("/download/payout-files/{id}")
}

/// The signature of a payout file.
#[must_use]
pub fn payout_file_signature(id: PayoutFileId) -> String {
    format!("/download/payout-files/{id}/signature")
}
