use super::layout_name;
use crate::components::{Column, CopyId, Moment, Table};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::voucher::VoucherFile;
use leptos::prelude::*;

/// The files a day left in, the first one first.
pub(super) fn files(date: BusinessDate, files: Vec<VoucherFile>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::VOUCHERS_FILE)),
        Column::text(t(text::VOUCHERS_LAYOUT)),
        Column::text(t(text::VOUCHERS_EXPORTED)),
        Column::text("SHA-256"),
    ];
    let (empty, nothing) = (files.is_empty(), t(text::VOUCHERS_NO_FILES));
    let rows = files.into_iter().map(|file| row(date, file)).collect_view();
    view! { <Table caption=t(text::VOUCHERS_FILES) columns empty nothing>{rows}</Table> }
}

fn row(date: BusinessDate, file: VoucherFile) -> impl IntoView {
    let size = tf(text::VOUCHERS_BYTES, [("count", &file.size.to_string())]);
    view! {
        <tr>
            <td>
                <a
                    class="button"
                    rel="external"
                    href=routes::voucher_file(date, file.version)
                >
                    {t(text::VOUCHERS_DOWNLOAD)} " " {file.name}
                </a>
                " " {size}
            </td>
            <td>{layout_name(file.layout)}</td>
            <td>{file.exported_by} " " <Moment at=file.exported_at /></td>
            <td><CopyId id=file.sha256 /></td>
        </tr>
    }
}
