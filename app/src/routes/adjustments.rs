//! Manual adjustments (调账).

use domain::date::Month;
use domain::ids::{AdjustmentId, AdjustmentTemplateId};

/// Manual adjustments.
pub const ADJUSTMENTS: &str = "/adjustments";
/// The form to propose an adjustment.
pub const ADJUSTMENT_NEW: &str = "/adjustments/new";
/// Templates of adjustments that come back.
pub const ADJUSTMENT_TEMPLATES: &str = "/adjustments/templates";

/// One adjustment document.
#[must_use]
pub fn adjustment(id: AdjustmentId) -> String {
    format!("{ADJUSTMENTS}/{id}")
}

/// The same on paper.
#[must_use]
pub fn adjustment_print(id: AdjustmentId) -> String {
    format!("{ADJUSTMENTS}/{id}/print")
}

/// The form to undo a booked adjustment.
#[must_use]
pub fn adjustment_reversal(id: AdjustmentId) -> String {
    format!("{ADJUSTMENT_NEW}?reverses={id}")
}

/// The form to make this month's adjustment from a template.
#[must_use]
pub fn adjustment_from(template: AdjustmentTemplateId, month: Month) -> String {
    format!("{ADJUSTMENT_NEW}?recurring={template}&month={month}")
}

/// Where evidence of an adjustment is sent.
#[must_use]
pub fn upload_adjustment_file(id: AdjustmentId) -> String {
    format!("/upload/adjustments/{id}")
}

/// A file of evidence of an adjustment.
#[must_use]
pub fn adjustment_file(id: uuid::Uuid) -> String {
    format!("/download/adjustments/{id}")
}
