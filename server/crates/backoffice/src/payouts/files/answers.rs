//! What a status report (pain.002) says of a file as a whole: it holds for every payout of the file
//! that the report does not list.

use super::store;
use crate::office::Office;
use crate::payouts::results::{self, Told};
use crate::payouts::{PayoutError, store as payout_store};
use crate::reserve::{self, Heard};
use domain::ids::PayoutFileId;
use domain::payout::PayoutState;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The file with this number, if it is one of ours.
///
/// # Errors
/// The database failed.
pub async fn awaits(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Option<PayoutFileId>, PayoutError> {
    store::numbered(conn, number).await
}

/// Takes in what a report says of a whole file, for the payouts it does not list; says how many
/// moved. What contradicts what is certain moves nothing.
///
/// # Errors
/// The database failed.
pub async fn answered(
    conn: &mut PgConnection,
    office: &Office,
    (file, listed): (PayoutFileId, &BTreeSet<&str>),
    (status, reason, told): (&str, Option<&str>, Option<&Told>),
) -> Result<usize, PayoutError> {
    store::insert_answer(conn, office, file, (status, reason)).await?;
    let Some(told) = told else { return Ok(0) };
    let mut moved = 0;
    if let Some(document) = store::document_of(conn, file).await? {
        let number = store::order_of(conn, document).await?;
        if !listed.contains(number.as_str()) {
            let heard = reserve::order_reported(conn, office, (&number, &told.order())).await?;
            moved += usize::from(heard == Some(Heard::Moved));
        }
    }
    for id in store::waiting(conn, file).await? {
        let Some(payout) = payout_store::lock(conn, id).await? else { continue };
        let waits = matches!(payout.state, PayoutState::Sending | PayoutState::Unknown { .. });
        if !waits || listed.contains(payout.number.as_str()) {
            continue;
        }
        let (_, changed) = results::reported(conn, office, &payout.number, told.clone()).await?;
        moved += usize::from(changed);
    }
    Ok(moved)
}
