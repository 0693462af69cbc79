use super::propose::ProposeProduct;
use crate::components::{Amount, Badge, Column, Table, Tone};
use crate::fee_form::fee_rows;
use crate::i18n::t;
use crate::wording::product_name;
use crate::{routes, text};
use domain::fee::FeeRow;
use domain::ids::MerchantId;
use domain::merchant::SplitMode;
use domain::merchant::{SplitLabel, SplitRule, SplitShare};
use domain::product::Product;
use leptos::prelude::*;

/// Every product, whether it is opened, and the form to propose the other.
#[component]
pub(super) fn Products(id: MerchantId, enabled: Vec<Product>, proposes: bool) -> impl IntoView {
    let mut columns =
        vec![Column::text(t(text::MERCHANTS_PRODUCT)), Column::text(t(text::MERCHANTS_ENABLED))];
    if proposes {
        columns.push(Column::text(t(text::MERCHANTS_CHANGE)));
    }
    let rows = Product::ALL.map(|product| {
        let open = enabled.contains(&product);
        let (tone, word) = if open {
            (Tone::Good, text::MERCHANTS_OPEN)
        } else {
            (Tone::Neutral, text::MERCHANTS_NOT_OPEN)
        };
        let change =
            proposes.then(|| view! { <td><ProposeProduct id product enabled=!open /></td> });
        view! {
            <tr>
                <th scope="row">{product_name(product)}</th>
                <td><Badge tone>{t(word)}</Badge></td>
                {change}
            </tr>
        }
    });
    view! { <Table caption=t(text::MERCHANTS_PRODUCTS) columns>{rows}</Table> }
}

/// All fee terms, newest first within a product.
#[component]
pub(super) fn Fees(rows: Vec<FeeRow>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::MERCHANTS_PRODUCT)),
        Column::text(t(text::SHELL_CARD)),
        Column::text(t(text::MERCHANTS_VALID_FROM)),
        Column::text(t(text::SHELL_FEE_TIER)),
        Column::number(t(text::MERCHANTS_RATE)),
        Column::number(t(text::MERCHANTS_FIXED)),
        Column::number(t(text::MERCHANTS_MIN)),
        Column::number(t(text::MERCHANTS_MAX)),
    ];
    let empty = rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|row| fee_rows((row.product, row.card), row.valid_from, &row.schedule))
        .collect_view();
    view! { <Table caption=t(text::MERCHANTS_FEES) columns empty>{rows}</Table> }
}

/// How a platform's orders are split.
#[component]
pub(super) fn SplitRules(rules: Vec<SplitRule>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::MERCHANTS_PAYEE)),
        Column::text(t(text::MERCHANTS_SPLIT_LABEL)),
        Column::number(t(text::MERCHANTS_SHARE)),
        Column::text(t(text::MERCHANTS_SPLIT_MODE)),
        Column::text(t(text::MERCHANTS_VALID_FROM)),
    ];
    let empty = rules.is_empty();
    let rows = rules.into_iter().map(rule).collect_view();
    view! { <Table caption=t(text::MERCHANTS_SPLIT_RULES) columns empty>{rows}</Table> }
}

fn rule(rule: SplitRule) -> impl IntoView {
    let label = match rule.label {
        SplitLabel::Commission => text::MERCHANTS_LABEL_COMMISSION,
        SplitLabel::Logistics => text::MERCHANTS_LABEL_LOGISTICS,
    };
    let mode = match rule.mode {
        SplitMode::AtSource => text::MERCHANTS_MODE_AT_SOURCE,
        SplitMode::GrossThenCharge => text::MERCHANTS_MODE_GROSS_THEN_CHARGE,
    };
    let share = match rule.share {
        SplitShare::Fixed(money) => view! { <Amount money /> }.into_any(),
        SplitShare::Ratio(rate) => rate.to_string().into_any(),
    };
    view! {
        <tr>
            <td><a class="link" href=routes::merchant(rule.payee)>{rule.payee_name}</a></td>
            <td>{t(label)}</td>
            <td class="number">{share}</td>
            <td>{t(mode)}</td>
            <td>{rule.valid_from.to_string()}</td>
        </tr>
    }
}
