//! Orders of documents that leave in a file: what is to be written, and what the bank's status
//! report says of it, by the same rules as its direct answer.

use super::sending::{note_in, order_number};
use super::store;
use crate::office::Office;
use crate::reserve::{self, ReserveError};
use domain::ids::{ReserveAccountId, ReserveDocumentId};
use domain::money::Money;
use domain::payout::{Payee, PayoutWay};
use domain::reserve::document::DocumentState;
use sqlx::PgConnection;

/// An order to be written into a file.
#[derive(Debug, Clone)]
pub struct FiledOrder {
    /// The document.
    pub document: ReserveDocumentId,
    /// The number the bank knows it by.
    pub number: String,
    /// The account it leaves.
    pub from: ReserveAccountId,
    /// The account of ours it reaches.
    pub to: Payee,
    /// How much.
    pub amount: Money,
    /// The document's number.
    pub remark: String,
}

/// Whether an order is to be written.
#[derive(Debug, Clone)]
pub enum Filing {
    /// This one.
    Order(Box<FiledOrder>),
    /// Not now: a stop holds it back.
    Stopped,
    /// It went out, or is not approved.
    Nothing,
}

/// The order of a document that waits to be written into a file; held until the transaction ends.
///
/// # Errors
/// There is no such document.
pub async fn order_to_file(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<Filing, ReserveError> {
    let document = store::lock(conn, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let waits =
        document.summary.state == DocumentState::Approved && store::sent(conn, id).await?.is_none();
    let (Some(leaves), Some(reaches)) = document.request.kind.accounts(document.request.from)
    else {
        return Ok(Filing::Nothing);
    };
    let from = store::own_account(conn, leaves).await?;
    let to = store::own_account(conn, reaches).await?;
    let (Some(from), Some(to), true) = (from, to, waits) else { return Ok(Filing::Nothing) };
    let way = reserve::payout_way(conn, from.id).await?;
    if way.way != PayoutWay::File {
        return Ok(Filing::Nothing);
    }
    if store::is_stopped(conn, &from.front).await? {
        return Ok(Filing::Stopped);
    }
    // Both are the institution's own.
    let name = to.holder.or(way.holder).unwrap_or_default();
    Ok(Filing::Order(Box::new(FiledOrder {
        document: id,
        number: order_number(&document.summary.number),
        from: from.id,
        to: Payee { account: to.account_no, name, bank: to.bank_name },
        amount: document.request.amount,
        remark: document.summary.number,
    })))
}

/// The order of a document stands in a file now.
///
/// # Errors
/// The database failed.
pub async fn order_filed(
    conn: &mut PgConnection,
    office: &Office,
    id: ReserveDocumentId,
) -> Result<(), ReserveError> {
    note_in(conn, office, id, (Some("sending"), None)).await?;
    Ok(())
}

/// Whether a stop holds back the order of a document.
///
/// # Errors
/// There is no such document.
pub async fn order_is_stopped(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<bool, ReserveError> {
    let document = store::lock(conn, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let (leaves, _) = document.request.kind.accounts(document.request.from);
    let Some(leaves) = leaves else { return Ok(false) };
    match store::own_account(conn, leaves).await? {
        Some(from) => store::is_stopped(conn, &from.front).await,
        None => Ok(false),
    }
}

/// The bank had its time to answer the file: the order is unknown, and asked about.
///
/// # Errors
/// There is no such document.
pub async fn order_overdue(
    conn: &mut PgConnection,
    office: &Office,
    id: ReserveDocumentId,
) -> Result<(), ReserveError> {
    if store::sent(conn, id).await?.as_deref() == Some("sending") {
        note_in(conn, office, id, (Some("unknown"), None)).await?;
    }
    Ok(())
}

/// What a status report says of an order.
#[derive(Debug, Clone)]
pub enum OrderWord {
    /// The bank will do it, or did; the amount where it repeats it.
    Accepted(Option<Money>),
    /// The bank will not do it, and why.
    Rejected(String),
    /// The bank has it and has not decided.
    Pending,
}

/// What came of a status report's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Something new.
    Moved,
    /// Nothing new.
    Known,
    /// Against what is certain: it changed nothing.
    Contradicts,
}

/// Takes in what a status report says of an order, if the number is one of ours.
///
/// # Errors
/// The database failed.
pub async fn order_reported(
    conn: &mut PgConnection,
    office: &Office,
    (number, word): (&str, &OrderWord),
) -> Result<Option<Heard>, ReserveError> {
    let Some(id) = store::ordered_as(conn, number).await? else { return Ok(None) };
    let document = store::lock(conn, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let sent = store::sent(conn, id).await?;
    let open = document.summary.state == DocumentState::Approved;
    let news = match word {
        OrderWord::Accepted(Some(amount)) if *amount != document.request.amount => {
            return Ok(Some(Heard::Contradicts));
        }
        OrderWord::Rejected(_) if document.summary.state == DocumentState::Rejected => {
            return Ok(Some(Heard::Known));
        }
        OrderWord::Rejected(_) if !open => return Ok(Some(Heard::Contradicts)),
        OrderWord::Accepted(_) if document.summary.state == DocumentState::Rejected => {
            return Ok(Some(Heard::Contradicts));
        }
        OrderWord::Pending if sent.as_deref() == Some("accepted") => {
            return Ok(Some(Heard::Known));
        }
        OrderWord::Accepted(_) => (Some("accepted"), None),
        OrderWord::Pending => (Some("unknown"), None),
        OrderWord::Rejected(why) => (None, Some(why.clone())),
    };
    let moved = note_in(conn, office, id, news).await?;
    Ok(Some(if moved { Heard::Moved } else { Heard::Known }))
}
