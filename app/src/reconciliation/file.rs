use super::api::{self, FileLine};
use super::file_list::owner;
use super::{direction_name, file_kind_name, format_name};
use crate::api::{Named, Owners};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place,
    Table, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::{labels, routes, text};
use domain::page::{Page, PageRequest};
use domain::source_file::{FileCheck, FileDetail, FileSummary, FileTotal};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

mod entries;
mod rows;

/// One imported file: what it is, what it adds up to, and its rows.
#[component]
pub fn FilePage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let id = move || params.read().get("id").unwrap_or_default();
    let file = load(
        move || (id(), filter().page()),
        |(id, page)| async move {
            let id = id.parse().map_err(|_| Failure::NotFound)?;
            api::find_file(id, page).await.map(|file| (file, page))
        },
    );
    let checks =
        load(
            id,
            |id| async move { api::check_file(id.parse().map_err(|_| Failure::NotFound)?).await },
        );
    view! {
        <Loaded from=file show=|(file, page)| show(file, page) />
        <Loaded from=checks show=show_checks />
    }
}

/// One row of a file, among its neighbours.
#[component]
pub fn LinePage() -> impl IntoView {
    let params = use_params_map();
    let line = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find_line(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=line show=show_line /> }
}

fn show_line(FileLine { file, line, .. }: FileLine) -> impl IntoView {
    let summary = &file.summary;
    let (title, lead) = (summary.name.clone(), file_kind_name(summary.kind));
    let href = routes::file(summary.id);
    view! {
        <PageHead title lead>
            <a class="link" href=href>{t(text::RECONCILIATION_WHOLE_FILE)}</a>
        </PageHead>
        {rows::show(file, Some(line))}
    }
}

fn show(found: Named<FileDetail>, page: PageRequest) -> impl IntoView {
    let Named { what: file, owners } = found;
    let summary = &file.summary;
    let (title, lead) = (summary.name.clone(), file_kind_name(summary.kind));
    let (facts, totals) = (facts(summary, &owners), totals(&summary.totals));
    let place = Place::of(&Page::<()> { rows: Vec::new(), total: summary.rows, request: page });
    let history = routes::audit_of(&summary.id.to_string());
    let lines = [file.bill_lines.len(), file.statement_lines.len(), file.entries.len()];
    let paged = lines.iter().any(|count| *count > 0);
    view! {
        <PageHead title lead>
            <a class="link" href=history>{t(text::RECONCILIATION_HISTORY)}</a>
        </PageHead>
        {facts}
        {totals}
        {rows::show(file, None)}
        {paged.then(|| view! { <Pager place /> })}
    }
}

fn facts(file: &FileSummary, owners: &Owners) -> impl IntoView + use<> {
    let (sha256, format) = (file.sha256.clone(), format_name(&file.format));
    let (encoding, day) = (file.encoding.clone(), file.clearing_date.to_string());
    let (imported_by, imported_at) = (labels::actor(&file.imported_by), file.imported_at);
    let (length, rows, version, owner) =
        (file.length, file.rows, file.parser_version, owner(file, owners));
    let replaced = file.replaced_by.map(|id| {
        view! {
            <Fact term=t(text::RECONCILIATION_REPLACED)>
                <a class="link" href=routes::file(id)>{t(text::RECONCILIATION_REPLACED_BY)}</a>
            </Fact>
        }
    });
    view! {
        <Panel title=t(text::RECONCILIATION_FILE)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_OF)>{owner}</Fact>
                <Fact term=t(text::RECONCILIATION_DAY)>{day}</Fact>
                <Fact term=t(text::RECONCILIATION_FORMAT)>
                    {format} " v" {version}
                </Fact>
                <Fact term=t(text::RECONCILIATION_ENCODING)><code>{encoding}</code></Fact>
                <Fact term=t(text::RECONCILIATION_LENGTH)>{length}</Fact>
                <Fact term=t(text::RECONCILIATION_ROWS)>{rows}</Fact>
                <Fact term=t(text::RECONCILIATION_IMPORTED_BY)>
                    {imported_by} " " <Moment at=imported_at />
                </Fact>
                <Fact term=t(text::RECONCILIATION_HASH)><CopyId id=sha256 /></Fact>
                {replaced}
            </Facts>
        </Panel>
    }
}

fn totals(totals: &[FileTotal]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_DIRECTION)),
        Column::number(t(text::RECONCILIATION_ROWS)),
        Column::number(t(text::RECONCILIATION_GROSS)),
        Column::number(t(text::RECONCILIATION_FEE)),
    ];
    let empty = totals.is_empty();
    let rows = totals.iter().map(|total| {
        let money = total.gross;
        view! {
            <tr>
                <th scope="row">{direction_name(total.direction)}</th>
                <td class="number">{total.count}</td>
                <td class="number"><Amount money /></td>
                <td class="number">{total.fee_e5.map(rows::fee)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_TOTALS)>
            <Table caption=t(text::RECONCILIATION_TOTALS) columns empty>{rows}</Table>
        </Panel>
    }
}

/// What the file says about itself, and whether it holds.
pub(super) fn show_checks(checks: Vec<FileCheck>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_CHECK)),
        Column::text(t(text::RECONCILIATION_STATED)),
        Column::text(t(text::RECONCILIATION_COMPUTED)),
        Column::text(t(text::RECONCILIATION_VERDICT)),
    ];
    let empty = checks.is_empty();
    let rows = checks.into_iter().map(|check| {
        let (word, tone) = if check.holds {
            (text::RECONCILIATION_AGREE, Tone::Good)
        } else {
            (text::RECONCILIATION_DISAGREE, Tone::Bad)
        };
        view! {
            <tr>
                <th scope="row">{check.what}</th>
                <td>{check.stated}</td>
                <td>{check.computed}</td>
                <td><Badge tone>{t(word)}</Badge></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_CHECKS)>
            <Table
                caption=t(text::RECONCILIATION_CHECKS)
                columns
                empty
                nothing=t(text::RECONCILIATION_NO_CHECKS)
            >
                {rows}
            </Table>
        </Panel>
    }
}
