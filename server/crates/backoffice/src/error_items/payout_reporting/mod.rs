//! How an item is opened by what a bank's file says of a payout against what is certain: refused
//! though it was paid, done though it was never sent, another amount. The report changes nothing;
//! nobody pays again before a person has found out.

mod store;

use super::ErrorItemError;
use super::opening::open_alone;
use crate::office::Office;
use domain::error_item::{Cause, Difference, Leg, Links, RecordView, record_key};
use domain::ids::ErrorItemId;
use domain::matching::{Direction, Standing};
use domain::money::Money;
use sqlx::PgConnection;

/// What a bank's file says of a payout.
#[derive(Debug, Clone)]
pub struct BankWord<'a> {
    /// The payout's number.
    pub number: &'a str,
    /// The bank's reference.
    pub bank_ref: &'a str,
    /// The amount, where it says one.
    pub amount: Option<Money>,
    /// The bank's own word.
    pub status: &'a str,
    /// Whether it says that the payout was not done, or comes back.
    pub refused: bool,
}

/// Opens the item about a payout that a bank's file contradicts, in the caller's transaction; a
/// payout that has one keeps it.
///
/// # Errors
/// The database failed.
pub async fn report_payout(
    conn: &mut PgConnection,
    office: &Office,
    word: &BankWord<'_>,
) -> Result<Option<ErrorItemId>, ErrorItemError> {
    let Some(payout) = store::numbered(conn, word.number).await? else { return Ok(None) };
    let ours = RecordView {
        number: word.number.to_owned(),
        channel_no: payout.bank_ref.clone().unwrap_or_default(),
        amount: payout.amount,
        fee: None,
        standing: match payout.state.as_str() {
            "accepted" | "paid" => Standing::Success,
            "rejected" | "returned" => Standing::Failed,
            _ => Standing::Pending,
        },
        status: payout.state.clone(),
        event_time: None,
        clearing_date: None,
        place: "payouts".to_owned(),
    };
    let theirs = RecordView {
        channel_no: word.bank_ref.to_owned(),
        amount: word.amount.unwrap_or(payout.amount),
        standing: if word.refused { Standing::Failed } else { Standing::Success },
        status: word.status.to_owned(),
        event_time: Some(office.now()),
        place: "the bank's report".to_owned(),
        ..ours.clone()
    };
    let found = Difference {
        leg: Leg::Funds,
        cause: Cause::PayoutUnknown,
        direction: Direction::Out,
        channel: None,
        clearing_date: office.today(),
        // Under a scope of its own: comparing a statement must not close it.
        record_key: record_key(Leg::Funds, "reports", Direction::Out, (word.number, 1)),
        difference: Money::zero(payout.amount.currency()),
        account: None,
        ours: Some(ours),
        theirs: Some(theirs),
        links: Links {
            merchant: Some(payout.merchant),
            payout: Some(payout.id),
            ..Links::default()
        },
    };
    Ok(Some(open_alone(conn, office, &found).await?))
}

/// Whether a notice that a payout comes back fits what we know: it was sent, or came back already.
///
/// # Errors
/// The database failed.
pub async fn may_come_back(conn: &mut PgConnection, number: &str) -> Result<bool, ErrorItemError> {
    let payout = store::numbered(conn, number).await?;
    let sent = ["sending", "accepted", "unknown", "paid", "returned"];
    Ok(payout.is_none_or(|payout| sent.contains(&payout.state.as_str())))
}
