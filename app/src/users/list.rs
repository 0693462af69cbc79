use super::api::{self, UserQuery};
use crate::components::{
    Amount, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query, Table, TextField,
    load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::user::UserSummary;
use leptos::prelude::*;

/// Users with a balance, the newest first.
#[component]
pub fn UserList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::USERS_TITLE) lead=t(text::USERS_LEAD)>
            <a class="link" href=routes::LIMITS>{t(text::USERS_LIMITS)}</a>
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> UserQuery {
    UserQuery { merchant: query.text("merchant"), text: query.text("text") }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let UserQuery { merchant, text: begins } = wanted(query);
    view! {
        <FilterForm action=routes::USERS>
            <TextField
                name="text"
                label=t(text::USERS_TEXT)
                value=begins.unwrap_or_default()
                optional=true
            />
            <TextField
                name="merchant"
                label=t(text::USERS_MERCHANT_CODE)
                value=merchant.unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<UserSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::USERS_REFERENCE)),
        Column::text(t(text::USERS_NAME)),
        Column::text(t(text::USERS_CLASS)),
        Column::text(t(text::USERS_MERCHANT)),
        Column::text(t(text::USERS_CREATED_AT)),
        Column::number(t(text::USERS_BALANCE)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::USERS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::USERS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(one: UserSummary) -> impl IntoView {
    let UserSummary { user, merchant_code, merchant_name, balance } = one;
    view! {
        <tr>
            <td><a class="link" href=routes::user(user.id)>{user.reference}</a></td>
            <td>{user.name}</td>
            <td>{user.class.name()}</td>
            <td>
                <a class="link" href=routes::merchant(user.merchant)>
                    {merchant_name} " (" {merchant_code} ")"
                </a>
            </td>
            <td><Moment at=user.created_at /></td>
            <td class="number"><Amount money=balance /></td>
        </tr>
    }
}
