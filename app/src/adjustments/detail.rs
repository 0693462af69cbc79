use super::{api, effects, lines, named_state};
use crate::api::Named;
use crate::books::JournalsOf;
use crate::components::{
    Badge, Fact, Facts, Loaded, Moment, PageHead, Panel, ShortId, Step, Timeline, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::adjustment::{AdjustmentDetail, AdjustmentState, AdjustmentSummary};
use domain::ids::JournalId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One adjustment: its grounds, its lines, what they do, and how it ended.
#[component]
pub fn AdjustmentPage() -> impl IntoView {
    let params = use_params_map();
    let adjustment = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=adjustment show=show /> }
}

fn show(found: Named<AdjustmentDetail>) -> impl IntoView {
    let Named { what: adjustment, owners } = found;
    let id = adjustment.summary.id;
    let lead = adjustment.summary.reason;
    let facts = facts(&adjustment);
    let AdjustmentDetail { summary, request, effects: after, .. } = adjustment;
    let (lines, effects) = (lines(request.lines, &owners), effects(after, &owners));
    view! {
        <PageHead title=summary.number.clone() lead=named(lead.english(), lead.chinese())>
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::ADJUSTMENTS_HISTORY)}
            </a>
        </PageHead>
        <Panel title=t(text::ADJUSTMENTS_DOCUMENT)>{facts}</Panel>
        <Panel title=t(text::ADJUSTMENTS_LINES)>{lines}</Panel>
        <Panel title=t(text::ADJUSTMENTS_BALANCES)>
            <p class="field-hint">{t(text::ADJUSTMENTS_BALANCES_HINT)}</p>
            {effects}
        </Panel>
        <Panel title=t(text::ADJUSTMENTS_STEPS)>{steps(summary)}</Panel>
        <JournalsOf kind="adjustment" id=id.to_string() />
    }
}

fn facts(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let AdjustmentSummary { baseline, reason, maker_name, created_at, .. } =
        adjustment.summary.clone();
    let (state, tone) = named_state(adjustment.summary.state.name());
    let corrects = adjustment.request.corrects.map(|id| {
        view! { <Fact term=t(text::ADJUSTMENTS_CORRECTS)>{journal(id)}</Fact> }
    });
    let evidence = adjustment.request.evidence.clone();
    let approval = routes::approval(adjustment.approval);
    view! {
        <Facts>
            <Fact term=t(text::ADJUSTMENTS_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::ADJUSTMENTS_REASON)>
                {named(reason.english(), reason.chinese())}
            </Fact>
            <Fact term=t(text::ADJUSTMENTS_BASELINE)>
                {named(baseline.english(), baseline.chinese())}
            </Fact>
            <Fact term=t(text::ADJUSTMENTS_EVIDENCE)>{evidence}</Fact>
            {corrects}
            <Fact term=t(text::ADJUSTMENTS_MAKER)>{maker_name} " " <Moment at=created_at /></Fact>
            <Fact term=t(text::ADJUSTMENTS_APPROVAL)>
                <a class="link" href=approval>{t(text::ADJUSTMENTS_TO_APPROVAL)}</a>
            </Fact>
        </Facts>
    }
}

fn journal(id: JournalId) -> impl IntoView {
    view! { <a class="link" href=routes::journal(id)><ShortId id=id.to_string() /></a> }
}

fn steps(summary: AdjustmentSummary) -> impl IntoView {
    let (word, tone) = named_state(summary.state.name());
    let (at, reason, booked) = match summary.state {
        AdjustmentState::Proposed => (None, None, None),
        AdjustmentState::Executed { journal, at } => (Some(at), None, Some(journal)),
        AdjustmentState::Rejected { reason, at } | AdjustmentState::Stale { reason, at } => {
            (Some(at), Some(reason), None)
        }
        AdjustmentState::Withdrawn { at } => (Some(at), None, None),
    };
    view! {
        <Timeline>
            <Step
                at=Some(summary.created_at)
                title=t(text::ADJUSTMENTS_STATE_PROPOSED)
                tone=Tone::Neutral
            />
            {at.map(|at| view! {
                <Step at=Some(at) title=word tone>{reason} {booked.map(journal)}</Step>
            })}
        </Timeline>
    }
}
