use super::{api, effects, evidence, lines, named_state};
use crate::books::JournalsOf;
use crate::components::{
    Badge, Fact, Facts, Loaded, Moment, PageHead, Panel, ShortId, Step, Timeline, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::adjustment::{AdjustmentDetail, AdjustmentState, AdjustmentSummary};
use domain::ids::{AdjustmentId, JournalId};
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

fn show(found: api::Found) -> impl IntoView {
    let api::Found { named: found, gap } = found;
    let (adjustment, owners) = (found.what, found.owners);
    let id = adjustment.summary.id;
    let lead = adjustment.summary.reason;
    let (facts, files, undo) =
        (facts(&adjustment), evidence::panel(&adjustment), undo(&adjustment));
    let original = adjustment.undoes.as_ref().map(|(id, _)| id.to_string());
    let AdjustmentDetail { summary, request, effects: after, .. } = adjustment;
    let lines = lines(request.lines, &owners);
    view! {
        <PageHead title=summary.number.clone() lead=named(lead.english(), lead.chinese())>
            <a class="button" href=routes::adjustment_print(id)>{t(text::ADJUSTMENTS_PRINT)}</a>
            {undo}
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::ADJUSTMENTS_HISTORY)}
            </a>
        </PageHead>
        <Panel title=t(text::ADJUSTMENTS_DOCUMENT)>{facts}</Panel>
        <Panel title=t(text::ADJUSTMENTS_LINES)>{lines}</Panel>
        <Panel title=t(text::ADJUSTMENTS_BALANCES)>
            <p class="field-hint">{t(text::ADJUSTMENTS_BALANCES_HINT)}</p>
            {effects::all(&after, gap, &owners)}
        </Panel>
        {files}
        <Panel title=t(text::ADJUSTMENTS_STEPS)>{steps(summary)}</Panel>
        <JournalsOf kind="adjustment" id=original.unwrap_or_else(|| id.to_string()) />
    }
}

/// The way to undo a booked document, where it is not undone yet.
fn undo(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let booked = matches!(adjustment.summary.state, AdjustmentState::Executed { .. });
    let open = adjustment.undone_by.is_none() && adjustment.undoes.is_none();
    let may = session::may(Permission::ProposeAdjustment);
    let href = routes::adjustment_reversal(adjustment.summary.id);
    (booked && open && may).then(|| {
        view! { <a class="button" href=href>{t(text::ADJUSTMENTS_REVERSE)}</a> }
    })
}

fn linked(term: &'static str, (id, number): (AdjustmentId, String)) -> impl IntoView {
    view! { <Fact term><a class="link" href=routes::adjustment(id)>{number}</a></Fact> }
}

fn facts(adjustment: &AdjustmentDetail) -> impl IntoView + use<> {
    let AdjustmentSummary { baseline, reason, maker_name, created_at, .. } =
        adjustment.summary.clone();
    let (state, tone) = named_state(adjustment.summary.state.name());
    let corrects = adjustment.request.corrects.map(|id| {
        view! { <Fact term=t(text::ADJUSTMENTS_CORRECTS)>{journal(id)}</Fact> }
    });
    let evidence = adjustment.request.evidence.clone();
    let undoes = adjustment.undoes.clone().map(|one| linked(t(text::ADJUSTMENTS_UNDOES), one));
    let undone = adjustment.undone_by.clone();
    let undone = undone.map(|one| linked(t(text::ADJUSTMENTS_UNDONE_BY), one));
    let recurring = adjustment.template_name.clone().map(|name| {
        let month = adjustment.request.recurring.map(|one| one.month.to_string());
        view! {
            <Fact term=t(text::ADJUSTMENTS_RECURRING)>
                <a class="link" href=routes::ADJUSTMENT_TEMPLATES>{name}</a> " " {month}
            </Fact>
        }
    });
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
            {undoes}
            {undone}
            {recurring}
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
