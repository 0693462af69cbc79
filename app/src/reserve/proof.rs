use super::{Views, api, cover, unreached};
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, CopyId, Fact, Facts, Loaded, Moment, PageHead,
    Panel, Submit, Table, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::ids::ApprovalId;
use domain::reserve::proof::{CellDifference, ProofDetail, SignedProof};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The proof of an evening: as signed, and what is different now. Made to be printed.
#[component]
pub fn ProofPage() -> impl IntoView {
    let params = use_params_map();
    let proof = load(
        move || params.read().get("day").unwrap_or_default(),
        |day| async move { api::find_proof(day.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=proof show=show /> }
}

fn show(found: ProofDetail) -> impl IntoView {
    let ProofDetail { now, signed, differences, waiting } = found;
    let day = now.day;
    let holds = now.cover.holds();
    let changed = !differences.is_empty();
    let latest = signed.first().cloned();
    let title = format!("{} {day}", t(text::RESERVE_PROOF_OF));
    let (shown, items) = match &latest {
        Some(signed) => (signed.evening.cover.clone(), signed.evening.items.clone()),
        None => (now.cover, now.items),
    };
    let body = if latest.is_some() { text::RESERVE_AS_SIGNED } else { text::RESERVE_AS_IT_STANDS };
    view! {
        <PageHead title=title lead=t(text::RESERVE_PROOF_LEAD) />
        <Views here=routes::RESERVE_PROOFS />
        {waiting.map(waits)}
        {changed.then(|| changes(differences))}
        {latest.map(signatures)}
        {waiting.is_none().then(|| sign(day.to_string(), holds))}
        <Panel title=t(body)>{cover::terms(shown)}</Panel>
        {unreached::kinds(day, items)}
        {versions(signed)}
    }
}

fn waits(approval: ApprovalId) -> impl IntoView {
    view! {
        <Panel title=t(text::RESERVE_WAITING)>
            <a class="link" href=routes::approval(approval)>{t(text::RESERVE_TO_APPROVAL)}</a>
        </Panel>
    }
}

fn signatures(signed: SignedProof) -> impl IntoView {
    view! {
        <Panel
            title=t(text::RESERVE_SIGNATURES)
            actions=|| view! { <Badge tone=Tone::Good>{t(text::RESERVE_SIGNED)}</Badge> }
        >
            <Facts>
                <Fact term=t(text::RESERVE_VERSION)>{signed.version}</Fact>
                <Fact term=t(text::RESERVE_MAKER)>{signed.maker}</Fact>
                <Fact term=t(text::RESERVE_SIGNER)>{signed.checker}</Fact>
                <Fact term=t(text::RESERVE_SIGNED_AT)><Moment at=signed.signed_at /></Fact>
                <Fact term=t(text::RESERVE_HASH)><CopyId id=signed.hash /></Fact>
                <Fact term=t(text::RESERVE_APPROVAL)>
                    <a class="link" href=routes::approval(signed.approval)>
                        {t(text::RESERVE_TO_APPROVAL)}
                    </a>
                </Fact>
            </Facts>
        </Panel>
    }
}

/// What the books of that day say now and did not say when it was signed.
fn changes(differences: Vec<CellDifference>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_CELL)),
        Column::text(t(text::RESERVE_TERM)),
        Column::number(t(text::RESERVE_AS_SIGNED)),
        Column::number(t(text::RESERVE_AS_IT_STANDS)),
    ];
    let rows = differences.into_iter().map(|one| {
        let (code, zh, en) = one.cell.heading();
        view! {
            <tr>
                <th scope="row">{code}</th>
                <td>{named(en, zh)}</td>
                <td class="number"><Amount money=one.signed /></td>
                <td class="number"><Amount money=one.now /></td>
            </tr>
        }
    });
    view! {
        <Panel
            title=t(text::RESERVE_CHANGED_SINCE)
            actions=|| view! { <Badge tone=Tone::Bad>{t(text::RESERVE_DIFFERENCE)}</Badge> }
        >
            <p class="field-hint">{t(text::RESERVE_CHANGED_HINT)}</p>
            <Table caption=t(text::RESERVE_CHANGED_SINCE) columns>{rows.collect_view()}</Table>
        </Panel>
    }
}

/// The form that asks a second person to sign, or why there is none.
fn sign(day: String, holds: bool) -> impl IntoView {
    let why = match (holds, session::may(Permission::MakeReserve)) {
        (_, false) => Some(text::RESERVE_SIGN_NOT_YOURS),
        (false, true) => Some(text::RESERVE_SIGN_GAP),
        (true, true) => None,
    };
    let action = ServerAction::<api::ProposeProof>::new();
    let form = match why {
        Some(why) => view! { <p class="field-hint">{t(why)}</p> }.into_any(),
        None => view! {
            <CommandForm action>
                <p class="field-hint">{t(text::RESERVE_SIGN_HINT)}</p>
                <input type="hidden" name="request[day]" value=day />
                <Confirmed name="request[confirmed]" label=t(text::RESERVE_SIGN_CONFIRM) />
                <Submit>{t(text::RESERVE_SIGN)}</Submit>
            </CommandForm>
        }
        .into_any(),
    };
    view! { <Panel title=t(text::RESERVE_SIGN)>{form}</Panel> }
}

fn versions(signed: Vec<SignedProof>) -> impl IntoView {
    let columns = vec![
        Column::number(t(text::RESERVE_VERSION)),
        Column::text(t(text::RESERVE_MAKER)),
        Column::text(t(text::RESERVE_SIGNER)),
        Column::text(t(text::RESERVE_SIGNED_AT)),
        Column::text(t(text::RESERVE_HASH)),
        Column::number(t(text::RESERVE_GAP)),
    ];
    (signed.len() > 1).then(|| {
        let rows = signed.into_iter().map(|one| {
            view! {
                <tr>
                    <td class="number">{one.version}</td>
                    <td>{one.maker}</td>
                    <td>{one.checker}</td>
                    <td><Moment at=one.signed_at /></td>
                    <td><CopyId id=one.hash /></td>
                    <td class="number"><Amount money=one.evening.cover.gap /></td>
                </tr>
            }
        });
        view! {
            <Panel title=t(text::RESERVE_VERSIONS)>
                <Table caption=t(text::RESERVE_VERSIONS) columns>{rows.collect_view()}</Table>
            </Panel>
        }
    })
}
