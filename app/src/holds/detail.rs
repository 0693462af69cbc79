use super::{api, kind_name, state_name};
use crate::books::JournalsOf;
use crate::components::{
    Amount, Badge, CommandForm, Fact, Facts, Loaded, NoteField, PageHead, Panel, Step, Submit,
    Timeline, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::phrases::phrase;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::hold::{Hold, HoldState};
use domain::ids::{ApprovalId, HoldId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One hold: whose, how much and why, and what became of it.
#[component]
pub fn HoldPage() -> impl IntoView {
    let params = use_params_map();
    let hold = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=hold show=show /> }
}

fn show(hold: Hold) -> impl IntoView {
    let (id, title) = (hold.id, hold.number.clone());
    let books = session::may(Permission::ViewLedger);
    let release = release_form(&hold);
    let (lead, others) = (kind_name(hold.kind), routes::holds_of(&hold.merchant_code));
    let (facts, steps) = (facts(&hold), steps(hold));
    view! {
        <PageHead title lead>
            <a class="link" href=others>{t(text::HOLDS_OTHERS)}</a>
            <a class="link" href=routes::audit_of(&id.to_string())>{t(text::HOLDS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::HOLDS_HOLD)>{facts}</Panel>
        <Panel title=t(text::HOLDS_STEPS)>{steps}</Panel>
        {release}
        {books.then(|| view! { <JournalsOf kind="hold" id=id.to_string() /> })}
    }
}

fn facts(hold: &Hold) -> impl IntoView + use<> {
    let (state, tone) = state_name(hold.state);
    let hold = hold.clone();
    let refusal = (!hold.refusal.is_empty()).then(|| {
        view! { <Fact term=t(text::HOLDS_REFUSAL)>{phrase(&hold.refusal)}</Fact> }
    });
    view! {
        <Facts>
            <Fact term=t(text::HOLDS_STATE)><Badge tone>{state}</Badge></Fact>
            {refusal}
            <Fact term=t(text::HOLDS_MERCHANT)>
                <a class="link" href=routes::merchant(hold.merchant)>
                    {hold.merchant_code} " " {hold.merchant_name}
                </a>
            </Fact>
            <Fact term=t(text::HOLDS_AMOUNT)><Amount money=hold.amount /></Fact>
            <Fact term=t(text::HOLDS_KIND)>{kind_name(hold.kind)}</Fact>
            <Fact term=t(text::HOLDS_REASON)>{hold.reason}</Fact>
        </Facts>
    }
}

/// Who did what, when and why.
fn steps(hold: Hold) -> impl IntoView {
    let placed = hold.held_at.map(|at| {
        let who = hold.checker_name.clone();
        view! { <Step at=Some(at) title=t(text::HOLDS_STEP_HELD) tone=Tone::Info>{who}</Step> }
    });
    let release = hold.release.map(|release| {
        let done = release.released_at.map(|at| {
            let who = release.checker_name;
            view! {
                <Step at=Some(at) title=t(text::HOLDS_STEP_RELEASED) tone=Tone::Good>{who}</Step>
            }
        });
        view! {
            <Step
                at=Some(release.made_at)
                title=t(text::HOLDS_STEP_RELEASE_ASKED)
                tone=Tone::Neutral
            >
                {release.maker_name} " · " {release.reason} " · " {decision(release.approval)}
            </Step>
            {done}
        }
    });
    view! {
        <Timeline>
            <Step at=Some(hold.made_at) title=t(text::HOLDS_STEP_PROPOSED) tone=Tone::Neutral>
                {hold.maker_name} " · " {hold.reason} " · " {decision(hold.approval)}
            </Step>
            {placed}
            {release}
        </Timeline>
    }
}

fn decision(id: ApprovalId) -> impl IntoView {
    view! { <a class="link" href=routes::approval(id)>{t(text::HOLDS_TO_APPROVAL)}</a> }
}

/// The form that asks for the release, or why there is none.
fn release_form(hold: &Hold) -> Option<AnyView> {
    if !session::may(Permission::MakeHold) {
        return None;
    }
    match hold.state {
        HoldState::Held => Some(view! { <Release id=hold.id /> }.into_any()),
        HoldState::Releasing => {
            Some(view! { <p class="field-hint">{t(text::HOLDS_RELEASE_WAITS)}</p> }.into_any())
        }
        HoldState::Proposed | HoldState::Released | HoldState::Refused => None,
    }
}

#[component]
fn Release(id: HoldId) -> impl IntoView {
    let action = ServerAction::<api::ProposeRelease>::new();
    view! {
        <Panel title=t(text::HOLDS_RELEASE)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <NoteField
                    name="request[reason]"
                    label=t(text::HOLDS_RELEASE_REASON)
                    hint=t(text::HOLDS_REASON_HINT)
                />
                <Submit>{t(text::HOLDS_PROPOSE_RELEASE)}</Submit>
            </CommandForm>
        </Panel>
    }
}
