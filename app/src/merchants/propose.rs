use super::api;
use crate::components::{
    Choice, CommandForm, DateField, MoneyField, Panel, SelectField, Submit, TextField,
};
use crate::i18n::t;
use crate::text;
use crate::wording::product_name;
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
    let products =
        Product::ALL.map(|product| Choice::new(product.name(), product_name(product))).into();
    view! {
        <Panel title=t(text::MERCHANTS_PROPOSE_FEE)>
            <CommandForm action>
                <p class="field-hint">{t(text::MERCHANTS_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <SelectField
                    name="request[product]"
                    label=t(text::MERCHANTS_PRODUCT)
                    choices=products
                />
                <TextField
                    name="request[rate]"
                    label=t(text::MERCHANTS_RATE)
                    hint=t(text::MERCHANTS_RATE_HINT)
                />
                <MoneyField name="request[fixed]" label=t(text::MERCHANTS_FIXED) value="0.00" />
                <MoneyField name="request[min]" label=t(text::MERCHANTS_MIN) value="0.00" />
                <TextField
                    name="request[max]"
                    label=t(text::MERCHANTS_MAX)
                    optional=true
                    hint=t(text::MERCHANTS_MAX_HINT)
                />
                <DateField name="request[valid_from]" label=t(text::MERCHANTS_VALID_FROM) />
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
