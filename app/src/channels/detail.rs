use super::health::Health;
use super::list::{cost, hour, state};
use super::policy::ProposeHealth;
use super::propose::{self, ProposeCost, ProposeValidity};
use super::{api, format_name, rail_name};
use crate::components::{
    Amount, Column, CopyId, Fact, Facts, Loaded, PageHead, Panel, Table, load,
};
use crate::i18n::t;
use crate::requests::Requests;
use crate::wording::{named, product_name};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::channel::{ChannelDetail, ChannelSummary};
use domain::routing::Route;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One channel, and what may go over it.
#[component]
pub fn ChannelPage() -> impl IntoView {
    let params = use_params_map();
    let channel = load(move || params.read().get("code").unwrap_or_default(), api::find);
    view! { <Loaded from=channel show=show /> }
}

fn show(channel: ChannelDetail) -> impl IntoView {
    let ChannelDetail { standing, routes: ways, costs } = channel;
    let summary = standing.summary.clone();
    let code = summary.code.clone();
    let proposes = session::may(Permission::MakeRoutingChange).then(|| {
        let standing = standing.clone();
        view! {
            <ProposeCost code />
            <ProposeValidity standing=standing.clone() />
            <ProposeHealth standing />
        }
    });
    let of = summary.code.clone();
    let changes = load(move || of.clone(), api::changes);
    let title = named(summary.name_en.clone(), summary.name_zh.clone());
    let payments = session::may(Permission::ViewPayments).then(|| {
        view! {
            <a class="link" href=routes::payments_over(&summary.code)>
                {t(text::CHANNELS_PAYMENTS)}
            </a>
        }
    });
    view! {
        <PageHead title>{payments}</PageHead>
        {facts(summary)}
        <Health standing />
        <Panel title=t(text::CHANNELS_ROUTES)>{table(ways)}</Panel>
        <Panel title=t(text::CHANNELS_COSTS)>{propose::costs(costs)}</Panel>
        <Panel title=t(text::CHANNELS_HISTORY)>
            <Loaded from=changes show=|rows| view! { <Requests rows /> } />
        </Panel>
        {proposes}
    }
}

fn facts(channel: ChannelSummary) -> impl IntoView {
    view! {
        <Panel title=t(text::CHANNELS_CHANNEL)>
            <Facts>
                <Fact term=t(text::CHANNELS_CODE)><code>{channel.code}</code></Fact>
                <Fact term=t(text::CHANNELS_STATE)>{state(channel.active)}</Fact>
                <Fact term=t(text::CHANNELS_RAIL)>{rail_name(channel.rail)}</Fact>
                <Fact term=t(text::CHANNELS_OUR_NO)>
                    <CopyId id=channel.our_merchant_no />
                </Fact>
                <Fact term=t(text::CHANNELS_CUT)>{hour(channel.cut_time)}</Fact>
                <Fact term=t(text::CHANNELS_COST)>{cost(channel.cost)}</Fact>
                <Fact term=t(text::CHANNELS_FORMAT)>{format_name(channel.bill_format)}</Fact>
            </Facts>
        </Panel>
    }
}

fn table(ways: Vec<Route>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::CHANNELS_PRODUCT)),
        Column::text(t(text::CHANNELS_METHOD)),
        Column::number(t(text::CHANNELS_PRIORITY)),
        Column::number(t(text::CHANNELS_MIN)),
        Column::number(t(text::CHANNELS_MAX)),
    ];
    view! {
        <Table caption=t(text::CHANNELS_ROUTES) columns empty=ways.is_empty()>
            {ways.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(way: Route) -> impl IntoView {
    view! {
        <tr>
            <td>{product_name(way.product)}</td>
            <td><code>{way.method}</code></td>
            <td class="number">{way.priority}</td>
            <td class="number"><Amount money=way.min /></td>
            <td class="number"><Amount money=way.max /></td>
        </tr>
    }
}
