use super::health::{badge, validity};
use super::{api, format_name, rail_name};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, PageHead, Query, SelectField, Table, Tone,
    load, use_filter,
};
use crate::decision::success;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::channel::{ChannelStanding, Rail};
use domain::fee::CostTerms;
use leptos::prelude::*;
use time::Time;

/// The channels, of one clearing institution if asked.
#[component]
pub fn ChannelList() -> impl IntoView {
    let filter = use_filter();
    let channels = load(|| (), |()| api::list());
    view! {
        <PageHead title=t(text::CHANNELS_TITLE) lead=t(text::CHANNELS_LEAD) />
        {move || fields(&filter())}
        <Loaded from=channels show=move |channels| move || show(channels.clone(), &filter()) />
    }
}

fn rail(query: &Query) -> Option<Rail> {
    Rail::named(&query.text("rail")?)
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let choices = Rail::ALL.map(|rail| Choice::new(rail.name(), rail_name(rail))).into();
    let value = rail(query).map_or("", Rail::name);
    view! {
        <FilterForm action=routes::CHANNELS>
            <SelectField
                name="rail"
                label=t(text::CHANNELS_RAIL)
                choices
                value
                none=t(text::CHANNELS_ANY)
            />
        </FilterForm>
    }
}

fn show(mut channels: Vec<ChannelStanding>, query: &Query) -> impl IntoView + use<> {
    if let Some(rail) = rail(query) {
        channels.retain(|channel| channel.summary.rail == rail);
    }
    let columns = vec![
        Column::text(t(text::CHANNELS_CODE)),
        Column::text(t(text::CHANNELS_NAME)),
        Column::text(t(text::CHANNELS_RAIL)),
        Column::text(t(text::CHANNELS_CUT)),
        Column::number(t(text::CHANNELS_COST)),
        Column::text(t(text::CHANNELS_FORMAT)),
        Column::text(t(text::CHANNELS_STATE)),
        Column::text(t(text::CHANNELS_HEALTH)),
        Column::number(t(text::CHANNELS_SUCCESS)),
        Column::text(t(text::CHANNELS_VALIDITY)),
    ];
    view! {
        <Table caption=t(text::CHANNELS_TITLE) columns empty=channels.is_empty()>
            {channels.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(standing: ChannelStanding) -> impl IntoView {
    let (health, days) = (badge(&standing.health), validity(&standing));
    let channel = standing.summary;
    let href = routes::channel(&channel.code);
    view! {
        <tr>
            <td>
                <a class="link" href=href>
                    <code>{channel.code}</code>
                </a>
            </td>
            <td>{named(channel.name_en, channel.name_zh)}</td>
            <td>{rail_name(channel.rail)}</td>
            <td>{hour(channel.cut_time)}</td>
            <td class="number">{cost(channel.cost)}</td>
            <td>{format_name(channel.bill_format)}</td>
            <td>{state(channel.active)}</td>
            <td>{health}</td>
            <td class="number">{success(standing.success)}</td>
            <td>{days}</td>
        </tr>
    }
}

pub(super) fn hour(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

pub(super) fn cost(terms: CostTerms) -> impl IntoView {
    let fixed = (!terms.fixed.is_zero()).then(|| view! { " + " <Amount money=terms.fixed /> });
    view! { {terms.rate.to_string()} {fixed} }
}

pub(super) fn state(active: bool) -> impl IntoView {
    let (tone, word) = if active {
        (Tone::Good, text::CHANNELS_ACTIVE)
    } else {
        (Tone::Neutral, text::CHANNELS_SWITCHED_OFF)
    };
    view! { <Badge tone>{t(word)}</Badge> }
}
