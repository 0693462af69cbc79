use super::api;
use crate::components::{
    Badge, Choice, Column, CommandForm, CopyId, Loaded, Panel, SelectField, Submit, Table,
    TextField, Tone, load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::payout::{AccountWay, PayoutWay};
use leptos::prelude::*;

/// How payouts leave each account, and the form to propose another way.
#[component]
pub(super) fn Ways() -> impl IntoView {
    let ways = load(|| (), |()| api::ways());
    view! { <Loaded from=ways show=show /> }
}

fn way_name(way: PayoutWay) -> &'static str {
    t(match way {
        PayoutWay::Api => text::PAYOUTS_WAY_API,
        PayoutWay::File => text::PAYOUTS_WAY_FILE,
    })
}

fn show(ways: Vec<AccountWay>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_PAID_FROM)),
        Column::text(t(text::PAYOUTS_WAY)),
        Column::text(t(text::PAYOUTS_HOLDER)),
        Column::text(t(text::PAYOUTS_FILE_KEY)),
        Column::text(t(text::PAYOUTS_APPROVAL)),
    ];
    let proposes = if session::may(Permission::MakePayout) {
        view! { <Propose ways=ways.clone() /> }.into_any()
    } else {
        view! { <p class="field-hint">{t(text::PAYOUTS_WAY_CANNOT)}</p> }.into_any()
    };
    view! {
        <Panel title=t(text::PAYOUTS_WAYS)>
            <Table
                caption=t(text::PAYOUTS_WAYS)
                columns
                empty=ways.is_empty()
                nothing=t(text::PAYOUTS_NO_WAYS)
            >
                {ways.into_iter().map(row).collect_view()}
            </Table>
            {proposes}
        </Panel>
    }
}

fn row(way: AccountWay) -> impl IntoView {
    let tone = match way.setting.way {
        PayoutWay::Api => Tone::Neutral,
        PayoutWay::File => Tone::Info,
    };
    let key = match way.public_key {
        Some(key) => view! { <CopyId id=key /> }.into_any(),
        None => t(text::PAYOUTS_NO_FILE_KEY).into_any(),
    };
    let waiting = way.waiting.map(|id| {
        view! { <a class="link" href=routes::approval(id)>{t(text::PAYOUTS_TO_APPROVAL)}</a> }
    });
    view! {
        <tr>
            <th scope="row">{way.code} " " {way.bank_name}</th>
            <td><Badge tone>{way_name(way.setting.way)}</Badge></td>
            <td>{way.setting.holder}</td>
            <td class="wrap">{key}</td>
            <td>{waiting}</td>
        </tr>
    }
}

#[component]
fn Propose(ways: Vec<AccountWay>) -> impl IntoView {
    let action = ServerAction::<api::ProposeWay>::new();
    let accounts = ways.iter().map(|way| Choice::new(way.account, way.code.clone())).collect();
    let choices = PayoutWay::ALL.map(|way| Choice::new(way.name(), way_name(way))).to_vec();
    view! {
        <CommandForm action>
            <p class="field-hint">{t(text::PAYOUTS_WAY_HINT)}</p>
            <SelectField
                name="request[account]"
                label=t(text::PAYOUTS_PAID_FROM)
                choices=accounts
            />
            <SelectField name="request[way]" label=t(text::PAYOUTS_WAY) choices />
            <TextField
                name="request[holder]"
                label=t(text::PAYOUTS_HOLDER)
                hint=t(text::PAYOUTS_HOLDER_HINT)
                optional=true
            />
            <Submit>{t(text::PAYOUTS_PROPOSE_WAY)}</Submit>
        </CommandForm>
    }
}
