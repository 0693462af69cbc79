//! Files come in whole or not at all: read to the end, checked against what they say about
//! themselves, against the day and channel they were given for, and against every earlier import;
//! then kept byte for byte, with their rows, in one transaction.

pub(in crate::reconciliation) mod blocks;
pub(in crate::reconciliation) mod bytes;
pub(in crate::reconciliation) mod copied;
mod entries;
mod merchant_list;
pub(in crate::reconciliation) mod pieces;
pub(in crate::reconciliation) mod previewing;
pub(in crate::reconciliation) mod reading;
mod rows;
mod store;
pub(in crate::reconciliation) mod taking;

pub(in crate::reconciliation) use merchant_list::standing as order_standing;
pub(in crate::reconciliation) use store::{Current, current};

use super::ReconciliationError;
use crate::audit::Who;
use crate::office::Office;
use crate::reconciliation::arrivals;
use banks::front::NamedFile;
use bytes::Bytes;
use domain::access::{Actor, Permission};
use domain::arrival::{ArrivalState, ArrivalWay, Given};
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, FileId, MerchantId};
use domain::page::{PAGE_SIZE_DEFAULT, Page, PageRequest};
use domain::source_file::{FileCheck, FileDetail, FileFilter, FileKind, FileSummary, Preview};
use previewing::preview;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use taking::Came;
use uuid::Uuid;

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// What it is given for.
    pub kind: FileKind,
    /// The channel, for bills.
    pub channel: Option<String>,
    /// The merchant, for order lists.
    pub merchant: Option<MerchantId>,
    /// Its day; needed where the file does not say it, and else must be the same.
    pub clearing_date: Option<BusinessDate>,
    /// The earlier file it takes the place of.
    pub replaces: Option<FileId>,
    /// Name and bytes.
    pub file: NamedFile,
}

/// Whether these very bytes were imported.
pub(in crate::reconciliation) async fn is_here(
    office: &Office,
    bytes: &[u8],
) -> Result<bool, ReconciliationError> {
    // Bytes that say nothing prove nothing: every day without trades has them.
    if bytes.is_empty() {
        return Ok(false);
    }
    let mut conn = office.db.acquire().await?;
    Ok(store::with_hash(&mut conn, &hex::encode(Sha256::digest(bytes))).await?.is_some())
}

/// Imports a file that is at hand.
///
/// # Errors
/// Not allowed, or the file is refused; then nothing was stored.
pub async fn import(
    office: &Office,
    actor: &Actor,
    new: NewFile,
) -> Result<FileId, ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    import_as(office, Who::Staff(actor), new).await
}

/// Imports a file for a person or for a part of the system: its bytes and its rows in one
/// transaction.
///
/// # Errors
/// The file is refused; then nothing was stored.
pub(in crate::reconciliation) async fn import_as(
    office: &Office,
    who: Who<'_>,
    new: NewFile,
) -> Result<FileId, ReconciliationError> {
    let NewFile { kind, channel, merchant, clearing_date: day, replaces, file } = new;
    let bytes = Arc::new(file.bytes);
    let given =
        Given { kind, channel, merchant, day, member: None, format: None, no_trades: false };
    let came = Came { arrival: ArrivalId(office.new_id()), name: &file.name, given, replaces };
    let mut tx = office.begin().await?;
    taking::refuse_known(&mut tx, office, &hex::encode(Sha256::digest(&*bytes))).await?;
    let target = taking::target(&mut tx, &came, Bytes::Held(bytes.clone())).await?;
    let reading = reading::judge(kind, reading::look(office, &target).await??)?;
    let now = office.now();
    let arriving = (ArrivalWay::Command, ArrivalState::Importing);
    arrivals::insert(&mut tx, who, &came, (arriving, now)).await?;
    let mut filling = pieces::Filling::default();
    let full = filling.take(&bytes);
    let (rest, length, sha256) = filling.finish();
    for piece in full.iter().chain(&rest) {
        piece.write(&mut tx, came.arrival).await?;
    }
    let (id, _) =
        taking::take(&mut tx, office, (who, None), (&came, &target), (reading, length, &sha256))
            .await?;
    tx.commit().await?;
    Ok(id)
}

/// The imported files, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_files(
    office: &Office,
    actor: &Actor,
    filter: &FileFilter,
    page: PageRequest,
) -> Result<Page<FileSummary>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One imported file with a page of its rows.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn find_file(
    office: &Office,
    actor: &Actor,
    id: FileId,
    page: PageRequest,
) -> Result<FileDetail, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::summary(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)?;
    Ok(FileDetail {
        bill_lines: rows::bill_page(&mut conn, id, page).await?,
        statement_lines: rows::statement_page(&mut conn, id, page).await?,
        entries: entries::page(&mut conn, id, page).await?,
        summary,
    })
}

/// A row of a bill or statement: its file with the page of rows it stands on, and its line.
///
/// # Errors
/// Not allowed, or there is no such row.
pub async fn find_line(
    office: &Office,
    actor: &Actor,
    row: Uuid,
) -> Result<(FileDetail, PageRequest, i64), ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let place = {
        let mut conn = office.db.acquire().await?;
        rows::place_of(&mut conn, row).await?
    };
    let (file, line, before) = place.ok_or(ReconciliationError::NotFound)?;
    let page = PageRequest::number(before / PAGE_SIZE_DEFAULT + 1);
    Ok((find_file(office, actor, file, page).await?, page, line))
}

/// What a file says about itself, and whether it holds: as it was found when it was looked at, or
/// read once more.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn checks(
    office: &Office,
    actor: &Actor,
    id: FileId,
) -> Result<Vec<FileCheck>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let (kind, kept) = {
        let mut conn = office.db.acquire().await?;
        let summary = store::summary(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)?;
        (summary.kind, store::preview_of(&mut conn, id).await?)
    };
    let kept: Option<Preview> = kept.and_then(|preview| serde_json::from_value(preview).ok());
    if let Some(preview) = kept {
        return Ok(preview.checks);
    }
    let file = download(office, actor, id).await?;
    Ok(preview(office, actor, kind, file).await?.checks)
}

/// An imported file's name and bytes, untouched.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn download(
    office: &Office,
    actor: &Actor,
    id: FileId,
) -> Result<NamedFile, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::bytes(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)
}
