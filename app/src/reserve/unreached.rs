use super::{Views, api};
use crate::components::{
    Amount, Badge, Column, DateField, FilterForm, Loaded, PageHead, Panel, Query, Table, Tone,
    load, use_filter,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use domain::reserve::unreached::{Band, Item, Kind};
use leptos::prelude::*;

/// Unreached items of a day, kind by kind, with their age.
#[component]
pub fn UnreachedPage() -> impl IntoView {
    let filter = use_filter();
    let items = load(move || filter().value("day"), api::unreached);
    view! {
        <PageHead title=t(text::RESERVE_UNREACHED_ITEMS) lead=t(text::RESERVE_UNREACHED_LEAD) />
        <Views here=routes::RESERVE_UNREACHED />
        {move || fields(&filter())}
        <Loaded from=items show=|(day, items)| kinds(day, items) />
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let day = query.text("day").unwrap_or_default();
    view! {
        <FilterForm action=routes::RESERVE_UNREACHED>
            <DateField
                name="day"
                label=t(text::RESERVE_DAY)
                value=day
                optional=true
            />
        </FilterForm>
    }
}

/// The items of each kind, under its code.
pub(super) fn kinds(day: BusinessDate, items: Vec<Item>) -> impl IntoView {
    Kind::ALL
        .into_iter()
        .map(|kind| {
            let of = items.iter().filter(|item| item.kind == kind).cloned().collect();
            panel(day, kind, of)
        })
        .collect_view()
}

fn panel(day: BusinessDate, kind: Kind, items: Vec<Item>) -> impl IntoView {
    let (code, zh, en) = kind.heading();
    let columns = vec![
        Column::text(t(text::RESERVE_ACCOUNT)),
        Column::text(t(text::RESERVE_ITEM)),
        Column::text(t(text::RESERVE_SINCE)),
        Column::number(t(text::RESERVE_AGE)),
        Column::text(t(text::RESERVE_BAND)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let sum = Money::sum(items.iter().map(|item| item.amount), Currency::Cny).ok();
    let title = format!("{code} {}", named(en, zh));
    let total = (!items.is_empty()).then(|| {
        view! {
            <tr class="total">
                <th scope="row" colspan="5">{t(text::RESERVE_TOTAL)}</th>
                <td class="number">{sum.map(|money| view! { <Amount money /> })}</td>
            </tr>
        }
    });
    view! {
        <Panel title=title.clone()>
            <Table
                caption=title
                columns
                empty=items.is_empty()
                nothing=t(text::RESERVE_NO_ITEMS)
            >
                {items.into_iter().map(|item| row(day, item)).collect_view()}
                {total}
            </Table>
        </Panel>
    }
}

fn row(day: BusinessDate, item: Item) -> impl IntoView {
    let (age, band) = (item.age(day), item.band(day));
    let tone = match band {
        Band::Fresh => Tone::Neutral,
        Band::Old => Tone::Warn,
        Band::Stale => Tone::Bad,
    };
    let (zh, en) = band.heading();
    let account = if item.owner.is_empty() {
        item.account.clone()
    } else {
        format!("{} {}", item.account, item.owner)
    };
    let href = match item.line {
        Some(line) => Some(routes::statement_line(line)),
        None => routes::source(&item.source.kind, &item.source.id),
    };
    let href = href.unwrap_or_else(|| routes::accounts_of(&item.account));
    let document = format!("{} {}", item.source.kind, item.source.id);
    view! {
        <tr>
            <td>
                <a class="link" href=routes::accounts_of(&item.account)>{account}</a>
            </td>
            <td><a class="link" href=href>{document}</a></td>
            <td>{item.since.to_string()}</td>
            <td class="number">{age}</td>
            <td><Badge tone>{named(en, zh)}</Badge></td>
            <td class="number"><Amount money=item.amount /></td>
        </tr>
    }
}
