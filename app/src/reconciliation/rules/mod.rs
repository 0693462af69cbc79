//! The rules of matching: what holds, the versions there were, and other ones tried on past days.

pub(super) mod attempt;
mod reading;

pub use reading::RulesRequest;
pub(super) use reading::read;

use super::api::{self, MatchingRulesInForce};
use crate::components::{Column, Loaded, Moment, PageHead, Panel, Table, load};
use crate::i18n::t;
use crate::{routes, text};
use domain::matching::MatchKey;
use domain::matching::rules::{Baseline, RulesVersion, SettlementMode};
use leptos::prelude::*;

/// By what records are paired.
pub(super) fn key_name(key: MatchKey) -> &'static str {
    t(match key {
        MatchKey::Number => text::RECONCILIATION_KEY_NUMBER,
        MatchKey::ChannelNo => text::RECONCILIATION_KEY_CHANNEL_NO,
        MatchKey::AmountTime => text::RECONCILIATION_KEY_AMOUNT_TIME,
    })
}

/// Whose word counts.
pub(super) fn baseline_name(baseline: Baseline) -> &'static str {
    t(match baseline {
        Baseline::Channel => text::RECONCILIATION_BASELINE_CHANNEL,
        Baseline::Platform => text::RECONCILIATION_BASELINE_PLATFORM,
    })
}

/// When merchants are settled.
fn settlement_name(mode: SettlementMode) -> &'static str {
    t(match mode {
        SettlementMode::After => text::RECONCILIATION_SETTLE_AFTER,
        SettlementMode::BeforeExcluding => text::RECONCILIATION_SETTLE_BEFORE_EXCLUDING,
        SettlementMode::BeforeAdvancing => text::RECONCILIATION_SETTLE_BEFORE_ADVANCING,
    })
}

fn keys(keys: &[MatchKey]) -> String {
    keys.iter().map(|key| key_name(*key)).collect::<Vec<_>>().join(" → ")
}

/// What holds for each channel, and the versions there were.
#[component]
pub fn RulesPage() -> impl IntoView {
    let rules = load(|| (), |()| api::rules());
    view! {
        <PageHead title=t(text::RECONCILIATION_RULES) lead=t(text::RECONCILIATION_RULES_LEAD) />
        <Loaded from=rules show=show />
    }
}

fn show(rules: MatchingRulesInForce) -> impl IntoView {
    let now = table(t(text::RECONCILIATION_RULES_NOW), rules.now, true);
    let versions = table(t(text::RECONCILIATION_RULES_VERSIONS), rules.versions, false);
    view! {
        {now}
        {versions}
    }
}

fn table(title: &'static str, rules: Vec<RulesVersion>, leads: bool) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_CHANNEL)),
        Column::number(t(text::RECONCILIATION_VERSION)),
        Column::text(t(text::RECONCILIATION_VALID)),
        Column::text(t(text::RECONCILIATION_KEYS)),
        Column::text(t(text::RECONCILIATION_TOLERANCES)),
        Column::text(t(text::RECONCILIATION_CARRY)),
        Column::text(t(text::RECONCILIATION_BASELINE)),
        Column::text(t(text::RECONCILIATION_SETTLE)),
        Column::text(t(text::RECONCILIATION_DECIDED)),
    ];
    let empty = rules.is_empty();
    let rows = rules.into_iter().map(|version| row(version, leads)).collect_view();
    view! {
        <Panel title>
            <Table caption=title columns empty nothing=t(text::RECONCILIATION_RULES_NONE)>
                {rows}
            </Table>
        </Panel>
    }
}

fn row(version: RulesVersion, leads: bool) -> impl IntoView {
    let rules = version.rules;
    let channel = version.channel;
    let name = if leads {
        let href = routes::try_matching_rules(&channel);
        view! { <a class="link" href=href>{channel.clone()}</a> }.into_any()
    } else {
        channel.clone().into_any()
    };
    let day = |day: Option<domain::date::BusinessDate>| day.map(|day| day.to_string());
    let valid = match (day(version.valid_from), day(version.valid_to)) {
        (None, _) => t(text::RECONCILIATION_RULES_BUILT_IN).to_owned(),
        (Some(from), to) => format!("{from} – {}", to.unwrap_or_default()),
    };
    let money = |minor: i64| domain::money::Money::cny(minor).plain();
    let tolerances = format!(
        "{} / {} / {} s",
        money(rules.terms.amount_tolerance),
        money(rules.terms.fee_tolerance),
        rules.terms.time_tolerance,
    );
    let carry = format!("{} d, ± {} min", rules.carry_days, rules.cut_window);
    let decided = version.approval.map(|id| {
        view! {
            <a class="link" href=routes::approval(id)>{t(text::RECONCILIATION_DECISION)}</a>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="number">{version.version}</td>
            <td>{valid}</td>
            <td class="wrap">{keys(&rules.terms.keys)}</td>
            <td>{tolerances}</td>
            <td>{carry}</td>
            <td>{baseline_name(rules.baseline)}</td>
            <td class="wrap">{settlement_name(rules.settlement)}</td>
            <td>{decided} " " {version.made_at.map(|at| view! { <Moment at /> })}</td>
        </tr>
    }
}
