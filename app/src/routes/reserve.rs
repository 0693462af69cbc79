//! Reserve accounts, documents, proofs and tables (备付金).

use domain::date::BusinessDate;
use domain::ids::{ReserveAccountId, ReserveDocumentId};

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
/// What the institution set for its reserve.
pub const RESERVE_SETTINGS: &str = "/reserve/settings";
/// Gaps of the reserve.
pub const RESERVE_INCIDENTS: &str = "/reserve/incidents";

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
