//! What status reports and advices mean for payouts.

use super::{About, Entry};
use crate::error_items::{self, BankWord};
use crate::office::Office;
use crate::payouts::{self, PayoutError, Told};
use crate::reconciliation::ReconciliationError;
use crate::reserve::{self, Heard};
use banks::instruction::PaymentStatus;
use domain::source_file::EntryEffect;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What a row of a status report about one payment is called.
pub(super) const PAYMENT: &str = "payment";
/// What a row about a whole report is called.
pub(super) const BATCH: &str = "batch";
/// What a row about a group of payments is called.
pub(super) const GROUP: &str = "group";

/// Applies a status report: a payout the bank accepts or refuses moves on by the same rules as by
/// the bank's direct answer. What contradicts what is certain changes nothing and is marked.
pub(super) async fn report(
    conn: &mut PgConnection,
    office: &Office,
    entries: &mut [Entry],
) -> Result<(), ReconciliationError> {
    for entry in entries.iter_mut().filter(|entry| entry.what == PAYMENT) {
        let Some(told) = told(entry) else { continue };
        let order = told.order();
        let answer = payouts::reported(conn, office, &entry.number, told).await;
        entry.about = match answer {
            Ok((payout, moved)) => {
                let effect = effect(entry.status.as_deref(), moved);
                About { effect: Some(effect), payout: Some(payout), ..About::default() }
            }
            Err(PayoutError::NotFound(_)) => {
                let heard = reserve::order_reported(conn, office, (&entry.number, &order)).await?;
                only(match heard {
                    None => EntryEffect::UnknownNumber,
                    Some(Heard::Contradicts) => EntryEffect::Contradicts,
                    Some(heard) => effect(entry.status.as_deref(), heard == Heard::Moved),
                })
            }
            Err(PayoutError::Transition(_) | PayoutError::AmountDiffers { .. }) => {
                contradiction(conn, office, entry).await?
            }
            Err(error) => return Err(error.into()),
        };
    }
    whole_files(conn, office, entries).await
}

/// What a report says of a whole payout file of ours, for the payouts it does not list.
async fn whole_files(
    conn: &mut PgConnection,
    office: &Office,
    entries: &mut [Entry],
) -> Result<(), ReconciliationError> {
    let rows = entries.iter().filter(|entry| entry.what == PAYMENT);
    let numbers: Vec<String> = rows.map(|entry| entry.number.clone()).collect();
    let listed: BTreeSet<&str> = numbers.iter().map(String::as_str).collect();
    // Of the one group of our file a report may say more than of the message around it.
    let said = entries.iter().rposition(|entry| entry.what == GROUP && entry.status.is_some());
    let said = said.or_else(|| entries.iter().position(|entry| entry.what == BATCH));
    let Some(entry) = said.and_then(|at| entries.get_mut(at)) else { return Ok(()) };
    let Some(file) = payouts::awaits(conn, &entry.other_no).await? else { return Ok(()) };
    let status = entry.status.clone().unwrap_or_default();
    let told = told(entry);
    let answer = (status.as_str(), entry.reason.as_deref(), told.as_ref());
    let moved = payouts::answered(conn, office, (file, &listed), answer).await?;
    entry.about = only(effect(entry.status.as_deref(), moved > 0));
    Ok(())
}

fn effect(status: Option<&str>, moved: bool) -> EntryEffect {
    match status {
        _ if !moved => EntryEffect::PayoutKnown,
        Some(name) if name == PaymentStatus::Rejected.name() => EntryEffect::PayoutRejected,
        Some(name) if name == PaymentStatus::Pending.name() => EntryEffect::PayoutPending,
        _ => EntryEffect::PayoutAccepted,
    }
}

/// What contradicts what is certain is for a person to find out about.
async fn contradiction(
    conn: &mut PgConnection,
    office: &Office,
    entry: &Entry,
) -> Result<About, ReconciliationError> {
    let refused = entry.status.as_deref() == Some(PaymentStatus::Rejected.name());
    let word = BankWord {
        number: &entry.number,
        bank_ref: &entry.other_no,
        amount: entry.amount,
        status: entry.status.as_deref().unwrap_or("returned"),
        refused: refused || entry.status.is_none(),
    };
    Ok(About {
        payout: payouts::id_of(conn, &entry.number).await?,
        error_item: error_items::report_payout(conn, office, &word).await?,
        ..only(EntryEffect::Contradicts)
    })
}

/// What the bank says of one payout, or of those of a file it does not list: of a file that is
/// partly rejected, they are accepted. Nothing while it has not looked at it.
fn told(entry: &Entry) -> Option<Told> {
    let is = |status: PaymentStatus| entry.status.as_deref() == Some(status.name());
    if is(PaymentStatus::Accepted) || is(PaymentStatus::Settled) || is(PaymentStatus::Partly) {
        let bank_ref = entry.other_no.clone();
        return Some(Told::Accepted { bank_ref, amount: entry.amount });
    }
    let reason = || {
        let reason = entry.reason.clone().unwrap_or_default();
        format!("{} {reason}", entry.text).trim().to_owned()
    };
    if is(PaymentStatus::Pending) {
        let word = if entry.text.is_empty() { "PDNG" } else { entry.text.as_str() };
        return Some(Told::Pending { word: word.to_owned() });
    }
    is(PaymentStatus::Rejected).then(|| Told::Rejected { reason: reason(), amount: entry.amount })
}

/// Marks the rows of an advice that name a payout of ours. That a payout comes back which was never
/// sent contradicts what is certain.
pub(super) async fn announce(
    conn: &mut PgConnection,
    office: &Office,
    entries: &mut [Entry],
) -> Result<(), ReconciliationError> {
    for entry in entries.iter_mut().filter(|entry| !entry.number.is_empty()) {
        let back = entry.reason.is_some();
        entry.about = match payouts::id_of(conn, &entry.number).await? {
            Some(_) if back && !error_items::may_come_back(conn, &entry.number).await? => {
                contradiction(conn, office, entry).await?
            }
            Some(payout) => {
                let effect =
                    if back { EntryEffect::AnnouncesReturn } else { EntryEffect::Announces };
                About { payout: Some(payout), ..only(effect) }
            }
            None if back => only(EntryEffect::UnknownNumber),
            None => About::default(),
        };
    }
    Ok(())
}

fn only(effect: EntryEffect) -> About {
    About { effect: Some(effect), ..About::default() }
}
