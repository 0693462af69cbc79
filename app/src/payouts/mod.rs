//! Payouts to merchants and the batches they are decided in.

pub mod api;
mod batch;
mod batches;
mod detail;
mod drafts;
mod file;
mod files;
mod list;
mod stops;
mod ways;

use crate::components::{Tab, Tabs, Tone};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::payout::{BatchState, FileStanding};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of payouts.
#[component(transparent)]
pub fn PayoutRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/payouts") view=list::PayoutList />
        <Route path=path!("/payouts/batches") view=batches::BatchList />
        <Route path=path!("/payouts/drafts") view=drafts::DraftsPage />
        <Route path=path!("/payouts/files") view=files::FileList />
        <Route path=path!("/payouts/files/:id") view=file::FilePage />
        <Route path=path!("/payouts/stops") view=stops::StopsPage />
        <Route path=path!("/payouts/batches/:id") view=batch::BatchPage />
        <Route path=path!("/payouts/:id") view=detail::PayoutPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// Which view of payouts is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    Payouts,
    Drafts,
    Batches,
    Files,
    Stops,
}

/// The views of payouts.
#[component]
fn Views(here: Here) -> impl IntoView {
    let tab = move |of: Here| Signal::stored(here == of);
    let drafts = session::may(Permission::MakePayout).then(|| {
        view! {
            <Tab href=routes::PAYOUT_DRAFTS here=tab(Here::Drafts)>{t(text::PAYOUTS_DRAFTS)}</Tab>
        }
    });
    view! {
        <Tabs label=t(text::PAYOUTS_TITLE)>
            <Tab href=routes::PAYOUTS here=tab(Here::Payouts)>{t(text::PAYOUTS_TITLE)}</Tab>
            {drafts}
            <Tab href=routes::PAYOUT_BATCHES here=tab(Here::Batches)>
                {t(text::PAYOUTS_BATCHES)}
            </Tab>
            <Tab href=routes::PAYOUT_FILES here=tab(Here::Files)>{t(text::PAYOUTS_FILES)}</Tab>
            <Tab href=routes::PAYOUT_STOPS here=tab(Here::Stops)>{t(text::PAYOUTS_STOPS)}</Tab>
        </Tabs>
    }
}

/// The word and the tone of where a file stands.
fn file_standing(standing: FileStanding) -> (&'static str, Tone) {
    let (word, tone) = match standing {
        FileStanding::Written => (text::PAYOUTS_FILE_WRITTEN, Tone::Warn),
        FileStanding::Waiting => (text::PAYOUTS_FILE_WAITING, Tone::Info),
        FileStanding::Overdue => (text::PAYOUTS_FILE_OVERDUE, Tone::Bad),
        FileStanding::Answered => (text::PAYOUTS_FILE_ANSWERED, Tone::Good),
    };
    (t(word), tone)
}

/// The word and the tone of a batch's state.
fn batch_state(state: BatchState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        BatchState::Drafted => (text::PAYOUTS_BATCH_DRAFTED, Tone::Neutral),
        BatchState::Submitted => (text::PAYOUTS_BATCH_SUBMITTED, Tone::Warn),
        BatchState::Approved => (text::PAYOUTS_BATCH_APPROVED, Tone::Info),
        BatchState::Rejected => (text::PAYOUTS_BATCH_REJECTED, Tone::Bad),
        BatchState::Closed => (text::PAYOUTS_BATCH_CLOSED, Tone::Good),
    };
    (t(word), tone)
}
