use super::api;
use crate::components::{CommandForm, Confirmed, MoneyField, NoteField, Panel, Submit, TextField};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{session, text};
use domain::access::Permission;
use domain::money::Money;
use domain::payment::Payment;
use leptos::prelude::*;

/// The form that asks for a refund on the payer's behalf.
#[component]
pub(super) fn RequestRefund(payment: Payment, left: Money, number: String) -> impl IntoView {
    let action = ServerAction::<api::RequestRefund>::new();
    view! {
        <Panel title=t(text::PAYMENTS_REQUEST_REFUND)>
            <CommandForm action>
                <p class="field-hint">{hint(left)}</p>
                {what(&payment, left, number)}
                <Confirmed name="request[confirmed]" label=t(text::PAYMENTS_REFUND_CONFIRM) />
                <Submit grave=true>{t(text::PAYMENTS_REQUEST_REFUND)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that asks for a refund to be paid out to the payer's account (退款代付); where the
/// channel still takes the money back it says that.
#[component]
pub(super) fn PayRefundOut(
    payment: Payment,
    left: Money,
    number: String,
    /// Why the channel cannot give the money back.
    closed: Option<String>,
) -> impl IntoView {
    let action = ServerAction::<api::RequestRefundByPayout>::new();
    let form = match closed {
        None => {
            view! { <p class="field-hint">{t(text::PAYMENTS_PAYOUT_NOT_NEEDED)}</p> }.into_any()
        }
        Some(why) => view! {
            <CommandForm action>
                <p>{phrase(&why)}</p>
                <p class="field-hint">{hint(left)} " " {t(text::PAYMENTS_PAYOUT_HINT)}</p>
                {what(&payment, left, number)}
                <TextField
                    name="request[name]"
                    label=t(text::PAYMENTS_PAYER_NAME)
                    hint=t(text::PAYMENTS_PAYER_NAME_HINT)
                />
                <TextField name="request[bank]" label=t(text::PAYMENTS_PAYER_BANK) />
                <TextField name="request[account]" label=t(text::PAYMENTS_PAYER_ACCOUNT) />
                <Confirmed name="request[confirmed]" label=t(text::PAYMENTS_PAYOUT_CONFIRM) />
                <Submit grave=true>{t(text::PAYMENTS_REQUEST_PAYOUT)}</Submit>
            </CommandForm>
        }
        .into_any(),
    };
    view! { <Panel title=t(text::PAYMENTS_REQUEST_PAYOUT)>{form}</Panel> }
}

/// The form that gives a top-up back to the account it came from (充值退回).
#[component]
pub(super) fn ReturnTopUp(payment: Payment) -> impl IntoView {
    if !session::may(Permission::MakePayout) {
        let why = view! { <p class="field-hint">{t(text::PAYMENTS_RETURN_CANNOT)}</p> };
        return view! { <Panel title=t(text::PAYMENTS_RETURN)>{why}</Panel> }.into_any();
    }
    let action = ServerAction::<api::ReturnTopUp>::new();
    view! {
        <Panel title=t(text::PAYMENTS_RETURN)>
            <CommandForm action>
                <p class="field-hint">{t(text::PAYMENTS_RETURN_HINT)}</p>
                <input type="hidden" name="request[payment]" value=payment.id.to_string() />
                <MoneyField
                    name="request[amount]"
                    label=t(text::PAYMENTS_RETURN_AMOUNT)
                    value=payment.amount.plain()
                />
                <NoteField
                    name="request[reason]"
                    label=t(text::PAYMENTS_RETURN_REASON)
                    hint=t(text::PAYMENTS_RETURN_REASON_HINT)
                />
                <Confirmed name="request[confirmed]" label=t(text::PAYMENTS_RETURN_CONFIRM) />
                <Submit grave=true>{t(text::PAYMENTS_RETURN)}</Submit>
            </CommandForm>
        </Panel>
    }
    .into_any()
}

fn hint(left: Money) -> String {
    tf(text::PAYMENTS_REFUND_HINT, [("left", &left.to_string())])
}

/// Which payment, under which number, how much, and why.
fn what(payment: &Payment, left: Money, number: String) -> impl IntoView + use<> {
    view! {
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
    }
}
