use super::{api, document_kind, document_state, purpose_name};
use crate::books::AccountName;
use crate::components::{
    Amount, Badge, Column, Fact, Facts, Loaded, Moment, PageHead, Panel, ShortId, Table, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::BalanceEffect;
use domain::ids::{PayoutFileId, ReserveDocumentId};
use domain::reserve::document::{Booking, DocumentDetail, DocumentKind, DocumentState};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One document: what it moves, who decides it, what proves it.
#[component]
pub fn DocumentPage() -> impl IntoView {
    let params = use_params_map();
    let document = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { whole(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=document show=show /> }
}

/// A document, and what the clearing house it names is called.
async fn whole(id: ReserveDocumentId) -> Result<(DocumentDetail, String), Failure> {
    let document = api::find_document(id).await?;
    let code = document.request.house.clone();
    if code.is_empty() {
        return Ok((document, code));
    }
    let houses = api::settings().await?.0.houses;
    let house = houses.iter().find(|house| house.code == code);
    let name = house.map(|house| named(&house.name_en, &house.name_zh).to_owned());
    Ok((document, name.unwrap_or(code)))
}

fn show((document, house): (DocumentDetail, String)) -> impl IntoView {
    let number = document.summary.number.clone();
    let kind = document_kind(document.summary.kind);
    let after = document.effects.clone();
    let journals = document.journals.clone();
    let history = routes::audit_of(&document.summary.id.to_string());
    let journals = journals.into_iter().map(|id| {
        view! {
            <li><a class="link" href=routes::journal(id)><ShortId id=id.to_string() /></a></li>
        }
    });
    view! {
        <PageHead title=number lead=kind>
            <a class="link" href=history>{t(text::RESERVE_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::RESERVE_DOCUMENT)>{facts(document, house)}</Panel>
        <Panel title=t(text::RESERVE_EFFECTS)>
            <p class="field-hint">{t(text::RESERVE_EFFECTS_HINT)}</p>
            {effects(after)}
        </Panel>
        <Panel title=t(text::RESERVE_JOURNALS)><ul>{journals.collect_view()}</ul></Panel>
    }
}

fn facts(document: DocumentDetail, house: String) -> impl IntoView {
    let DocumentDetail {
        summary,
        request,
        approval,
        conclusion,
        concluded_at,
        sent: document_sent,
        file,
        ..
    } = document;
    let (state, tone) = document_state(summary.state);
    let waits = (summary.state == DocumentState::Approved
        && summary.kind.booking() == Booking::ByStatement)
        .then(|| view! { <p class="field-hint">{t(text::RESERVE_WAITS_FOR_BANK)}</p> });
    let (leaves, reaches) = summary.kind.accounts(request.from);
    let way = move |purpose| match purpose {
        Some(purpose) => purpose_name(purpose),
        None => t(text::RESERVE_THE_BANK),
    };
    let moved = (summary.kind != DocumentKind::Earmark).then(|| {
        view! { <Fact term=t(text::RESERVE_WAY)>{way(leaves)} " → " {way(reaches)}</Fact> }
    });
    let order = ordered(document_sent, file);
    let given = |term: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <Fact term>{value}</Fact> })
    };
    view! {
        <Facts>
            <Fact term=t(text::RESERVE_STATE)><Badge tone>{state}</Badge></Fact>
            <Fact term=t(text::RESERVE_AMOUNT)><Amount money=summary.amount /></Fact>
            {moved}
            {given(t(text::RESERVE_HOUSE), house)}
            {given(t(text::RESERVE_BANK_REF), request.bank_ref)}
            {given(t(text::RESERVE_GROUNDS), request.grounds)}
            {order}
            {given(t(text::RESERVE_CONCLUSION), conclusion)}
            <Fact term=t(text::RESERVE_MAKER)>
                {summary.maker_name} " " <Moment at=summary.created_at />
            </Fact>
            <Fact term=t(text::RESERVE_APPROVAL)>
                <a class="link" href=routes::approval(approval)>{t(text::RESERVE_TO_APPROVAL)}</a>
            </Fact>
            {concluded_at.map(|at| view! {
                <Fact term=t(text::RESERVE_CONCLUDED_AT)><Moment at /></Fact>
            })}
        </Facts>
        {waits}
    }
}

/// What is known of the order to the bank, and the file it left in.
fn ordered(sent: Option<String>, file: Option<(PayoutFileId, String)>) -> impl IntoView {
    let word = sent.map(|sent| match sent.as_str() {
        "sending" if file.is_some() => text::RESERVE_ORDER_FILED,
        "sending" => text::RESERVE_ORDER_SENDING,
        "accepted" => text::RESERVE_ORDER_ACCEPTED,
        "by_hand" => text::RESERVE_ORDER_BY_HAND,
        _ => text::RESERVE_ORDER_UNKNOWN,
    });
    let order = word.map(|word| view! { <Fact term=t(text::RESERVE_ORDER)>{t(word)}</Fact> });
    let file = file.map(|(id, number)| {
        view! {
            <Fact term=t(text::RESERVE_ORDER_FILE)>
                <a class="link" href=routes::payout_file(id)>{number}</a>
            </Fact>
        }
    });
    view! { {order} {file} }
}

/// The balances before and after.
pub(super) fn effects(effects: Vec<BalanceEffect>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_LEDGER_CODE)),
        Column::number(t(text::RESERVE_BEFORE)),
        Column::number(t(text::RESERVE_AFTER)),
    ];
    let empty = effects.is_empty();
    let rows = effects.into_iter().map(|effect| {
        let name = named(&effect.name_en, &effect.name_zh).to_owned();
        view! {
            <tr>
                <td>
                    <AccountName account=effect.account name owners=crate::api::Owners::new() />
                </td>
                <td class="number"><Amount money=effect.before /></td>
                <td class="number"><Amount money=effect.after /></td>
            </tr>
        }
    });
    view! {
        <Table
            caption=t(text::RESERVE_EFFECTS)
            columns
            empty
            nothing=t(text::RESERVE_NO_EFFECTS)
        >
            {rows.collect_view()}
        </Table>
    }
}
