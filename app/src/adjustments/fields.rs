use crate::components::{Choice, Query, SelectField, TextField};
use crate::i18n::t;
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

/// One account to be debited and one to be credited.
pub(super) fn pair_fields(query: &Query, chart: &[ChartBalance]) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let choices: Vec<_> = chart
        .iter()
        .map(|balance| &balance.line)
        .filter(|line| line.postable)
        .map(|line| {
            let name = named(&line.name_en, &line.name_zh);
            Choice::new(&line.code, format!("{} {name}", line.code))
        })
        .collect();
    let side = move |(code, owner), (label, whose), values: (String, String)| {
        view! {
            <SelectField name=code label=t(label) choices=choices.clone() value=values.0 />
            <TextField
                name=owner
                label=t(whose)
                value=values.1
                hint=t(text::ADJUSTMENTS_OWNER_HINT)
                optional=true
            />
        }
    };
    let debit = (text_of("debit_code"), text_of("debit_owner"));
    let credit = (text_of("credit_code"), text_of("credit_owner"));
    let debit_labels = (text::ADJUSTMENTS_DEBIT, text::ADJUSTMENTS_DEBIT_OWNER);
    let credit_labels = (text::ADJUSTMENTS_CREDIT, text::ADJUSTMENTS_CREDIT_OWNER);
    view! {
        <input type="hidden" name="by" value="accounts" />
        {side(("debit_code", "debit_owner"), debit_labels, debit)}
        {side(("credit_code", "credit_owner"), credit_labels, credit)}
    }
}
