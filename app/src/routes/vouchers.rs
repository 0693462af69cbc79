//! Vouchers for the general ledger (用友).

use domain::date::{BusinessDate, Month};
use domain::ids::VoucherId;

/// Vouchers.
pub const VOUCHERS: &str = "/vouchers";
/// Which account of the general ledger stands for each of ours.
pub const VOUCHER_ACCOUNTS: &str = "/vouchers/accounts";
/// Tax on fees and closed months of vouchers.
pub const VOUCHER_RULES: &str = "/vouchers/rules";
/// Our trial balance beside that of the general ledger.
pub const VOUCHER_COMPARISON: &str = "/vouchers/comparison";

/// The vouchers of a day.
#[must_use]
pub fn voucher_day(day: BusinessDate) -> String {
    format!("{VOUCHERS}/days/{day}")
}

/// An exported file of a day's vouchers; an answer of the server, not a screen.
#[must_use]
pub fn voucher_file(day: BusinessDate, version: i32) -> String {
    format!("/download/vouchers/{day}/{version}")
}

/// Takes what the general ledger's import tool answered.
#[must_use]
pub fn upload_voucher_results(day: BusinessDate) -> String {
    format!("/upload/voucher-results/{day}")
}

/// Takes the general ledger's own trial balance of a month.
#[must_use]
pub fn upload_erp_balance(period: Month) -> String {
    format!("/upload/erp-balance/{period}")
}

/// Our trial balance of a month beside that of the general ledger.
#[must_use]
pub fn voucher_comparison(period: Month) -> String {
    format!("{VOUCHER_COMPARISON}?period={period}")
}

/// One voucher.
#[must_use]
pub fn voucher(id: VoucherId) -> String {
    format!("{VOUCHERS}/{id}")
}
