//! The site map: links to screens are made here and nowhere else. Each area adds its own functions
//! and its paths stand beside them.

mod error_items;
pub use error_items::*;

use domain::date::{BusinessDate, Month};
use domain::ids::{
    AccountId, AdjustmentId, ApprovalId, ArrivalId, BillLineId, BooksCheckId, FileId, HoldId,
    JournalId, MerchantId, NotificationId, OrderId, PaymentId, PayoutBatchId, PayoutId,
    ReconciliationId, RefundId, ReserveAccountId, ReserveDocumentId, SettlementId, StaffId,
    StatementLineId, VoucherId,
};
use std::fmt::Display;

/// The home page: where the day stands.
pub const HOME: &str = "/";
/// The requests that wait for a second person.
pub const APPROVALS: &str = "/approvals";
/// Requests to be decided together; they stand in the address as `ids`.
pub const APPROVALS_TOGETHER: &str = "/approvals/together";
/// The approval rules and levels.
pub const APPROVAL_RULES: &str = "/approvals/rules";
/// Rights lent for an absence.
pub const STAND_INS: &str = "/approvals/stand-ins";
/// One's own second factor.
pub const SECOND_FACTOR: &str = "/second-factor";
/// Who did what.
pub const AUDIT: &str = "/audit";
/// Background work.
pub const JOBS: &str = "/jobs";
/// Members of staff.
pub const STAFF: &str = "/staff";
/// Payments.
pub const PAYMENTS: &str = "/payments";
/// Refunds.
pub const REFUNDS: &str = "/refunds";
/// What merchants' systems were told.
pub const NOTIFICATIONS: &str = "/notifications";
/// Where merchants' systems are told.
pub const NOTIFICATION_ADDRESSES: &str = "/notifications/addresses";
/// Merchants.
pub const MERCHANTS: &str = "/merchants";
/// Orders and order books.
pub const ORDERS: &str = "/orders";
/// Channels and routes.
pub const CHANNELS: &str = "/channels";
/// Routing rules.
pub const ROUTING: &str = "/routing";
/// Where would this payment go, and why.
pub const ROUTING_ASK: &str = "/routing/ask";
/// Limits of payers.
pub const LIMITS: &str = "/limits";
/// What an identifier belongs to; it stands in the address as `text`.
pub const SEARCH: &str = "/search";
/// Reconciliation runs.
pub const RECONCILIATION: &str = "/reconciliation";
/// The matrix of day, channel and kind.
pub const RECONCILIATION_HOME: &str = "/reconciliation/home";
/// The rules of matching.
pub const MATCHING_RULES: &str = "/reconciliation/rules";
/// The rules of matching tried on past days.
pub const TRY_MATCHING_RULES: &str = "/reconciliation/rules/try";
/// The form to start a reconciliation.
pub const NEW_RECONCILIATION: &str = "/reconciliation/new";
/// Imported files.
pub const FILES: &str = "/files";
/// The forms that bring in a file.
pub const IMPORT_FILE: &str = "/files/import";
/// Files as they came in.
pub const ARRIVALS: &str = "/files/arrivals";
/// Formats of bills set up by staff.
pub const FILE_FORMATS: &str = "/files/formats";
/// Where a file is uploaded to.
pub const UPLOAD_FILE: &str = "/upload/files";
/// The chart of accounts with balances.
pub const ACCOUNTS: &str = "/accounts";
/// Accounts, to be filtered.
pub const ACCOUNT_LIST: &str = "/accounts/list";
/// The trial balance of a day.
pub const TRIAL_BALANCE: &str = "/accounts/trial-balance";
/// What explains the accounts in transit.
pub const OPEN_ITEMS: &str = "/accounts/in-transit";
/// The checks of the books.
pub const BOOKS_CHECKS: &str = "/accounts/invariants";
/// The journal.
pub const JOURNALS: &str = "/journals";
/// Manual adjustments.
pub const ADJUSTMENTS: &str = "/adjustments";
/// The form to propose an adjustment.
pub const ADJUSTMENT_NEW: &str = "/adjustments/new";
/// Holds on merchants' balances.
pub const HOLDS: &str = "/holds";
/// The form to ask for a hold.
pub const HOLD_NEW: &str = "/holds/new";
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
/// Reserve accounts and the cover check.
pub const RESERVE: &str = "/reserve";
/// The regulator's monthly tables of the reserve.
pub const RESERVE_TABLES: &str = "/reserve/tables";
/// Unreached items.
pub const RESERVE_UNREACHED: &str = "/reserve/unreached";
/// Signed evenings.
pub const RESERVE_PROOFS: &str = "/reserve/proofs";
/// Documents that move the reserve itself.
pub const RESERVE_DOCUMENTS: &str = "/reserve/documents";
/// The form to propose such a document.
pub const RESERVE_DOCUMENT_NEW: &str = "/reserve/documents/new";
/// Quotas at clearing houses.
pub const RESERVE_QUOTAS: &str = "/reserve/quotas";
/// The forecast of cash.
pub const RESERVE_FORECAST: &str = "/reserve/forecast";
/// Gaps of the reserve.
pub const RESERVE_INCIDENTS: &str = "/reserve/incidents";
/// Imported bank statements.
pub const STATEMENT_FILES: &str = "/files?kind=statement";
/// Vouchers.
pub const VOUCHERS: &str = "/vouchers";
/// Which account of the general ledger stands for each of ours.
pub const VOUCHER_ACCOUNTS: &str = "/vouchers/accounts";
/// Tax on fees and closed months of vouchers.
pub const VOUCHER_RULES: &str = "/vouchers/rules";
/// Our trial balance beside that of the general ledger.
pub const VOUCHER_COMPARISON: &str = "/vouchers/comparison";
/// The payment funnel.
pub const FUNNEL: &str = "/funnel";

/// The home page of a day, like `2026-03-31`.
#[must_use]
pub fn day(day: &str) -> String {
    format!("{HOME}?day={day}")
}

/// One request for approval.
#[must_use]
pub fn approval(id: ApprovalId) -> String {
    format!("{APPROVALS}/{id}")
}

/// What became of requests that were decided together.
#[must_use]
pub fn approvals_decided(ids: &[ApprovalId]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    format!("{APPROVALS_TOGETHER}?decided=1&ids={}", ids.join(","))
}

/// One member of staff.
#[must_use]
pub fn member(id: StaffId) -> String {
    format!("{STAFF}/{id}")
}

/// One payment, with its whole path.
#[must_use]
pub fn payment(id: PaymentId) -> String {
    format!("{PAYMENTS}/{id}")
}

/// One notification.
#[must_use]
pub fn notification(id: NotificationId) -> String {
    format!("{NOTIFICATIONS}/{id}")
}

/// The notifications about a payment, a refund or an order.
#[must_use]
pub fn notifications_of(id: &str) -> String {
    format!("{NOTIFICATIONS}?q={id}")
}

/// One refund.
#[must_use]
pub fn refund(id: RefundId) -> String {
    format!("{REFUNDS}/{id}")
}

/// One merchant.
#[must_use]
pub fn merchant(id: MerchantId) -> String {
    format!("{MERCHANTS}/{id}")
}

/// One order.
#[must_use]
pub fn order(id: OrderId) -> String {
    format!("{ORDERS}/{id}")
}

/// One reconciliation run.
#[must_use]
pub fn reconciliation(id: ReconciliationId) -> String {
    format!("{RECONCILIATION}/{id}")
}

/// One reconciliation run with one part of its differences.
#[must_use]
pub fn reconciliation_shown(id: ReconciliationId, shown: &str) -> String {
    format!("{RECONCILIATION}/{id}?shown={shown}")
}

/// Other rules of matching for a channel.
#[must_use]
pub fn try_matching_rules(channel: &str) -> String {
    format!("{TRY_MATCHING_RULES}?channel={channel}")
}

/// The open error items of a kind and day.
#[must_use]
pub fn error_items_of(leg: &str, day: BusinessDate) -> String {
    format!("{ERROR_ITEMS}?leg={leg}&day={day}")
}

/// One imported file.
#[must_use]
pub fn file(id: FileId) -> String {
    format!("{FILES}/{id}")
}

/// A file as it came in.
#[must_use]
pub fn arrival(id: ArrivalId) -> String {
    format!("{ARRIVALS}/{id}")
}

/// A row of a channel's bill, in its file.
#[must_use]
pub fn bill_line(id: BillLineId) -> String {
    format!("{FILES}/lines/{id}")
}

/// A line of a bank statement, in its file.
#[must_use]
pub fn statement_line(id: StatementLineId) -> String {
    format!("{FILES}/lines/{id}")
}

/// One account with its statement.
#[must_use]
pub fn account(id: AccountId) -> String {
    format!("{ACCOUNTS}/{id}")
}

/// The accounts of a chart code, and of everything below it.
#[must_use]
pub fn accounts_of(code: &str) -> String {
    format!("{ACCOUNT_LIST}?code={code}")
}

/// One line of the chart.
#[must_use]
pub fn chart_line(code: &str) -> String {
    format!("{ACCOUNTS}/chart/{code}")
}

/// One check of the books.
#[must_use]
pub fn books_check(id: BooksCheckId) -> String {
    format!("{BOOKS_CHECKS}/{id}")
}

/// A part of the books as a file, with the filter of the screen; an answer of the server, not a
/// screen.
#[must_use]
pub fn books_file(part: &str, query: &[(&str, Option<String>)]) -> String {
    let pairs = query.iter().filter_map(|(name, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty())?;
        Some(format!("{name}={value}"))
    });
    let pairs: Vec<String> = pairs.collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    format!("/download/books/{part}.csv{mark}{}", pairs.join("&"))
}

/// The journals of one document.
#[must_use]
pub fn journals_of(kind: &str, id: impl Display) -> String {
    format!("{JOURNALS}?kind={kind}&id={id}")
}

/// One journal.
#[must_use]
pub fn journal(id: JournalId) -> String {
    format!("{JOURNALS}/{id}")
}

/// One adjustment document.
#[must_use]
pub fn adjustment(id: AdjustmentId) -> String {
    format!("{ADJUSTMENTS}/{id}")
}

/// One hold.
#[must_use]
pub fn hold(id: HoldId) -> String {
    format!("{HOLDS}/{id}")
}

/// The holds of the merchant with this number.
#[must_use]
pub fn holds_of(merchant_code: &str) -> String {
    format!("{HOLDS}?merchant={merchant_code}")
}

/// The form to ask for a hold of the merchant with this number.
#[must_use]
pub fn hold_new(merchant_code: &str) -> String {
    format!("{HOLD_NEW}?merchant={merchant_code}")
}

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

/// One bank account of the institution.
#[must_use]
pub fn reserve_account(id: ReserveAccountId) -> String {
    format!("{RESERVE}/{id}")
}

/// One document that moves the reserve.
#[must_use]
pub fn reserve_document(id: ReserveDocumentId) -> String {
    format!("{RESERVE_DOCUMENTS}/{id}")
}

/// The documents of one kind.
#[must_use]
pub fn reserve_documents_of(kind: &str) -> String {
    format!("{RESERVE_DOCUMENTS}?kind={kind}")
}

/// The proof of an evening.
#[must_use]
pub fn reserve_proof(day: BusinessDate) -> String {
    format!("{RESERVE_PROOFS}/{day}")
}

/// The month's tables as a spreadsheet; an answer of the server, not a screen.
#[must_use]
pub fn reserve_tables_file(month: Option<&str>) -> String {
    let month = month.map(|month| format!("?date={month}")).unwrap_or_default();
    format!("/download/reserve/tables.xlsx{month}")
}

/// The journals of an accounting day.
#[must_use]
pub fn journals_on(day: BusinessDate) -> String {
    format!("{JOURNALS}?from={day}&to={day}")
}

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

/// One payout batch.
#[must_use]
pub fn payout_batch(id: PayoutBatchId) -> String {
    format!("{PAYOUTS}/batches/{id}")
}

/// One channel.
#[must_use]
pub fn channel(code: &str) -> String {
    format!("{CHANNELS}/{code}")
}

/// The routing rules with the form that changes one.
#[must_use]
pub fn routing_rule(name: &str) -> String {
    let mut query = leptos_router::params::ParamsMap::new();
    query.insert("rule", name.to_owned());
    format!("{ROUTING}{}", query.to_query_string())
}

/// The limits with the form that changes those of one class.
#[must_use]
pub fn limits_of(account: &str, class: &str) -> String {
    format!("{LIMITS}?account={account}&class={class}")
}

/// The document a journal was posted for, by its kind and id; `None` when no screen shows it.
#[must_use]
pub fn source(kind: &str, id: &str) -> Option<String> {
    let list = match kind {
        "payment" => PAYMENTS,
        "refund" => REFUNDS,
        "payout" => PAYOUTS,
        "settlement" => SETTLEMENT,
        "error_item" => ERROR_ITEMS,
        "adjustment" => ADJUSTMENTS,
        "reserve_document" => RESERVE_DOCUMENTS,
        "hold" => HOLDS,
        "channel_settlement" => RECONCILIATION,
        _ => return None,
    };
    Some(format!("{list}/{id}"))
}

/// The payments of the merchant with this number.
#[must_use]
pub fn payments_of(merchant_code: &str) -> String {
    format!("{PAYMENTS}?merchant={merchant_code}")
}

/// The orders of the merchant with this number.
#[must_use]
pub fn orders_of(merchant_code: &str) -> String {
    format!("{ORDERS}?merchant={merchant_code}")
}

/// The imported order books.
#[must_use]
pub fn order_imports() -> String {
    format!("{ORDERS}?view=imports")
}

/// The imported order books, with the one that just came.
#[must_use]
pub fn order_import(id: FileId) -> String {
    format!("{ORDERS}?imported={id}")
}

/// The payments a channel collected.
#[must_use]
pub fn payments_over(channel: &str) -> String {
    format!("{PAYMENTS}?channel={channel}")
}

/// The reconciliation runs of a channel's clearing date.
#[must_use]
pub fn reconciliation_of(channel: &str, clearing_date: BusinessDate) -> String {
    format!("{RECONCILIATION}?leg=gateway_bank&of={channel}&day={clearing_date}")
}

/// What was done to one object.
#[must_use]
pub fn audit_of(subject: &str) -> String {
    format!("{AUDIT}?subject={subject}")
}

/// The sign-in page, which leads back to where the person was.
#[must_use]
pub fn sign_in(to: &str) -> String {
    format!("/sign-in?to={}", leptos_router::location::Url::escape(to))
}
