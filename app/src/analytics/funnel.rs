use super::api::{self, FunnelReport};
use crate::components::{
    Badge, Bar, BarChart, Column, DateField, FilterForm, Loaded, PageHead, Panel, Table, Tone,
    load, use_filter,
};
use crate::i18n::{Language, language, t, tf};
use crate::{routes, text};
use domain::analytics::{Funnel, FunnelUnit};
use domain::date::BusinessDate;
use leptos::prelude::*;

/// How many reach each step on the way to a successful payment.
#[component]
pub fn FunnelPage() -> impl IntoView {
    let filter = use_filter();
    let period = move || {
        let query = filter();
        (query.value::<BusinessDate>("from"), query.value::<BusinessDate>("to"))
    };
    let report = load(period, |(from, to)| api::funnels(from, to));
    view! {
        <PageHead title=t(text::ANALYTICS_TITLE) lead=t(text::ANALYTICS_LEAD) />
        <Loaded from=report show=show />
    }
}

fn show(report: FunnelReport) -> impl IntoView {
    let (from, to) = (report.period.from.to_string(), report.period.to.to_string());
    let none = report.funnels.is_empty();
    view! {
        <FilterForm action=routes::FUNNEL>
            <DateField name="from" label=t(text::ANALYTICS_FROM) value=from optional=true />
            <DateField name="to" label=t(text::ANALYTICS_TO) value=to optional=true />
        </FilterForm>
        {none.then(|| view! { <p class="nothing">{t(text::ANALYTICS_NONE)}</p> })}
        {report.funnels.into_iter().map(funnel).collect_view()}
    }
}

fn funnel(funnel: Funnel) -> impl IntoView {
    let title = match language() {
        Language::English => funnel.name_en.clone(),
        Language::Chinese => funnel.name_zh.clone(),
    };
    let bar = |step: &domain::analytics::FunnelStep| Bar {
        label: step_name(&step.step),
        value: step.reached,
        shown: step.reached.to_string(),
    };
    let bars: Vec<_> = funnel.steps.iter().map(bar).collect();
    let columns = (t(text::ANALYTICS_STEP), t(text::ANALYTICS_REACHED));
    let (caption, definition) = (title.clone(), definition(&funnel));
    view! {
        <Panel title=title.clone()>
            <p class="lead">{definition}</p>
            <BarChart title columns bars>{table(caption, &funnel)}</BarChart>
        </Panel>
    }
}

/// What a definition counts, in words.
fn definition(funnel: &Funnel) -> String {
    let unit = t(match funnel.unit {
        FunnelUnit::Visitor => text::ANALYTICS_COUNTS_VISITORS,
        FunnelUnit::Order => text::ANALYTICS_COUNTS_ORDERS,
    });
    let steps: Vec<_> = funnel.steps.iter().map(|step| step_name(&step.step)).collect();
    let steps = tf(text::ANALYTICS_STEPS_ARE, [("steps", &steps.join(" → "))]);
    let product = match &funnel.product {
        Some(product) => tf(text::ANALYTICS_ONLY_PRODUCT, [("product", &product_name(product))]),
        None => t(text::ANALYTICS_ALL_PRODUCTS).to_owned(),
    };
    format!("{unit} {product} {steps}")
}

fn table(caption: String, funnel: &Funnel) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::ANALYTICS_STEP)),
        Column::number(t(text::ANALYTICS_REACHED)),
        Column::number(t(text::ANALYTICS_OVERALL_RATE)),
        Column::number(t(text::ANALYTICS_STEP_RATE)),
        Column::text(t(text::ANALYTICS_NOTE)),
    ];
    let worst = funnel.worst_step();
    let rows = funnel.steps.iter().enumerate().map(|(place, step)| {
        let before = place.checked_sub(1).and_then(|before| funnel.rate(before, place));
        let note = (worst == Some(place)).then(|| {
            view! { <Badge tone=Tone::Warn>{t(text::ANALYTICS_WORST)}</Badge> }
        });
        view! {
            <tr>
                <th scope="row">{step_name(&step.step)}</th>
                <td class="number">{step.reached}</td>
                <td class="number">{percent(funnel.rate(0, place))}</td>
                <td class="number">{percent(before)}</td>
                <td>{note}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let empty = funnel.steps.is_empty();
    view! { <Table caption columns empty>{rows}</Table> }
}

/// Hundredths of a percent as a percentage.
fn percent(rate: Option<i64>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| format!("{}.{:02}%", rate / 100, rate % 100))
}

fn step_name(step: &str) -> String {
    t(match step {
        "order_confirm_page" => text::ANALYTICS_STEP_ORDER_CONFIRM_PAGE,
        "cashier_page" => text::ANALYTICS_STEP_CASHIER_PAGE,
        "confirm_pay" => text::ANALYTICS_STEP_CONFIRM_PAY,
        "order_requested" => text::ANALYTICS_STEP_ORDER_REQUESTED,
        "order_created" => text::ANALYTICS_STEP_ORDER_CREATED,
        "sms_code" => text::ANALYTICS_STEP_SMS_CODE,
        "pay_confirmed" => text::ANALYTICS_STEP_PAY_CONFIRMED,
        "paid" => text::ANALYTICS_STEP_PAID,
        other => return other.to_owned(),
    })
    .to_owned()
}

fn product_name(product: &str) -> String {
    t(match product {
        "quick_pay" => text::ANALYTICS_PRODUCT_QUICK_PAY,
        "wechat_pay" => text::ANALYTICS_PRODUCT_WECHAT_PAY,
        "bank_transfer" => text::ANALYTICS_PRODUCT_BANK_TRANSFER,
        other => return other.to_owned(),
    })
    .to_owned()
}
