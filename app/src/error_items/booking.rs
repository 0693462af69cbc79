use crate::components::{Amount, Column, Table};
use crate::i18n::{Language, language, t};
use crate::text;
use domain::account::AccountRef;
use domain::error_item::{Action, ProposedEntry};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// What an action books: the exact debits and credits.
pub(super) fn entries(action: Action, entries: &[ProposedEntry]) -> AnyView {
    if entries.is_empty() {
        let words = if action == Action::RepairToSuccess {
            text::ERROR_ITEMS_BOOKS_AS_PAYMENT
        } else {
            text::ERROR_ITEMS_BOOKS_NOTHING
        };
        return view! { <p class="field-hint">{t(words)}</p> }.into_any();
    }
    entries.iter().map(entry).collect_view().into_any()
}

fn entry(proposed: &ProposedEntry) -> impl IntoView + use<> {
    let name = match language() {
        Language::English => proposed.entry.english(),
        Language::Chinese => proposed.entry.chinese(),
    };
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_SIDE)),
        Column::text(t(text::ERROR_ITEMS_ACCOUNT)),
        Column::number(t(text::ERROR_ITEMS_AMOUNT)),
    ];
    let rows = proposed.lines.iter().map(|line| {
        let money = line.amount;
        view! {
            <tr>
                <th scope="row">{t(text::ERROR_ITEMS_DEBIT)}</th>
                <td>{account(&line.debit)}</td>
                <td class="number"><Amount money /></td>
            </tr>
            <tr>
                <th scope="row">{t(text::ERROR_ITEMS_CREDIT)}</th>
                <td>{account(&line.credit)}</td>
                <td class="number"><Amount money /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=name columns>{rows}</Table> }
}

/// The account's code and owner, with the name of the accounts that resolutions use.
pub(super) fn account(account: &AccountRef) -> impl IntoView + use<> {
    let name = match account.code.as_str() {
        "1012.01" => Some(text::ERROR_ITEMS_ACCOUNT_RESERVE),
        "1122.01" => Some(text::ERROR_ITEMS_ACCOUNT_DUE_FROM_CHANNEL),
        "1221.01" => Some(text::ERROR_ITEMS_ACCOUNT_SHORT_SUSPENSE),
        "2202.01" => Some(text::ERROR_ITEMS_ACCOUNT_CHANNEL_FEES),
        "2241.09" => Some(text::ERROR_ITEMS_ACCOUNT_LONG_SUSPENSE),
        "6421.01" => Some(text::ERROR_ITEMS_ACCOUNT_CHANNEL_COST),
        _ => None,
    };
    view! { <code>{account.to_string()}</code> " " {name.map(t)} }
}
