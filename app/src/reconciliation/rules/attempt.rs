//! Other rules for a channel: filled in, tried on past days, then proposed.

use super::reading::{RulesRequest, read};
use super::{baseline_name, keys, settlement_name};
use crate::components::{
    Badge, Choice, Column, CommandForm, DateField, Loaded, PageHead, Panel, Query, SelectField,
    Submit, Table, TextField, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::reconciliation::api::{self, MatchingRulesInForce};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::matching::MatchKey;
use domain::matching::rules::{Baseline, RulesVersion, SettlementMode};
use domain::reconciliation::{DryRun, DryRunDay};
use leptos::prelude::*;

/// The orders of keys that are offered.
const KEYS: &[&[MatchKey]] = &[
    &[MatchKey::Number, MatchKey::ChannelNo],
    &[MatchKey::ChannelNo, MatchKey::Number],
    &[MatchKey::Number],
    &[MatchKey::ChannelNo],
    &[MatchKey::Number, MatchKey::ChannelNo, MatchKey::AmountTime],
    &[MatchKey::Number, MatchKey::AmountTime],
];

/// The form, what it would do to past days, and the button to propose it.
#[component]
pub fn TryPage() -> impl IntoView {
    let filter = use_filter();
    let rules = load(|| (), |()| api::rules());
    let tried = load(filter, |query| async move {
        let asked = asked(&query);
        let change = asked.as_ref().map(read).transpose()?;
        let found = api::try_rules(change).await?;
        Ok::<_, Failure>(asked.zip(found))
    });
    view! {
        <PageHead
            title=t(text::RECONCILIATION_RULES_TRY)
            lead=t(text::RECONCILIATION_RULES_TRY_LEAD)
        >
            <a class="link" href=routes::MATCHING_RULES>{t(text::RECONCILIATION_RULES)}</a>
        </PageHead>
        <Loaded from=rules show=move |rules| form(&filter(), &rules) />
        <Loaded from=tried show=|tried| tried.map(|(asked, found)| effect(&asked, found)) />
    }
}

/// What the address asks to try, once the form was sent.
fn asked(query: &Query) -> Option<RulesRequest> {
    let text = |name: &str| query.text(name).unwrap_or_default();
    query.text("keys")?;
    Some(RulesRequest {
        channel: text("channel"),
        valid_from: text("valid_from"),
        valid_to: text("valid_to"),
        keys: text("keys"),
        amount: text("amount"),
        fee: text("fee"),
        time: text("time"),
        carry_days: text("carry_days"),
        cut_window: text("cut_window"),
        baseline: text("baseline"),
        settlement: text("settlement"),
    })
}

fn form(query: &Query, rules: &MatchingRulesInForce) -> impl IntoView + use<> {
    let channel = query.text("channel").unwrap_or_default();
    let held = rules.now.iter().find(|version| version.channel == channel);
    let held = held.cloned().unwrap_or_else(|| RulesVersion::built_in(&channel));
    let given = asked(query).unwrap_or_else(|| RulesRequest::of(&held, String::new()));
    let channels =
        rules.now.iter().map(|version| Choice::new(&version.channel, &version.channel)).collect();
    let orders = KEYS.iter().map(|one| {
        let names: Vec<&str> = one.iter().map(|key| key.name()).collect();
        Choice::new(names.join(","), keys(one))
    });
    let orders = orders.collect();
    let sides =
        Baseline::ALL.iter().map(|one| Choice::new(one.name(), baseline_name(*one))).collect();
    let modes = SettlementMode::ALL.iter();
    let modes = modes.map(|one| Choice::new(one.name(), settlement_name(*one))).collect();
    view! {
        <Panel title=t(text::RECONCILIATION_RULES_OTHER)>
            <form method="get" action=routes::TRY_MATCHING_RULES class="filter">
                <SelectField name="channel" label=t(text::RECONCILIATION_CHANNEL)
                    choices=channels value=given.channel />
                <DateField name="valid_from" label=t(text::RECONCILIATION_VALID_FROM)
                    value=given.valid_from />
                <DateField name="valid_to" label=t(text::RECONCILIATION_VALID_TO)
                    value=given.valid_to optional=true />
                <SelectField name="keys" label=t(text::RECONCILIATION_KEYS) choices=orders
                    value=given.keys />
                <TextField name="amount" label=t(text::RECONCILIATION_TOLERANCE_AMOUNT)
                    value=given.amount />
                <TextField name="fee" label=t(text::RECONCILIATION_TOLERANCE_FEE)
                    value=given.fee />
                <TextField name="time" label=t(text::RECONCILIATION_TOLERANCE_TIME)
                    value=given.time />
                <TextField name="carry_days" label=t(text::RECONCILIATION_CARRY_DAYS)
                    value=given.carry_days />
                <TextField name="cut_window" label=t(text::RECONCILIATION_CUT_WINDOW)
                    value=given.cut_window />
                <SelectField name="baseline" label=t(text::RECONCILIATION_BASELINE)
                    choices=sides value=given.baseline />
                <SelectField name="settlement" label=t(text::RECONCILIATION_SETTLE)
                    choices=modes value=given.settlement />
                <div class="actions">
                    <button class="button button-main" type="submit">
                        {t(text::RECONCILIATION_RULES_TRY_IT)}
                    </button>
                </div>
            </form>
        </Panel>
    }
}

/// What the rules would do, day by day, and the button to propose them.
fn effect(asked: &RulesRequest, found: DryRun) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_DAY)),
        Column::number(t(text::RECONCILIATION_MATCHED_BEFORE)),
        Column::number(t(text::RECONCILIATION_MATCHED_AFTER)),
        Column::number(t(text::RECONCILIATION_OPEN_BEFORE)),
        Column::number(t(text::RECONCILIATION_OPEN_AFTER)),
        Column::text(t(text::RECONCILIATION_GAINED)),
        Column::text(t(text::RECONCILIATION_LOST)),
    ];
    let empty = found.days.is_empty();
    let rows = found.days.into_iter().map(day).collect_view();
    let propose = session::may(Permission::MakeRoutingChange).then(|| propose(asked));
    view! {
        <Panel title=t(text::RECONCILIATION_DRY_RUN)>
            <p class="field-hint">{t(text::RECONCILIATION_DRY_RUN_HINT)}</p>
            <Table
                caption=t(text::RECONCILIATION_DRY_RUN)
                columns
                empty
                nothing=t(text::RECONCILIATION_DRY_RUN_NONE)
            >
                {rows}
            </Table>
            {propose}
        </Panel>
    }
}

fn day(day: DryRunDay) -> impl IntoView {
    let named = |count: i64, numbers: Vec<String>, tone: Tone| {
        let more = count - i64::try_from(numbers.len()).unwrap_or(count);
        let more =
            (more > 0).then(|| tf(text::RECONCILIATION_AND_MORE, [("count", &more.to_string())]));
        let tone = if count > 0 { tone } else { Tone::Neutral };
        let numbers = numbers.into_iter().map(|number| {
            view! { <code class="id">{number}</code> " " }
        });
        view! { <Badge tone>{count}</Badge> " " {numbers.collect_view()} {more} }
    };
    view! {
        <tr>
            <th scope="row">{day.day.to_string()}</th>
            <td class="number">{day.matched_before}</td>
            <td class="number">{day.matched_after}</td>
            <td class="number">{day.open_before}</td>
            <td class="number">{day.open_after}</td>
            <td class="wrap">{named(day.gained, day.gained_numbers, Tone::Good)}</td>
            <td class="wrap">{named(day.lost, day.lost_numbers, Tone::Bad)}</td>
        </tr>
    }
}

fn propose(asked: &RulesRequest) -> impl IntoView + use<> {
    let action = ServerAction::<api::ProposeRules>::new();
    let fields = [
        ("request[channel]", &asked.channel),
        ("request[valid_from]", &asked.valid_from),
        ("request[valid_to]", &asked.valid_to),
        ("request[keys]", &asked.keys),
        ("request[amount]", &asked.amount),
        ("request[fee]", &asked.fee),
        ("request[time]", &asked.time),
        ("request[carry_days]", &asked.carry_days),
        ("request[cut_window]", &asked.cut_window),
        ("request[baseline]", &asked.baseline),
        ("request[settlement]", &asked.settlement),
    ];
    let fields = fields.map(|(name, value)| {
        let value = value.clone();
        view! { <input type="hidden" name=name value=value /> }
    });
    view! {
        <CommandForm action>
            {fields.into_iter().collect_view()}
            <p class="field-hint">{t(text::RECONCILIATION_RULES_PROPOSE_HINT)}</p>
            <Submit>{t(text::RECONCILIATION_RULES_PROPOSE)}</Submit>
        </CommandForm>
    }
}
