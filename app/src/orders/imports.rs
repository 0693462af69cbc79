use super::api;
use crate::components::{
    Amount, Badge, Column, Loaded, Moment, Pager, Panel, Place, ShortId, Table, Tone, load,
    use_filter,
};
use crate::i18n::{t, tf};
use crate::{session, text};
use domain::access::Permission;
use domain::order::OrderFile;
use domain::page::Page;
use leptos::prelude::*;

/// Where uploads of order books go; the server answers them itself and leads back here.
const UPLOAD: &str = "/upload/orders";

/// The imported order books, and the form to bring in another.
#[component]
pub(super) fn OrderImports() -> impl IntoView {
    let filter = use_filter();
    let page = load(move || filter().page(), api::imports);
    let imported = move || filter().text("imported");
    view! {
        {session::may(Permission::ImportOrders).then(upload)}
        <Loaded
            from=page
            show=move |page| {
                let new = imported();
                show(page, new.as_deref())
            }
        />
    }
}

/// A plain form: a file is sent whole, and nothing of it is read in the browser.
fn upload() -> impl IntoView {
    view! {
        <Panel title=t(text::ORDERS_UPLOAD)>
            <form class="command" method="post" enctype="multipart/form-data" action=UPLOAD>
                <p class="field-hint">{t(text::ORDERS_UPLOAD_HINT)}</p>
                <div class="field">
                    <label for="file">{t(text::ORDERS_FILE)}</label>
                    <input type="file" id="file" name="file" accept=".csv,text/csv" required=true />
                </div>
                <button type="submit" class="button button-main">{t(text::ORDERS_IMPORT)}</button>
            </form>
        </Panel>
    }
}

fn show(page: Page<OrderFile>, new: Option<&str>) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::ORDERS_FILE)),
        Column::text(t(text::ORDERS_IMPORTED_AT)),
        Column::number(t(text::ORDERS_ROWS)),
        Column::number(t(text::ORDERS_PAID_COUNT)),
        Column::number(t(text::ORDERS_PAID_SUM)),
        Column::text(t(text::ORDERS_PROGRESS)),
        Column::text(t(text::ORDERS_ENCODING)),
        Column::text(t(text::ORDERS_SHA256)),
    ];
    let (place, empty) = (Place::of(&page), page.rows.is_empty());
    let rows = page.rows.into_iter().map(|file| {
        let new = new == Some(file.id.to_string().as_str());
        row(file, new)
    });
    let rows = rows.collect_view();
    view! {
        <Table caption=t(text::ORDERS_IMPORTS) columns empty>
            {rows}
        </Table>
        <Pager place />
    }
}

fn row(file: OrderFile, new: bool) -> impl IntoView {
    let (tone, progress) = match file.booked_at {
        Some(_) => (Tone::Good, t(text::ORDERS_BOOKED).to_owned()),
        None => {
            let (done, total) = (file.booked_count.to_string(), file.paid_count.to_string());
            (Tone::Info, tf(text::ORDERS_BOOKED_OF, [("done", &done), ("total", &total)]))
        }
    };
    let new = new.then(|| view! { " " <Badge tone=Tone::Info>{t(text::ORDERS_NEW)}</Badge> });
    view! {
        <tr>
            <th scope="row">{file.name} {new}</th>
            <td><Moment at=file.imported_at /></td>
            <td class="number">{file.rows}</td>
            <td class="number">{file.paid_count}</td>
            <td class="number"><Amount money=file.paid /></td>
            <td><Badge tone>{progress}</Badge></td>
            <td>{file.encoding}</td>
            <td><ShortId id=file.sha256 /></td>
        </tr>
    }
}
