//! Vouchers for the general ledger, 用友凭证. When a day is closed, what it booked is added up into
//! daily vouchers, gross; a check compares them with the books; they leave in one file that is
//! stored as it was written; and the general ledger's answer to each of them is kept. What it
//! refused is written anew and leaves in another file; what it took wrongly is cancelled by a red
//! voucher that two people decided.

mod changes;
mod comparison;
mod draft;
mod error;
mod exports;
mod results;
mod store;

pub use changes::{approval_concluded, closed_periods, propose_change, vat_rates};
pub use comparison::{compare, upload_erp_balance};
pub use error::VoucherError;
pub use exports::{export, file};
pub use results::{Answer, acknowledge, acknowledge_day, read_results, reject};

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::{BusinessDate, Month};
use domain::ids::VoucherId;
use domain::journal::Entry;
use domain::money::Currency;
use domain::page::{Page, PageRequest};
use domain::voucher::{
    VoucherAccount, VoucherDay, VoucherDetail, VoucherRefused, VoucherState, VoucherSummary,
    balanced,
};
use ledger::days::{self, DayState};
use sqlx::PgConnection;

/// Writes the vouchers of a closed day from the books; writes those anew that are in no file yet,
/// and those the general ledger refused or that were cancelled there.
///
/// # Errors
/// Not allowed, the day is not closed, its month is closed in the general ledger, all of it is
/// exported, or something has no name in the general ledger.
pub async fn draft(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<VoucherDay, VoucherError> {
    let maker = actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    if days::state(&mut tx, day).await? != DayState::Closed {
        return Err(VoucherError::DayNotClosed(day));
    }
    require_open(&mut tx, day).await?;
    store::begin_day(&mut tx, day, (maker, office.now())).await?;
    store::delete_drafts(&mut tx, day).await?;
    let standing = store::details(&mut tx, day).await?;
    let summary = ledger::day_summary(&mut tx, day).await?;
    let names = store::names(&mut tx, day).await?;
    let written = draft::vouchers(office, day, &summary, &names)?;
    let missing = missing(&standing, written);
    if missing.is_empty() && !standing.is_empty() {
        return Err(VoucherRefused::AlreadyExported.into());
    }
    for voucher in &missing {
        store::insert(&mut tx, voucher).await?;
    }
    let refused: Vec<_> = missing.iter().filter_map(|voucher| voucher.summary.replaces).collect();
    store::mark_replaced(&mut tx, &refused).await?;
    record(&mut tx, office, (actor, "vouchers.draft"), day).await?;
    let drafted = store::find_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    tx.commit().await?;
    Ok(drafted)
}

/// Those of the newly written vouchers whose place is free, numbered after those that stand.
fn missing(standing: &[VoucherDetail], written: Vec<VoucherDetail>) -> Vec<VoucherDetail> {
    let taken = |entry: Entry| {
        standing
            .iter()
            .map(|known| &known.summary)
            .any(|known| known.entry == entry && known.state.counts() && known.reverses.is_none())
    };
    let last = standing.iter().map(|known| known.summary.number).max().unwrap_or(0);
    let free = written.into_iter().filter(|voucher| !taken(voucher.summary.entry));
    free.zip(1..)
        .map(|(mut voucher, after)| {
            voucher.summary.number = last.saturating_add(after);
            voucher.summary.replaces = last_of(standing, voucher.summary.entry);
            voucher
        })
        .collect()
}

/// The refused or cancelled voucher whose place a new one of this kind takes.
fn last_of(standing: &[VoucherDetail], entry: Entry) -> Option<VoucherId> {
    let of_kind = standing.iter().map(|known| &known.summary).filter(|known| known.entry == entry);
    let open = |known: &&VoucherSummary| {
        matches!(known.state, VoucherState::Rejected | VoucherState::Reversed)
            && known.reverses.is_none()
    };
    of_kind.filter(open).max_by_key(|known| known.number).map(|known| known.id)
}

/// Checks that every voucher of a day balances and that all of them are what the books booked.
///
/// # Errors
/// Not allowed, nothing is drafted, or the check fails.
pub async fn balance(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<VoucherDay, VoucherError> {
    actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    lock_day(&mut tx, day).await?;
    let vouchers = store::details(&mut tx, day).await?;
    let states = || vouchers.iter().map(|voucher| voucher.summary.state);
    if states().next().is_some()
        && !states().any(|state| matches!(state, VoucherState::Drafted | VoucherState::Balanced))
    {
        return Err(VoucherRefused::AlreadyExported.into());
    }
    let books = ledger::trial_balance(&mut tx, day, Currency::Cny).await?;
    balanced(&vouchers, books.debits)?;
    store::mark_balanced(&mut tx, day).await?;
    record(&mut tx, office, (actor, "vouchers.balance"), day).await?;
    let found = store::find_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    tx.commit().await?;
    Ok(found)
}

/// The days that have vouchers, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn days(
    office: &Office,
    actor: &Actor,
    page: PageRequest,
) -> Result<Page<VoucherDay>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::list_days(&mut conn, page).await
}

/// How far the vouchers of a day are; `None` before they are drafted.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn day(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<Option<VoucherDay>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::find_day(&mut conn, day).await
}

/// The vouchers of a day, by number.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<Vec<VoucherSummary>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    let vouchers = store::details(&mut conn, day).await?;
    Ok(vouchers.into_iter().map(|voucher| voucher.summary).collect())
}

/// One voucher with its lines.
///
/// # Errors
/// Not allowed, or there is no such voucher.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: VoucherId,
) -> Result<VoucherDetail, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(VoucherError::NotFound)
}

/// Which account of the general ledger stands for each of ours, 科目对照.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn accounts(office: &Office, actor: &Actor) -> Result<Vec<VoucherAccount>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::accounts(&mut conn).await
}

/// Keeps the vouchers of a day from changing until the transaction ends.
async fn lock_day(conn: &mut PgConnection, day: BusinessDate) -> Result<(), VoucherError> {
    if store::lock_day(conn, day).await? { Ok(()) } else { Err(VoucherError::NotDrafted(day)) }
}

/// Refuses what belongs to a month the general ledger has closed.
async fn require_open(conn: &mut PgConnection, day: BusinessDate) -> Result<(), VoucherError> {
    let period = Month::of(day);
    if changes::is_closed(conn, period).await? {
        return Err(VoucherRefused::PeriodClosed(period).into());
    }
    Ok(())
}

/// Writes down who did what with the vouchers of a day, and how they are afterwards.
async fn record(
    conn: &mut PgConnection,
    office: &Office,
    (actor, action): (&Actor, &'static str),
    day: BusinessDate,
) -> Result<(), VoucherError> {
    let event = Event { who: Who::Staff(actor), action, subject_kind: "voucher_day" };
    let after = store::find_day(conn, day).await?;
    audit::record(conn, office, event, &day.to_string(), &after).await?;
    Ok(())
}
