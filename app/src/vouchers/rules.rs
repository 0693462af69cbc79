use super::api::{self, TaxAndMonths};
use crate::components::{
    Column, CommandForm, DateField, Loaded, MonthField, PageHead, Panel, Submit, Table, TextField,
    load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::date::Month;
use leptos::prelude::*;

/// The tax that vouchers split off fees, and the months the general ledger has closed.
#[component]
pub fn RulesPage() -> impl IntoView {
    let rules = load(|| (), |()| api::rules());
    view! {
        <PageHead title=t(text::VOUCHERS_RULES) lead=t(text::VOUCHERS_RULES_LEAD) />
        <Loaded from=rules show=show />
    }
}

fn show((rates, periods): TaxAndMonths) -> impl IntoView {
    let may = session::may(Permission::MakeVoucherChange);
    let columns = vec![
        Column::text(t(text::VOUCHERS_VALID_FROM)),
        Column::number(t(text::VOUCHERS_VAT_RATE)),
    ];
    let (empty, nothing) = (rates.is_empty(), t(text::VOUCHERS_VAT_NONE));
    let rows = rates.into_iter().map(|(from, rate)| {
        view! {
            <tr>
                <td>{from.to_string()}</td>
                <td class="number">{rate.to_string()}</td>
            </tr>
        }
    });
    view! {
        <Panel title=t(text::VOUCHERS_VAT)>
            <Table caption=t(text::VOUCHERS_VAT) columns empty nothing>
                {rows.collect_view()}
            </Table>
            {may.then(|| view! { <ProposeVat /> })}
        </Panel>
        <Panel title=t(text::VOUCHERS_PERIODS)>
            {closed(periods, may)}
            {may.then(|| view! { <ProposeClose /> })}
        </Panel>
    }
}

fn closed(periods: Vec<Month>, may: bool) -> impl IntoView {
    let columns =
        vec![Column::text(t(text::VOUCHERS_PERIOD)), Column::text(t(text::VOUCHERS_STATE))];
    let (empty, nothing) = (periods.is_empty(), t(text::VOUCHERS_PERIODS_NONE));
    let rows = periods.into_iter().map(|period| {
        let href = routes::voucher_comparison(period);
        view! {
            <tr>
                <td><a class="link" href=href>{period.to_string()}</a></td>
                <td>
                    {t(text::VOUCHERS_CLOSED)}
                    {may.then(|| view! { <ProposeReopen period /> })}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::VOUCHERS_PERIODS) columns empty nothing>{rows}</Table> }
}

#[component]
fn ProposeVat() -> impl IntoView {
    let action = ServerAction::<api::ProposeVat>::new();
    view! {
        <CommandForm action>
            <p class="field-hint">{t(text::VOUCHERS_PROPOSE_HINT)}</p>
            <DateField name="request[valid_from]" label=t(text::VOUCHERS_VALID_FROM) />
            <TextField name="request[rate]" label=t(text::VOUCHERS_VAT_RATE) />
            <Submit>{t(text::VOUCHERS_PROPOSE_VAT)}</Submit>
        </CommandForm>
    }
}

#[component]
fn ProposeClose() -> impl IntoView {
    let action = ServerAction::<api::ProposePeriod>::new();
    view! {
        <CommandForm action>
            <p class="field-hint">{t(text::VOUCHERS_PROPOSE_HINT)}</p>
            <input type="hidden" name="request[reopen]" value="false" />
            <MonthField name="request[period]" label=t(text::VOUCHERS_PERIOD) />
            <Submit>{t(text::VOUCHERS_PROPOSE_CLOSE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn ProposeReopen(period: Month) -> impl IntoView {
    let action = ServerAction::<api::ProposePeriod>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[reopen]" value="true" />
            <input type="hidden" name="request[period]" value=period.to_string() />
            <Submit grave=true>{t(text::VOUCHERS_PROPOSE_REOPEN)}</Submit>
        </CommandForm>
    }
}
