use super::inline::{Moment, Tone};
use leptos::prelude::*;
use time::OffsetDateTime;

/// What happened to one thing, in order.
#[component]
pub fn Timeline(
    /// [`Step`]s.
    children: Children,
) -> impl IntoView {
    view! { <ol class="timeline">{children()}</ol> }
}

/// One thing that happened.
#[component]
pub fn Step(
    /// When, if it has happened.
    #[prop(optional_no_strip)]
    at: Option<OffsetDateTime>,
    /// What.
    #[prop(into)]
    title: String,
    /// How it is to be taken.
    #[prop(optional)]
    tone: Tone,
    /// More about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = match tone {
        Tone::Neutral => "step",
        Tone::Info => "step step-info",
        Tone::Good => "step step-good",
        Tone::Warn => "step step-warn",
        Tone::Bad => "step step-bad",
    };
    view! {
        <li class=class>
            <p class="step-title">{title} {at.map(|at| view! { <Moment at /> })}</p>
            {children.map(|children| view! { <div class="step-body">{children()}</div> })}
        </li>
    }
}
