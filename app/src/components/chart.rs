use super::table::{Column, Table};
use leptos::prelude::*;

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: i64,
    /// The number as it is written beside the bar.
    pub shown: String,
}

/// Width of the longest bar, in the chart's own units.
const LONGEST: i64 = 600;
const HEIGHT: i64 = 22;
const LABELS: i64 = 220;
const NUMBERS: i64 = 120;

/// Horizontal bars, and the table that says the same.
#[component]
pub fn BarChart(
    /// What the chart shows.
    #[prop(into)]
    title: String,
    /// The headings of the table: what is counted, and how many.
    columns: (&'static str, &'static str),
    /// The bars, from above.
    bars: Vec<Bar>,
    /// A table that says more than the bars, in the place of the one made of them.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default().max(1);
    let lines = i64::try_from(bars.len()).unwrap_or_default();
    let (width, height) = (LABELS + LONGEST + NUMBERS, lines * (HEIGHT + 8));
    let drawn = (0_i64..).zip(&bars).map(|(line, bar)| draw(line, bar, most)).collect_view();
    let rows = bars
        .iter()
        .map(|bar| {
            view! {
                <tr>
                    <th scope="row">{bar.label.clone()}</th>
                    <td class="number">{bar.shown.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::text(columns.0), Column::number(columns.1)];
    let (label, empty) = (title.clone(), bars.is_empty());
    let table = match children {
        Some(children) => children(),
        None => view! { <Table caption=title columns empty>{rows}</Table> }.into_any(),
    };
    view! {
        <figure class="chart">
            <svg
                viewBox=format!("0 0 {width} {height}")
                role="img"
                aria-label=label
                preserveAspectRatio="xMinYMin meet"
            >
                {drawn}
            </svg>
            <figcaption>{table}</figcaption>
        </figure>
    }
}

fn draw(line: i64, bar: &Bar, most: i64) -> impl IntoView + use<> {
    let top = line * (HEIGHT + 8) + 4;
    // In 128 bits: a count of minor units times a width may pass 64.
    let length = i128::from(bar.value.max(0)) * i128::from(LONGEST) / i128::from(most);
    let length = i64::try_from(length).unwrap_or(LONGEST).max(1);
    let middle = top + HEIGHT / 2;
    view! {
        <text class="chart-label" x=LABELS - 10 y=middle text-anchor="end" dominant-baseline="central">
            {bar.label.clone()}
        </text>
        <rect class="chart-bar" x=LABELS y=top width=length height=HEIGHT rx="3"></rect>
        <text class="chart-number" x=LABELS + length + 8 y=middle dominant-baseline="central">
            {bar.shown.clone()}
        </text>
    }
}
