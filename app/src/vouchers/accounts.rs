use super::api;
use crate::components::{Column, Loaded, PageHead, Table, load};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
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
    ];
    view! {
        <Table caption=t(text::VOUCHERS_ACCOUNTS) columns empty=accounts.is_empty()>
            {accounts.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(account: VoucherAccount) -> impl IntoView {
    let dimension = t(match account.dimension {
        Dimension::None => text::VOUCHERS_DIMENSION_NONE,
        Dimension::Customer => text::VOUCHERS_DIMENSION_CUSTOMER,
        Dimension::Supplier => text::VOUCHERS_DIMENSION_SUPPLIER,
    });
    view! {
        <tr>
            <td>
                <a class="link" href=routes::accounts_of(&account.code)>{account.code.clone()}</a>
            </td>
            <td>{named(&account.name_en, &account.name_zh).to_owned()}</td>
            <td><code>{account.u8_code}</code></td>
            <td>{dimension}</td>
        </tr>
    }
}
