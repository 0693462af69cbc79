use super::{Views, api};
use crate::components::{
    Choice, DateField, FilterForm, Loaded, PageHead, Panel, Query, SelectField, load, use_filter,
};
use crate::i18n::{Language, language, t};
use crate::wording::named;
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::reserve::tables::{Row, Table, TableKind, money};
use leptos::prelude::*;

/// The regulator's tables of a month, one at a time.
#[component]
pub fn TablesPage() -> impl IntoView {
    let filter = use_filter();
    let table = load(
        move || (number(&filter()), filter().value("month")),
        |(number, month)| api::table(number, month),
    );
    view! {
        <PageHead title=t(text::RESERVE_TABLES) lead=t(text::RESERVE_TABLES_LEAD)>
            {move || {
                let href = routes::reserve_tables_file(filter().text("month").as_deref());
                view! { <a class="button" href=href rel="external">{t(text::RESERVE_XLSX)}</a> }
            }}
        </PageHead>
        <Views here=routes::RESERVE_TABLES />
        {move || fields(&filter())}
        <Loaded from=table show=show />
        <p class="field-hint">{t(text::RESERVE_EMPTY_TABLES)}</p>
    }
}

fn number(query: &Query) -> String {
    query.text("table").unwrap_or_else(|| TableKind::T1_12.heading().0.to_owned())
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let choices = TableKind::ALL.map(|kind| {
        let (number, zh, en) = kind.heading();
        Choice::new(number, format!("{number} {}", named(en, zh)))
    });
    let (table, month) = (number(query), query.text("month").unwrap_or_default());
    view! {
        <FilterForm action=routes::RESERVE_TABLES>
            <SelectField
                name="table"
                label=t(text::RESERVE_TABLE)
                choices=choices.into()
                value=table
            />
            <DateField
                name="month"
                label=t(text::RESERVE_MONTH)
                value=month
                optional=true
            />
        </FilterForm>
    }
}

fn show(table: Table) -> impl IntoView {
    let Table { kind, days, rows } = table;
    let (number, zh, en) = kind.heading();
    let title = format!("{number} {}", named(format!("{zh} {en}"), zh.to_owned()));
    let sums = rows.iter().any(|row| row.total.is_some());
    let month = days.first().map(|day| day.to_string().chars().take(7).collect::<String>());
    let days = days.into_iter().map(day_head).collect_view();
    let total =
        sums.then(|| view! { <th scope="col" class="number">{t(text::RESERVE_TOTAL)}</th> });
    let rows = rows.into_iter().map(row).collect_view();
    let (caption, label) = (title.clone(), title.clone());
    view! {
        <Panel title=title>
            <p class="field-hint">{month} " · " {t(text::RESERVE_TABLE_HINT)}</p>
            <div class="table-frame" role="region" tabindex="0" aria-label=label>
                <table>
                    <caption class="sr-only">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t(text::RESERVE_CELL)}</th>
                            <th scope="col">{t(text::RESERVE_TERM)}</th>
                            {days}
                            {total}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Panel>
    }
}

/// The heading of a day's column; it leads to the day's journals.
fn day_head(day: BusinessDate) -> impl IntoView {
    let label = day.0.day().to_string();
    view! {
        <th scope="col" class="number">
            <a class="link" href=routes::journals_on(day) title=day.to_string()>{label}</a>
        </th>
    }
}

fn row(row: Row) -> impl IntoView {
    let shown = move |value: i64| {
        if row.counts { value.to_string() } else { money(value).grouped() }
    };
    let values = row.values.into_iter().chain(row.total).map(|value| {
        let class = if value < 0 { "number negative" } else { "number" };
        view! { <td class=class>{shown(value)}</td> }
    });
    // The tables are Chinese forms: who reads English is told what each line means.
    let english = (language() == Language::English)
        .then(|| view! { <br /> <span class="field-hint">{row.en}</span> });
    view! {
        <tr>
            <th scope="row">{row.code}</th>
            <td class="wrap">{row.zh} {english}</td>
            {values.collect_view()}
        </tr>
    }
}
