use super::{Views, api};
use crate::components::{
    Amount, Badge, Column, Fact, Facts, Loaded, PageHead, Panel, Table, Tone, load,
};
use crate::i18n::t;
use crate::session::channel_name;
use crate::{routes, text};
use domain::reserve::forecast::{Expectation, Expected, Forecast, ForecastDay};
use leptos::prelude::*;

/// What will be paid when, against what will arrive.
#[component]
pub fn ForecastPage() -> impl IntoView {
    let forecast = load(|| (), |()| api::forecast());
    view! {
        <PageHead title=t(text::RESERVE_FORECAST) lead=t(text::RESERVE_FORECAST_LEAD) />
        <Views here=routes::RESERVE_FORECAST />
        <Loaded from=forecast show=show />
    }
}

fn show(forecast: Forecast) -> impl IntoView {
    let Forecast { opening, overdue, days } = forecast;
    let columns = vec![
        Column::text(t(text::RESERVE_DAY)),
        Column::text(t(text::RESERVE_TERM)),
        Column::number(t(text::RESERVE_INCOMING)),
        Column::number(t(text::RESERVE_OUTGOING)),
        Column::number(t(text::RESERVE_LEFT)),
    ];
    let late = (!overdue.is_empty()).then(|| overdue_panel(overdue));
    view! {
        <Facts><Fact term=t(text::RESERVE_IN_RESERVE_NOW)><Amount money=opening /></Fact></Facts>
        {late}
        <Panel title=t(text::RESERVE_COMING_DAYS)>
            <Table caption=t(text::RESERVE_FORECAST) columns>
                {days.into_iter().map(day).collect_view()}
            </Table>
        </Panel>
    }
}

fn overdue_panel(overdue: Vec<Expected>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_DUE_ON)),
        Column::text(t(text::RESERVE_TERM)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let rows = overdue.into_iter().map(|one| {
        view! {
            <tr>
                <td>{one.day.to_string()}</td>
                <td>{words(&one)}</td>
                <td class="number"><Amount money=one.amount /></td>
            </tr>
        }
    });
    view! {
        <Panel
            title=t(text::RESERVE_OVERDUE)
            actions=|| view! { <Badge tone=Tone::Warn>{t(text::RESERVE_NOT_COUNTED)}</Badge> }
        >
            <Table caption=t(text::RESERVE_OVERDUE) columns>{rows.collect_view()}</Table>
        </Panel>
    }
}

fn day(day: ForecastDay) -> impl IntoView {
    let lines = day.expected.into_iter().map(|one| {
        let raises = one.amount.is_positive();
        let words = words(&one);
        let magnitude = if raises { Some(one.amount) } else { one.amount.checked_neg().ok() };
        let cell =
            move |shown: bool| magnitude.filter(|_| shown).map(|money| view! { <Amount money /> });
        view! {
            <tr>
                <td></td>
                <td class="depth-1">{words}</td>
                <td class="number">{cell(raises)}</td>
                <td class="number">{cell(!raises)}</td>
                <td></td>
            </tr>
        }
    });
    let short = day.closing.is_negative().then(|| {
        view! { <Badge tone=Tone::Bad>{t(text::RESERVE_SHORT)}</Badge> }
    });
    view! {
        <tr class="total">
            <th scope="row">{day.day.to_string()}</th>
            <td>{short}</td>
            <td class="number"><Amount money=day.incoming /></td>
            <td class="number"><Amount money=day.outgoing /></td>
            <td class="number"><Amount money=day.closing /></td>
        </tr>
        {lines.collect_view()}
    }
}

fn words(one: &Expected) -> String {
    let word = t(match one.what {
        Expectation::ChannelFunds => text::RESERVE_EXPECT_FUNDS,
        Expectation::ChannelLate => text::RESERVE_EXPECT_LATE,
        Expectation::PayoutsSent => text::RESERVE_EXPECT_SENT,
        Expectation::PayoutsDrafted => text::RESERVE_EXPECT_DRAFTED,
        Expectation::SettlementDue => text::RESERVE_EXPECT_SETTLEMENT,
        Expectation::Available => text::RESERVE_EXPECT_AVAILABLE,
        Expectation::Documents => text::RESERVE_EXPECT_DOCUMENTS,
    });
    if one.of.is_empty() { word.to_owned() } else { format!("{word} · {}", channel_name(&one.of)) }
}
