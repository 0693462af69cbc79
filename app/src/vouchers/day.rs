use super::answers::Answers;
use super::files::files;
use super::{api, day_state, layout_name, state_name};
use crate::books::entry_name;
use crate::components::{
    Amount, Badge, Choice, Column, CommandForm, Confirmed, Fact, Facts, Loaded, Moment, PageHead,
    Panel, SelectField, Submit, Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::date::BusinessDate;
use domain::voucher::{VoucherDay, VoucherLayout, VoucherState, VoucherSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The vouchers of a day: how far they are, what they are, and the file.
#[component]
pub fn DayPage() -> impl IntoView {
    let params = use_params_map();
    let day = load(
        move || params.read().get("day").unwrap_or_default(),
        |day| async move { api::find_day(day.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=day show=|(day, vouchers)| show(day, vouchers) /> }
}

fn show(day: VoucherDay, vouchers: Vec<VoucherSummary>) -> impl IntoView {
    let date = day.accounting_date;
    let may = session::may(Permission::ExportVouchers);
    let states: Vec<_> = vouchers.iter().map(|voucher| voucher.state).collect();
    let head = facts(&day);
    let title = tf(text::VOUCHERS_OF_DAY, [("day", &date.to_string())]);
    view! {
        <PageHead title lead=t(text::VOUCHERS_LEAD)>
            <a class="link" href=routes::audit_of(&date.to_string())>{t(text::VOUCHERS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::VOUCHERS_DAY)>{head}</Panel>
        {may.then(|| view! { <Next date states /> })}
        <Panel title=t(text::VOUCHERS_TITLE)>{table(vouchers)}</Panel>
        <Panel title=t(text::VOUCHERS_FILES)>{files(date, day.files)}</Panel>
    }
}

fn facts(day: &VoucherDay) -> impl IntoView + use<> {
    let (state, tone) = day_state(day.state);
    let (by, at, count, money) = (day.drafted_by.clone(), day.drafted_at, day.vouchers, day.total);
    view! {
        <Facts>
            <Fact term=t(text::VOUCHERS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::VOUCHERS_COUNT)>{count}</Fact>
            <Fact term=t(text::VOUCHERS_TOTAL)><Amount money /></Fact>
            <Fact term=t(text::VOUCHERS_DRAFTED)>{by} " " <Moment at /></Fact>
        </Facts>
    }
}

/// What can be done with the vouchers in their states.
#[component]
fn Next(date: BusinessDate, states: Vec<VoucherState>) -> impl IntoView {
    let any = |wanted: &[VoucherState]| states.iter().any(|state| wanted.contains(state));
    let drafted = any(&[VoucherState::Drafted]);
    let checks = drafted.then(|| view! { <Check date /> });
    let exports = (!drafted && any(&[VoucherState::Balanced])).then(|| view! { <Export date /> });
    let answers = any(&[VoucherState::Exported]).then(|| view! { <Answers date /> });
    let anew = [
        VoucherState::Drafted,
        VoucherState::Balanced,
        VoucherState::Rejected,
        VoucherState::Reversed,
    ];
    let drafts = (states.is_empty() || any(&anew)).then(|| view! { <Redraft date /> });
    view! { {checks} {exports} {answers} {drafts} }
}

#[component]
fn Check(date: BusinessDate) -> impl IntoView {
    let action = ServerAction::<api::Balance>::new();
    view! {
        <Panel title=t(text::VOUCHERS_CHECK)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_CHECK_HINT)}</p>
                <input type="hidden" name="request[day]" value=date.to_string() />
                <Submit>{t(text::VOUCHERS_CHECK)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Export(date: BusinessDate) -> impl IntoView {
    let action = ServerAction::<api::Export>::new();
    let layouts = VoucherLayout::ALL.map(|one| Choice::new(one.name(), layout_name(one)));
    let layouts = layouts.to_vec();
    view! {
        <Panel title=t(text::VOUCHERS_EXPORT)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_EXPORT_HINT)}</p>
                <input type="hidden" name="request[day]" value=date.to_string() />
                <SelectField
                    name="request[layout]"
                    label=t(text::VOUCHERS_LAYOUT)
                    choices=layouts
                />
                <Confirmed name="request[confirmed]" label=t(text::VOUCHERS_CONFIRM) />
                <Submit>{t(text::VOUCHERS_EXPORT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Redraft(date: BusinessDate) -> impl IntoView {
    let action = ServerAction::<api::Draft>::new();
    view! {
        <Panel title=t(text::VOUCHERS_REDRAFT)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_REDRAFT_HINT)}</p>
                <input type="hidden" name="request[day]" value=date.to_string() />
                <Submit>{t(text::VOUCHERS_REDRAFT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn table(vouchers: Vec<VoucherSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::VOUCHERS_NUMBER)),
        Column::text(t(text::VOUCHERS_ENTRY)),
        Column::text(t(text::VOUCHERS_STATE)),
        Column::text(t(text::VOUCHERS_ERP_NUMBER)),
        Column::number(t(text::VOUCHERS_TOTAL)),
    ];
    let empty = vouchers.is_empty();
    let rows = vouchers.into_iter().map(|voucher| {
        let (href, number) = (routes::voucher(voucher.id), voucher.number.to_string());
        let number = tf(text::VOUCHERS_NUMBERED, [("number", &number)]);
        let (state, tone) = state_name(voucher.state);
        view! {
            <tr>
                <td><a class="link" href=href>{number}</a></td>
                <td>{entry_name(voucher.entry)}</td>
                <td><Badge tone>{state}</Badge></td>
                <td>{voucher.erp_number}</td>
                <td class="number"><Amount money=voucher.total /></td>
            </tr>
        }
    });
    view! {
        <Table
            caption=t(text::VOUCHERS_TITLE)
            columns
            empty
            nothing=t(text::VOUCHERS_NONE)
        >
            {rows.collect_view()}
        </Table>
    }
}
