//! The rule coach: what the rules could learn from people.

pub mod api;

use super::names::{action_name, cause_name, direction_name};
use crate::components::{
    Badge, Column, CommandForm, Loaded, PageHead, Panel, Submit, Table, Tone, load,
};
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::error_item::{Advice, COACH_DAYS, Pattern, Resolved, RuleChange};
use domain::money::{Currency, Money};
use leptos::prelude::*;

/// The rules that repeated resolutions ask for, each with what it would have done.
#[component]
pub fn CoachPage() -> impl IntoView {
    let advice = load(|| (), |()| api::find_advice());
    let days = COACH_DAYS.to_string();
    view! {
        <PageHead
            title=t(text::ERROR_ITEMS_COACH)
            lead=tf(text::ERROR_ITEMS_COACH_LEAD, [("days", &days)])
        >
            <a class="link" href=routes::ERROR_ITEM_RULES>{t(text::ERROR_ITEMS_RULES)}</a>
        </PageHead>
        <Loaded from=advice show=all />
    }
}

fn all(advice: Vec<Advice>) -> impl IntoView {
    if advice.is_empty() {
        view! {
            <Panel title=t(text::ERROR_ITEMS_COACH)>
                <p>{t(text::ERROR_ITEMS_COACH_NONE)}</p>
            </Panel>
        }
        .into_any()
    } else {
        advice.into_iter().map(one).collect_view().into_any()
    }
}

/// What a pattern is, in words.
pub(super) fn pattern_name(pattern: &Pattern) -> String {
    let channel = pattern.channel.as_deref().unwrap_or("–");
    let side = if pattern.long { text::ERROR_ITEMS_MORE } else { text::ERROR_ITEMS_LESS };
    let (cause, way) = (cause_name(pattern.cause), direction_name(pattern.direction));
    format!("{cause} · {channel} · {way} · {}", t(side))
}

fn one(advice: Advice) -> impl IntoView {
    let days = COACH_DAYS.to_string();
    let (same, open) = (advice.same.to_string(), advice.open.to_string());
    let different = advice.different.len().to_string();
    let counts = [("days", days.as_str()), ("same", &same), ("different", &different)];
    let effect = tf(text::ERROR_ITEMS_COACH_EFFECT, counts);
    let (word, tone) = if advice.by_itself {
        (text::ERROR_ITEMS_COACH_BY_ITSELF, Tone::Warn)
    } else {
        (text::ERROR_ITEMS_COACH_PREFERS, Tone::Info)
    };
    let below = match &advice.change {
        RuleChange::AddAutomatic(rule) => {
            let below = Money::new(rule.below_minor, Currency::Cny).grouped();
            Some(tf(text::ERROR_ITEMS_COACH_BELOW, [("amount", &below)]))
        }
        _ => None,
    };
    let makes = session::may(Permission::MakeErrorResolution);
    let pattern = serde_json::to_string(&advice.pattern).unwrap_or_default();
    let streak = advice.streak.to_string();
    view! {
        <Panel title=pattern_name(&advice.pattern)>
            <p>
                {tf(text::ERROR_ITEMS_COACH_STREAK, [("count", &streak)])}
                " "
                <strong>{action_name(advice.action)}</strong>
            </p>
            <p><Badge tone>{t(word)}</Badge> " " {below}</p>
            <p>{effect}</p>
            <p>{tf(text::ERROR_ITEMS_COACH_OPEN, [("count", &open)])}</p>
            {otherwise(advice.different)}
            {makes.then(|| view! { <Propose pattern /> })}
        </Panel>
    }
}

/// The first resolutions that were made otherwise.
fn otherwise(different: Vec<Resolved>) -> impl IntoView {
    (!different.is_empty()).then(|| {
        let columns = vec![
            Column::text(t(text::ERROR_ITEMS_NUMBER)),
            Column::text(t(text::ERROR_ITEMS_RESOLUTION)),
        ];
        let rows = different.into_iter().take(50).map(|done| {
            view! {
                <tr>
                    <td><a class="link" href=routes::error_item(done.id)>{done.number}</a></td>
                    <td>{action_name(done.action)}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! { <Table caption=t(text::ERROR_ITEMS_COACH_DIFFERENT) columns>{rows}</Table> }
    })
}

#[component]
fn Propose(pattern: String) -> impl IntoView {
    let action = ServerAction::<api::ProposeAdvice>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="pattern" value=pattern />
            <Submit>{t(text::ERROR_ITEMS_RULE_PROPOSE)}</Submit>
        </CommandForm>
    }
}
