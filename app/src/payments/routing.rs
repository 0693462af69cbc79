use crate::components::{Amount, Badge, Column, Table, Tone};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::routing::{Considered, RouteVerdict, RoutingDecision};
use leptos::prelude::*;

/// Every route that was considered, with the reason it was taken or not.
#[component]
pub(super) fn Candidates(decision: RoutingDecision) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_CHANNEL)),
        Column::text(t(text::PAYMENTS_METHOD)),
        Column::number(t(text::PAYMENTS_PRIORITY)),
        Column::number(t(text::PAYMENTS_COST)),
        Column::text(t(text::PAYMENTS_VERDICT)),
    ];
    let rows = decision.considered.into_iter().map(row).collect_view();
    view! { <Table caption=t(text::PAYMENTS_ROUTING) columns>{rows}</Table> }
}

fn row(one: Considered) -> impl IntoView {
    let (reason, tone) = reason(one.verdict);
    let channel = routes::channel(&one.channel);
    view! {
        <tr>
            <td><a class="link" href=channel><code>{one.channel}</code></a></td>
            <td><code>{one.method}</code></td>
            <td class="number">{one.priority}</td>
            <td class="number">{one.cost.map(|money| view! { <Amount money /> })}</td>
            <td class="wrap"><Badge tone>{reason}</Badge></td>
        </tr>
    }
}

fn reason(verdict: RouteVerdict) -> (String, Tone) {
    let word = match verdict {
        RouteVerdict::BelowMinimum { min } => {
            let min = min.to_string();
            return (tf(text::PAYMENTS_VERDICT_BELOW, [("amount", &min)]), Tone::Neutral);
        }
        RouteVerdict::AboveMaximum { max } => {
            let max = max.to_string();
            return (tf(text::PAYMENTS_VERDICT_ABOVE, [("amount", &max)]), Tone::Neutral);
        }
        RouteVerdict::Chosen => {
            return (t(text::PAYMENTS_VERDICT_CHOSEN).to_owned(), Tone::Good);
        }
        RouteVerdict::Behind => text::PAYMENTS_VERDICT_BEHIND,
        RouteVerdict::OtherProduct => text::PAYMENTS_VERDICT_OTHER_PRODUCT,
        RouteVerdict::SwitchedOff => text::PAYMENTS_VERDICT_SWITCHED_OFF,
        RouteVerdict::NotConnected => text::PAYMENTS_VERDICT_NOT_CONNECTED,
        RouteVerdict::OtherCurrency => text::PAYMENTS_VERDICT_OTHER_CURRENCY,
    };
    (t(word).to_owned(), Tone::Neutral)
}
