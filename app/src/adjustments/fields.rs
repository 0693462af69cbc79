use super::api::LineSketch;
use crate::components::{Choice, MoneyField, Query, SelectField, TextField};
use crate::i18n::{t, tf};
use crate::text;
use crate::wording::named;
use domain::account::ChartBalance;
use domain::adjustment::Template;
use leptos::prelude::*;

/// A template, and whom it concerns.
pub(super) fn template_fields(query: &Query) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let choices = Template::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    view! {
        <SelectField
            name="template"
            label=t(text::ADJUSTMENTS_TEMPLATE)
            choices
            value=text_of("template")
        />
        <TextField
            name="merchant"
            label=t(text::ADJUSTMENTS_MERCHANT)
            value=text_of("merchant")
            hint=t(text::ADJUSTMENTS_MERCHANT_HINT)
            optional=true
        />
        <TextField
            name="channel"
            label=t(text::ADJUSTMENTS_CHANNEL)
            value=text_of("channel")
            hint=t(text::ADJUSTMENTS_CHANNEL_HINT)
            optional=true
        />
    }
}

/// Names of the fields of each line: accounts and owners of both sides, and the amount.
pub(super) const LINES: [[&str; 5]; 8] = [
    ["debit_code", "debit_owner", "credit_code", "credit_owner", "amount"],
    ["debit_code_2", "debit_owner_2", "credit_code_2", "credit_owner_2", "amount_2"],
    ["debit_code_3", "debit_owner_3", "credit_code_3", "credit_owner_3", "amount_3"],
    ["debit_code_4", "debit_owner_4", "credit_code_4", "credit_owner_4", "amount_4"],
    ["debit_code_5", "debit_owner_5", "credit_code_5", "credit_owner_5", "amount_5"],
    ["debit_code_6", "debit_owner_6", "credit_code_6", "credit_owner_6", "amount_6"],
    ["debit_code_7", "debit_owner_7", "credit_code_7", "credit_owner_7", "amount_7"],
    ["debit_code_8", "debit_owner_8", "credit_code_8", "credit_owner_8", "amount_8"],
];

/// The lines the address describes. One without an amount is not meant.
pub(super) fn written(query: &Query) -> Vec<LineSketch> {
    let text = |name: &str| query.text(name).unwrap_or_default();
    let line = |[debit_code, debit_owner, credit_code, credit_owner, amount]: [&str; 5]| {
        query.text(amount).map(|amount| LineSketch {
            debit_code: text(debit_code),
            debit_owner: text(debit_owner),
            credit_code: text(credit_code),
            credit_owner: text(credit_owner),
            amount,
        })
    };
    LINES.into_iter().filter_map(line).collect()
}

/// Lines: an account to be debited, one to be credited, an amount; as many as are asked for.
pub(super) fn line_fields(query: &Query, chart: &[ChartBalance]) -> impl IntoView + use<> {
    let choices: Vec<_> = chart
        .iter()
        .map(|balance| &balance.line)
        .filter(|line| line.postable)
        .map(|line| {
            let name = named(&line.name_en, &line.name_zh);
            Choice::new(&line.code, format!("{} {name}", line.code))
        })
        .collect();
    let shown = query.value("rows").unwrap_or(1).max(written(query).len()).min(LINES.len());
    let lines = LINES
        .into_iter()
        .take(shown)
        .enumerate()
        .map(|(place, names)| line(place, (names, query), &choices))
        .collect_view();
    let more = (shown < LINES.len()).then(|| {
        view! {
            <button
                class="button"
                type="submit"
                name="rows"
                value=(shown + 1).to_string()
                formnovalidate=true
            >
                {t(text::ADJUSTMENTS_ADD_LINE)}
            </button>
        }
    });
    let memo = query.text("memo").unwrap_or_default();
    view! {
        <input type="hidden" name="by" value="accounts" />
        {lines}
        {more}
        <TextField
            name="memo"
            label=t(text::ADJUSTMENTS_MEMO)
            value=memo
            hint=t(text::ADJUSTMENTS_MEMO_HINT)
            optional=true
        />
    }
}

fn line(
    place: usize,
    (names, query): ([&'static str; 5], &Query),
    choices: &[Choice],
) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let side = |(code, owner), (label, whose)| {
        view! {
            <SelectField
                name=code
                label=t(label)
                choices=choices.to_vec()
                value=text_of(code)
                none=t(text::ADJUSTMENTS_CHOOSE)
            />
            <TextField
                name=owner
                label=t(whose)
                value=text_of(owner)
                hint=t(text::ADJUSTMENTS_OWNER_HINT)
                optional=true
            />
        }
    };
    let [debit, debit_owner, credit, credit_owner, amount] = names;
    let label = t(text::ADJUSTMENTS_AMOUNT);
    let value = text_of(amount);
    let amount = if place == 0 {
        view! { <MoneyField name=amount label value /> }.into_any()
    } else {
        let hint = t(text::ADJUSTMENTS_EMPTY_LINE);
        view! { <TextField name=amount label value hint optional=true /> }.into_any()
    };
    let labels = (text::ADJUSTMENTS_DEBIT, text::ADJUSTMENTS_DEBIT_OWNER);
    let credit_labels = (text::ADJUSTMENTS_CREDIT, text::ADJUSTMENTS_CREDIT_OWNER);
    let legend = tf(text::ADJUSTMENTS_LINE_NUMBER, [("number", &(place + 1).to_string())]);
    view! {
        <fieldset>
            <legend>{legend}</legend>
            {side((debit, debit_owner), labels)}
            {side((credit, credit_owner), credit_labels)}
            {amount}
        </fieldset>
    }
}
