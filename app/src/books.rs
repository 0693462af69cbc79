//! What several areas show of the books: names of accounts and entries, and the journals of a
//! document.

use crate::api::{self, Owners};
use crate::components::{Amount, Column, Loaded, Moment, Panel, ShortId, Table, load};
use crate::i18n::t;
use crate::session::channel_name;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::account::{AccountRef, Side};
use domain::ids::{AccountId, MerchantId};
use domain::journal::{Entry, JournalFilter, JournalSummary, Source};
use domain::money::Money;
use domain::page::Page;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// What people call a kind of journal entry, with its number.
#[must_use]
pub fn entry_name(entry: Entry) -> String {
    format!("{} · {}", entry.number(), named(entry.english(), entry.chinese()))
}

/// Debit or credit.
#[must_use]
pub fn side_name(side: Side) -> &'static str {
    t(match side {
        Side::Debit => text::ACCOUNTS_DEBIT,
        Side::Credit => text::ACCOUNTS_CREDIT,
    })
}

/// An account in a line: its code, leading to its statement where the id is known and else to the
/// accounts of the code; its name; and whose it is.
#[component]
pub fn AccountName(
    /// The account.
    account: AccountRef,
    /// Its id, if known.
    #[prop(optional_no_strip)]
    id: Option<AccountId>,
    /// The name of its chart line, in the language of the page.
    #[prop(optional, into)]
    name: String,
    /// The names of owners.
    owners: Owners,
) -> impl IntoView {
    let AccountRef { code, owner } = account;
    let href = id.map_or_else(|| routes::accounts_of(&code), routes::account);
    view! {
        <a class="link" href=href>{code}</a>
        {(!name.is_empty()).then(|| view! { " " {name} })}
        {(!owner.is_empty()).then(|| view! { " · " {owner_view(&owner, &owners)} })}
    }
}

/// Whose an account is: a merchant by name, anything else by its code.
#[must_use]
pub fn owner_view(owner: &str, owners: &Owners) -> AnyView {
    let Ok(merchant) = owner.parse::<MerchantId>() else {
        return view! { <span>{channel_name(owner)}</span> }.into_any();
    };
    let name = owners.get(owner).cloned();
    let shown = match name {
        Some(name) => name.into_any(),
        None => view! { <ShortId id=owner.to_owned() /> }.into_any(),
    };
    view! { <a class="link" href=routes::merchant(merchant)>{shown}</a> }.into_any()
}

/// What people call the kind of document a journal came from.
#[must_use]
pub fn source_name(kind: &str) -> String {
    let known = match kind {
        "payment" => text::ACCOUNTS_SOURCE_PAYMENT,
        "refund" => text::ACCOUNTS_SOURCE_REFUND,
        "payout" => text::ACCOUNTS_SOURCE_PAYOUT,
        "settlement" => text::ACCOUNTS_SOURCE_SETTLEMENT,
        "error_item" => text::ACCOUNTS_SOURCE_ERROR_ITEM,
        "adjustment" => text::ACCOUNTS_SOURCE_ADJUSTMENT,
        "hold" => text::ACCOUNTS_SOURCE_HOLD,
        "channel_settlement" => text::ACCOUNTS_SOURCE_CHANNEL_SETTLEMENT,
        "clearing_date" => text::ACCOUNTS_SOURCE_CLEARING_DATE,
        _ => return kind.replace('_', " "),
    };
    t(known).to_owned()
}

/// The document something was booked for, with a link to its screen where there is one.
#[must_use]
pub fn source_view(source: &Source) -> AnyView {
    let words = source_name(&source.kind);
    let id = source.id.clone();
    let shown = if id.len() == 36 {
        view! { <ShortId id /> }.into_any()
    } else {
        view! { <span>{id}</span> }.into_any()
    };
    match routes::source(&source.kind, &source.id) {
        Some(href) => view! { <a class="link" href=href>{words} " " {shown}</a> }.into_any(),
        None => view! { {words} " " {shown} }.into_any(),
    }
}

/// Amounts of several currencies, one below the other; a dash when there are none.
#[must_use]
pub fn amounts(amounts: Vec<Money>) -> AnyView {
    if amounts.is_empty() {
        return view! { <span class="nothing">"–"</span> }.into_any();
    }
    let amounts = amounts.into_iter().map(|money| view! { <div><Amount money /></div> });
    amounts.collect_view().into_any()
}

/// Journals as a table.
pub fn journal_table(page: Page<JournalSummary>) -> impl IntoView {
    let columns = journal_columns();
    view! {
        <Table
            caption=t(text::ACCOUNTS_JOURNALS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::ACCOUNTS_NO_JOURNALS)
        >
            {page.rows.into_iter().map(journal_row).collect_view()}
        </Table>
    }
}

/// The columns of journals.
#[must_use]
pub fn journal_columns() -> Vec<Column> {
    vec![
        Column::text(t(text::ACCOUNTS_ACCOUNTING_DATE)),
        Column::text(t(text::ACCOUNTS_ENTRY)),
        Column::text(t(text::ACCOUNTS_SOURCE)),
        Column::text(t(text::ACCOUNTS_MEMO)),
        Column::text(t(text::ACCOUNTS_POSTED_AT)),
        Column::number(t(text::ACCOUNTS_TOTAL)),
    ]
}

fn journal_row(journal: JournalSummary) -> impl IntoView {
    view! {
        <tr>
            <td>{journal.accounting_date.to_string()}</td>
            <td>
                <a class="link" href=routes::journal(journal.id)>{entry_name(journal.entry)}</a>
            </td>
            <td>{source_view(&journal.source)}</td>
            <td class="wrap">{journal.memo}</td>
            <td><Moment at=journal.posted_at /></td>
            <td class="number">{amounts(journal.totals)}</td>
        </tr>
    }
}

/// The journals of one document, as a part of its screen; nothing for those who may not see the
/// books.
#[component]
pub fn JournalsOf(
    /// Kind of document, as in [`Source`].
    kind: &'static str,
    /// Its id.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    session::may(Permission::ViewLedger).then(|| {
        let source = Source { kind: kind.to_owned(), id };
        let filter = JournalFilter { source: Some(source), ..JournalFilter::default() };
        let page = load(move || filter.clone(), api::journals);
        view! {
            <Panel title=t(text::ACCOUNTS_JOURNALS)>
                <Loaded from=page show=journal_table />
            </Panel>
        }
    })
}
