use super::api::Sketch;
use super::document::effects;
use super::documents::kind_choices;
use super::{Views, api, purpose_name};
use crate::components::{
    Amount, Choice, CommandForm, Confirmed, Fact, Facts, Loaded, MoneyField, PageHead, Panel,
    Query, SelectField, Submit, TextField, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::reserve::Purpose;
use domain::reserve::document::DocumentPreview;
use domain::reserve::quota::Quota;
use domain::reserve::settings::ReserveSettings;
use leptos::prelude::*;

/// The form to propose a document: described in the address, previewed, then sent.
#[component]
pub fn DocumentForm() -> impl IntoView {
    let filter = use_filter();
    let settings = load(|| (), |()| api::settings());
    let preview = load(
        move || sketched(&filter()),
        |sketch| async move {
            match sketch {
                Some(sketch) => api::preview_document(sketch).await.map(Some),
                None => Ok::<_, Failure>(None),
            }
        },
    );
    view! {
        <PageHead title=t(text::RESERVE_NEW_DOCUMENT) lead=t(text::RESERVE_NEW_LEAD) />
        <Views here=routes::RESERVE_DOCUMENTS />
        <Loaded
            from=settings
            show=move |(settings, _)| view! { {move || fields(&filter(), &settings)} }
        />
        <Loaded from=preview show=|preview| preview.map(show) />
    }
}

/// What the address describes; nothing before the form was sent.
fn sketched(query: &Query) -> Option<Sketch> {
    let text = |name: &str| query.text(name).unwrap_or_default();
    query.text("amount").map(|amount| Sketch {
        kind: text("kind"),
        amount,
        from: text("from"),
        house: text("house"),
        bank_ref: text("bank_ref"),
        grounds: text("grounds"),
    })
}

/// The form; sending it changes the address, nothing else.
fn fields(query: &Query, settings: &ReserveSettings) -> impl IntoView + use<> {
    let [kind, amount, from, house, bank_ref, grounds] =
        ["kind", "amount", "from", "house", "bank_ref", "grounds"]
            .map(|name| query.text(name).unwrap_or_default());
    let accounts = [Purpose::Custody, Purpose::Special]
        .map(|purpose| Choice::new(purpose.name(), purpose_name(purpose)));
    let houses: Vec<_> = settings
        .houses
        .iter()
        .filter(|house| house.active)
        .map(|house| Choice::new(&house.code, named(&house.name_en, &house.name_zh)))
        .collect();
    view! {
        <Panel title=t(text::RESERVE_DOCUMENT)>
            <form method="get" action=routes::RESERVE_DOCUMENT_NEW class="command">
                <SelectField
                    name="kind"
                    label=t(text::RESERVE_KIND)
                    choices=kind_choices()
                    value=kind
                />
                <MoneyField name="amount" label=t(text::RESERVE_AMOUNT) value=amount />
                <TextField name="grounds" label=t(text::RESERVE_GROUNDS) value=grounds />
                <TextField
                    name="bank_ref"
                    label=t(text::RESERVE_BANK_REF)
                    value=bank_ref
                    hint=t(text::RESERVE_BANK_REF_HINT)
                    optional=true
                />
                <SelectField
                    name="from"
                    label=t(text::RESERVE_FROM_ACCOUNT)
                    choices=accounts.into()
                    value=from
                />
                <SelectField
                    name="house"
                    label=t(text::RESERVE_HOUSE)
                    choices=houses
                    value=house
                    none=t(text::RESERVE_NO_HOUSE)
                />
                <button class="button" type="submit">{t(text::RESERVE_PREVIEW)}</button>
            </form>
        </Panel>
    }
}

/// What the document would do, and the button that proposes it.
fn show(preview: DocumentPreview) -> impl IntoView {
    let DocumentPreview { request, effects: after, most, gap, quota } = preview;
    let json = serde_json::to_string(&request).unwrap_or_default();
    let action = ServerAction::<api::ProposeDocument>::new();
    view! {
        <Panel title=t(text::RESERVE_EFFECTS)>
            <Facts>
                {most.map(|money| view! {
                    <Fact term=t(text::RESERVE_MOST)><Amount money /></Fact>
                })}
                <Fact term=t(text::RESERVE_GAP)><Amount money=gap /></Fact>
            </Facts>
            {effects(after)}
            {quota.map(quotas)}
        </Panel>
        <Panel title=t(text::RESERVE_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::RESERVE_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[document]" value=json />
                <Confirmed name="request[confirmed]" label=t(text::RESERVE_CONFIRM) />
                <Submit>{t(text::RESERVE_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn quotas((before, after): (Quota, Quota)) -> impl IntoView {
    let available = |quota: Quota| quota.available().ok().map(|money| view! { <Amount money /> });
    view! {
        <Facts>
            <Fact term=t(text::RESERVE_QUOTA_BEFORE)>{available(before)}</Fact>
            <Fact term=t(text::RESERVE_QUOTA_AFTER)>{available(after)}</Fact>
        </Facts>
    }
}
