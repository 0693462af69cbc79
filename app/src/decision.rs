//! A routing decision with all its reasons: shown with each payment, and to whoever asks where one
//! would go.

use crate::components::{Amount, Badge, Column, Fact, Facts, Table, Tone};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::session::channel_name;
use crate::{routes, text};
use domain::channel::SuccessRate;
use domain::fee::Rate;
use domain::routing::{ChosenBy, Considered, RouteVerdict, RoutingDecision, RuleTried, Silence};
use leptos::prelude::*;

/// By what the channel was chosen, and every candidate with its verdict.
#[component]
pub fn Decision(
    /// The decision.
    decision: RoutingDecision,
) -> impl IntoView {
    let by = decision.chosen_by.map_or_else(|| t(text::ROUTING_BY_NONE).to_owned(), chosen_by);
    let version = match decision.version {
        0 => t(text::ROUTING_NO_RULES).to_owned(),
        version => version.to_string(),
    };
    let rule = decision.rule.unwrap_or_else(|| t(text::ROUTING_NO_RULE).to_owned());
    let columns = vec![
        Column::text(t(text::ROUTING_CHANNEL)),
        Column::text(t(text::ROUTING_METHOD)),
        Column::number(t(text::ROUTING_PRIORITY)),
        Column::number(t(text::ROUTING_WEIGHT)),
        Column::number(t(text::ROUTING_COST)),
        Column::number(t(text::ROUTING_SUCCESS)),
        Column::text(t(text::ROUTING_VERDICT)),
    ];
    let empty = decision.considered.is_empty();
    let rows = decision.considered.into_iter().map(candidate).collect_view();
    view! {
        <Facts>
            <Fact term=t(text::ROUTING_CHOSEN_BY)>{by}</Fact>
            <Fact term=t(text::ROUTING_RULE)>{rule}</Fact>
            <Fact term=t(text::ROUTING_VERSION)>{version}</Fact>
        </Facts>
        <Table caption=t(text::ROUTING_CANDIDATES) columns empty>{rows}</Table>
        {tried(decision.rules)}
    }
}

/// How often a channel succeeded of late.
#[must_use]
pub fn success(rate: SuccessRate) -> String {
    if rate.answers == 0 {
        return t(text::ROUTING_NO_ANSWERS).to_owned();
    }
    let share = Rate::from_ppm(rate.ppm()).map(|rate| rate.to_string()).unwrap_or_default();
    format!("{share} ({}/{})", rate.collected, rate.answers)
}

fn candidate(one: Considered) -> impl IntoView {
    let (reason, tone) = reason(one.verdict);
    let channel = routes::channel(&one.channel);
    view! {
        <tr>
            <td><a class="link" href=channel>{channel_name(&one.channel)}</a></td>
            <td><code>{one.method}</code></td>
            <td class="number">{one.priority}</td>
            <td class="number">{one.weight}</td>
            <td class="number">{one.cost.map(|money| view! { <Amount money /> })}</td>
            <td class="number">{success(one.success)}</td>
            <td class="wrap"><Badge tone>{reason}</Badge></td>
        </tr>
    }
}

/// The rules that were looked at before one decided.
fn tried(rules: Vec<RuleTried>) -> Option<impl IntoView> {
    if rules.is_empty() {
        return None;
    }
    let columns =
        vec![Column::text(t(text::ROUTING_RULE)), Column::text(t(text::ROUTING_RULE_VERDICT))];
    let rows = rules.into_iter().map(|rule| {
        let (word, tone) = match rule.silence {
            Some(silence) => (silent(silence), Tone::Neutral),
            None => (t(text::ROUTING_RULE_DECIDED), Tone::Good),
        };
        view! { <tr><td>{rule.name}</td><td><Badge tone>{word}</Badge></td></tr> }
    });
    let rows = rows.collect_view();
    Some(view! { <Table caption=t(text::ROUTING_RULES_TRIED) columns>{rows}</Table> })
}

fn silent(silence: Silence) -> &'static str {
    t(match silence {
        Silence::Product => text::ROUTING_SILENT_PRODUCT,
        Silence::Method => text::ROUTING_SILENT_METHOD,
        Silence::Amount => text::ROUTING_SILENT_AMOUNT,
        Silence::Card => text::ROUTING_SILENT_CARD,
        Silence::Bank => text::ROUTING_SILENT_BANK,
        Silence::Merchant => text::ROUTING_SILENT_MERCHANT,
        Silence::Hours => text::ROUTING_SILENT_HOURS,
        Silence::NoChannel => text::ROUTING_SILENT_NO_CHANNEL,
    })
}

fn chosen_by(by: ChosenBy) -> String {
    let word = match by {
        ChosenBy::Weight { drawn, total } => {
            let (drawn, total) = (drawn.to_string(), total.to_string());
            return tf(text::ROUTING_BY_WEIGHT, [("drawn", &drawn), ("total", &total)]);
        }
        ChosenBy::Priority => text::ROUTING_BY_PRIORITY,
        ChosenBy::Cost => text::ROUTING_BY_COST,
        ChosenBy::SuccessRate => text::ROUTING_BY_SUCCESS,
        ChosenBy::Trial => text::ROUTING_BY_TRIAL,
    };
    t(word).to_owned()
}

fn reason(verdict: RouteVerdict) -> (String, Tone) {
    let filled = match verdict {
        RouteVerdict::Chosen => return (t(text::ROUTING_VERDICT_CHOSEN).to_owned(), Tone::Good),
        RouteVerdict::Withdrawn { reason } => {
            return (
                tf(text::ROUTING_VERDICT_WITHDRAWN, [("reason", &phrase(&reason))]),
                Tone::Bad,
            );
        }
        RouteVerdict::OnTrial { share } => {
            let share = share.to_string();
            return (tf(text::ROUTING_VERDICT_ON_TRIAL, [("share", &share)]), Tone::Warn);
        }
        RouteVerdict::BelowMinimum { min } => {
            tf(text::ROUTING_VERDICT_BELOW, [("amount", &min.to_string())])
        }
        RouteVerdict::AboveMaximum { max } => {
            tf(text::ROUTING_VERDICT_ABOVE, [("amount", &max.to_string())])
        }
        RouteVerdict::NotYetValid { from } => {
            tf(text::ROUTING_VERDICT_NOT_YET, [("day", &from.to_string())])
        }
        RouteVerdict::Expired { until } => {
            tf(text::ROUTING_VERDICT_EXPIRED, [("day", &until.to_string())])
        }
        RouteVerdict::Behind => t(text::ROUTING_VERDICT_BEHIND).to_owned(),
        RouteVerdict::NotInRule => t(text::ROUTING_VERDICT_NOT_IN_RULE).to_owned(),
        RouteVerdict::OtherProduct => t(text::ROUTING_VERDICT_OTHER_PRODUCT).to_owned(),
        RouteVerdict::OtherMethod => t(text::ROUTING_VERDICT_OTHER_METHOD).to_owned(),
        RouteVerdict::SwitchedOff => t(text::ROUTING_VERDICT_SWITCHED_OFF).to_owned(),
        RouteVerdict::NotConnected => t(text::ROUTING_VERDICT_NOT_CONNECTED).to_owned(),
        RouteVerdict::OtherCurrency => t(text::ROUTING_VERDICT_OTHER_CURRENCY).to_owned(),
    };
    (filled, Tone::Neutral)
}
