use super::api;
use crate::components::{CommandForm, Panel, Submit};
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
