use super::api;
use crate::components::{CommandForm, Confirmed, NoteField, Panel, Submit};
use crate::i18n::t;
use crate::text;
use domain::ids::PaymentId;
use domain::payment::{Payment, PaymentState};
use leptos::prelude::*;

/// What can be done about a payment whose outcome is not known.
#[component]
pub(super) fn Repair(payment: Payment) -> impl IntoView {
    let unknown = matches!(payment.state, PaymentState::Unknown { .. });
    let closing = unknown.then(|| view! { <Close id=payment.id /> });
    let ask = ServerAction::<api::AskNow>::new();
    view! {
        <Panel title=t(text::PAYMENTS_REPAIR)>
            <CommandForm action=ask>
                <p class="field-hint">{t(text::PAYMENTS_ASK_NOW_HINT)}</p>
                <input type="hidden" name="id" value=payment.id.to_string() />
                <div class="actions"><Submit>{t(text::PAYMENTS_ASK_NOW)}</Submit></div>
            </CommandForm>
        </Panel>
        {closing}
    }
}

#[component]
fn Close(id: PaymentId) -> impl IntoView {
    let action = ServerAction::<api::ProposeClosing>::new();
    view! {
        <Panel title=t(text::PAYMENTS_CLOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::PAYMENTS_CLOSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <NoteField
                    name="request[reason]"
                    label=t(text::PAYMENTS_CLOSE_REASON)
                    hint=t(text::PAYMENTS_CLOSE_REASON_HINT)
                />
                <Confirmed name="request[confirmed]" label=t(text::PAYMENTS_CLOSE_CONFIRM) />
                <div class="actions"><Submit grave=true>{t(text::PAYMENTS_CLOSE)}</Submit></div>
            </CommandForm>
        </Panel>
    }
}
