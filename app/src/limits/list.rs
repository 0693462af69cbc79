use super::propose::{ProposeLimits, ProposeStructuring};
use super::{account_name, api};
use crate::components::{
    Amount, Column, Fact, Facts, Loaded, PageHead, Panel, Query, Table, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::requests::Requests;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::limits::{LimitRow, StructuringRule};
use domain::money::Money;
use leptos::prelude::*;

/// What accounts of each class may pay, and when payments look cut.
#[component]
pub fn LimitTable() -> impl IntoView {
    let filter = use_filter();
    let table = load(|| (), |()| api::table());
    view! {
        <PageHead title=t(text::LIMITS_TITLE) lead=t(text::LIMITS_LEAD)>
            <a class="link" href=routes::USERS>{t(text::LIMITS_USERS)}</a>
        </PageHead>
        <Loaded from=table show=move |table| show(table, &filter()) />
    }
}

fn show(limits: api::LimitsInForce, query: &Query) -> impl IntoView + use<> {
    let api::LimitsInForce { rows, to_come, structuring: rule, changes, today } = limits;
    let proposes = session::may(Permission::MakeLimitChange);
    let (account, class) = (query.text("account"), query.text("class"));
    let wanted = rows.iter().find(|row| {
        Some(row.account.name()) == account.as_deref() && Some(row.class.name()) == class.as_deref()
    });
    let row = wanted.cloned();
    let forms = proposes.then(|| {
        let rule = rule.clone();
        view! { <ProposeLimits row today /> <ProposeStructuring rule /> }
    });
    view! {
        <Panel title=t(text::LIMITS_TABLE)>
            <p class="field-hint">{t(text::LIMITS_CORPORATE)}</p>
            {table(t(text::LIMITS_TABLE), rows, proposes)}
        </Panel>
        <Panel title=t(text::LIMITS_TO_COME)>
            {table(t(text::LIMITS_TO_COME), to_come, false)}
        </Panel>
        {structuring(rule)}
        <Panel title=t(text::LIMITS_HISTORY)><Requests rows=changes /></Panel>
        {forms}
    }
}

fn table(caption: &'static str, rows: Vec<LimitRow>, changed: bool) -> impl IntoView {
    let mut columns = vec![
        Column::text(t(text::LIMITS_ACCOUNT)),
        Column::text(t(text::LIMITS_CLASS)),
        Column::number(t(text::LIMITS_PER_PAYMENT)),
        Column::number(t(text::LIMITS_PER_DAY)),
        Column::number(t(text::LIMITS_PER_YEAR)),
        Column::number(t(text::LIMITS_IN_TOTAL)),
        Column::text(t(text::LIMITS_VALID_FROM)),
        Column::text(t(text::LIMITS_SOURCE)),
    ];
    if changed {
        columns.push(Column::text(t(text::LIMITS_CHANGE)));
    }
    let empty = rows.is_empty();
    let rows = rows.into_iter().map(|one| row(one, changed)).collect_view();
    view! { <Table caption columns empty nothing=t(text::LIMITS_NO_TO_COME)>{rows}</Table> }
}

fn row(row: LimitRow, changed: bool) -> impl IntoView {
    let cell = |limit: Option<Money>| match limit {
        Some(money) => view! { <td class="number"><Amount money /></td> }.into_any(),
        None => view! { <td class="number">"–"</td> }.into_any(),
    };
    let limits = row.limits;
    let change = changed.then(|| {
        let href = routes::limits_of(row.account.name(), row.class.name());
        view! { <td><a class="link" href=href>{t(text::LIMITS_EDIT)}</a></td> }
    });
    view! {
        <tr>
            <th scope="row">{account_name(row.account)}</th>
            <td>{row.class.name()}</td>
            {cell(limits.per_payment)}
            {cell(limits.per_day)}
            {cell(limits.per_year)}
            {cell(limits.in_total)}
            <td>{row.valid_from.to_string()}</td>
            <td class="wrap">{row.source}</td>
            {change}
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
