use crate::components::{Column, Moment, Panel, ShortId, Table};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::error_item::{ErrorItemDetail, EvidenceFile};
use leptos::prelude::*;

/// The evidence of an item, and the form to add some. Files are saved, never shown.
pub(super) fn show(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let adds = session::may(Permission::MakeErrorResolution)
        || session::may(Permission::ApproveErrorResolution);
    let files = detail.evidence.clone();
    let upload = routes::upload_evidence(detail.item.id);
    let form = adds.then(|| {
        view! {
            <form class="command" method="post" enctype="multipart/form-data" action=upload>
                <div class="field">
                    <label for="file">{t(text::ERROR_ITEMS_EVIDENCE_FILE)}</label>
                    <input type="file" id="file" name="file" required=true />
                    <p class="field-hint">{t(text::ERROR_ITEMS_EVIDENCE_HINT)}</p>
                </div>
                <button class="button" type="submit">{t(text::ERROR_ITEMS_EVIDENCE_ADD)}</button>
            </form>
        }
    });
    (adds || !files.is_empty()).then(|| {
        view! { <Panel title=t(text::ERROR_ITEMS_EVIDENCE)>{table(files)} {form}</Panel> }
    })
}

fn table(files: Vec<EvidenceFile>) -> impl IntoView {
    (!files.is_empty()).then(|| {
        let columns = vec![
            Column::text(t(text::ERROR_ITEMS_EVIDENCE_FILE)),
            Column::number(t(text::ERROR_ITEMS_BYTES)),
            Column::text("SHA-256"),
            Column::text(t(text::ERROR_ITEMS_MADE_BY)),
            Column::text(t(text::ERROR_ITEMS_MADE_AT)),
        ];
        let rows = files.into_iter().map(|file| {
            view! {
                <tr>
                    <td class="wrap">
                        <a class="link" href=routes::evidence(file.id) rel="external">{file.name}</a>
                    </td>
                    <td class="number">{file.length.to_string()}</td>
                    <td><ShortId id=file.sha256 /></td>
                    <td>{file.by}</td>
                    <td><Moment at=file.at /></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! { <Table caption=t(text::ERROR_ITEMS_EVIDENCE) columns>{rows}</Table> }
    })
}
