use super::api;
use crate::components::{CommandForm, Panel, Submit, TextField};
use crate::fee_form::FeeFields;
use crate::i18n::t;
use crate::text;
use domain::ids::MerchantId;
use domain::product::Product;
use leptos::prelude::*;

/// The button that proposes to open or close a product.
#[component]
pub(super) fn ProposeProduct(id: MerchantId, product: Product, enabled: bool) -> impl IntoView {
    let action = ServerAction::<api::ProposeProduct>::new();
    let word = if enabled { text::MERCHANTS_PROPOSE_OPEN } else { text::MERCHANTS_PROPOSE_CLOSE };
    view! {
        <CommandForm action>
            <input type="hidden" name="request[id]" value=id.to_string() />
            <input type="hidden" name="request[product]" value=product.name() />
            <input type="hidden" name="request[enabled]" value=enabled.to_string() />
            <Submit grave=!enabled>{t(word)}</Submit>
        </CommandForm>
    }
}

/// The form that proposes other fee terms.
#[component]
pub(super) fn ProposeFee(id: MerchantId) -> impl IntoView {
    let action = ServerAction::<api::ProposeFee>::new();
    view! {
        <Panel title=t(text::MERCHANTS_PROPOSE_FEE)>
            <CommandForm action>
                <p class="field-hint">{t(text::MERCHANTS_PROPOSE_HINT)}</p>
                <FeeFields id=id.to_string() />
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that proposes another settlement account.
#[component]
pub(super) fn ProposeAccount(id: MerchantId, holder: String) -> impl IntoView {
    let action = ServerAction::<api::ProposeAccount>::new();
    view! {
        <Panel title=t(text::MERCHANTS_PROPOSE_ACCOUNT)>
            <CommandForm action>
                <p class="field-hint">{t(text::MERCHANTS_PROPOSE_ACCOUNT_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <TextField name="request[account_no]" label=t(text::MERCHANTS_ACCOUNT_NO) />
                <TextField
                    name="request[account_name]"
                    label=t(text::MERCHANTS_ACCOUNT_NAME)
                    value=holder
                />
                <TextField name="request[bank]" label=t(text::MERCHANTS_BANK) />
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that proposes to suspend a merchant, or to work for it again.
#[component]
pub(super) fn ProposeSuspension(id: MerchantId, suspended: bool) -> impl IntoView {
    let action = ServerAction::<api::ProposeSuspension>::new();
    let (title, hint) = if suspended {
        (text::MERCHANTS_PROPOSE_RESUME, text::MERCHANTS_PROPOSE_RESUME_HINT)
    } else {
        (text::MERCHANTS_PROPOSE_SUSPEND, text::MERCHANTS_PROPOSE_SUSPEND_HINT)
    };
    view! {
        <Panel title=t(title)>
            <CommandForm action>
                <p class="field-hint">{t(hint)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <input type="hidden" name="request[suspended]" value=(!suspended).to_string() />
                <Submit grave=!suspended>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
