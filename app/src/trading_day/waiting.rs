use super::api::Waiting;
use crate::components::{Column, Moment, Table};
use crate::i18n::{t, tf};
use crate::request_title::title;
use crate::{routes, text};
use domain::approval::ApprovalSummary;
use leptos::prelude::*;

/// What waits for the signed-in person.
pub(super) fn show(waiting: Waiting) -> impl IntoView {
    let nothing = waiting.to_decide == 0
        && waiting.my_items.unwrap_or_default() == 0
        && waiting.open_items.unwrap_or_default() == 0;
    let link = |href: String, words: String| {
        view! { <p><a class="link" href=href>{words}</a></p> }
    };
    let items =
        |count: Option<i64>| count.filter(|count| *count > 0).map(|count| count.to_string());
    let mine = items(waiting.my_items).map(|count| {
        let href = format!("{}?mine=yes&show=open", routes::ERROR_ITEMS);
        link(href, tf(text::TRADING_DAY_MY_ITEMS, [("count", &count)]))
    });
    let open = items(waiting.open_items).map(|count| {
        let href = format!("{}?show=untaken", routes::ERROR_ITEMS);
        link(href, tf(text::TRADING_DAY_OPEN_ITEMS, [("count", &count)]))
    });
    let count = waiting.to_decide.to_string();
    let words = tf(text::TRADING_DAY_TO_DECIDE, [("count", &count)]);
    let decide = (waiting.to_decide > 0).then(|| {
        view! {
            {link(routes::APPROVALS.to_owned(), words)}
            {approvals(waiting.approvals)}
        }
    });
    view! {
        {nothing.then(|| view! { <p class="nothing">{t(text::TRADING_DAY_NOTHING_WAITS)}</p> })}
        {mine}
        {open}
        {decide}
    }
}

fn approvals(requests: Vec<ApprovalSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::TRADING_DAY_REQUEST)),
        Column::text(t(text::TRADING_DAY_MAKER)),
        Column::text(t(text::TRADING_DAY_MADE_AT)),
    ];
    let rows = requests.into_iter().map(|request| {
        view! {
            <tr>
                <td class="wrap">
                    <a class="link" href=routes::approval(request.id)>{title(&request.title)}</a>
                </td>
                <td>{request.maker_name}</td>
                <td><Moment at=request.made_at /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::TRADING_DAY_WAITING) columns>{rows}</Table> }
}
