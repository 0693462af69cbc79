use super::api;
use crate::components::{Badge, CommandForm, Fact, Facts, Moment, Panel, Submit, TextField, Tone};
use crate::decision::success;
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{session, text};
use domain::access::Permission;
use domain::channel::{ChannelStanding, HealthState};
use leptos::prelude::*;

/// How well a channel is, when it may be used, and the forms to take it out or bring it back.
#[component]
pub(super) fn Health(standing: ChannelStanding) -> impl IntoView {
    let code = standing.summary.code.clone();
    let (reason, since) = match &standing.health {
        HealthState::Good => (None, None),
        HealthState::Withdrawn { since, reason, .. } | HealthState::TakenOut { since, reason } => {
            (Some(phrase(reason)), Some(*since))
        }
    };
    let until = match &standing.health {
        HealthState::Withdrawn { until, .. } => Some(*until),
        _ => None,
    };
    let moment = |term: &'static str, at| view! { <Fact term=term><Moment at /></Fact> };
    let because = reason.map(|reason| {
        view! { <Fact term=t(text::CHANNELS_BECAUSE)>{reason}</Fact> }
    });
    let (health, days, policy) = (badge(&standing.health), validity(&standing), policy(&standing));
    let withdraws = session::may(Permission::WithdrawChannel);
    let forms = withdraws.then(|| forms(&code, &standing.health));
    let success = success(standing.success);
    view! {
        <Panel title=t(text::CHANNELS_HEALTH)>
            <Facts>
                <Fact term=t(text::CHANNELS_HEALTH)>{health}</Fact>
                {because}
                {since.map(|at| moment(t(text::CHANNELS_SINCE), at))}
                {until.map(|at| moment(t(text::CHANNELS_TRIED_FROM), at))}
                <Fact term=t(text::CHANNELS_SUCCESS)>{success}</Fact>
                <Fact term=t(text::CHANNELS_VALIDITY)>{days}</Fact>
                <Fact term=t(text::CHANNELS_POLICY)>{policy}</Fact>
            </Facts>
            {forms}
        </Panel>
    }
}

/// The word for where a channel's health stands.
pub(super) fn badge(health: &HealthState) -> impl IntoView + use<> {
    let (word, tone) = match health {
        HealthState::Good => (text::CHANNELS_HEALTH_GOOD, Tone::Good),
        HealthState::Withdrawn { .. } => (text::CHANNELS_HEALTH_WITHDRAWN, Tone::Bad),
        HealthState::TakenOut { .. } => (text::CHANNELS_HEALTH_TAKEN_OUT, Tone::Warn),
    };
    view! { <Badge tone>{t(word)}</Badge> }
}

/// The days of use: `2026-01-01 – 2026-12-31`, an open end left out.
pub(super) fn validity(standing: &ChannelStanding) -> String {
    let day = |day: Option<domain::date::BusinessDate>| {
        day.map(|day| day.to_string()).unwrap_or_default()
    };
    match (standing.valid_from, standing.valid_until) {
        (None, None) => t(text::CHANNELS_ALWAYS).to_owned(),
        (from, until) => format!("{} – {}", day(from), day(until)),
    }
}

fn policy(standing: &ChannelStanding) -> String {
    let policy = standing.policy;
    tf(
        text::CHANNELS_POLICY_WORDS,
        [
            ("faults", &policy.faults.to_string()),
            ("answers", &policy.answers_min.to_string()),
            ("window", &policy.window_seconds.to_string()),
            ("pause", &policy.pause_seconds.to_string()),
            ("trial", &policy.trial.to_string()),
            ("good", &policy.trial_answers.to_string()),
        ],
    )
}

fn forms(code: &str, health: &HealthState) -> AnyView {
    let out = ServerAction::<api::TakeOut>::new();
    let back = ServerAction::<api::BringBack>::new();
    let taken_out = matches!(health, HealthState::TakenOut { .. });
    let take = (!taken_out).then(|| {
        let code = code.to_owned();
        view! {
            <CommandForm action=out>
                <input type="hidden" name="request[code]" value=code />
                <TextField name="request[reason]" label=t(text::CHANNELS_REASON) />
                <Submit grave=true>{t(text::CHANNELS_TAKE_OUT)}</Submit>
            </CommandForm>
        }
    });
    let bring = (*health != HealthState::Good).then(|| {
        let code = code.to_owned();
        view! {
            <CommandForm action=back>
                <input type="hidden" name="code" value=code />
                <Submit>{t(text::CHANNELS_BRING_BACK)}</Submit>
            </CommandForm>
        }
    });
    view! { {take} {bring} }.into_any()
}
