use super::cases::api;
use super::names::cause_name;
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, SelectField, Table, Tone,
    load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::error_item::Advance;
use leptos::prelude::*;

/// Payments that were settled although they do not match, as long as that is open.
#[component]
pub fn AdvanceList() -> impl IntoView {
    let filter = use_filter();
    let advances = load(filter, |query| api::advances(query.text("show").is_none()));
    let shown = move || vec![Choice::new("all", t(text::ERROR_ITEMS_SHOW_ALL))];
    view! {
        <PageHead title=t(text::ERROR_ITEMS_ADVANCES) lead=t(text::ERROR_ITEMS_ADVANCES_LEAD) />
        <FilterForm action=routes::ERROR_ITEM_ADVANCES>
            <SelectField
                name="show"
                label=t(text::ERROR_ITEMS_STATUS)
                choices=shown()
                value=filter().text("show").unwrap_or_default()
                none=t(text::ERROR_ITEMS_ADVANCE_OPEN)
            />
        </FilterForm>
        <Loaded from=advances show=table />
    }
}

fn table(advances: Vec<Advance>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_LINK_PAYMENT)),
        Column::text(t(text::ERROR_ITEMS_LINK_MERCHANT)),
        Column::text(t(text::ERROR_ITEMS_CHANNEL)),
        Column::number(t(text::ERROR_ITEMS_AMOUNT)),
        Column::text(t(text::ERROR_ITEMS_ADVANCED_AT)),
        Column::text(t(text::ERROR_ITEMS_STATUS)),
        Column::text(t(text::ERROR_ITEMS_ITEM)),
    ];
    let empty = advances.is_empty();
    let rows = advances.into_iter().map(|advance| {
        let (word, tone) = if advance.item.is_some() {
            (text::ERROR_ITEMS_ADVANCE_OPEN, Tone::Bad)
        } else if advance.waits {
            (text::ERROR_ITEMS_ADVANCE_WAITS, Tone::Warn)
        } else {
            (text::ERROR_ITEMS_ADVANCE_CLEARED, Tone::Good)
        };
        let item = advance.item.map(|(id, number, cause)| {
            let href = routes::error_item(id);
            view! { <a class="link" href=href>{number}</a> " " {cause_name(cause)} }
        });
        let settlement = routes::settlement(advance.settlement);
        view! {
            <tr>
                <td>
                    <a class="link" href=routes::payment(advance.payment)>
                        <code class="id">{advance.number}</code>
                    </a>
                </td>
                <td>{advance.merchant}</td>
                <td>{advance.channel}</td>
                <td class="number"><Amount money=advance.amount /></td>
                <td><a class="link" href=settlement><Moment at=advance.at /></a></td>
                <td><Badge tone>{t(word)}</Badge></td>
                <td>{item}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_ADVANCES)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_ADVANCES_NONE)
        >
            {rows}
        </Table>
    }
}
