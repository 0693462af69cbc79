use super::api;
use crate::components::{Column, CommandForm, DateField, Panel, Submit, Table};
use crate::fee_form::{FeeFields, fee_rows};
use crate::i18n::t;
use crate::text;
use domain::channel::ChannelStanding;
use domain::fee::FeeRow;
use leptos::prelude::*;

/// What a channel charges by product and kind of card, newest first.
pub(super) fn costs(rows: Vec<FeeRow>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::MERCHANTS_PRODUCT)),
        Column::text(t(text::SHELL_CARD)),
        Column::text(t(text::MERCHANTS_VALID_FROM)),
        Column::text(t(text::SHELL_FEE_TIER)),
        Column::number(t(text::MERCHANTS_RATE)),
        Column::number(t(text::MERCHANTS_FIXED)),
        Column::number(t(text::MERCHANTS_MIN)),
        Column::number(t(text::MERCHANTS_MAX)),
    ];
    let empty = rows.is_empty();
    let nothing = t(text::CHANNELS_NO_COSTS);
    let rows = rows
        .into_iter()
        .map(|row| fee_rows((row.product, row.card), row.valid_from, &row.schedule));
    let rows = rows.collect_view();
    view! { <Table caption=t(text::CHANNELS_COSTS) columns empty nothing>{rows}</Table> }
}

/// The form that proposes other costs.
#[component]
pub(super) fn ProposeCost(code: String) -> impl IntoView {
    let action = ServerAction::<api::ProposeCost>::new();
    view! {
        <Panel title=t(text::CHANNELS_PROPOSE_COST)>
            <CommandForm action>
                <p class="field-hint">{t(text::MERCHANTS_PROPOSE_HINT)}</p>
                <FeeFields id=code />
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// The form that proposes other days of use.
#[component]
pub(super) fn ProposeValidity(standing: ChannelStanding) -> impl IntoView {
    let action = ServerAction::<api::ProposeValidity>::new();
    let day = |day: Option<domain::date::BusinessDate>| {
        day.map(|day| day.to_string()).unwrap_or_default()
    };
    view! {
        <Panel title=t(text::CHANNELS_PROPOSE_VALIDITY)>
            <CommandForm action>
                <p class="field-hint">{t(text::CHANNELS_VALIDITY_HINT)}</p>
                <input type="hidden" name="request[code]" value=standing.summary.code />
                <DateField
                    name="request[valid_from]"
                    label=t(text::CHANNELS_VALID_FROM)
                    value=day(standing.valid_from)
                    optional=true
                />
                <DateField
                    name="request[valid_until]"
                    label=t(text::CHANNELS_VALID_UNTIL)
                    value=day(standing.valid_until)
                    optional=true
                />
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
