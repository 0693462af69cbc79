use super::differences::{Differences, table};
use super::steps::{fact_marks, step_words};
use super::{api, kind_name, state_name, title};
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, Content, CopyId, Fact, Facts, Loaded, Moment,
    NoteField, PageHead, Panel, Submit, Table, TextField, Tone, load,
};
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::approval::{ApprovalDetail, ApprovalKind, Difference, Share, VoteRecord};
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
    let pending = request.summary.state == "pending";
    let me = session::actor();
    let mine = me.is_some_and(|me| me.staff == request.summary.maker);
    let (name, kind) = (title(&request.summary.title), request.summary.kind);
    let (id, audit) = (request.summary.id, routes::audit_of(&request.summary.id.to_string()));
    let decide = pending.then(|| decide_panel(&request));
    let (facts, chain) = (facts(&request), chain(&request));
    let shares = shares(request.summary.facts.shares.clone());
    let stale = (request.summary.state == "stale").then(|| view! { <Differences id /> });
    let changes = (!request.changes.is_empty()).then(|| changes(request.changes));
    view! {
        <PageHead title=name lead=kind_name(kind)>
            <a class="link" href=audit>{t(text::APPROVALS_HISTORY)}</a>
        </PageHead>
        {facts}
        {changes}
        {stale}
        {chain}
        <Panel title=t(text::APPROVALS_CONTENT)>
            <Content json=request.content />
        </Panel>
        {shares}
        {decide}
        {(pending && mine).then(|| view! { <Withdraw id /> })}
    }
}

fn facts(request: &ApprovalDetail) -> impl IntoView + use<> {
    let summary = request.summary.clone();
    let (state, tone) = state_name(&summary.state);
    let note = (!request.note.is_empty()).then(|| {
        let note = request.note.clone();
        view! { <Fact term=t(text::APPROVALS_NOTE)>{note}</Fact> }
    });
    let checker = summary.checker_name.map(|name| {
        let at = request.decided_at.map(|at| view! { <Moment at /> });
        view! { <Fact term=t(text::APPROVALS_CHECKER)>{name} " " {at}</Fact> }
    });
    let amount = summary.facts.amount.map(|money| {
        view! { <Fact term=t(text::APPROVALS_AMOUNT)><Amount money /></Fact> }
    });
    let document = document(summary.kind, &summary.subject.to_string()).map(|href| {
        view! { <a class="link" href=href>{t(text::APPROVALS_TO_SUBJECT)}</a> }
    });
    let due = summary.expires_at.filter(|_| summary.state == "pending").map(|at| {
        let times = summary.escalations.to_string();
        let times = (summary.escalations > 0)
            .then(|| tf(text::APPROVALS_ESCALATED_TIMES, [("times", &times)]));
        view! { <Fact term=t(text::APPROVALS_DUE)><Moment at /> " " {times}</Fact> }
    });
    view! {
        <Panel title=t(text::APPROVALS_REQUEST)>
            <Facts>
                <Fact term=t(text::APPROVALS_STATE)>
                    <Badge tone>{state}</Badge> " " {fact_marks(&summary.facts)}
                </Fact>
                {amount}
                <Fact term=t(text::APPROVALS_MAKER)>
                    {summary.maker_name} " " <Moment at=summary.made_at />
                </Fact>
                {checker}
                {note}
                {due}
                <Fact term=t(text::APPROVALS_SUBJECT)>
                    <CopyId id=summary.subject.to_string() /> " " {document}
                </Fact>
            </Facts>
        </Panel>
    }
}

/// The page of the document a request is about, for kinds that have one.
fn document(kind: ApprovalKind, subject: &str) -> Option<String> {
    let source = match kind {
        ApprovalKind::Adjustment => "adjustment",
        ApprovalKind::ReserveDocument => "reserve_document",
        ApprovalKind::ErrorResolution => "error_item",
        _ => return None,
    };
    routes::source(source, subject)
}

/// The steps, who took them, and which rules ask for them.
fn chain(request: &ApprovalDetail) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(t(text::APPROVALS_STEP)),
        Column::text(t(text::APPROVALS_NEEDS)),
        Column::text(t(text::APPROVALS_CHECKER)),
        Column::text(t(text::APPROVALS_NOTE)),
        Column::text(t(text::APPROVALS_WHEN)),
    ];
    let revision = request.revision;
    let vote = |step: usize| {
        let of_step = |vote: &&VoteRecord| {
            vote.revision == revision && usize::try_from(vote.step).is_ok_and(|at| at == step)
        };
        request.votes.iter().find(of_step).cloned()
    };
    let rows = request.summary.steps.iter().enumerate().map(|(place, step)| {
        let vote = vote(place);
        let who = vote.as_ref().map(|vote| match &vote.absent_name {
            Some(absent) => {
                let names = [("name", vote.staff_name.as_str()), ("absent", absent.as_str())];
                tf(text::APPROVALS_IN_PLACE, names)
            }
            None => vote.staff_name.clone(),
        });
        let at = vote.as_ref().map(|vote| vote.at);
        view! {
            <tr>
                <td class="number">{place + 1}</td>
                <td>{step_words(*step)}</td>
                <td>{who}</td>
                <td class="wrap">{vote.map(|vote| vote.note)}</td>
                <td>{at.map(|at| view! { <Moment at /> })}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let rules = if request.rules.is_empty() {
        t(text::APPROVALS_DEFAULT_RULE).to_owned()
    } else {
        tf(text::APPROVALS_BY_RULES, [("rules", &request.rules.join(", "))])
    };
    view! {
        <Panel title=t(text::APPROVALS_CHAIN)>
            <p class="field-hint">{rules}</p>
            <Table caption=t(text::APPROVALS_CHAIN) columns>{rows}</Table>
        </Panel>
    }
}

/// What differs from the content before, which others may have decided about already.
fn changes(changes: Vec<Difference>) -> impl IntoView {
    view! {
        <Panel title=t(text::APPROVALS_CHANGED)>
            <p class="field-hint">{t(text::APPROVALS_CHANGED_HINT)}</p>
            {table(text::APPROVALS_CHANGED, changes, (text::APPROVALS_BEFORE, text::APPROVALS_AFTER))}
        </Panel>
    }
}

/// Payees that are new, or get another amount than usual.
fn shares(shares: Vec<Share>) -> impl IntoView {
    let odd: Vec<_> =
        shares.into_iter().filter(|share| share.first || share.is_unusual()).collect();
    (!odd.is_empty()).then(|| {
        let columns = vec![
            Column::text(t(text::APPROVALS_PAYEE)),
            Column::text(t(text::APPROVALS_MARKS)),
            Column::number(t(text::APPROVALS_USUAL)),
            Column::number(t(text::APPROVALS_AMOUNT)),
        ];
        let rows = odd.into_iter().map(|share| {
            let mark = if share.first { text::APPROVALS_FIRST } else { text::APPROVALS_MORE };
            let payee = [share.merchant, share.payee].into_iter().flatten();
            view! {
                <tr>
                    <td>{payee.collect::<Vec<_>>().join(" · ")}</td>
                    <td><Badge tone=Tone::Warn>{t(mark)}</Badge></td>
                    <td class="number">{share.usual.map(|money| view! { <Amount money /> })}</td>
                    <td class="number"><Amount money=share.amount /></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::APPROVALS_DIFFERS)>
                <Table caption=t(text::APPROVALS_DIFFERS) columns>{rows}</Table>
            </Panel>
        }
    })
}

/// The form to decide, or why this person cannot.
fn decide_panel(request: &ApprovalDetail) -> impl IntoView + use<> {
    match request.cannot.clone() {
        Some(why) => view! {
            <Panel title=t(text::APPROVALS_DECIDE)>
                <p class="field-hint">{t(text::APPROVALS_CANNOT)} " " {why}</p>
            </Panel>
        }
        .into_any(),
        None => {
            let proves = request.summary.open_step().is_some_and(|step| step.second_factor);
            let (id, shown_hash) = (request.summary.id, request.content_hash.clone());
            let in_place_of = request.in_place_of.clone();
            view! { <Decide id shown_hash proves in_place_of /> }.into_any()
        }
    }
}

#[component]
fn Decide(
    id: ApprovalId,
    shown_hash: String,
    proves: bool,
    in_place_of: Option<String>,
) -> impl IntoView {
    let action = ServerAction::<api::Decide>::new();
    let code = proves.then(|| {
        view! {
            <TextField
                name="request[code]"
                label=t(text::APPROVALS_CODE)
                hint=t(text::APPROVALS_CODE_HINT)
                optional=true
            />
        }
    });
    let stands_in = in_place_of.map(|absent| {
        let words = tf(text::APPROVALS_YOU_STAND_IN, [("absent", &absent)]);
        view! { <p class="field-hint">{words}</p> }
    });
    view! {
        <Panel title=t(text::APPROVALS_DECIDE)>
            <CommandForm action>
                {stands_in}
                <input type="hidden" name="request[id]" value=id.to_string() />
                <input type="hidden" name="request[shown_hash]" value=shown_hash />
                <NoteField
                    name="request[note]"
                    label=t(text::APPROVALS_NOTE)
                    hint=t(text::APPROVALS_NOTE_HINT)
                />
                {code}
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
