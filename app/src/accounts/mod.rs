//! The books: chart, statements, the journal, the trial balance.

pub mod api;
mod change;
mod chart;
mod checks;
pub mod files;
mod journal;
mod journals;
mod list;
mod open_items;
mod statement;
mod trial_balance;

use crate::components::{Tab, Tabs};
use crate::i18n::t;
use crate::{routes, text};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of the books.
#[component(transparent)]
pub fn AccountRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/accounts") view=chart::ChartPage />
        <Route path=path!("/accounts/list") view=list::AccountList />
        <Route path=path!("/accounts/trial-balance") view=trial_balance::TrialBalancePage />
        <Route path=path!("/accounts/in-transit") view=open_items::OpenItemsPage />
        <Route path=path!("/accounts/invariants") view=checks::CheckList />
        <Route path=path!("/accounts/invariants/:id") view=checks::CheckPage />
        <Route path=path!("/accounts/chart/:code") view=change::ChartLinePage />
        <Route path=path!("/accounts/:id") view=statement::AccountPage />
        <Route path=path!("/journals") view=journals::JournalList />
        <Route path=path!("/journals/:id") view=journal::JournalPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// Which view of the books is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    Chart,
    Accounts,
    TrialBalance,
    OpenItems,
    Checks,
    /// One account.
    Elsewhere,
}

/// The views of the books.
#[component]
fn Views(here: Here) -> impl IntoView {
    let tab = move |of: Here| Signal::stored(here == of);
    view! {
        <Tabs label=t(text::ACCOUNTS_TITLE)>
            <Tab href=routes::ACCOUNTS here=tab(Here::Chart)>{t(text::ACCOUNTS_CHART)}</Tab>
            <Tab href=routes::ACCOUNT_LIST here=tab(Here::Accounts)>
                {t(text::ACCOUNTS_ACCOUNTS)}
            </Tab>
            <Tab href=routes::TRIAL_BALANCE here=tab(Here::TrialBalance)>
                {t(text::ACCOUNTS_TRIAL_BALANCE)}
            </Tab>
            <Tab href=routes::OPEN_ITEMS here=tab(Here::OpenItems)>
                {t(text::ACCOUNTS_IN_TRANSIT)}
            </Tab>
            <Tab href=routes::BOOKS_CHECKS here=tab(Here::Checks)>{t(text::ACCOUNTS_CHECKS)}</Tab>
        </Tabs>
    }
}
