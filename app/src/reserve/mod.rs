//! The reserve: accounts, cover check, the regulator's tables, signed evenings, documents, quotas
//! and the forecast of cash.

pub mod api;
mod cover;
mod detail;
mod document;
mod document_form;
mod documents;
mod forecast;
mod incidents;
mod list;
mod proof;
mod proofs;
mod quotas;
mod settings;
mod tables;
mod unreached;

use crate::components::{Tab, Tabs, Tone};
use crate::i18n::{Text, t};
use crate::{routes, text};
use domain::reserve::document::{DocumentKind, DocumentState};
use domain::reserve::{InstructionState, Purpose};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of the reserve.
#[component(transparent)]
pub fn ReserveRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/reserve") view=list::ReservePage />
        <Route path=path!("/reserve/tables") view=tables::TablesPage />
        <Route path=path!("/reserve/unreached") view=unreached::UnreachedPage />
        <Route path=path!("/reserve/proofs") view=proofs::ProofList />
        <Route path=path!("/reserve/proofs/:day") view=proof::ProofPage />
        <Route path=path!("/reserve/documents") view=documents::DocumentList />
        <Route path=path!("/reserve/documents/new") view=document_form::DocumentForm />
        <Route path=path!("/reserve/documents/:id") view=document::DocumentPage />
        <Route path=path!("/reserve/quotas") view=quotas::QuotaPage />
        <Route path=path!("/reserve/forecast") view=forecast::ForecastPage />
        <Route path=path!("/reserve/incidents") view=incidents::IncidentList />
        <Route path=path!("/reserve/settings") view=settings::SettingsPage />
        <Route path=path!("/reserve/:id") view=detail::ReserveAccountPage />
    }
    .into_inner()
    .into_any_nested_route()
}

const VIEWS: [(&str, Text); 9] = [
    (routes::RESERVE, text::RESERVE_OVERVIEW),
    (routes::RESERVE_TABLES, text::RESERVE_TABLES),
    (routes::RESERVE_UNREACHED, text::RESERVE_UNREACHED_ITEMS),
    (routes::RESERVE_PROOFS, text::RESERVE_PROOFS),
    (routes::RESERVE_DOCUMENTS, text::RESERVE_DOCUMENTS),
    (routes::RESERVE_QUOTAS, text::RESERVE_QUOTAS),
    (routes::RESERVE_FORECAST, text::RESERVE_FORECAST),
    (routes::RESERVE_INCIDENTS, text::RESERVE_INCIDENTS),
    (routes::RESERVE_SETTINGS, text::RESERVE_SETTINGS),
];

/// Links between the views of the reserve.
#[component]
fn Views(
    /// The address of the one shown.
    here: &'static str,
) -> impl IntoView {
    let tabs = VIEWS.map(|(href, title)| {
        let shown = Signal::derive(move || href == here);
        view! { <Tab href=href here=shown>{t(title)}</Tab> }
    });
    view! { <Tabs label=t(text::RESERVE_TITLE)>{tabs.into_iter().collect_view()}</Tabs> }
}

fn purpose_name(purpose: Purpose) -> &'static str {
    t(match purpose {
        Purpose::Custody => text::RESERVE_PURPOSE_CUSTODY,
        Purpose::Special => text::RESERVE_PURPOSE_SPECIAL,
        Purpose::OwnFunds => text::RESERVE_PURPOSE_OWN_FUNDS,
    })
}

/// The word and the tone of where promised money stands.
fn instruction_state(state: InstructionState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        InstructionState::Promised => (text::RESERVE_STATE_PROMISED, Tone::Info),
        InstructionState::Paid => (text::RESERVE_STATE_PAID, Tone::Good),
        InstructionState::Released => (text::RESERVE_STATE_RELEASED, Tone::Neutral),
    };
    (t(word), tone)
}

fn document_kind(kind: DocumentKind) -> &'static str {
    t(match kind {
        DocumentKind::FeeSweep => text::RESERVE_KIND_FEE_SWEEP,
        DocumentKind::InterestCarried => text::RESERVE_KIND_INTEREST_CARRIED,
        DocumentKind::Interest => text::RESERVE_KIND_INTEREST,
        DocumentKind::OwnFundsLodged => text::RESERVE_KIND_OWN_FUNDS_LODGED,
        DocumentKind::OwnFundsTakenBack => text::RESERVE_KIND_OWN_FUNDS_TAKEN_BACK,
        DocumentKind::PositionTransfer => text::RESERVE_KIND_POSITION_TRANSFER,
        DocumentKind::BankCharge => text::RESERVE_KIND_BANK_CHARGE,
        DocumentKind::Earmark => text::RESERVE_KIND_EARMARK,
    })
}

fn document_state(state: DocumentState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        DocumentState::Proposed => (text::RESERVE_DOC_PROPOSED, Tone::Warn),
        DocumentState::Approved => (text::RESERVE_DOC_APPROVED, Tone::Info),
        DocumentState::InTransit => (text::RESERVE_DOC_IN_TRANSIT, Tone::Info),
        DocumentState::Booked => (text::RESERVE_DOC_BOOKED, Tone::Good),
        DocumentState::Rejected => (text::RESERVE_DOC_REJECTED, Tone::Bad),
        DocumentState::Stale => (text::RESERVE_DOC_STALE, Tone::Bad),
        DocumentState::Withdrawn => (text::RESERVE_DOC_WITHDRAWN, Tone::Neutral),
    };
    (t(word), tone)
}
