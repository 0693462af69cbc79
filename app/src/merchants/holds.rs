use super::api;
use crate::components::{Amount, Column, Fact, Facts, Loaded, Panel, Table, load};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::hold::{Hold, MerchantHolds};
use domain::ids::MerchantId;
use leptos::prelude::*;

/// What the merchant has, and what of it is held or about to be.
#[component]
pub(super) fn Holds(id: MerchantId, code: String) -> impl IntoView {
    let holds = load(|| (), move |()| api::holds(id));
    view! { <Loaded from=holds show=move |has| show(has, &code) /> }
}

fn show(has: MerchantHolds, code: &str) -> impl IntoView + use<> {
    let balances = has.balances;
    let new = session::may(Permission::MakeHold).then(|| {
        let href = routes::hold_new(code);
        view! { <a class="button" href=href>{t(text::MERCHANTS_HOLD_NEW)}</a> }
    });
    let all = routes::holds_of(code);
    let columns = vec![
        Column::text(t(text::MERCHANTS_HOLD_NUMBER)),
        Column::text(t(text::MERCHANTS_HOLD_REASON)),
        Column::number(t(text::MERCHANTS_HOLD_AMOUNT)),
    ];
    let empty = has.holds.is_empty();
    view! {
        <Panel title=t(text::MERCHANTS_BALANCES)>
            <Facts>
                <Fact term=t(text::MERCHANTS_UNSETTLED)><Amount money=balances.unsettled /></Fact>
                <Fact term=t(text::MERCHANTS_AVAILABLE)><Amount money=balances.available /></Fact>
                <Fact term=t(text::MERCHANTS_HELD)><Amount money=balances.held /></Fact>
                <Fact term=t(text::MERCHANTS_IN_TRANSIT)>
                    <Amount money=balances.in_transit />
                </Fact>
            </Facts>
            <Table
                caption=t(text::MERCHANTS_HOLDS)
                columns
                empty
                nothing=t(text::MERCHANTS_NO_HOLDS)
            >
                {has.holds.into_iter().map(row).collect_view()}
            </Table>
            <p>
                <a class="link" href=all>{t(text::MERCHANTS_HOLDS)}</a> " "
                {new}
            </p>
        </Panel>
    }
}

fn row(hold: Hold) -> impl IntoView {
    view! {
        <tr>
            <td><a class="link" href=routes::hold(hold.id)>{hold.number}</a></td>
            <td class="wrap">{hold.reason}</td>
            <td class="number"><Amount money=hold.amount /></td>
        </tr>
    }
}
