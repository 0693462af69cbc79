//! What a document may do: never more than is earned, lodged, held or earmarked.

use super::store;
use crate::office::Office;
use crate::reserve::{ReserveError, books, incidents, quotas};
use domain::money::{Currency, Money};
use domain::reserve::Purpose;
use domain::reserve::document::{DocumentKind, DocumentRefused, DocumentRequest};
use sqlx::PgConnection;

/// Refuses what may not be done, and tells the most that may where there is such a bound.
pub(super) async fn check(
    conn: &mut PgConnection,
    office: &Office,
    request: &DocumentRequest,
) -> Result<Option<Money>, ReserveError> {
    let (leaves, reaches) = request.kind.accounts(request.from);
    for purpose in [leaves, reaches].into_iter().flatten() {
        let known = store::account_numbered(conn, purpose).await?;
        known.ok_or(DocumentRefused::NoAccount(purpose.name()))?;
    }
    if request.kind == DocumentKind::Earmark {
        return earmarkable(conn, office, request).await;
    }
    let most = if request.kind.benefits_us() {
        Some(carriable(conn, office, request).await?)
    } else {
        None
    };
    let by_bank = request.kind == DocumentKind::BankCharge; // the bank has taken it already
    if let Some(purpose) = leaves.filter(|from| *from != Purpose::OwnFunds && !by_bank)
        && let Some((id, ..)) = store::account_numbered(conn, purpose).await?
    {
        crate::reserve::require_cover(conn, id, request.amount).await?;
    }
    Ok(most)
}

/// What may leave the reserve for our own benefit; nothing while there is a gap.
async fn carriable(
    conn: &mut PgConnection,
    office: &Office,
    request: &DocumentRequest,
) -> Result<Money, ReserveError> {
    let cover = books::proof(conn).await?;
    let incident = incidents::store::open(conn).await?;
    if !cover.holds() || incident.is_some() {
        let since = incident.map_or(office.now(), |incident| incident.opened_at);
        let since = office.settings.zone.show(since);
        return Err(DocumentRefused::Gap { gap: cover.gap, since }.into());
    }
    let under_way = store::under_way(conn, request.kind).await?;
    let all = match request.kind {
        DocumentKind::FeeSweep => cover.sweepable()?,
        DocumentKind::InterestCarried => {
            let fund = ledger::code_balance(conn, "2241.21", Currency::Cny).await?;
            cover.interest_carriable(fund)?
        }
        _ => books::position_now(conn).await?.lodged,
    };
    let most = all.checked_sub(under_way)?;
    let wanted = request.amount;
    if wanted.minor() > most.minor() {
        return Err(match request.kind {
            DocumentKind::OwnFundsTakenBack => DocumentRefused::MoreThanLodged { wanted, most },
            _ => DocumentRefused::MoreThanEarned { wanted, most },
        }
        .into());
    }
    Ok(most)
}

/// What of the central-bank balance is not earmarked.
async fn earmarkable(
    conn: &mut PgConnection,
    office: &Office,
    request: &DocumentRequest,
) -> Result<Option<Money>, ReserveError> {
    if !store::is_house(conn, &request.house).await? {
        return Err(DocumentRefused::NoHouse(request.house.clone()).into());
    }
    let Some((id, ..)) = store::account_numbered(conn, Purpose::Custody).await? else {
        return Err(DocumentRefused::NoAccount(Purpose::Custody.name()).into());
    };
    let mut free = crate::reserve::available(conn, id).await?.1;
    for session in quotas::open_sessions(conn, office).await? {
        free = free.checked_sub(session.quota.available()?)?;
    }
    let short = request.amount.checked_sub(free)?;
    if request.amount.is_positive() && short.is_positive() {
        let (available, wanted) = (free, request.amount);
        return Err(ReserveError::Short { account: "PBOC".to_owned(), available, wanted, short });
    }
    Ok(Some(free))
}
