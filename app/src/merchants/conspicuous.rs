use super::api;
use crate::components::{Amount, Column, Loaded, Panel, Table, load};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::ids::{MerchantId, OrderId};
use domain::limits::Structuring;
use leptos::prelude::*;

/// A merchant's orders of the last weeks that look cut to stay below a limit, if there are any.
#[component]
pub(super) fn Conspicuous(id: MerchantId) -> impl IntoView {
    let found = load(move || id, api::conspicuous);
    view! { <Loaded from=found show=show /> }
}

fn show(found: Vec<(OrderId, Structuring)>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::MERCHANTS_CUT_ORDER)),
        Column::text(t(text::MERCHANTS_CUT_WHY)),
        Column::number(t(text::MERCHANTS_CUT_SUM)),
    ];
    let rows = found.into_iter().map(|(order, cut)| {
        let why = tf(
            text::MERCHANTS_CUT_WORDS,
            [
                ("count", &cut.payments.to_string()),
                ("hours", &cut.window_hours.to_string()),
                ("limit", &cut.threshold.to_string()),
            ],
        );
        let short = order.to_string();
        view! {
            <tr>
                <td>
                    <a class="link" href=routes::order(order)><code class="id">{short}</code></a>
                </td>
                <td class="wrap">{why}</td>
                <td class="number"><Amount money=cut.sum /></td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <Panel title=t(text::MERCHANTS_CUT)>
                <Table caption=t(text::MERCHANTS_CUT) columns>{rows}</Table>
            </Panel>
        }
    })
}
