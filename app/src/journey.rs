//! The way of an order through the systems, hop by hop: orders and payments show it alike.

use crate::components::{Badge, Step, Tone};
use crate::i18n::{Text, t, tf};
use crate::phrases::phrase;
use crate::text;
use domain::order::{HopOutcome, HopRecord, Station};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// One hop, with what there is to show about it beyond its own words.
#[component]
pub fn HopStep(
    /// The hop.
    hop: HopRecord,
    /// More about it.
    #[prop(optional_no_strip)]
    more: Option<AnyView>,
) -> impl IntoView {
    let (outcome, tone) = outcome_name(hop.outcome);
    let took = (hop.finished_at - hop.started_at).whole_milliseconds().max(0).to_string();
    let title = format!("{} · {}", t(station_name(hop.station)), step_name(&hop.step));
    view! {
        <Step at=Some(hop.started_at) title tone>
            <p>
                <Badge tone>{outcome}</Badge> " "
                {tf(text::ORDERS_TOOK, [("milliseconds", &took)])}
            </p>
            <p>{phrase(&hop.detail)}</p>
            {more}
        </Step>
    }
}

fn outcome_name(outcome: HopOutcome) -> (&'static str, Tone) {
    let (word, tone) = match outcome {
        HopOutcome::Ok => (text::ORDERS_OUTCOME_OK, Tone::Good),
        HopOutcome::Refused => (text::ORDERS_OUTCOME_REFUSED, Tone::Bad),
        HopOutcome::Failed => (text::ORDERS_OUTCOME_FAILED, Tone::Bad),
        HopOutcome::Unknown => (text::ORDERS_OUTCOME_UNKNOWN, Tone::Warn),
    };
    (t(word), tone)
}

fn station_name(station: Station) -> Text {
    match station {
        Station::Orders => text::ORDERS_STATION_ORDERS,
        Station::Gateway => text::ORDERS_STATION_GATEWAY,
        Station::Merchants => text::ORDERS_STATION_MERCHANTS,
        Station::Payments => text::ORDERS_STATION_PAYMENTS,
        Station::BankFront => text::ORDERS_STATION_BANK_FRONT,
        Station::Ledger => text::ORDERS_STATION_LEDGER,
        Station::Settlement => text::ORDERS_STATION_SETTLEMENT,
        Station::Refunds => text::ORDERS_STATION_REFUNDS,
        Station::ErrorItems => text::ORDERS_STATION_ERROR_ITEMS,
    }
}

/// What is done at a station; a step that has no word here is shown by its stored name.
fn step_name(step: &str) -> String {
    let word = match step {
        "take_order" => text::ORDERS_STEP_TAKE_ORDER,
        "receive" => text::ORDERS_STEP_RECEIVE,
        "check_entitlement" => text::ORDERS_STEP_CHECK_ENTITLEMENT,
        "route" => text::ORDERS_STEP_ROUTE,
        "pay" => text::ORDERS_STEP_PAY,
        "query" => text::ORDERS_STEP_QUERY,
        "book" => text::ORDERS_STEP_BOOK,
        "result" => text::ORDERS_STEP_RESULT,
        "callback" => text::ORDERS_STEP_CALLBACK,
        "close" => text::ORDERS_STEP_CLOSE,
        "repair" => text::ORDERS_STEP_REPAIR,
        _ => return step.replace('_', " "),
    };
    t(word).to_owned()
}
