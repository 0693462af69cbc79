use super::{Here, Views};
use crate::api;
use crate::books::{amounts, side_name};
use crate::components::{Badge, Column, Loaded, PageHead, Table, Tone, load};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::ChartBalance;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The chart of accounts as a tree, with what stands on each line and below it.
#[component]
pub fn ChartPage() -> impl IntoView {
    let chart = load(|| (), |()| api::chart());
    view! {
        <PageHead title=t(text::ACCOUNTS_TITLE) lead=t(text::ACCOUNTS_LEAD) />
        <Views here=Here::Chart />
        <Loaded from=chart show=show />
    }
}

fn show(chart: Vec<ChartBalance>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ACCOUNTS_CODE)),
        Column::text(t(text::ACCOUNTS_NAME)),
        Column::text(t(text::ACCOUNTS_NORMAL_SIDE)),
        Column::number(t(text::ACCOUNTS_ACCOUNTS)),
        Column::number(t(text::ACCOUNTS_BALANCE)),
        Column::text(t(text::ACCOUNTS_CHART_LINE)),
    ];
    let parents: BTreeMap<String, Option<String>> = chart
        .iter()
        .map(|balance| (balance.line.code.clone(), balance.line.parent.clone()))
        .collect();
    let rows = chart.into_iter().map(move |balance| {
        let depth = depth(&balance.line.code, &parents);
        row(balance, depth)
    });
    view! {
        <Table caption=t(text::ACCOUNTS_TITLE) columns>{rows.collect_view()}</Table>
    }
}

fn depth(code: &str, parents: &BTreeMap<String, Option<String>>) -> usize {
    let parent = |code: &str| parents.get(code).cloned().flatten();
    std::iter::successors(parent(code), |code| parent(code)).take(parents.len()).count()
}

fn row(balance: ChartBalance, depth: usize) -> impl IntoView {
    let ChartBalance { line, accounts, balances } = balance;
    let class = if depth == 0 { "total" } else { "" };
    let code = match depth {
        0 => "",
        1 => "depth-1",
        _ => "depth-2",
    };
    let in_transit = line.in_transit.then(|| {
        view! { " " <Badge tone=Tone::Info>{t(text::ACCOUNTS_IN_TRANSIT)}</Badge> }
    });
    let href = routes::accounts_of(&line.code);
    let change = routes::chart_line(&line.code);
    let accounts = line.postable.then(|| accounts.to_string());
    view! {
        <tr class=class>
            <td class=code><a class="link" href=href>{line.code}</a></td>
            <td>{named(&line.name_en, &line.name_zh).to_owned()} {in_transit}</td>
            <td>{side_name(line.normal_side)}</td>
            <td class="number">{accounts}</td>
            <td class="number">{amounts(balances)}</td>
            <td><a class="link" href=change>{t(text::ACCOUNTS_RULES)}</a></td>
        </tr>
    }
}
