use super::api::{Previewed, Sketch};
use super::fields::{line_fields, template_fields, written};
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
use domain::adjustment::{Baseline, Reason, RecurringTemplate};
use leptos::prelude::*;

/// How the address describes a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// By what happened.
    Template,
    /// By its lines.
    Lines,
    /// By a saved template and a month.
    Recurring,
    /// By the document it undoes.
    Reversal,
}

impl By {
    fn of(query: &Query) -> Self {
        if query.text("reverses").is_some() {
            Self::Reversal
        } else if query.text("recurring").is_some() {
            Self::Recurring
        } else if query.text("by").as_deref() == Some("accounts") {
            Self::Lines
        } else {
            Self::Template
        }
    }
}

/// The form to propose an adjustment: described in the address, previewed, then sent.
#[component]
pub fn AdjustmentForm() -> impl IntoView {
    let filter = use_filter();
    let chart = load(|| (), |()| crate::api::chart());
    let by = Signal::derive(move || By::of(&filter()));
    let by_lines = format!("{}?by=accounts", routes::ADJUSTMENT_NEW);
    let template = load(
        move || filter().value("recurring"),
        |id| async move {
            match id {
                Some(id) => api::template(id).await.map(Some),
                None => Ok::<_, Failure>(None),
            }
        },
    );
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
            <Tab
                href=routes::ADJUSTMENT_NEW
                here=Signal::derive(move || by.get() == By::Template)
            >
                {t(text::ADJUSTMENTS_BY_TEMPLATE)}
            </Tab>
            <Tab href=by_lines here=Signal::derive(move || by.get() == By::Lines)>
                {t(text::ADJUSTMENTS_BY_ACCOUNTS)}
            </Tab>
            <Tab
                href=routes::ADJUSTMENT_TEMPLATES
                here=Signal::derive(move || by.get() == By::Recurring)
            >
                {t(text::ADJUSTMENTS_BY_RECURRING)}
            </Tab>
        </Tabs>
        <Loaded
            from=template
            show=move |template| {
                view! {
                    <Loaded
                        from=chart
                        show=move |chart| {
                            let template = template.clone();
                            view! { {move || fields(&filter(), (&chart, template.as_ref()))} }
                        }
                    />
                }
            }
        />
        <Loaded from=preview show=|preview| preview.map(show) />
    }
}

/// What the address describes; nothing before the form was sent.
fn sketched(query: &Query) -> Option<Sketch> {
    let text = |name: &str| query.text(name).unwrap_or_default();
    let by = By::of(query);
    let sent = match by {
        By::Template | By::Lines => query.text("amount").is_some() && query.text("rows").is_none(),
        By::Recurring | By::Reversal => query.text("evidence").is_some(),
    };
    sent.then(|| Sketch {
        template: if by == By::Template { text("template") } else { String::new() },
        merchant: text("merchant"),
        channel: text("channel"),
        lines: if by == By::Lines { written(query) } else { Vec::new() },
        memo: text("memo"),
        recurring: text("recurring"),
        month: text("month"),
        reverses: text("reverses"),
        amount: text("amount"),
        baseline: text("baseline"),
        reason: text("reason"),
        evidence: text("evidence"),
        corrects: text("corrects"),
    })
}

type Known<'a> = (&'a [ChartBalance], Option<&'a RecurringTemplate>);

/// The form; sending it changes the address, nothing else.
fn fields(query: &Query, (chart, template): Known<'_>) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let amount = || {
        let value = text_of("amount");
        view! { <MoneyField name="amount" label=t(text::ADJUSTMENTS_AMOUNT) value /> }
    };
    let what = match (By::of(query), template) {
        (By::Reversal, _) => reversal_fields(query).into_any(),
        (By::Recurring, Some(template)) => recurring_fields(query, template).into_any(),
        (By::Lines, _) => view! { {line_fields(query, chart)} {grounds(query)} }.into_any(),
        _ => view! { {template_fields(query)} {amount()} {grounds(query)} }.into_any(),
    };
    let evidence = text_of("evidence");
    view! {
        <Panel title=t(text::ADJUSTMENTS_DOCUMENT)>
            <form method="get" action=routes::ADJUSTMENT_NEW class="command">
                {what}
                <TextField
                    name="evidence"
                    label=t(text::ADJUSTMENTS_EVIDENCE)
                    value=evidence
                    hint=t(text::ADJUSTMENTS_EVIDENCE_HINT)
                />
                <button class="button" type="submit">{t(text::ADJUSTMENTS_PREVIEW)}</button>
            </form>
        </Panel>
    }
}

/// Whose record counts, why, and what was wrong.
fn grounds(query: &Query) -> impl IntoView + use<> {
    let text_of = |name: &str| query.text(name).unwrap_or_default();
    let baselines = Baseline::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    view! {
        <SelectField
            name="baseline"
            label=t(text::ADJUSTMENTS_BASELINE)
            choices=baselines
            value=text_of("baseline")
        />
        {reasons(query)}
        <TextField
            name="corrects"
            label=t(text::ADJUSTMENTS_CORRECTS)
            value=text_of("corrects")
            hint=t(text::ADJUSTMENTS_CORRECTS_HINT)
            optional=true
        />
    }
}

fn reasons(query: &Query) -> impl IntoView + use<> {
    let choices = Reason::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    let value = query.text("reason").unwrap_or_default();
    view! { <SelectField name="reason" label=t(text::ADJUSTMENTS_REASON) choices value /> }
}

/// A reversal needs its reason and evidence; the rest is the original's.
fn reversal_fields(query: &Query) -> impl IntoView + use<> {
    let reverses = query.text("reverses").unwrap_or_default();
    view! {
        <p class="field-hint">{t(text::ADJUSTMENTS_REVERSAL_HINT)}</p>
        <input type="hidden" name="reverses" value=reverses />
        {reasons(query)}
    }
}

/// Of a saved template, the month and, where its lines have one, the amount.
fn recurring_fields(query: &Query, template: &RecurringTemplate) -> impl IntoView + use<> {
    let usual = template.terms.amount().map(|amount| amount.plain());
    let value = query.text("amount").or(usual.clone()).unwrap_or_default();
    let amount = match usual {
        Some(_) => view! { <MoneyField name="amount" label=t(text::ADJUSTMENTS_AMOUNT) value /> }
            .into_any(),
        None => {
            view! { <p class="field-hint">{t(text::ADJUSTMENTS_AMOUNTS_AS_SAVED)}</p> }.into_any()
        }
    };
    view! {
        <p>{template.terms.name.clone()}</p>
        <input type="hidden" name="recurring" value=template.id.to_string() />
        <TextField
            name="month"
            label=t(text::ADJUSTMENTS_MONTH)
            value=query.text("month").unwrap_or_default()
            hint=t(text::ADJUSTMENTS_MONTH_HINT)
        />
        {amount}
    }
}

/// What the document would do, the button that proposes it, and the one that keeps it.
fn show(preview: Previewed) -> impl IntoView {
    let Previewed { document, effects: after, gap, owners } = preview;
    let json = serde_json::to_string(&document).unwrap_or_default();
    let fresh = document.recurring.is_none() && document.reverses.is_none();
    let lines = lines(document.lines, &owners);
    let keep = fresh.then(|| keep(json.clone()));
    let action = ServerAction::<api::Propose>::new();
    view! {
        <Panel title=t(text::ADJUSTMENTS_EFFECTS)>
            {lines}
            <h3>{t(text::ADJUSTMENTS_BALANCES)}</h3>
            {effects::all(&after, Some(gap), &owners)}
        </Panel>
        <Panel title=t(text::ADJUSTMENTS_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::ADJUSTMENTS_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[document]" value=json />
                <Confirmed name="request[confirmed]" label=t(text::ADJUSTMENTS_CONFIRM) />
                <Submit>{t(text::ADJUSTMENTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
        {keep}
    }
}

/// Instead of booking it once: keep it, to be made every month.
fn keep(document: String) -> impl IntoView {
    let action = ServerAction::<api::ProposeTemplate>::new();
    view! {
        <Panel title=t(text::ADJUSTMENTS_KEEP)>
            <CommandForm action>
                <p class="field-hint">{t(text::ADJUSTMENTS_KEEP_HINT)}</p>
                <input type="hidden" name="request[document]" value=document />
                <TextField name="request[name]" label=t(text::ADJUSTMENTS_TEMPLATE_NAME) />
                <Submit>{t(text::ADJUSTMENTS_KEEP)}</Submit>
            </CommandForm>
        </Panel>
    }
}
