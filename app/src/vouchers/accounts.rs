use super::api;
use crate::components::{
    Choice, Column, CommandForm, Loaded, PageHead, Panel, SelectField, Submit, Table, TextField,
    load,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::voucher::{Dimension, VoucherAccount};
use leptos::prelude::*;

/// Which account of the general ledger stands for each of ours.
#[component]
pub fn AccountsPage() -> impl IntoView {
    let accounts = load(|| (), |()| api::accounts());
    view! {
        <PageHead title=t(text::VOUCHERS_ACCOUNTS) lead=t(text::VOUCHERS_ACCOUNTS_LEAD) />
        <Loaded from=accounts show=show />
    }
}

fn show(accounts: Vec<VoucherAccount>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::VOUCHERS_ACCOUNT)),
        Column::text(t(text::VOUCHERS_NAME)),
        Column::text(t(text::VOUCHERS_U8_CODE)),
        Column::text(t(text::VOUCHERS_DIMENSION)),
        Column::text(t(text::VOUCHERS_DEPARTMENT)),
        Column::text(t(text::VOUCHERS_PROJECT)),
    ];
    let may = session::may(Permission::MakeVoucherChange);
    let codes = accounts.iter().map(|account| {
        let name = named(&account.name_en, &account.name_zh);
        Choice::new(&account.code, format!("{} {name}", account.code))
    });
    let codes: Vec<_> = codes.collect();
    view! {
        {may.then(|| view! { <ProposeMapping codes /> })}
        <Table caption=t(text::VOUCHERS_ACCOUNTS) columns empty=accounts.is_empty()>
            {accounts.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn dimension_name(dimension: Dimension) -> &'static str {
    t(match dimension {
        Dimension::None => text::VOUCHERS_DIMENSION_NONE,
        Dimension::Customer => text::VOUCHERS_DIMENSION_CUSTOMER,
        Dimension::Supplier => text::VOUCHERS_DIMENSION_SUPPLIER,
    })
}

fn row(account: VoucherAccount) -> impl IntoView {
    view! {
        <tr>
            <td>
                <a class="link" href=routes::accounts_of(&account.code)>{account.code.clone()}</a>
            </td>
            <td>{named(&account.name_en, &account.name_zh).to_owned()}</td>
            <td><code>{account.u8_code}</code></td>
            <td>{dimension_name(account.dimension)}</td>
            <td>{account.department}</td>
            <td>{account.project}</td>
        </tr>
    }
}

#[component]
fn ProposeMapping(codes: Vec<Choice>) -> impl IntoView {
    let action = ServerAction::<api::ProposeMapping>::new();
    let dimensions = Dimension::ALL.map(|one| Choice::new(one.name(), dimension_name(one)));
    view! {
        <Panel title=t(text::VOUCHERS_PROPOSE_MAPPING)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_PROPOSE_HINT)}</p>
                <SelectField
                    name="request[code]"
                    label=t(text::VOUCHERS_ACCOUNT)
                    choices=codes
                />
                <TextField name="request[u8_code]" label=t(text::VOUCHERS_U8_CODE) />
                <SelectField
                    name="request[dimension]"
                    label=t(text::VOUCHERS_DIMENSION)
                    choices=dimensions.to_vec()
                />
                <TextField
                    name="request[department]"
                    label=t(text::VOUCHERS_DEPARTMENT)
                    optional=true
                />
                <TextField
                    name="request[project]"
                    label=t(text::VOUCHERS_PROJECT)
                    optional=true
                />
                <Submit>{t(text::VOUCHERS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
