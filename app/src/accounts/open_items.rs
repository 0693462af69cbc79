use super::{Here, Views, api};
use crate::api::{Named, Owners};
use crate::books::{AccountName, source_view};
use crate::components::{
    Amount, Column, DateField, FilterForm, Loaded, PageHead, Table, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::account::OpenItem;
use leptos::prelude::*;

/// What explains the balances of the accounts in transit at the end of a day.
#[component]
pub fn OpenItemsPage() -> impl IntoView {
    let filter = use_filter();
    let day = move || filter().value("date");
    let found = load(day, api::open_items_of);
    view! {
        <PageHead title=t(text::ACCOUNTS_IN_TRANSIT) lead=t(text::ACCOUNTS_TRANSIT_LEAD) />
        <Views here=Here::OpenItems />
        {move || view! {
            <FilterForm action=routes::OPEN_ITEMS>
                <DateField
                    name="date"
                    label=t(text::ACCOUNTS_ACCOUNTING_DATE)
                    value=filter().text("date").unwrap_or_default()
                    optional=true
                />
            </FilterForm>
        }}
        <Loaded from=found show=show />
    }
}

fn show(found: Named<Vec<OpenItem>>) -> impl IntoView {
    let Named { what: items, owners } = found;
    let columns = vec![
        Column::text(t(text::ACCOUNTS_ACCOUNT)),
        Column::text(t(text::ACCOUNTS_SOURCE)),
        Column::text(t(text::ACCOUNTS_SINCE)),
        Column::number(t(text::ACCOUNTS_STILL_THERE)),
    ];
    let empty = items.is_empty();
    let rows = items.into_iter().map(|item| row(item, &owners)).collect_view();
    view! {
        <Table
            caption=t(text::ACCOUNTS_IN_TRANSIT)
            columns
            empty
            nothing=t(text::ACCOUNTS_NOTHING_IN_TRANSIT)
        >
            {rows}
        </Table>
    }
}

fn row(item: OpenItem, owners: &Owners) -> impl IntoView + use<> {
    view! {
        <tr>
            <td><AccountName account=item.account id=Some(item.id) owners=owners.clone() /></td>
            <td>{source_view(&item.source)}</td>
            <td>{item.since.to_string()}</td>
            <td class="number"><Amount money=item.amount /></td>
        </tr>
    }
}
