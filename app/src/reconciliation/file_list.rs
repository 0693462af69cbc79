use super::api::{self, Parties};
use super::start::codes;
use super::{file_kind_name, format_name};
use crate::api::{Named, Owners};
use crate::books::owner_view;
use crate::components::{
    Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::session::channel_name;
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::page::Page;
use domain::source_file::{FileFilter, FileKind, FileSummary};
use leptos::prelude::*;

/// The imported files.
#[component]
pub fn FileList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list_files(wanted(&query), query.page()));
    let parties = load(|| (), |()| api::find_parties());
    let arrivals = view! {
        <a class="link" href=routes::FILE_FORMATS>{t(text::RECONCILIATION_FORMATS)}</a>
        <a class="link" href=routes::ARRIVALS>{t(text::RECONCILIATION_ARRIVALS)}</a>
    };
    let import = session::may(Permission::RunReconciliation).then(|| {
        view! {
            <a class="button button-main" href=routes::IMPORT_FILE>
                {t(text::RECONCILIATION_IMPORT)}
            </a>
        }
    });
    view! {
        <PageHead title=t(text::RECONCILIATION_FILES) lead=t(text::RECONCILIATION_FILES_LEAD)>
            {arrivals}
            {import}
        </PageHead>
        <Loaded from=parties show=move |parties| move || fields(filter(), &parties) />
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> FileFilter {
    FileFilter {
        kind: query.text("kind").and_then(|kind| FileKind::named(&kind)),
        channel: query.text("channel"),
        clearing_date: query.value("day"),
    }
}

fn fields(query: Query, parties: &Parties) -> impl IntoView + use<> {
    let text = move |name| query.text(name).unwrap_or_default();
    let kind = |kind: &FileKind| Choice::new(kind.name(), file_kind_name(*kind));
    let kinds: Vec<_> = FileKind::ALL.iter().map(kind).collect();
    let channels = codes(&parties.channels);
    let any = t(text::RECONCILIATION_ANY);
    view! {
        <FilterForm action=routes::FILES>
            <SelectField name="kind" label=t(text::RECONCILIATION_KIND) choices=kinds
                value=text("kind") none=any />
            <SelectField name="channel" label=t(text::RECONCILIATION_CHANNEL) choices=channels
                value=text("channel") none=any />
            <DateField name="day" label=t(text::RECONCILIATION_DAY) value=text("day")
                optional=true />
        </FilterForm>
    }
}

fn show(found: Named<Page<FileSummary>>) -> impl IntoView {
    let Named { what: page, owners } = found;
    let columns = vec![
        Column::text(t(text::RECONCILIATION_NAME)),
        Column::text(t(text::RECONCILIATION_KIND)),
        Column::text(t(text::RECONCILIATION_OF)),
        Column::text(t(text::RECONCILIATION_DAY)),
        Column::text(t(text::RECONCILIATION_FORMAT)),
        Column::number(t(text::RECONCILIATION_ROWS)),
        Column::text(t(text::RECONCILIATION_IMPORTED_BY)),
        Column::text(t(text::RECONCILIATION_IMPORTED_AT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::RECONCILIATION_FILES)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RECONCILIATION_NO_FILES)
        >
            {page.rows.into_iter().map(|file| row(file, &owners)).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(file: FileSummary, owners: &Owners) -> impl IntoView + use<> {
    let replaced = file.replaced_by.map(|_| {
        view! { " " <Badge tone=Tone::Warn>{t(text::RECONCILIATION_REPLACED)}</Badge> }
    });
    view! {
        <tr>
            <td class="wrap">
                <a class="link" href=routes::file(file.id)>{file.name.clone()}</a>
                {replaced}
            </td>
            <td>{file_kind_name(file.kind)}</td>
            <td class="words">{owner(&file, owners)}</td>
            <td>{file.clearing_date.to_string()}</td>
            <td class="words">{format_name(&file.format)}</td>
            <td class="number">{file.rows}</td>
            <td>{labels::actor(&file.imported_by)}</td>
            <td><Moment at=file.imported_at /></td>
        </tr>
    }
}

/// Whose file it is.
pub(super) fn owner(file: &FileSummary, owners: &Owners) -> impl IntoView + use<> {
    let channel = file.channel.clone().map(|code| {
        view! { <a class="link" href=routes::channel(&code)>{channel_name(&code)}</a> }
    });
    let merchant = file.merchant.map(|id| owner_view(&id.to_string(), owners));
    let account = file.account.clone().map(|number| view! { <code>{number}</code> });
    view! { {channel} {merchant} {account} }
}
