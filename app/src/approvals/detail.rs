use super::differences::Differences;
use super::{api, kind_name, state_name, title};
use crate::components::{
    Badge, CommandForm, Confirmed, Content, CopyId, Fact, Facts, Loaded, Moment, NoteField,
    PageHead, Panel, Submit, load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::approval::ApprovalDetail;
use domain::ids::ApprovalId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One request: what it is about, exactly, and the form to decide it.
#[component]
pub fn ApprovalPage() -> impl IntoView {
    let params = use_params_map();
    let request = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move {
            let id = id.parse().map_err(|_| crate::failure::Failure::NotFound)?;
            api::find(id).await
        },
    );
    view! { <Loaded from=request show=show /> }
}

fn show(request: ApprovalDetail) -> impl IntoView {
    let ApprovalDetail { summary, content, content_hash, note, decided_at } = request;
    let (state, tone) = state_name(&summary.state);
    let (me, pending) = (session::actor(), summary.state == "pending");
    let mine = me.as_ref().is_some_and(|me| me.staff == summary.maker);
    let decides = me.is_some_and(|me| me.may(summary.kind.checker_permission())) && !mine;
    let note = (!note.is_empty()).then(|| {
        view! { <Fact term=t(text::APPROVALS_NOTE)>{note}</Fact> }
    });
    let checker = summary.checker_name.map(|name| {
        view! {
            <Fact term=t(text::APPROVALS_CHECKER)>
                {name} " " {decided_at.map(|at| view! { <Moment at /> })}
            </Fact>
        }
    });
    view! {
        <PageHead title=title(&summary.title) lead=kind_name(summary.kind)>
            <a class="link" href=routes::audit_of(&summary.id.to_string())>
                {t(text::APPROVALS_HISTORY)}
            </a>
        </PageHead>
        <Panel title=t(text::APPROVALS_REQUEST)>
            <Facts>
                <Fact term=t(text::APPROVALS_STATE)><Badge tone>{state}</Badge></Fact>
                <Fact term=t(text::APPROVALS_MAKER)>
                    {summary.maker_name} " " <Moment at=summary.made_at />
                </Fact>
                {checker}
                {note}
                <Fact term=t(text::APPROVALS_SUBJECT)>
                    <CopyId id=summary.subject.to_string() />
                </Fact>
            </Facts>
        </Panel>
        {(summary.state == "stale").then(|| view! { <Differences id=summary.id /> })}
        <Panel title=t(text::APPROVALS_CONTENT)>
            <Content json=content />
        </Panel>
        {(pending && decides).then(|| view! { <Decide id=summary.id shown_hash=content_hash /> })}
        {(pending && mine).then(|| view! { <Withdraw id=summary.id /> })}
    }
}

#[component]
fn Decide(id: ApprovalId, shown_hash: String) -> impl IntoView {
    let action = ServerAction::<api::Decide>::new();
    view! {
        <Panel title=t(text::APPROVALS_DECIDE)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <input type="hidden" name="request[shown_hash]" value=shown_hash />
                <NoteField
                    name="request[note]"
                    label=t(text::APPROVALS_NOTE)
                    hint=t(text::APPROVALS_NOTE_HINT)
                />
                <Confirmed name="request[confirmed]" label=t(text::APPROVALS_CONFIRM) />
                <div class="actions">
                    <Submit says=("request[verdict]", "approve")>{t(text::APPROVALS_APPROVE)}</Submit>
                    <Submit says=("request[verdict]", "reject") grave=true>
                        {t(text::APPROVALS_REJECT)}
                    </Submit>
                </div>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Withdraw(id: ApprovalId) -> impl IntoView {
    let action = ServerAction::<api::Withdraw>::new();
    view! {
        <Panel title=t(text::APPROVALS_WITHDRAW)>
            <CommandForm action>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit grave=true>{t(text::APPROVALS_WITHDRAW)}</Submit>
            </CommandForm>
        </Panel>
    }
}
