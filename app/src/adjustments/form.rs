use super::api::{Previewed, Sketch};
use super::fields::{pair_fields, template_fields};
use super::{api, effects, lines};
use crate::components::{
    Choice, CommandForm, Confirmed, Loaded, MoneyField, PageHead, Panel, Query, SelectField,
    Submit, Tab, Tabs, TextField, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::ChartBalance;
use domain::adjustment::{Baseline, Reason};
use leptos::prelude::*;

/// The form to propose an adjustment: described in the address, previewed, then sent.
#[component]
pub fn AdjustmentForm() -> impl IntoView {
    let filter = use_filter();
    let chart = load(|| (), |()| crate::api::chart());
    let pair = Signal::derive(move || is_pair(&filter()));
    let by_pair = format!("{}?by=accounts", routes::ADJUSTMENT_NEW);
    let preview = load(
        move || sketched(&filter()),
        |sketch| async move {
            match sketch {
                Some(sketch) => api::preview(sketch).await.map(Some),
                None => Ok::<_, Failure>(None),
            }
        },
    );
    view! {
        <PageHead title=t(text::ADJUSTMENTS_NEW) lead=t(text::ADJUSTMENTS_NEW_LEAD) />
        <Tabs label=t(text::ADJUSTMENTS_NEW)>
            <Tab href=routes::ADJUSTMENT_NEW here=Signal::derive(move || !pair.get())>
                {t(text::ADJUSTMENTS_BY_TEMPLATE)}
            </Tab>
            <Tab href=by_pair here=pair>{t(text::ADJUSTMENTS_BY_ACCOUNTS)}</Tab>
        </Tabs>
        <Loaded from=chart show=move |chart| view! { {move || fields(&filter(), &chart)} } />
        <Loaded from=preview show=|preview| preview.map(show) />
    }
}

fn is_pair(query: &Query) -> bool {
    query.text("by").as_deref() == Some("accounts")
}

/// What the address describes; nothing before the form was sent.
fn sketched(query: &Query) -> Option<Sketch> {
    let text = |name: &str| query.text(name).unwrap_or_default();
    query.text("amount").map(|amount| Sketch {
        template: if is_pair(query) { String::new() } else { text("template") },
        merchant: text("merchant"),
        channel: text("channel"),
        debit_code: text("debit_code"),
        debit_owner: text("debit_owner"),
        credit_code: text("credit_code"),
        credit_owner: text("credit_owner"),
        amount,
        baseline: text("baseline"),
        reason: text("reason"),
        evidence: text("evidence"),
        corrects: text("corrects"),
    })
}

/// The form; sending it changes the address, nothing else.
fn fields(query: &Query, chart: &[ChartBalance]) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let what = if is_pair(query) {
        pair_fields(query, chart).into_any()
    } else {
        template_fields(query).into_any()
    };
    let baselines = Baseline::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    let reasons = Reason::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    let [amount, baseline, reason, evidence, corrects] =
        ["amount", "baseline", "reason", "evidence", "corrects"].map(text_of);
    view! {
        <Panel title=t(text::ADJUSTMENTS_DOCUMENT)>
            <form method="get" action=routes::ADJUSTMENT_NEW class="command">
                {what}
                <MoneyField name="amount" label=t(text::ADJUSTMENTS_AMOUNT) value=amount />
                <SelectField
                    name="baseline"
                    label=t(text::ADJUSTMENTS_BASELINE)
                    choices=baselines
                    value=baseline
                />
                <SelectField
                    name="reason"
                    label=t(text::ADJUSTMENTS_REASON)
                    choices=reasons
                    value=reason
                />
                <TextField
                    name="evidence"
                    label=t(text::ADJUSTMENTS_EVIDENCE)
                    value=evidence
                    hint=t(text::ADJUSTMENTS_EVIDENCE_HINT)
                />
                <TextField
                    name="corrects"
                    label=t(text::ADJUSTMENTS_CORRECTS)
                    value=corrects
                    hint=t(text::ADJUSTMENTS_CORRECTS_HINT)
                    optional=true
                />
                <button class="button" type="submit">{t(text::ADJUSTMENTS_PREVIEW)}</button>
            </form>
        </Panel>
    }
}

/// What the document would do, and the button that proposes it.
fn show(preview: Previewed) -> impl IntoView {
    let Previewed { document, effects: after, owners } = preview;
    let json = serde_json::to_string(&document).unwrap_or_default();
    let (lines, effects) = (lines(document.lines, &owners), effects(after, &owners));
    let action = ServerAction::<api::Propose>::new();
    view! {
        <Panel title=t(text::ADJUSTMENTS_EFFECTS)>
            {lines}
            <h3>{t(text::ADJUSTMENTS_BALANCES)}</h3>
            {effects}
        </Panel>
        <Panel title=t(text::ADJUSTMENTS_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::ADJUSTMENTS_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[document]" value=json />
                <Confirmed name="request[confirmed]" label=t(text::ADJUSTMENTS_CONFIRM) />
                <Submit>{t(text::ADJUSTMENTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
