use super::{api, kind_name, status_name};
use crate::components::{
    Badge, Choice, Column, FilterForm, Loaded, PageHead, Pager, Place, Query, SelectField, Table,
    TextField, load, use_filter,
};
use crate::i18n::t;
use crate::wording::product_name;
use crate::{routes, text};
use domain::merchant::{MerchantFilter, MerchantKind, MerchantStatus, MerchantSummary};
use domain::page::Page;
use leptos::prelude::*;

/// The merchants.
#[component]
pub fn MerchantList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::MERCHANTS_TITLE) lead=t(text::MERCHANTS_LEAD) />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> MerchantFilter {
    MerchantFilter {
        text: query.text("q"),
        status: query.text("status").and_then(|name| MerchantStatus::named(&name)),
        kind: query.text("kind").and_then(|name| MerchantKind::named(&name)),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let MerchantFilter { text: part, status, kind } = wanted(query);
    let statuses =
        MerchantStatus::ALL.iter().map(|one| Choice::new(one.name(), status_name(*one).0));
    let kinds = MerchantKind::ALL.iter().map(|one| Choice::new(one.name(), kind_name(*one)));
    view! {
        <FilterForm action=routes::MERCHANTS>
            <TextField
                name="q"
                label=t(text::MERCHANTS_SEARCH)
                value=part.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="kind"
                label=t(text::MERCHANTS_KIND)
                choices=kinds.collect()
                value=kind.map_or("", MerchantKind::name)
                none=t(text::MERCHANTS_ANY)
            />
            <SelectField
                name="status"
                label=t(text::MERCHANTS_STATUS)
                choices=statuses.collect()
                value=status.map_or("", MerchantStatus::name)
                none=t(text::MERCHANTS_ANY)
            />
        </FilterForm>
    }
}

fn show(page: Page<MerchantSummary>) -> impl IntoView {
    let place = Place::of(&page);
    view! {
        {table(t(text::MERCHANTS_TITLE), page.rows)}
        <Pager place />
    }
}

/// Merchants as rows; those of a platform are shown the same way.
pub(super) fn table(caption: &'static str, merchants: Vec<MerchantSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::MERCHANTS_CODE)),
        Column::text(t(text::MERCHANTS_NAME)),
        Column::text(t(text::MERCHANTS_KIND)),
        Column::text(t(text::MERCHANTS_PLATFORM)),
        Column::text(t(text::MERCHANTS_PRODUCTS)),
        Column::text(t(text::MERCHANTS_STATUS)),
    ];
    view! {
        <Table caption columns empty=merchants.is_empty()>
            {merchants.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(merchant: MerchantSummary) -> impl IntoView {
    let (status, tone) = status_name(merchant.status);
    let products: Vec<_> = merchant.products.iter().map(|one| product_name(*one)).collect();
    let platform = merchant.platform.map(|(id, name)| {
        view! { <a class="link" href=routes::merchant(id)>{name}</a> }
    });
    view! {
        <tr>
            <td>
                <a class="link" href=routes::merchant(merchant.id)>
                    <code>{merchant.code}</code>
                </a>
            </td>
            <td>{merchant.name}</td>
            <td>{kind_name(merchant.kind)}</td>
            <td>{platform}</td>
            <td class="wrap">{products.join(", ")}</td>
            <td><Badge tone>{status}</Badge></td>
        </tr>
    }
}
