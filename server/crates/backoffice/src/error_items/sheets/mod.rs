//! The round trip of error items through a workbook (表格往返): taken away with locked cells and a
//! seal per row, edited in three columns, brought back, compared row by row, and applied as a bulk.
//! Whatever moves money is decided by a second person there, as in every bulk.

mod cells;
mod read;
mod store;

use super::listing::store::{Wanted, page};
use super::{ErrorItemError, bulk};
use crate::accounts::Export;
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{
    ErrorItemFilter, SHEET_BYTES_MAX, SHEET_ROWS_MAX, SheetDetail, SheetRefused, SheetSummary,
};
use domain::ids::{ErrorItemBulkId, ErrorItemSheetId};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Rows of a workbook that one page shows.
const SHOWN: i64 = 500;

/// The items a filter wants, newest first, as a workbook.
///
/// # Errors
/// Not allowed, more match than fit, or the workbook could not be written.
pub async fn export_sheet(
    office: &Office,
    actor: &Actor,
    filter: &ErrorItemFilter,
) -> Result<Export, ErrorItemError> {
    let me = actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let wanted = Wanted::of(filter, (me, office.now()));
    let limit = i64::try_from(SHEET_ROWS_MAX).unwrap_or(i64::MAX);
    let ids = page(&mut conn, &wanted, None, limit + 1).await?;
    if ids.len() > SHEET_ROWS_MAX {
        return Err(SheetRefused::TooManyRows.into());
    }
    let items = super::store::by_ids(&mut conn, &ids).await?;
    let logins = store::logins(&mut conn, &items).await?;
    let rows: Vec<_> = items.iter().map(|stored| cells::of(stored, &logins)).collect();
    let name = format!("error-items-{}.xlsx", office.today().compact());
    Ok(Export { name, bytes: cells::workbook(&rows)? })
}

/// Takes an edited workbook, compares each row with its item, and keeps the differences. Nothing
/// changes before it is applied.
///
/// # Errors
/// Not allowed, or the file is not a workbook exported here.
pub async fn receive_sheet(
    office: &Office,
    actor: &Actor,
    (name, bytes): (&str, &[u8]),
) -> Result<ErrorItemSheetId, ErrorItemError> {
    let maker = actor.require(Permission::MakeErrorResolution)?;
    if bytes.len() > SHEET_BYTES_MAX {
        return Err(SheetRefused::TooLarge.into());
    }
    let lines = read::lines(bytes)?;
    let mut tx = office.begin().await?;
    let compared = read::compare(&mut tx, &lines).await?;
    let sheet = store::New {
        id: ErrorItemSheetId(office.new_id()),
        name: &domain::error_item::safe_name(name),
        sha256: &hex::encode(Sha256::digest(bytes)),
        unchanged: compared.unchanged,
    };
    store::insert(&mut tx, &sheet, (maker, office.now())).await?;
    store::insert_rows(&mut tx, sheet.id, &compared.rows).await?;
    let content = json!({ "name": sheet.name, "sha256": sheet.sha256 });
    let event = event(actor, "error_items.sheet");
    audit::record(&mut tx, office, event, &sheet.id.to_string(), &content).await?;
    tx.commit().await?;
    Ok(sheet.id)
}

/// Applies the rows that change something as a bulk, which tries each of them first.
///
/// # Errors
/// Not allowed, not the colleague who brought it, applied already, or nothing to apply.
pub async fn apply_sheet(
    office: &Office,
    actor: &Actor,
    id: ErrorItemSheetId,
) -> Result<ErrorItemBulkId, ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let sheet = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    if sheet.maker != actor.staff {
        return Err(SheetRefused::NotYours.into());
    }
    if sheet.bulk.is_some() {
        return Err(SheetRefused::AppliedAlready.into());
    }
    let edits = store::edits(&mut tx, id).await?;
    if edits.is_empty() {
        return Err(SheetRefused::NothingToApply.into());
    }
    let bulk = bulk::start_edited(&mut tx, office, (actor, &sheet.name), &edits).await?;
    store::set_bulk(&mut tx, id, bulk).await?;
    let event = event(actor, "error_items.sheet_apply");
    audit::record(&mut tx, office, event, &id.to_string(), &json!({ "bulk": bulk })).await?;
    tx.commit().await?;
    Ok(bulk)
}

/// The latest workbooks that were brought back.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn sheets(office: &Office, actor: &Actor) -> Result<Vec<SheetSummary>, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// One workbook with the differences of its rows.
///
/// # Errors
/// Not allowed, or there is no such workbook.
pub async fn sheet(
    office: &Office,
    actor: &Actor,
    id: ErrorItemSheetId,
) -> Result<SheetDetail, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::find(&mut conn, id).await?.ok_or(ErrorItemError::NotFound)?;
    Ok(SheetDetail { summary, rows: store::rows(&mut conn, id, SHOWN).await? })
}

fn event<'a>(actor: &'a Actor, action: &'static str) -> Event<'a> {
    Event { who: Who::Staff(actor), action, subject_kind: "error_item_sheet" }
}
