//! The site map: links to screens are made here and nowhere else. Each area adds its own functions
//! and its paths stand beside them.

mod adjustments;
mod error_items;
mod payouts;
mod reconciliation;
mod reserve;
mod vouchers;

pub use adjustments::*;
pub use error_items::*;
pub use payouts::*;
pub use reconciliation::*;
pub use reserve::*;
pub use vouchers::*;

use domain::date::BusinessDate;
use domain::ids::{
    AccountId, ApprovalId, BooksCheckId, FileId, HoldId, JournalId, MerchantId, NotificationId,
    OrderId, PaymentId, RefundId, StaffId, UserId,
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
/// Users with a balance.
pub const USERS: &str = "/users";
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
/// The rules of matching tried on past days.
pub const TRY_MATCHING_RULES: &str = "/reconciliation/rules/try";
/// The form to start a reconciliation.
pub const NEW_RECONCILIATION: &str = "/reconciliation/new";
/// The forms that bring in a file.
pub const IMPORT_FILE: &str = "/files/import";
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
/// Holds on merchants' balances.
pub const HOLDS: &str = "/holds";
/// The form to ask for a hold.
pub const HOLD_NEW: &str = "/holds/new";
/// Imported bank statements.
pub const STATEMENT_FILES: &str = "/files?kind=statement";
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

/// One user.
#[must_use]
pub fn user(id: UserId) -> String {
    format!("{USERS}/{id}")
}

/// One order.
#[must_use]
pub fn order(id: OrderId) -> String {
    format!("{ORDERS}/{id}")
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

/// The journals of an accounting day.
#[must_use]
pub fn journals_on(day: BusinessDate) -> String {
    format!("{JOURNALS}?from={day}&to={day}")
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
        "top_up_return" => ORDERS,
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
