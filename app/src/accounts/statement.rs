use super::{Here, Views, api};
use crate::api::{Named, Owners};
use crate::books::{AccountName, entry_name, owner_view, side_name, source_view};
use crate::components::{
    Amount, Column, DateField, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place, Query,
    Table, TimeField, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::{
    AccountSummary, PastBalance, Side, Statement, StatementFilter, StatementRow,
};
use domain::money::Money;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One account: its balance and its statement.
#[component]
pub fn AccountPage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let id = move || params.read().get("id").unwrap_or_default();
    let statement = load(
        move || (id(), filter()),
        |(id, query)| async move {
            api::statement_of(id.parse().map_err(|_| Failure::NotFound)?, wanted(&query)).await
        },
    );
    view! {
        <Loaded from=statement show=move |found| show(found, &untrack(filter)) />
    }
}

fn wanted(query: &Query) -> StatementFilter {
    StatementFilter {
        from: query.value("from"),
        to: query.value("to"),
        at: query.value("at"),
        page: query.page(),
    }
}

fn show(found: Named<Statement>, query: &Query) -> impl IntoView + use<> {
    let Named { what: Statement { account, opening, closing, past, page }, owners } = found;
    let place = Place::of(&page);
    let (first, last) = (page.request.number == 1, page.request.number >= page.pages());
    let empty = page.rows.is_empty();
    let rows = page.rows.into_iter().map(|line| row(line, &owners)).collect_view();
    let name = named(&account.name_en, &account.name_zh).to_owned();
    let title = format!("{} {name}", account.account.code);
    let part = format!("statements/{}", account.id);
    let file = routes::books_file(&part, &["from", "to"].map(|name| (name, query.text(name))));
    let (facts, fields) = (facts(&account, past, &owners), fields(&account, query));
    view! {
        <PageHead title lead=t(text::ACCOUNTS_STATEMENT)>
            <a class="link" href=file>{t(text::ACCOUNTS_EXPORT)}</a>
        </PageHead>
        <Views here=Here::Elsewhere />
        <Panel title=t(text::ACCOUNTS_ACCOUNT)>{facts}</Panel>
        {fields}
        <Table caption=t(text::ACCOUNTS_STATEMENT) columns=columns() empty>
            {first.then(|| balance_row(t(text::ACCOUNTS_OPENING), opening))}
            {rows}
            {last.then(|| balance_row(t(text::ACCOUNTS_CLOSING), closing))}
        </Table>
        <Pager place />
    }
}

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text(t(text::ACCOUNTS_ACCOUNTING_DATE)),
        Column::text(t(text::ACCOUNTS_EVENT_TIME)),
        Column::text(t(text::ACCOUNTS_ENTRY)),
        Column::text(t(text::ACCOUNTS_SOURCE)),
        Column::text(t(text::ACCOUNTS_COUNTER)),
        Column::number(t(text::ACCOUNTS_DEBIT)),
        Column::number(t(text::ACCOUNTS_CREDIT)),
        Column::number(t(text::ACCOUNTS_RUNNING_BALANCE)),
    ]
}

fn facts(
    account: &AccountSummary,
    past: Option<PastBalance>,
    owners: &Owners,
) -> impl IntoView + use<> {
    let past = past.map(|PastBalance { at, balance }| {
        view! {
            <Fact term=t(text::ACCOUNTS_BALANCE_AT)>
                <Amount money=balance /> " · " <Moment at />
            </Fact>
        }
    });
    let owner = account.account.owner.clone();
    let owner = (!owner.is_empty()).then(|| {
        let owner = owner_view(&owner, owners);
        view! { <Fact term=t(text::ACCOUNTS_OWNER)>{owner}</Fact> }
    });
    let (balance, debits, credits) = (account.balance, account.debits, account.credits);
    let (side, opened_at) = (account.normal_side, account.opened_at);
    view! {
        <Facts>
            <Fact term=t(text::ACCOUNTS_BALANCE)><Amount money=balance /></Fact>
            {past}
            {owner}
            <Fact term=t(text::ACCOUNTS_NORMAL_SIDE)>{side_name(side)}</Fact>
            <Fact term=t(text::ACCOUNTS_DEBITS)><Amount money=debits /></Fact>
            <Fact term=t(text::ACCOUNTS_CREDITS)><Amount money=credits /></Fact>
            <Fact term=t(text::ACCOUNTS_OPENED_AT)><Moment at=opened_at /></Fact>
        </Facts>
    }
}

/// The days shown; the form stays on the account's own address.
fn fields(account: &AccountSummary, query: &Query) -> impl IntoView + use<> {
    let here = routes::account(account.id);
    let all = here.clone();
    view! {
        <form method="get" action=here class="filter" role="search">
            <DateField
                name="from"
                label=t(text::ACCOUNTS_FROM)
                value=query.text("from").unwrap_or_default()
                optional=true
            />
            <DateField
                name="to"
                label=t(text::ACCOUNTS_TO)
                value=query.text("to").unwrap_or_default()
                optional=true
            />
            <TimeField
                name="at"
                label=t(text::ACCOUNTS_BALANCE_AT)
                value=query.text("at").unwrap_or_default()
            />
            <div class="actions">
                <button class="button" type="submit">{t(text::SHELL_FILTER)}</button>
                <a class="link" href=all>{t(text::SHELL_FILTER_CLEAR)}</a>
            </div>
        </form>
    }
}

fn balance_row(title: &'static str, money: Money) -> impl IntoView {
    view! {
        <tr class="total">
            <th scope="row" colspan="7">{title}</th>
            <td class="number"><Amount money /></td>
        </tr>
    }
}

fn row(line: StatementRow, owners: &Owners) -> impl IntoView + use<> {
    let amount = |side| (line.side == side).then(|| view! { <Amount money=line.amount /> });
    view! {
        <tr>
            <td>{line.accounting_date.to_string()}</td>
            <td><Moment at=line.event_time /></td>
            <td><a class="link" href=routes::journal(line.journal)>{entry_name(line.entry)}</a></td>
            <td class="words">{source_view(&line.source)}</td>
            <td class="words"><AccountName account=line.counter owners=owners.clone() /></td>
            <td class="number">{amount(Side::Debit)}</td>
            <td class="number">{amount(Side::Credit)}</td>
            <td class="number"><Amount money=line.balance /></td>
        </tr>
    }
}
