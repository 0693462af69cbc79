use super::{api, state_name};
use crate::books::entry_name;
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, CopyId, Fact, Facts, Loaded, Moment, PageHead,
    Panel, Submit, Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::date::BusinessDate;
use domain::voucher::{VoucherDay, VoucherFile, VoucherState, VoucherSummary};
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
    let state = day.state;
    let title = tf(text::VOUCHERS_OF_DAY, [("day", &date.to_string())]);
    view! {
        <PageHead title lead=t(text::VOUCHERS_LEAD)>
            <a class="link" href=routes::audit_of(&date.to_string())>{t(text::VOUCHERS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::VOUCHERS_DAY)>{facts(day)}</Panel>
        {may.then(|| view! { <Next date state /> })}
        <Panel title=t(text::VOUCHERS_TITLE)>{table(vouchers)}</Panel>
    }
}

fn facts(day: VoucherDay) -> impl IntoView {
    let (state, tone) = state_name(day.state);
    let date = day.accounting_date;
    let file = day.file.map(|file| file_facts(date, file));
    view! {
        <Facts>
            <Fact term=t(text::VOUCHERS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::VOUCHERS_COUNT)>{day.vouchers}</Fact>
            <Fact term=t(text::VOUCHERS_TOTAL)><Amount money=day.total /></Fact>
            <Fact term=t(text::VOUCHERS_DRAFTED)>
                {day.drafted_by} " " <Moment at=day.drafted_at />
            </Fact>
            {file}
        </Facts>
    }
}

fn file_facts(date: BusinessDate, file: VoucherFile) -> impl IntoView {
    let size = tf(text::VOUCHERS_BYTES, [("count", &file.size.to_string())]);
    view! {
        <Fact term=t(text::VOUCHERS_FILE)>
            <a class="button" rel="external" href=routes::voucher_file(date)>
                {t(text::VOUCHERS_DOWNLOAD)} " " {file.name}
            </a>
            " " {size}
        </Fact>
        <Fact term=t(text::VOUCHERS_EXPORTED)>
            {file.exported_by} " " <Moment at=file.exported_at />
        </Fact>
        <Fact term="SHA-256"><CopyId id=file.sha256 /></Fact>
    }
}

/// What can be done with the vouchers in their state.
#[component]
fn Next(date: BusinessDate, state: VoucherState) -> impl IntoView {
    let drafts = state.redraft().is_ok().then(|| view! { <Redraft date /> });
    let checks = (state == VoucherState::Drafted).then(|| view! { <Check date /> });
    let exports = state.export().is_ok().then(|| view! { <Export date /> });
    view! { {checks} {exports} {drafts} }
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
    view! {
        <Panel title=t(text::VOUCHERS_EXPORT)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_EXPORT_HINT)}</p>
                <input type="hidden" name="request[day]" value=date.to_string() />
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
        Column::number(t(text::VOUCHERS_TOTAL)),
    ];
    let empty = vouchers.is_empty();
    let rows = vouchers.into_iter().map(|voucher| {
        let (href, number) = (routes::voucher(voucher.id), voucher.number.to_string());
        let number = tf(text::VOUCHERS_NUMBERED, [("number", &number)]);
        view! {
            <tr>
                <td><a class="link" href=href>{number}</a></td>
                <td>{entry_name(voucher.entry)}</td>
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
