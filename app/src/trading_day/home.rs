use super::{api, cut, steps, waiting};
use crate::components::{DateField, FilterForm, Loaded, PageHead, Panel, load, use_filter};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::trading_day::DayOverview;
use leptos::prelude::*;

/// Where the trading day stands, and what waits for whoever looks.
#[component]
pub fn Home() -> impl IntoView {
    let filter = use_filter();
    let day = move || filter().value::<BusinessDate>("day");
    let overview = load(day, api::overview);
    let mine = load(|| (), |()| api::find_waiting());
    view! {
        <Loaded from=overview show=show />
        <Panel title=t(text::TRADING_DAY_WAITING)>
            <Loaded from=mine show=waiting::show />
        </Panel>
    }
}

fn show(day: DayOverview) -> impl IntoView {
    let date = day.date.to_string();
    let title = tf(text::TRADING_DAY_TITLE, [("date", &date)]);
    let lead = if day.date == day.open_date {
        t(text::TRADING_DAY_IS_OPEN).to_owned()
    } else if let Some(at) = &day.cut_at {
        tf(text::TRADING_DAY_WAS_CUT, [("at", at)])
    } else {
        tf(text::TRADING_DAY_NOT_OPEN, [("open", &day.open_date.to_string())])
    };
    let previous = routes::day(&day.date.previous().to_string());
    let next = routes::day(&day.date.next().to_string());
    let steps = steps::table(&day);
    view! {
        <PageHead title lead>
            <a class="button" rel="prev" href=previous>{t(text::TRADING_DAY_PREVIOUS)}</a>
            <a class="button" href=routes::HOME>{t(text::TRADING_DAY_OPEN_DAY)}</a>
            <a class="button" rel="next" href=next>{t(text::TRADING_DAY_NEXT)}</a>
        </PageHead>
        <FilterForm action=routes::HOME>
            <DateField name="day" label=t(text::TRADING_DAY_DAY) value=date optional=true />
        </FilterForm>
        <Panel title=t(text::TRADING_DAY_STEPS)>{steps}</Panel>
        {cut::show(day)}
    }
}
