//! What several areas ask the office for.

use crate::failure::Failure;
use domain::account::ChartBalance;
use domain::journal::{JournalFilter, JournalSummary};
use domain::page::{Page, PageRequest};
use domain::payout::{PayoutFilter, PayoutSummary};
use domain::reserve::ReserveAccount;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The names of the merchants whose accounts are shown, by the owner the accounts carry.
pub type Owners = BTreeMap<String, String>;

/// Something with accounts in it, and the names of those they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    /// What is shown.
    pub what: T,
    /// Whose accounts they are.
    pub owners: Owners,
}

/// The chart of accounts with balances.
#[server(prefix = "/api/fn", endpoint = "accounts/chart", input = Json)]
pub async fn chart() -> Result<Vec<ChartBalance>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::accounts::chart(&office, &actor).await?)
}

/// Journals.
#[server(prefix = "/api/fn", endpoint = "accounts/journals", input = Json)]
pub async fn journals(filter: JournalFilter) -> Result<Page<JournalSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::accounts::journals(&office, &actor, &filter).await?)
}

/// Payouts.
#[server(prefix = "/api/fn", endpoint = "payouts/list", input = Json)]
pub async fn payouts(
    filter: PayoutFilter,
    page: PageRequest,
) -> Result<Page<PayoutSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::list(&office, &actor, &filter, page).await?)
}

/// The institution's bank accounts.
#[server(prefix = "/api/fn", endpoint = "reserve/accounts", input = Json)]
pub async fn reserve_accounts() -> Result<Vec<ReserveAccount>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::list(&office, &actor).await?)
}

#[cfg(feature = "ssr")]
pub(crate) use on_server::{merchants, owners};

#[cfg(feature = "ssr")]
mod on_server {
    use super::Owners;
    use crate::failure::Failure;
    use backoffice::office::Office;
    use domain::access::Actor;
    use domain::account::AccountRef;
    use domain::ids::MerchantId;
    use std::collections::BTreeSet;

    /// The names of those who own these accounts, where merchants do.
    pub(crate) async fn owners<'a>(
        office: &Office,
        actor: &Actor,
        accounts: impl Iterator<Item = &'a AccountRef>,
    ) -> Result<Owners, Failure> {
        let ids: BTreeSet<MerchantId> =
            accounts.filter_map(|account| account.owner.parse().ok()).collect();
        merchants(office, actor, ids).await
    }

    /// The names of these merchants.
    pub(crate) async fn merchants(
        office: &Office,
        actor: &Actor,
        ids: BTreeSet<MerchantId>,
    ) -> Result<Owners, Failure> {
        let ids: Vec<_> = ids.into_iter().collect();
        let names = backoffice::merchants::names(office, actor, &ids).await?;
        Ok(names
            .into_iter()
            .map(|(id, (code, name))| (id.to_string(), format!("{name} ({code})")))
            .collect())
    }
}
