use super::api;
use crate::components::{
    Badge, Column, CommandForm, Loaded, Moment, PageHead, Panel, Submit, Table, TextField, Tone,
    load,
};
use crate::i18n::t;
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::notification::Endpoint;
use leptos::prelude::*;

/// Where merchants are notified, those that are switched off first.
#[component]
pub fn EndpointList() -> impl IntoView {
    let endpoints = load(|| (), |()| api::endpoints());
    let propose = session::may(Permission::MakeMerchantChange).then(|| view! { <Propose /> });
    view! {
        <PageHead
            title=t(text::NOTIFICATIONS_ADDRESSES)
            lead=t(text::NOTIFICATIONS_ADDRESSES_LEAD)
        >
            <a class="link" href=routes::NOTIFICATIONS>{t(text::NOTIFICATIONS_TITLE)}</a>
        </PageHead>
        <Loaded from=endpoints show=show />
        {propose}
    }
}

fn show(endpoints: Vec<Endpoint>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::NOTIFICATIONS_MERCHANT)),
        Column::text(t(text::NOTIFICATIONS_ADDRESS)),
        Column::text(t(text::NOTIFICATIONS_STATE)),
        Column::text(t(text::NOTIFICATIONS_CHANGED_AT)),
        Column::text(t(text::NOTIFICATIONS_CHANGED_BY)),
    ];
    let empty = endpoints.is_empty();
    let rows = endpoints.into_iter().map(row).collect_view();
    view! {
        <Table
            caption=t(text::NOTIFICATIONS_ADDRESSES)
            columns
            empty
            nothing=t(text::NOTIFICATIONS_NO_ADDRESSES)
        >
            {rows}
        </Table>
    }
}

fn row(one: Endpoint) -> impl IntoView {
    let (word, tone, since, because) = match (one.disabled, one.failing_since) {
        (Some((at, because)), _) => {
            (text::NOTIFICATIONS_ADDRESS_DISABLED, Tone::Bad, Some(at), Some(because))
        }
        (None, Some(at)) => (text::NOTIFICATIONS_ADDRESS_FAILING, Tone::Warn, Some(at), None),
        (None, None) => (text::NOTIFICATIONS_ADDRESS_WORKS, Tone::Good, None, None),
    };
    view! {
        <tr>
            <td>
                <a class="link" href=routes::merchant(one.merchant)>{one.merchant_name}</a>
                " "
                <code>{one.merchant_code}</code>
            </td>
            <td class="wrap">{one.url}</td>
            <td class="wrap">
                <Badge tone>{t(word)}</Badge>
                " "
                {since.map(|at| view! { <Moment at /> })}
                " "
                {because}
            </td>
            <td><Moment at=one.changed_at /></td>
            <td>{labels::actor(&one.changed_by)}</td>
        </tr>
    }
}

#[component]
fn Propose() -> impl IntoView {
    let action = ServerAction::<api::ProposeEndpoint>::new();
    view! {
        <Panel title=t(text::NOTIFICATIONS_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::NOTIFICATIONS_PROPOSE_HINT)}</p>
                <TextField
                    name="request[merchant]"
                    label=t(text::NOTIFICATIONS_MERCHANT_CODE)
                />
                <TextField
                    name="request[url]"
                    label=t(text::NOTIFICATIONS_ADDRESS)
                    hint=t(text::NOTIFICATIONS_ADDRESS_HINT)
                />
                <div class="actions"><Submit>{t(text::NOTIFICATIONS_PROPOSE)}</Submit></div>
            </CommandForm>
        </Panel>
    }
}
