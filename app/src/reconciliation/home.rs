//! The reconciliation home: where each day, channel and kind stands.

use super::run::per_cent;
use super::{api, explanation_name, leg_name};
use crate::api::{Named, Owners};
use crate::components::{
    Amount, Badge, Column, DateField, FilterForm, Loaded, Moment, PageHead, Panel, Query, ShortId,
    Table, TextField, Tone, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::session::channel_name;
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::money::{Currency, Money};
use domain::reconciliation::{Cell, CellState, ExpectedRecord, Forecast, ForecastKind, Home};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use std::collections::HashMap;

/// Days shown, unless the address asks for more.
const DAYS: u16 = 14;

/// The matrix, what waits, and what will probably break.
#[component]
pub fn HomePage() -> impl IntoView {
    let filter = use_filter();
    let home = load(filter, |query| {
        api::find_home(query.value("day"), query.value("days").unwrap_or(DAYS))
    });
    view! {
        <PageHead
            title=t(text::RECONCILIATION_HOME)
            lead=t(text::RECONCILIATION_HOME_LEAD)
        >
            <a class="link" href=routes::RECONCILIATION>{t(text::RECONCILIATION_TITLE)}</a>
            <a class="link" href=routes::MATCHING_RULES>{t(text::RECONCILIATION_RULES)}</a>
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=home show=show />
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let text = |name| query.text(name).unwrap_or_default();
    let (day, days) = (text("day"), text("days"));
    view! {
        <FilterForm action=routes::RECONCILIATION_HOME>
            <DateField name="day" label=t(text::RECONCILIATION_LAST_DAY) value=day
                optional=true />
            <TextField name="days" label=t(text::RECONCILIATION_DAYS) value=days
                optional=true />
        </FilterForm>
    }
}

fn show(found: Named<Home>) -> impl IntoView {
    let Named { what: home, owners } = found;
    let figures = figures(&home);
    let Home { days, columns, cells, waiting, forecast } = home;
    let mut at: HashMap<(BusinessDate, Leg, String), Cell> =
        cells.into_iter().map(|cell| ((cell.day, cell.leg, cell.of.clone()), cell)).collect();
    let heads = columns.iter().map(|(leg, of)| {
        let of = short(*leg, of, &owners);
        view! { <th scope="col">{leg_name(*leg)} <span class="below">{of}</span></th> }
    });
    let heads = heads.collect_view();
    let nothing = columns.is_empty().then(|| view! { <p>{t(text::RECONCILIATION_NONE)}</p> });
    let rows = days.into_iter().map(|day| {
        let cells = columns.iter().map(|(leg, of)| {
            let cell = at.remove(&(day, *leg, of.clone()));
            view! { <td>{cell.map(shown)}</td> }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">{day.to_string()}</th>
                {cells}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        {figures}
        <Panel title=t(text::RECONCILIATION_MATRIX)>
            {nothing}
            <div
                class="table-frame"
                role="region"
                tabindex="0"
                aria-label=t(text::RECONCILIATION_MATRIX)
            >
                <table>
                    <caption class="sr-only">{t(text::RECONCILIATION_MATRIX)}</caption>
                    <thead>
                        <tr><th scope="col">{t(text::RECONCILIATION_DAY)}</th>{heads}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Panel>
        {waits(waiting)}
        {forecasts(forecast)}
    }
}

/// Open items, value at risk, files missing and records that wait, over all cells shown.
fn figures(home: &Home) -> impl IntoView + use<> {
    let open: i64 = home.cells.iter().map(|cell| cell.open_items).sum();
    let risk = Money::sum(home.cells.iter().map(|cell| cell.at_risk), Currency::Cny).ok();
    let missing = home.cells.iter().filter(|cell| cell.state == CellState::FileMissing).count();
    let waiting: i64 = home.cells.iter().map(|cell| cell.waiting).sum();
    view! {
        <p class="figures">
            <Badge tone=tone(open > 0, Tone::Bad)>{t(text::RECONCILIATION_OPEN_ITEMS)} " " {open}</Badge>
            {risk.map(|money| view! {
                <span>{t(text::RECONCILIATION_AT_RISK)} " " <Amount money /></span>
            })}
            <Badge tone=tone(missing > 0, Tone::Warn)>
                {t(text::RECONCILIATION_CELL_FILE_MISSING)} " " {missing}
            </Badge>
            <Badge tone=tone(waiting > 0, Tone::Info)>
                {t(text::RECONCILIATION_CELL_WAITING)} " " {waiting}
            </Badge>
        </p>
    }
}

fn tone(is: bool, tone: Tone) -> Tone {
    if is { tone } else { Tone::Good }
}

/// What a column is of: long ids by their end.
fn short(leg: Leg, of: &str, owners: &Owners) -> String {
    if let Some(name) = owners.get(of) {
        return name.clone();
    }
    match leg {
        Leg::BusinessMerchant | Leg::Funds | Leg::StatementLedger => {
            let kept: Vec<char> = of.chars().rev().take(6).collect();
            format!("…{}", kept.into_iter().rev().collect::<String>())
        }
        Leg::GatewayBank => channel_name(of),
        Leg::BusinessGateway | Leg::LedgerPayments => of.to_owned(),
    }
}

/// One cell: its state, with the way to what is to be done about it, and what is open in it.
fn shown(cell: Cell) -> AnyView {
    let (word, tone) = state(cell.state);
    let badge = view! { <Badge tone>{word}</Badge> };
    let way = match (cell.run, cell.state) {
        (Some((id, _)), _) => Some(routes::reconciliation(id)),
        (None, CellState::FileMissing) => Some(routes::IMPORT_FILE.to_owned()),
        (None, CellState::NotRun) => Some(routes::NEW_RECONCILIATION.to_owned()),
        (None, _) => None,
    };
    let badge = match way {
        Some(href) => view! { <a class="link" href=href>{badge}</a> }.into_any(),
        None => badge.into_any(),
    };
    let rate = cell.match_rate_ppm.map(per_cent);
    let open = (cell.open_items > 0).then(|| {
        let age = cell.oldest_days.map(|days| {
            tf(text::RECONCILIATION_AGE_DAYS, [("days", &days.max(0).to_string())])
        });
        let href = routes::error_items_of(cell.leg.name(), cell.day);
        view! {
            <div>
                <a class="link" href=href>{t(text::RECONCILIATION_OPEN_ITEMS)} " " {cell.open_items}</a>
                <span class="below"><Amount money=cell.at_risk /> " · " {age}</span>
            </div>
        }
    });
    let waiting = (cell.waiting > 0).then(|| {
        view! { <div>{t(text::RECONCILIATION_CELL_WAITING)} " " {cell.waiting}</div> }
    });
    view! { {badge} " " {rate} {open} {waiting} }.into_any()
}

fn state(state: CellState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        CellState::Failed => (text::RECONCILIATION_STATE_FAILED, Tone::Bad),
        CellState::FileMissing => (text::RECONCILIATION_CELL_FILE_MISSING, Tone::Warn),
        CellState::Open => (text::RECONCILIATION_CELL_OPEN, Tone::Bad),
        CellState::NotRun => (text::RECONCILIATION_CELL_NOT_RUN, Tone::Warn),
        CellState::Waiting => (text::RECONCILIATION_CELL_WAITING, Tone::Info),
        CellState::Forced => (text::RECONCILIATION_STATE_FORCED, Tone::Warn),
        CellState::Flat => (text::RECONCILIATION_CELL_FLAT, Tone::Good),
    };
    (t(word), tone)
}

fn waits(waiting: Vec<ExpectedRecord>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_CHANNEL)),
        Column::text(t(text::RECONCILIATION_DAY)),
        Column::text(t(text::RECONCILIATION_RECORD)),
        Column::number(t(text::RECONCILIATION_AMOUNT)),
        Column::text(t(text::RECONCILIATION_EXPLAINED)),
        Column::text(t(text::RECONCILIATION_CLEARS)),
        Column::number(t(text::RECONCILIATION_AGE)),
    ];
    let empty = waiting.is_empty();
    let rows = waiting.into_iter().map(|one| {
        let number =
            about(one.payment.map(routes::payment), one.refund.map(routes::refund), one.number);
        view! {
            <tr>
                <td>{channel_name(&one.channel)}</td>
                <td>{one.day.to_string()}</td>
                <td>{number}</td>
                <td class="number"><Amount money=one.amount /></td>
                <td><Badge tone=Tone::Info>{explanation_name(one.why)}</Badge></td>
                <td>{one.clears_by.to_string()}</td>
                <td class="number">{one.age_days}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_WAITING)>
            <p class="field-hint">{t(text::RECONCILIATION_WAITING_HINT)}</p>
            <Table
                caption=t(text::RECONCILIATION_WAITING)
                columns
                empty
                nothing=t(text::RECONCILIATION_NOTHING_WAITS)
            >
                {rows}
            </Table>
        </Panel>
    }
}

fn forecasts(forecast: Vec<Forecast>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_WHY)),
        Column::text(t(text::RECONCILIATION_CHANNEL)),
        Column::text(t(text::RECONCILIATION_RECORD)),
        Column::number(t(text::RECONCILIATION_AMOUNT)),
        Column::text(t(text::RECONCILIATION_EVENT_TIME)),
    ];
    let empty = forecast.is_empty();
    let rows = forecast.into_iter().map(|one| {
        let (word, tone) = match one.kind {
            ForecastKind::Unknown => (text::RECONCILIATION_FORECAST_UNKNOWN, Tone::Bad),
            ForecastKind::RefundInFlight => {
                (text::RECONCILIATION_EXPLAINED_REFUND_IN_FLIGHT, Tone::Info)
            }
            ForecastKind::NearCut => (text::RECONCILIATION_FORECAST_NEAR_CUT, Tone::Warn),
        };
        let number =
            about(Some(routes::payment(one.payment)), one.refund.map(routes::refund), one.number);
        view! {
            <tr>
                <td><Badge tone>{t(word)}</Badge></td>
                <td>{channel_name(&one.channel)}</td>
                <td>{number}</td>
                <td class="number"><Amount money=one.amount /></td>
                <td><Moment at=one.at /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_FORECAST)>
            <p class="field-hint">{t(text::RECONCILIATION_FORECAST_HINT)}</p>
            <Table
                caption=t(text::RECONCILIATION_FORECAST)
                columns
                empty
                nothing=t(text::RECONCILIATION_NO_FORECAST)
            >
                {rows}
            </Table>
        </Panel>
    }
}

/// A record's number, leading to the refund or payment.
fn about(payment: Option<String>, refund: Option<String>, number: String) -> AnyView {
    match refund.or(payment) {
        Some(href) => view! { <a class="link" href=href><ShortId id=number /></a> }.into_any(),
        None => view! { <ShortId id=number /> }.into_any(),
    }
}
