use crate::components::{Column, Moment, Panel, ShortId, Table};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::adjustment::{AdjustmentDetail, AdjustmentState};
use domain::error_item::EvidenceFile;
use leptos::prelude::*;

/// The files that prove a document, and the form to add some while it waits. Files are saved, never
/// shown.
pub(super) fn panel(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let waits = adjustment.summary.state == AdjustmentState::Proposed;
    let files = adjustment.files.clone();
    let upload = routes::upload_adjustment_file(adjustment.summary.id);
    let form = match (waits, session::may(Permission::ProposeAdjustment)) {
        (false, _) => {
            view! { <p class="field-hint">{t(text::ADJUSTMENTS_FILES_CLOSED)}</p> }.into_any()
        }
        (true, false) => {
            view! { <p class="field-hint">{t(text::ADJUSTMENTS_FILES_NOT_YOURS)}</p> }.into_any()
        }
        (true, true) => view! {
            <form class="command" method="post" enctype="multipart/form-data" action=upload>
                <div class="field">
                    <label for="file">{t(text::ADJUSTMENTS_FILE)}</label>
                    <input type="file" id="file" name="file" required=true />
                    <p class="field-hint">{t(text::ADJUSTMENTS_FILE_HINT)}</p>
                </div>
                <button class="button" type="submit">{t(text::ADJUSTMENTS_FILE_ADD)}</button>
            </form>
        }
        .into_any(),
    };
    view! { <Panel title=t(text::ADJUSTMENTS_FILES)>{table(files)} {form}</Panel> }
}

/// The files of a document.
pub(super) fn table(files: Vec<EvidenceFile>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_FILE)),
        Column::number(t(text::ADJUSTMENTS_BYTES)),
        Column::text("SHA-256"),
        Column::text(t(text::ADJUSTMENTS_BROUGHT_BY)),
        Column::text(t(text::ADJUSTMENTS_MADE_AT)),
    ];
    let empty = files.is_empty();
    let rows = files.into_iter().map(|file| {
        view! {
            <tr>
                <td class="wrap">
                    <a class="link" href=routes::adjustment_file(file.id) rel="external">
                        {file.name}
                    </a>
                </td>
                <td class="number">{file.length.to_string()}</td>
                <td><ShortId id=file.sha256 /></td>
                <td>{file.by}</td>
                <td><Moment at=file.at /></td>
            </tr>
        }
    });
    view! {
        <Table
            caption=t(text::ADJUSTMENTS_FILES)
            columns
            empty
            nothing=t(text::ADJUSTMENTS_NO_FILES)
        >
            {rows.collect_view()}
        </Table>
    }
}
