use super::api;
use crate::components::{Amount, Column, Fact, Facts, Loaded, PageHead, Panel, Table, load};
use crate::i18n::{t, tf};
use crate::text;
use domain::limits::{AccountKind, LimitRow, StructuringRule};
use domain::money::Money;
use leptos::prelude::*;

/// What accounts of each class may pay, and when payments look cut.
#[component]
pub fn LimitTable() -> impl IntoView {
    let table = load(|| (), |()| api::table());
    view! {
        <PageHead title=t(text::LIMITS_TITLE) lead=t(text::LIMITS_LEAD) />
        <Loaded from=table show=show />
    }
}

fn show(table: api::LimitsInForce) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::LIMITS_ACCOUNT)),
        Column::text(t(text::LIMITS_CLASS)),
        Column::number(t(text::LIMITS_PER_PAYMENT)),
        Column::number(t(text::LIMITS_PER_DAY)),
        Column::number(t(text::LIMITS_PER_YEAR)),
        Column::number(t(text::LIMITS_IN_TOTAL)),
        Column::text(t(text::LIMITS_VALID_FROM)),
        Column::text(t(text::LIMITS_SOURCE)),
    ];
    let rows = table.rows.into_iter().map(row).collect_view();
    view! {
        <Panel title=t(text::LIMITS_TABLE)>
            <p class="field-hint">{t(text::LIMITS_CORPORATE)}</p>
            <Table caption=t(text::LIMITS_TABLE) columns>{rows}</Table>
        </Panel>
        {structuring(table.structuring)}
    }
}

fn row(row: LimitRow) -> impl IntoView {
    let account = match row.account {
        AccountKind::Bank => text::LIMITS_ACCOUNT_BANK,
        AccountKind::Payment => text::LIMITS_ACCOUNT_PAYMENT,
    };
    let cell = |limit: Option<Money>| match limit {
        Some(money) => view! { <td class="number"><Amount money /></td> }.into_any(),
        None => view! { <td class="number">"–"</td> }.into_any(),
    };
    let limits = row.limits;
    view! {
        <tr>
            <th scope="row">{t(account)}</th>
            <td>{row.class.name()}</td>
            {cell(limits.per_payment)}
            {cell(limits.per_day)}
            {cell(limits.per_year)}
            {cell(limits.in_total)}
            <td>{row.valid_from.to_string()}</td>
            <td class="wrap">{row.source}</td>
        </tr>
    }
}

fn structuring(rule: StructuringRule) -> impl IntoView {
    let (count, hours) = (rule.payments_min.to_string(), rule.window_hours.to_string());
    let words = tf(
        text::LIMITS_STRUCTURING_RULE,
        [("count", &count), ("hours", &hours), ("share", &rule.share.to_string())],
    );
    let watched = rule.watched.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    view! {
        <Panel title=t(text::LIMITS_STRUCTURING)>
            <p>{words}</p>
            <Facts><Fact term=t(text::LIMITS_WATCHED)>{watched}</Fact></Facts>
        </Panel>
    }
}
