use super::api::{self, Parties};
use super::leg_name;
use crate::components::{
    Choice, CommandForm, DateField, Loaded, PageHead, Panel, SelectField, Submit, TextField, load,
};
use crate::i18n::t;
use crate::text;
use domain::error_item::Leg;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// The form to start a reconciliation.
#[component]
pub fn StartRun() -> impl IntoView {
    let parties = load(|| (), |()| api::find_parties());
    view! {
        <PageHead title=t(text::RECONCILIATION_START) lead=t(text::RECONCILIATION_START_LEAD) />
        <Loaded from=parties show=|parties| view! { <StartForm parties /> } />
    }
}

#[component]
fn StartForm(parties: Parties) -> impl IntoView {
    let action = ServerAction::<api::Run>::new();
    let legs: Vec<_> = Leg::ALL.iter().map(|leg| Choice::new(leg.name(), leg_name(*leg))).collect();
    let merchants = parties.merchants.iter().map(|(id, name)| Choice::new(id, name)).collect();
    let none = t(text::RECONCILIATION_NOT_NEEDED);
    view! {
        <Panel title=t(text::RECONCILIATION_START)>
            <CommandForm action>
                <SelectField name="request[leg]" label=t(text::RECONCILIATION_LEG) choices=legs />
                <DateField name="request[day]" label=t(text::RECONCILIATION_DAY) />
                <SelectField name="request[channel]" label=t(text::RECONCILIATION_CHANNEL)
                    choices=codes(&parties.channels) none />
                <SelectField name="request[merchant]" label=t(text::RECONCILIATION_MERCHANT)
                    choices=merchants none />
                {account(&parties)}
                <Submit>{t(text::RECONCILIATION_START)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// Each code as a choice.
pub(super) fn codes(codes: &[String]) -> Vec<Choice> {
    codes.iter().map(|code| Choice::new(code, code)).collect()
}

/// One of our bank accounts; who may not see them types its number.
pub(super) fn account(parties: &Parties) -> AnyView {
    let label = t(text::RECONCILIATION_ACCOUNT);
    if parties.accounts.is_empty() {
        return view! { <TextField name="request[account]" label optional=true /> }.into_any();
    }
    let (choices, none) = (codes(&parties.accounts), t(text::RECONCILIATION_NOT_NEEDED));
    view! { <SelectField name="request[account]" label choices none /> }.into_any()
}
