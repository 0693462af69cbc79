use super::api;
use crate::components::{CommandForm, Confirmed, NoteField, Panel, Submit};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::reconciliation::{RunDetail, RunState};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// What may be done to a run that ended, and why something may not.
pub(super) fn show(run: &RunDetail) -> impl IntoView + use<> {
    let id = run.summary.id.to_string();
    let state = run.summary.state;
    let may_run = session::may(Permission::RunReconciliation);
    let back = (may_run && state.stands()).then(|| {
        let action = ServerAction::<api::RollBack>::new();
        let fields = fields(&id, t(text::RECONCILIATION_ROLL_BACK_CONFIRM));
        view! {
            <Panel title=t(text::RECONCILIATION_ROLL_BACK)>
                <p class="field-hint">{t(text::RECONCILIATION_ROLL_BACK_HINT)}</p>
                <CommandForm action>
                    {fields}
                    <Submit grave=true>{t(text::RECONCILIATION_ROLL_BACK)}</Submit>
                </CommandForm>
            </Panel>
        }
    });
    let open = state == RunState::Failed
        || (state == RunState::Completed && run.summary.unexplained() > 0);
    let may_force = session::may(Permission::MakeErrorResolution) && open;
    let force = may_force.then(|| match run.force_request {
        Some(request) => view! {
            <Panel title=t(text::RECONCILIATION_FORCE)>
                <a class="link" href=routes::approval(request)>
                    {t(text::RECONCILIATION_FORCE_WAITS)}
                </a>
            </Panel>
        }
        .into_any(),
        None => force(&id),
    });
    view! {
        {back}
        {force}
    }
}

fn force(id: &str) -> AnyView {
    let action = ServerAction::<api::ProposeForce>::new();
    let fields = fields(id, t(text::RECONCILIATION_FORCE_CONFIRM));
    view! {
        <Panel title=t(text::RECONCILIATION_FORCE)>
            <p class="field-hint">{t(text::RECONCILIATION_FORCE_HINT)}</p>
            <CommandForm action>
                {fields}
                <Submit grave=true>{t(text::RECONCILIATION_FORCE_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
    .into_any()
}

fn fields(id: &str, confirm: &'static str) -> impl IntoView + use<> {
    let id = id.to_owned();
    view! {
        <input type="hidden" name="request[id]" value=id />
        <NoteField name="request[reason]" label=t(text::RECONCILIATION_REASON) />
        <Confirmed name="request[confirmed]" label=confirm />
    }
}
