use crate::components::{Choice, DateField, NoteField, SelectField, Submit, TextField};
use crate::i18n::t;
use crate::text;
use domain::error_item::ErrorItemFilter;
use leptos::prelude::*;

/// What is done with the rows that are ticked, or with everything the filter matches. It is tried
/// first; nothing happens before the next page is confirmed.
pub(super) fn bar(filter: &ErrorItemFilter) -> impl IntoView + use<> {
    // A case is handled as one, unless somebody takes the tick away.
    let whole = filter.case.is_some();
    let filter = serde_json::to_string(filter).unwrap_or_default();
    let commands = vec![
        Choice::new("assign", t(text::ERROR_ITEMS_ASSIGN_TO_ME)),
        Choice::new("hand_on", t(text::ERROR_ITEMS_HAND_ON)),
        Choice::new("snooze", t(text::ERROR_ITEMS_SNOOZE_IT)),
        Choice::new("comment", t(text::ERROR_ITEMS_ADD_COMMENT)),
        Choice::new("propose", t(text::ERROR_ITEMS_PROPOSE_SUGGESTED)),
    ];
    view! {
        <section class="panel" id="handle">
            <div class="panel-head"><h2>{t(text::ERROR_ITEMS_HANDLE)}</h2></div>
            <div class="panel-body handle">
            <p class="selection" aria-live="polite"></p>
            <input type="hidden" name="request[filter]" value=filter />
            <label class="confirmed">
                <input type="checkbox" name="request[all]" value="yes" checked=whole />
                <span>{t(text::ERROR_ITEMS_ALL_MATCHING)}</span>
            </label>
            <SelectField
                name="request[what]"
                label=t(text::ERROR_ITEMS_ACTION)
                choices=commands
            />
            <TextField
                name="request[to]"
                label=t(text::ERROR_ITEMS_HAND_ON_LOGIN)
                optional=true
            />
            <DateField
                name="request[until]"
                label=t(text::ERROR_ITEMS_SNOOZE_UNTIL)
                optional=true
            />
            <NoteField
                name="request[text]"
                label=t(text::ERROR_ITEMS_REASON)
                hint=t(text::ERROR_ITEMS_HANDLE_HINT)
            />
            <Submit>{t(text::ERROR_ITEMS_TRY)}</Submit>
            </div>
        </section>
    }
}
