use super::api::{self, BlankForm};
use super::kind_name;
use crate::components::{
    Amount, Choice, CommandForm, Fact, Facts, Loaded, MoneyField, NoteField, PageHead, Panel,
    SelectField, Submit, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::text;
use domain::hold::{HoldKind, MerchantHolds};
use leptos::prelude::*;

/// The form that asks for a hold.
#[component]
pub fn HoldForm() -> impl IntoView {
    let filter = use_filter();
    let merchant = move || filter().text("merchant");
    let blank = load(merchant, api::blank);
    view! {
        <PageHead title=t(text::HOLDS_NEW) lead=t(text::HOLDS_NEW_LEAD) />
        <Loaded
            from=blank
            show=move |blank| show(blank, merchant().unwrap_or_default())
        />
    }
}

fn show(blank: BlankForm, merchant: String) -> impl IntoView {
    let action = ServerAction::<api::Propose>::new();
    let kinds = HoldKind::ALL.map(|kind| Choice::new(kind.name(), kind_name(kind)));
    view! {
        {blank.merchant.map(|has| view! { <Has has /> })}
        <Panel title=t(text::HOLDS_HOLD)>
            <CommandForm action>
                <p class="field-hint">{t(text::HOLDS_NEW_HINT)}</p>
                <input type="hidden" name="request[id]" value=blank.id.to_string() />
                <TextField
                    name="request[merchant]"
                    label=t(text::HOLDS_MERCHANT_CODE)
                    value=merchant
                />
                <SelectField name="request[kind]" label=t(text::HOLDS_KIND) choices=kinds.into() />
                <MoneyField name="request[amount]" label=t(text::HOLDS_AMOUNT) />
                <NoteField
                    name="request[reason]"
                    label=t(text::HOLDS_REASON)
                    hint=t(text::HOLDS_REASON_HINT)
                />
                <Submit>{t(text::HOLDS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// What the merchant has.
#[component]
fn Has(has: MerchantHolds) -> impl IntoView {
    let balances = has.balances;
    view! {
        <Panel title=t(text::HOLDS_BALANCES)>
            <Facts>
                <Fact term=t(text::HOLDS_AVAILABLE)><Amount money=balances.available /></Fact>
                <Fact term=t(text::HOLDS_HELD)><Amount money=balances.held /></Fact>
            </Facts>
        </Panel>
    }
}
