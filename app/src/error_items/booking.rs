use super::names::level_name;
use crate::components::{Amount, Column, Table};
use crate::i18n::{Language, Text, language, t};
use crate::phrases::phrase;
use crate::text;
use crate::wording::named;
use domain::account::{AccountRef, BalanceEffect};
use domain::error_item::{Action, MoneyEffect, ProposedEntry, ResolutionOption};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// Everything a resolution would do: the exact debits and credits, the balances before and after,
/// what that means for settlement and reserve, and who decides.
pub(super) fn effects(option: &ResolutionOption) -> impl IntoView + use<> {
    let refused = option.refused.as_deref().map(|why| {
        view! { <p class="field-wrong">{t(text::ERROR_ITEMS_REFUSED_NOW)} " " {phrase(why)}</p> }
    });
    let balances =
        (!option.balances.is_empty()).then(|| (balances(&option.balances), effect(option.effect)));
    view! {
        {entries(option.offer.action, &option.entries)}
        {refused}
        {balances}
        <p class="field-hint">
            {t(text::ERROR_ITEMS_LEVEL)} ": " {level_name(option.level)}
        </p>
    }
}

/// What an action books: the exact debits and credits.
fn entries(action: Action, entries: &[ProposedEntry]) -> AnyView {
    if entries.is_empty() {
        let words = match action {
            Action::RepairToSuccess => text::ERROR_ITEMS_BOOKS_AS_PAYMENT,
            Action::Ignore => text::ERROR_ITEMS_BOOKS_NOTHING,
            _ => text::ERROR_ITEMS_BOOKS_ELSEWHERE,
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

fn balances(effects: &[BalanceEffect]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_BALANCES)),
        Column::number(t(text::ERROR_ITEMS_BEFORE)),
        Column::number(t(text::ERROR_ITEMS_AFTER)),
    ];
    let rows = effects.iter().map(|effect| {
        let name = named(&effect.name_en, &effect.name_zh).to_owned();
        let (code, before, after) = (effect.account.code.clone(), effect.before, effect.after);
        view! {
            <tr>
                <td><code>{code}</code> " " {name}</td>
                <td class="number"><Amount money=before /></td>
                <td class="number"><Amount money=after /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::ERROR_ITEMS_BALANCES) columns>{rows}</Table> }
}

/// What is not touched is not named.
fn effect(effect: MoneyEffect) -> impl IntoView {
    [
        (text::ERROR_ITEMS_EFFECT_SETTLEMENT, effect.settlement),
        (text::ERROR_ITEMS_EFFECT_RESERVE, effect.reserve),
        (text::ERROR_ITEMS_EFFECT_OWED, effect.owed),
    ]
    .into_iter()
    .filter(|(_, money)| !money.is_zero())
    .map(|(words, money)| view! { <p>{t(words)} " " <Amount money /></p> })
    .collect_view()
}

/// The account's code and owner, with the name of the accounts that resolutions use.
pub(super) fn account(account: &AccountRef) -> impl IntoView + use<> {
    view! { <code>{account.to_string()}</code> " " {account_name(&account.code).map(t)} }
}

fn account_name(code: &str) -> Option<Text> {
    Some(match code {
        "1002.01" => text::ERROR_ITEMS_ACCOUNT_OWN_FUNDS,
        "1012.01" => text::ERROR_ITEMS_ACCOUNT_RESERVE,
        "1122.01" => text::ERROR_ITEMS_ACCOUNT_DUE_FROM_CHANNEL,
        "1122.02" => text::ERROR_ITEMS_ACCOUNT_DUE_FROM_MERCHANT,
        "1221.01" => text::ERROR_ITEMS_ACCOUNT_SHORT_SUSPENSE,
        "1221.03" => text::ERROR_ITEMS_ACCOUNT_FEES_RECOVERABLE,
        "2202.01" => text::ERROR_ITEMS_ACCOUNT_CHANNEL_FEES,
        "2241.02" => text::ERROR_ITEMS_ACCOUNT_MERCHANT_UNSETTLED,
        "2241.03" => text::ERROR_ITEMS_ACCOUNT_MERCHANT_AVAILABLE,
        "2241.09" => text::ERROR_ITEMS_ACCOUNT_LONG_SUSPENSE,
        "2241.10" => text::ERROR_ITEMS_ACCOUNT_RETURNED_PAYOUTS,
        "6301.01" => text::ERROR_ITEMS_ACCOUNT_UNCLAIMED,
        "6421.01" => text::ERROR_ITEMS_ACCOUNT_CHANNEL_COST,
        "6711.01" => text::ERROR_ITEMS_ACCOUNT_WRITTEN_OFF,
        _ => return None,
    })
}
