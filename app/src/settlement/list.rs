use super::{api, run};
use crate::components::{
    Amount, Column, DateField, FilterForm, Loaded, PageHead, Pager, Place, Query, Table, load,
    use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::settlement::{SettlementFilter, SettlementSummary};
use leptos::prelude::*;

/// Settlement batches, the latest run, and the form to start another.
#[component]
pub fn SettlementList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::SETTLEMENT_TITLE) lead=t(text::SETTLEMENT_LEAD) />
        <run::Run />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> SettlementFilter {
    SettlementFilter {
        merchant: query.value("merchant"),
        clearing_date: query.value("clearing"),
        due_date: query.value("due"),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let merchant = wanted(query).merchant.map(|merchant| {
        view! { <input type="hidden" name="merchant" value=merchant.to_string() /> }
    });
    let [clearing, due] = ["clearing", "due"].map(|name| query.text(name).unwrap_or_default());
    view! {
        <FilterForm action=routes::SETTLEMENT>
            <DateField
                name="clearing"
                label=t(text::SETTLEMENT_CLEARING_DATE)
                value=clearing
                optional=true
            />
            <DateField
                name="due"
                label=t(text::SETTLEMENT_DUE_DATE)
                value=due
                optional=true
            />
            {merchant}
        </FilterForm>
    }
}

fn show(page: Page<SettlementSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::SETTLEMENT_BATCH)),
        Column::text(t(text::SETTLEMENT_CLEARING_DATE)),
        Column::text(t(text::SETTLEMENT_DUE_DATE)),
        Column::number(t(text::SETTLEMENT_COUNT)),
        Column::number(t(text::SETTLEMENT_PAYMENTS)),
        Column::number(t(text::SETTLEMENT_FEES)),
        Column::number(t(text::SETTLEMENT_REFUNDS)),
        Column::number(t(text::SETTLEMENT_SPLITS)),
        Column::number(t(text::SETTLEMENT_NET)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::SETTLEMENT_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::SETTLEMENT_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(batch: SettlementSummary) -> impl IntoView {
    view! {
        <tr>
            <td>
                <a class="link" href=routes::settlement(batch.id)>
                    {batch.merchant_name} " (" {batch.merchant_code} ")"
                </a>
            </td>
            <td>{batch.clearing_date.to_string()}</td>
            <td>{batch.due_date.to_string()}</td>
            <td class="number">{batch.count}</td>
            <td class="number"><Amount money=batch.figures.payments /></td>
            <td class="number"><Amount money=batch.figures.fees /></td>
            <td class="number"><Amount money=batch.figures.refunds /></td>
            <td class="number"><Amount money=batch.figures.splits /></td>
            <td class="number"><Amount money=batch.net /></td>
        </tr>
    }
}
