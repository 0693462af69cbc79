//! Vouchers leave in files: each voucher in one, once, in the layout the general ledger imports.

mod nc_xml;
#[cfg(test)]
mod samples;
mod store;
mod u8_text;
mod u8_workbook;

use super::{VoucherError, lock_day, record, require_open};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::voucher::{VoucherDetail, VoucherFile, VoucherLayout, VoucherState};
use sha2::{Digest, Sha256};

/// Writes the file of a day's checked vouchers, once; asked again, answers with the same file.
///
/// # Errors
/// Not allowed, nothing is drafted or checked, the month is closed in the general ledger, or a text
/// does not fit the file.
pub async fn export(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
    layout: VoucherLayout,
) -> Result<(VoucherFile, Vec<u8>), VoucherError> {
    let exporter = actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    lock_day(&mut tx, day).await?;
    let vouchers = super::store::details(&mut tx, day).await?;
    let waiting = |voucher: &VoucherDetail| voucher.summary.file.is_none();
    let waiting: Vec<_> = vouchers.into_iter().filter(waiting).collect();
    if !waiting.is_empty() {
        require_open(&mut tx, day).await?;
        for voucher in &waiting {
            voucher.summary.state.export()?;
        }
        let version = store::next_version(&mut tx, day).await?;
        let bytes = write(office, (day, layout), &actor.name, &waiting)?;
        let file = VoucherFile {
            version,
            layout,
            name: name(day, version, layout),
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            exported_at: office.now(),
            exported_by: actor.name.clone(),
        };
        let id = office.new_id();
        store::insert(&mut tx, (id, day, exporter), (&file, &bytes)).await?;
        store::send(&mut tx, day, id, waiting.len()).await?;
        record(&mut tx, office, (actor, "vouchers.export"), day).await?;
    }
    let last = store::file(&mut tx, day, None).await?;
    tx.commit().await?;
    last.ok_or(VoucherError::NothingToExport(day))
}

/// A file of a day, as it was written; the last one if none is named.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn file(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
    version: Option<i32>,
) -> Result<(VoucherFile, Vec<u8>), VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::file(&mut conn, day, version).await?.ok_or(VoucherError::NotExported(day))
}

fn write(
    office: &Office,
    (day, layout): (BusinessDate, VoucherLayout),
    maker: &str,
    vouchers: &[VoucherDetail],
) -> Result<Vec<u8>, VoucherError> {
    debug_assert!(vouchers.iter().all(|one| one.summary.state == VoucherState::Balanced));
    match layout {
        VoucherLayout::U8Text => u8_text::write(day, maker, vouchers),
        VoucherLayout::U8Workbook => u8_workbook::write((day, office.now()), maker, vouchers),
        VoucherLayout::NcXml => nc_xml::write(day, maker, vouchers),
    }
}

/// `U8-20260331.txt`, and from the second file on `U8-20260331-2.txt`.
fn name(day: BusinessDate, version: i32, layout: VoucherLayout) -> String {
    let product = if layout == VoucherLayout::NcXml { "NC" } else { "U8" };
    let again = if version > 1 { format!("-{version}") } else { String::new() };
    format!("{product}-{}{again}.{}", day.compact(), layout.extension())
}
