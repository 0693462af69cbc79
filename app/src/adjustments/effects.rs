//! What a document does: to balances, to what merchants are paid, to the cover of the reserve.

use crate::api::Owners;
use crate::books::{AccountName, owner_view};
use crate::components::{Amount, Badge, Column, Fact, Facts, Table, Tone};
use crate::i18n::t;
use crate::text;
use crate::wording::named;
use domain::account::BalanceEffect;
use domain::money::Money;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What merchants are owed and not paid yet, and what they may be paid.
const UNSETTLED: &str = "2241.02";
const AVAILABLE: &str = "2241.03";

/// The balances before and after a document.
pub(super) fn balances(effects: &[BalanceEffect], owners: &Owners) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_ACCOUNT)),
        Column::number(t(text::ADJUSTMENTS_BEFORE)),
        Column::number(t(text::ADJUSTMENTS_AFTER)),
    ];
    let rows = effects
        .iter()
        .cloned()
        .map(|effect| {
            let name = named(&effect.name_en, &effect.name_zh).to_owned();
            view! {
                <tr>
                    <td><AccountName account=effect.account name owners=owners.clone() /></td>
                    <td class="number"><Amount money=effect.before /></td>
                    <td class="number"><Amount money=effect.after /></td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=t(text::ADJUSTMENTS_BALANCES) columns>{rows}</Table> }
}

/// What changes for merchants: what is settled to them later, what they can be paid.
pub(super) fn settlement(effects: &[BalanceEffect], owners: &Owners) -> impl IntoView + use<> {
    let mut changes: BTreeMap<String, [Option<Money>; 2]> = BTreeMap::new();
    for effect in effects {
        let place = match effect.account.code.as_str() {
            UNSETTLED => 0,
            AVAILABLE => 1,
            _ => continue,
        };
        let change = effect.after.checked_sub(effect.before).ok();
        let places = changes.entry(effect.account.owner.clone()).or_default();
        if let Some(one) = places.get_mut(place) {
            *one = change;
        }
    }
    if changes.is_empty() {
        return view! { <p class="field-hint">{t(text::ADJUSTMENTS_NO_SETTLEMENT)}</p> }.into_any();
    }
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_OF_MERCHANT)),
        Column::number(t(text::ADJUSTMENTS_SETTLED_LATER)),
        Column::number(t(text::ADJUSTMENTS_PAYABLE)),
    ];
    let amount = |money: Option<Money>| money.map(|money| view! { <Amount money /> });
    let rows = changes
        .into_iter()
        .map(|(owner, [later, payable])| {
            view! {
                <tr>
                    <td>{owner_view(&owner, owners)}</td>
                    <td class="number">{amount(later)}</td>
                    <td class="number">{amount(payable)}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=t(text::ADJUSTMENTS_SETTLEMENT) columns>{rows}</Table> }.into_any()
}

/// The gap of the reserve before and after.
pub(super) fn reserve((before, after): (Money, Money)) -> impl IntoView {
    let badge = if after.is_zero() {
        view! { <Badge tone=Tone::Good>{t(text::ADJUSTMENTS_COVERED)}</Badge> }.into_any()
    } else {
        view! { <Badge tone=Tone::Bad>{t(text::ADJUSTMENTS_NOT_COVERED)}</Badge> }.into_any()
    };
    view! {
        <Facts>
            <Fact term=t(text::ADJUSTMENTS_GAP_BEFORE)><Amount money=before /></Fact>
            <Fact term=t(text::ADJUSTMENTS_GAP_AFTER)><Amount money=after /> " " {badge}</Fact>
        </Facts>
    }
}

/// All three.
pub(super) fn all(
    effects: &[BalanceEffect],
    gap: Option<(Money, Money)>,
    owners: &Owners,
) -> impl IntoView + use<> {
    view! {
        {balances(effects, owners)}
        <h3>{t(text::ADJUSTMENTS_SETTLEMENT)}</h3>
        {settlement(effects, owners)}
        {gap.map(|gap| view! { <h3>{t(text::ADJUSTMENTS_RESERVE)}</h3> {reserve(gap)} })}
    }
}
