//! One box for any identifier: ours, the merchant's, the channel's, the bank's. Reads the tables of
//! all systems by their indexes; nothing here decides or writes.

mod error;
mod store;

pub use error::SearchError;

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::search::{Found, FoundKind, Needle};
use std::collections::BTreeSet;
use time::Duration;

/// A bill is compared within this time, or somebody is told; older ones are not looked through.
const COMPARED_WITHIN: Duration = Duration::days(7);

/// Everything that carries an identifier, or one that begins like it: exact matches first, then by
/// kind. What the person may not see is left out.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn find(office: &Office, actor: &Actor, typed: &str) -> Result<Vec<Found>, SearchError> {
    actor.require(Permission::ViewTradingDay)?;
    let Some(needle) = Needle::new(typed) else { return Ok(Vec::new()) };
    let mut conn = office.db.acquire().await?;
    let mut found = store::by_text(&mut conn, &needle).await?;
    found.extend(store::in_bills(&mut conn, &needle, office.now() - COMPARED_WITHIN).await?);
    if let Some(ids) = needle.ids {
        found.extend(store::by_id(&mut conn, &needle, ids).await?);
    }
    found.retain(|one| actor.may(needed(one.kind)));
    found.sort_by(|one, other| {
        let rank = |one: &Found| (!one.exact, one.kind, one.value.clone(), one.id);
        rank(one).cmp(&rank(other))
    });
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert((one.kind, one.id)));
    Ok(found)
}

/// What a person needs to see it.
const fn needed(kind: FoundKind) -> Permission {
    match kind {
        FoundKind::Payment | FoundKind::Order | FoundKind::Refund => Permission::ViewPayments,
        FoundKind::Payout | FoundKind::PayoutBatch => Permission::ViewPayouts,
        FoundKind::Settlement => Permission::ViewSettlement,
        FoundKind::Journal => Permission::ViewLedger,
        FoundKind::ErrorItem => Permission::ViewErrorItems,
        FoundKind::BillLine | FoundKind::StatementLine => Permission::ViewReconciliation,
        FoundKind::Merchant => Permission::ViewMerchants,
    }
}
