//! Vouchers for the general ledger, 用友凭证. When a day is closed, what it booked is added up into
//! daily vouchers, gross; a check compares them with the books; and they leave in one file that is
//! stored as it was written, so that asking for it again gives the same bytes.

mod draft;
mod error;
mod store;
mod u8_text;

pub use error::VoucherError;

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::VoucherId;
use domain::money::Currency;
use domain::page::{Page, PageRequest};
use domain::voucher::{
    VoucherAccount, VoucherDay, VoucherDetail, VoucherFile, VoucherState, VoucherSummary,
};
use ledger::days::{self, DayState};
use sha2::{Digest, Sha256};

/// Writes the vouchers of a closed day from the books; writes them anew if they were not exported.
///
/// # Errors
/// Not allowed, the day is not closed, it is exported, or something has no name in the general
/// ledger.
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
    if let Some(state) = store::lock_day(&mut tx, day).await? {
        state.redraft()?;
    }
    let summary = ledger::day_summary(&mut tx, day).await?;
    let names = store::names(&mut tx).await?;
    let vouchers = draft::vouchers(office, day, &summary, &names)?;
    store::replace(&mut tx, day, (maker, office.now()), &vouchers).await?;
    record(&mut tx, office, (actor, "vouchers.draft"), day).await?;
    let drafted = store::find_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    tx.commit().await?;
    Ok(drafted)
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
    let state = store::lock_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    let vouchers = store::details(&mut tx, day).await?;
    let books = ledger::trial_balance(&mut tx, day, Currency::Cny).await?;
    let balanced = state.balance(&vouchers, books.debits)?;
    store::save_state(&mut tx, day, balanced).await?;
    record(&mut tx, office, (actor, "vouchers.balance"), day).await?;
    let found = store::find_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    tx.commit().await?;
    Ok(found)
}

/// Writes the file of a day's balanced vouchers, once; asked again, answers with the same file.
///
/// # Errors
/// Not allowed, nothing is drafted or checked, or a text does not fit the file.
pub async fn export(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<(VoucherFile, Vec<u8>), VoucherError> {
    let exporter = actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    let state = store::lock_day(&mut tx, day).await?.ok_or(VoucherError::NotDrafted(day))?;
    if state != VoucherState::Exported {
        state.export()?;
        let vouchers = store::details(&mut tx, day).await?;
        let bytes = u8_text::write(day, &actor.name, &vouchers)?;
        let file = VoucherFile {
            name: format!("U8-{}.txt", day.compact()),
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            exported_at: office.now(),
            exported_by: actor.name.clone(),
        };
        store::save_file(&mut tx, day, exporter, (&file, &bytes)).await?;
        record(&mut tx, office, (actor, "vouchers.export"), day).await?;
    }
    let stored = store::file(&mut tx, day).await?.ok_or(VoucherError::NotExported(day))?;
    tx.commit().await?;
    Ok(stored)
}

/// The exported file of a day, as it was written.
///
/// # Errors
/// Not allowed, or the day is not exported.
pub async fn file(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<(VoucherFile, Vec<u8>), VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::file(&mut conn, day).await?.ok_or(VoucherError::NotExported(day))
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

/// Writes down who did what with the vouchers of a day, and how they are afterwards.
async fn record(
    conn: &mut sqlx::PgConnection,
    office: &Office,
    (actor, action): (&Actor, &'static str),
    day: BusinessDate,
) -> Result<(), VoucherError> {
    let event = Event { who: Who::Staff(actor), action, subject_kind: "voucher_day" };
    let after = store::find_day(conn, day).await?;
    audit::record(conn, office, event, &day.to_string(), &after).await?;
    Ok(())
}
