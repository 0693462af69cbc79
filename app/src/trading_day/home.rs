use super::api::{Today, find_today};
use crate::components::{Loaded, PageHead, Panel, load};
use crate::i18n::{t, tf};
use crate::{routes, text};
use leptos::prelude::*;

/// The first screen after signing in.
#[component]
pub fn Home() -> impl IntoView {
    let today = load(|| (), |()| find_today());
    view! { <Loaded from=today show=show /> }
}

fn show(today: Today) -> impl IntoView {
    let title = tf(text::TRADING_DAY_TITLE, [("date", &today.date.to_string())]);
    view! {
        <PageHead title />
        <Panel title=t(text::TRADING_DAY_WAITING)>{waiting(today.to_decide)}</Panel>
    }
}

fn waiting(to_decide: i64) -> impl IntoView {
    if to_decide == 0 {
        return view! { <p class="nothing">{t(text::TRADING_DAY_NOTHING_WAITS)}</p> }.into_any();
    }
    let count = to_decide.to_string();
    view! {
        <p>
            <a class="link" href=routes::APPROVALS>
                {tf(text::TRADING_DAY_TO_DECIDE, [("count", &count)])}
            </a>
        </p>
    }
    .into_any()
}
