use super::{Here, Views, api};
use crate::api::{Named, Owners};
use crate::books::{owner_view, side_name};
use crate::components::{
    Amount, Choice, Column, FilterForm, Loaded, PageHead, Pager, Place, Query, SelectField, Table,
    TextField, load, use_filter,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::{AccountFilter, AccountSummary};
use domain::page::Page;
use leptos::prelude::*;

/// Accounts with their balances.
#[component]
pub fn AccountList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query)));
    view! {
        <PageHead title=t(text::ACCOUNTS_ACCOUNTS) lead=t(text::ACCOUNTS_LIST_LEAD) />
        <Views here=Here::Accounts />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> AccountFilter {
    AccountFilter {
        code: query.text("code"),
        owner: query.text("owner"),
        with_balance: query.text("balance").is_some(),
        page: query.page(),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let AccountFilter { code, owner, with_balance, .. } = wanted(query);
    let choices = vec![Choice::new("yes", t(text::ACCOUNTS_WITH_BALANCE))];
    view! {
        <FilterForm action=routes::ACCOUNT_LIST>
            <TextField
                name="code"
                label=t(text::ACCOUNTS_CODE)
                value=code.unwrap_or_default()
                optional=true
            />
            <TextField
                name="owner"
                label=t(text::ACCOUNTS_OWNER)
                value=owner.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="balance"
                label=t(text::ACCOUNTS_BALANCE)
                choices
                value=if with_balance { "yes" } else { "" }
                none=t(text::ACCOUNTS_ANY_BALANCE)
            />
        </FilterForm>
    }
}

fn show(found: Named<Page<AccountSummary>>) -> impl IntoView {
    let Named { what: page, owners } = found;
    let columns = vec![
        Column::text(t(text::ACCOUNTS_CODE)),
        Column::text(t(text::ACCOUNTS_NAME)),
        Column::text(t(text::ACCOUNTS_OWNER)),
        Column::text(t(text::ACCOUNTS_NORMAL_SIDE)),
        Column::number(t(text::ACCOUNTS_DEBITS)),
        Column::number(t(text::ACCOUNTS_CREDITS)),
        Column::number(t(text::ACCOUNTS_BALANCE)),
        Column::number(t(text::ACCOUNTS_ENTRIES)),
    ];
    let place = Place::of(&page);
    let empty = page.rows.is_empty();
    let rows = page.rows.into_iter().map(|account| row(account, &owners)).collect_view();
    view! {
        <Table
            caption=t(text::ACCOUNTS_ACCOUNTS)
            columns
            empty
            nothing=t(text::ACCOUNTS_NO_ACCOUNTS)
        >
            {rows}
        </Table>
        <Pager place />
    }
}

fn row(account: AccountSummary, owners: &Owners) -> impl IntoView + use<> {
    let owner = &account.account.owner;
    let owner = (!owner.is_empty()).then(|| owner_view(owner, owners));
    view! {
        <tr>
            <td><a class="link" href=routes::account(account.id)>{account.account.code}</a></td>
            <td>{named(&account.name_en, &account.name_zh).to_owned()}</td>
            <td>{owner}</td>
            <td>{side_name(account.normal_side)}</td>
            <td class="number"><Amount money=account.debits /></td>
            <td class="number"><Amount money=account.credits /></td>
            <td class="number"><Amount money=account.balance /></td>
            <td class="number">{account.entries}</td>
        </tr>
    }
}
