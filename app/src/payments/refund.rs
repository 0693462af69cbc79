use super::api;
use crate::components::{CommandForm, Confirmed, MoneyField, NoteField, Panel, Submit, TextField};
use crate::i18n::{t, tf};
use crate::text;
use domain::money::Money;
use domain::payment::Payment;
use leptos::prelude::*;

/// The form that asks for a refund on the payer's behalf.
#[component]
pub(super) fn RequestRefund(payment: Payment, left: Money, number: String) -> impl IntoView {
    let action = ServerAction::<api::RequestRefund>::new();
    let hint = tf(text::PAYMENTS_REFUND_HINT, [("left", &left.to_string())]);
    view! {
        <Panel title=t(text::PAYMENTS_REQUEST_REFUND)>
            <CommandForm action>
                <p class="field-hint">{hint}</p>
                <input type="hidden" name="request[payment]" value=payment.id.to_string() />
                <input type="hidden" name="request[currency]" value=left.currency().code() />
                <TextField
                    name="request[merchant_refund_no]"
                    label=t(text::PAYMENTS_REFUND_NO)
                    value=number
                />
                <MoneyField
                    name="request[amount]"
                    label=t(text::PAYMENTS_REFUND_AMOUNT)
                    value=left.plain()
                />
                <NoteField
                    name="request[reason]"
                    label=t(text::PAYMENTS_REFUND_REASON)
                    hint=t(text::PAYMENTS_REFUND_REASON_HINT)
                />
                <Confirmed name="request[confirmed]" label=t(text::PAYMENTS_REFUND_CONFIRM) />
                <Submit grave=true>{t(text::PAYMENTS_REQUEST_REFUND)}</Submit>
            </CommandForm>
        </Panel>
    }
}
