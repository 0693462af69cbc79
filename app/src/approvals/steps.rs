//! The words for chains of steps and for what is conspicuous about a request.

use crate::components::{Badge, Tone};
use crate::i18n::{t, tf};
use crate::session::role_name;
use crate::text;
use domain::approval::{ApprovalSummary, Facts, Risk, Step};
use leptos::prelude::*;

/// A step in words: `L3 · Manager · second factor`.
pub(super) fn step_words(step: Step) -> String {
    let mut words = vec![step.level.name().to_owned()];
    words.extend(step.role.map(|role| role_name(role).to_owned()));
    if step.second_factor {
        words.push(t(text::APPROVALS_SECOND_FACTOR).to_owned());
    }
    words.join(" · ")
}

/// How far the chain is: `2/3`, and whom it waits for.
pub(super) fn progress(request: &ApprovalSummary) -> String {
    let (done, all) = (request.agreed.to_string(), request.steps.len().to_string());
    match request.open_step() {
        Some(step) => {
            let step = step_words(step);
            tf(text::APPROVALS_PROGRESS, [("done", &done), ("all", &all), ("step", &step)])
        }
        None => String::new(),
    }
}

/// What makes a checker look twice.
pub(super) fn marks(request: &ApprovalSummary) -> impl IntoView + use<> {
    let overdue = (request.escalations > 0 && request.state == "pending").then(|| {
        view! { <Badge tone=Tone::Bad>{t(text::APPROVALS_ESCALATED)}</Badge> }
    });
    view! { <span class="marks">{overdue} {fact_marks(&request.facts)}</span> }
}

pub(super) fn fact_marks(facts: &Facts) -> impl IntoView + use<> {
    let first = facts.shares.iter().filter(|share| share.first).count();
    let unusual = facts.shares.iter().filter(|share| share.is_unusual()).count();
    let risk = match facts.risk {
        Some(Risk::High) => Some((text::APPROVALS_RISK_HIGH, Tone::Bad)),
        Some(Risk::Medium) => Some((text::APPROVALS_RISK_MEDIUM, Tone::Warn)),
        _ => None,
    };
    let counted = |count: usize, words: String| {
        (count > 0).then(|| view! { <Badge tone=Tone::Warn>{words}</Badge> })
    };
    let (many, odd) = (first.to_string(), unusual.to_string());
    (
        risk.map(|(words, tone)| view! { <Badge tone>{t(words)}</Badge> }),
        counted(first, tf(text::APPROVALS_FIRST_PAYEES, [("count", &many)])),
        counted(unusual, tf(text::APPROVALS_UNUSUAL, [("count", &odd)])),
    )
}
