//! Channels and the routes over which products go.

pub mod api;
mod detail;
mod health;
mod list;
mod policy;
mod propose;

use crate::i18n::t;
use crate::text;
use domain::channel::{BillFormat, Rail};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of channels.
#[component(transparent)]
pub fn ChannelRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/channels") view=list::ChannelList />
        <Route path=path!("/channels/:code") view=detail::ChannelPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn rail_name(rail: Rail) -> &'static str {
    t(match rail {
        Rail::Unionpay => text::CHANNELS_RAIL_UNIONPAY,
        Rail::Nucc => text::CHANNELS_RAIL_NUCC,
        Rail::Pboc => text::CHANNELS_RAIL_PBOC,
        Rail::Bank => text::CHANNELS_RAIL_BANK,
    })
}

fn format_name(format: BillFormat) -> &'static str {
    t(match format {
        BillFormat::UnionpayZm => text::CHANNELS_FORMAT_UNIONPAY_ZM,
        BillFormat::WechatTrade => text::CHANNELS_FORMAT_WECHAT_TRADE,
        BillFormat::Camt053 => text::CHANNELS_FORMAT_CAMT053,
    })
}
