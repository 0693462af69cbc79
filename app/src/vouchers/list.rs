use super::{api, day_state};
use crate::components::{
    Amount, Badge, Column, CommandForm, DateField, Loaded, Moment, PageHead, Pager, Panel, Place,
    Submit, Table, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::page::Page;
use domain::voucher::VoucherDay;
use leptos::prelude::*;

/// The days that have vouchers, and the form to draft those of another.
#[component]
pub fn VoucherDays() -> impl IntoView {
    let filter = use_filter();
    let page = load(move || filter().page(), api::days);
    let form = session::may(Permission::ExportVouchers).then(|| view! { <Draft /> });
    view! {
        <PageHead title=t(text::VOUCHERS_TITLE) lead=t(text::VOUCHERS_LEAD)>
            <a class="link" href=routes::VOUCHER_COMPARISON>{t(text::VOUCHERS_COMPARISON)}</a>
            <a class="link" href=routes::VOUCHER_ACCOUNTS>{t(text::VOUCHERS_ACCOUNTS)}</a>
            <a class="link" href=routes::VOUCHER_RULES>{t(text::VOUCHERS_RULES)}</a>
        </PageHead>
        {form}
        <Loaded from=page show=show />
    }
}

#[component]
fn Draft() -> impl IntoView {
    let action = ServerAction::<api::Draft>::new();
    view! {
        <Panel title=t(text::VOUCHERS_DRAFT)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_DRAFT_HINT)}</p>
                <DateField name="request[day]" label=t(text::VOUCHERS_DAY) />
                <Submit>{t(text::VOUCHERS_DRAFT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn show(page: Page<VoucherDay>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::VOUCHERS_DAY)),
        Column::text(t(text::VOUCHERS_STATE)),
        Column::number(t(text::VOUCHERS_COUNT)),
        Column::number(t(text::VOUCHERS_TOTAL)),
        Column::text(t(text::VOUCHERS_DRAFTED)),
        Column::text(t(text::VOUCHERS_FILE)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::VOUCHERS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::VOUCHERS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(day: VoucherDay) -> impl IntoView {
    let (state, tone) = day_state(day.state);
    let date = day.accounting_date;
    let files = day.files.into_iter().map(|file| {
        let href = routes::voucher_file(date, file.version);
        view! { <a class="link" rel="external" href=href>{file.name}</a> " " }
    });
    let files = files.collect_view();
    view! {
        <tr>
            <td><a class="link" href=routes::voucher_day(date)>{date.to_string()}</a></td>
            <td><Badge tone>{state}</Badge></td>
            <td class="number">{day.vouchers}</td>
            <td class="number"><Amount money=day.total /></td>
            <td>{day.drafted_by} " " <Moment at=day.drafted_at /></td>
            <td>{files}</td>
        </tr>
    }
}
