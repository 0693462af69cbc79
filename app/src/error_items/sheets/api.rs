//! Server functions of workbooks of error items.

use crate::failure::Failure;
use domain::error_item::{SheetDetail, SheetSummary};
use domain::ids::ErrorItemSheetId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The latest workbooks that were brought back.
#[server(prefix = "/api/fn", endpoint = "error_items/sheets", input = Json)]
pub async fn sheets() -> Result<Vec<SheetSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::sheets(&office, &actor).await?)
}

/// One workbook with the differences of its rows.
#[server(prefix = "/api/fn", endpoint = "error_items/sheet", input = Json)]
pub async fn sheet(id: ErrorItemSheetId) -> Result<SheetDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::sheet(&office, &actor, id).await?)
}

/// Applies a workbook as a bulk, and leads to that.
#[server(prefix = "/api/fn", endpoint = "error_items/apply_sheet")]
pub async fn apply_sheet(id: ErrorItemSheetId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let bulk = backoffice::error_items::apply_sheet(&office, &actor, id).await?;
    crate::session::go_to(&crate::routes::error_item_bulk(bulk));
    Ok(())
}
