use super::ways::Ways;
use super::{Here, Views, api, file_standing};
use crate::components::{
    Amount, Badge, Column, Loaded, Moment, PageHead, Pager, Place, Table, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::payout::PayoutFileSummary;
use leptos::prelude::*;

/// Payout files, the latest first, and how payouts leave each account.
#[component]
pub fn FileList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::files(None, query.page()));
    view! {
        <PageHead title=t(text::PAYOUTS_FILES) lead=t(text::PAYOUTS_FILES_LEAD) />
        <Views here=Here::Files />
        <Loaded from=page show=show />
        <Ways />
    }
}

fn show(page: Page<PayoutFileSummary>) -> impl IntoView {
    let place = Place::of(&page);
    view! {
        {file_table(page.rows)}
        <Pager place />
    }
}

/// Payout files as a table.
pub(super) fn file_table(files: Vec<PayoutFileSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_NUMBER)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_FILE_CARRIES)),
        Column::text(t(text::PAYOUTS_PAID_FROM)),
        Column::text(t(text::PAYOUTS_FILE_WRITTEN_AT)),
        Column::text(t(text::PAYOUTS_FILE_HANDED_OUT_AT)),
        Column::number(t(text::PAYOUTS_FILE_OPEN)),
        Column::number(t(text::PAYOUTS_COUNT)),
        Column::number(t(text::PAYOUTS_TOTAL)),
    ];
    view! {
        <Table
            caption=t(text::PAYOUTS_FILES)
            columns
            empty=files.is_empty()
            nothing=t(text::PAYOUTS_NO_FILES)
        >
            {files.into_iter().map(row).collect_view()}
        </Table>
    }
}

/// The batch a file carries out, or the reserve document whose order it carries.
pub(super) fn carries(file: &PayoutFileSummary) -> impl IntoView + use<> {
    let batch = file.batch.clone().map(|(id, number)| (routes::payout_batch(id), number));
    let document = file.document.clone().map(|(id, number)| (routes::reserve_document(id), number));
    batch.or(document).map(|(href, number)| view! { <a class="link" href=href>{number}</a> })
}

fn row(file: PayoutFileSummary) -> impl IntoView {
    let (state, tone) = file_standing(file.standing);
    let carries = carries(&file);
    let handed_out = file.handed_out_at.map(|at| view! { <Moment at /> });
    view! {
        <tr>
            <td><a class="link" href=routes::payout_file(file.id)>{file.number}</a></td>
            <td><Badge tone>{state}</Badge></td>
            <td>{carries}</td>
            <td>{file.account}</td>
            <td><Moment at=file.created_at /></td>
            <td>{handed_out}</td>
            <td class="number">{file.open}</td>
            <td class="number">{file.count}</td>
            <td class="number"><Amount money=file.total /></td>
        </tr>
    }
}
