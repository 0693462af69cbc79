use super::api;
use crate::components::{CommandForm, NoteField, Panel, Submit, TextField};
use crate::i18n::t;
use crate::{routes, text};
use domain::date::BusinessDate;
use domain::ids::VoucherId;
use domain::voucher::VoucherState;
use leptos::prelude::*;

/// What the general ledger answered to the files of a day: that it took everything, or the file
/// its import tool wrote its answers into.
#[component]
pub(super) fn Answers(date: BusinessDate) -> impl IntoView {
    let action = ServerAction::<api::AcknowledgeDay>::new();
    view! {
        <Panel title=t(text::VOUCHERS_ANSWERS)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_ANSWERS_HINT)}</p>
                <input type="hidden" name="request[day]" value=date.to_string() />
                <Submit>{t(text::VOUCHERS_TAKE_ALL)}</Submit>
            </CommandForm>
            <form
                class="command"
                method="post"
                enctype="multipart/form-data"
                action=routes::upload_voucher_results(date)
            >
                <div class="field">
                    <label for="file">{t(text::VOUCHERS_RESULTS_FILE)}</label>
                    <input type="file" id="file" name="file" required=true />
                </div>
                <button class="button" type="submit">{t(text::VOUCHERS_RESULTS)}</button>
            </form>
        </Panel>
    }
}

/// What can be said of one voucher in its state.
#[component]
pub(super) fn Answer(id: VoucherId, state: VoucherState) -> impl IntoView {
    let waiting = state.acknowledge().is_ok();
    let takes = waiting.then(|| view! { <Taken id /> });
    let refuses = waiting.then(|| view! { <Refused id /> });
    let reverses = state.reverse().is_ok().then(|| view! { <Reverse id /> });
    view! { {takes} {refuses} {reverses} }
}

#[component]
fn Taken(id: VoucherId) -> impl IntoView {
    let action = ServerAction::<api::Acknowledge>::new();
    view! {
        <Panel title=t(text::VOUCHERS_ACKNOWLEDGE)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <TextField
                    name="request[erp_number]"
                    label=t(text::VOUCHERS_ERP_NUMBER)
                    optional=true
                />
                <Submit>{t(text::VOUCHERS_ACKNOWLEDGE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Refused(id: VoucherId) -> impl IntoView {
    let action = ServerAction::<api::Reject>::new();
    view! {
        <Panel title=t(text::VOUCHERS_REJECT)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_REJECT_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <TextField name="request[line]" label=t(text::VOUCHERS_LINE) value="0" />
                <NoteField name="request[reason]" label=t(text::VOUCHERS_REASON) />
                <Submit grave=true>{t(text::VOUCHERS_REJECT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Reverse(id: VoucherId) -> impl IntoView {
    let action = ServerAction::<api::ProposeReverse>::new();
    view! {
        <Panel title=t(text::VOUCHERS_REVERSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::VOUCHERS_REVERSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <NoteField name="request[reason]" label=t(text::VOUCHERS_REASON) />
                <Submit grave=true>{t(text::VOUCHERS_REVERSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
