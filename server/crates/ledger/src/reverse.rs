//! Undoing a journal, 冲正: the exact negative, linked both ways.

use crate::post::{Posted, post};
use crate::posting::{Dates, Posting};
use crate::{LedgerError, journals};
use domain::date::BusinessDate;
use domain::ids::JournalId;
use domain::journal::Entry;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// What is to be undone, and how it is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// The journal to undo.
    pub journal: JournalId,
    /// Names this event: the same reversal asked for again is booked once.
    pub key: String,
    /// The open day it is booked on; not before the original's.
    pub accounting_date: BusinessDate,
    /// When it was decided.
    pub event_time: OffsetDateTime,
    /// When we book it: the office's now.
    pub posted_at: OffsetDateTime,
    /// Why.
    pub memo: String,
    /// The request that caused it.
    pub request_id: Option<String>,
}

/// Undoes a journal: every line again with its sides exchanged, last line first, under the same
/// document and clearing date.
///
/// # Errors
/// There is no such journal, it was undone before, it is a reversal itself, or the books refuse.
pub async fn reverse(conn: &mut PgConnection, reversal: &Reversal) -> Result<Posted, LedgerError> {
    let original = journals::find_journal(conn, reversal.journal)
        .await?
        .ok_or(LedgerError::JournalNotFound(reversal.journal))?;
    let head = &original.summary;
    if head.entry == Entry::Reversal {
        return Err(LedgerError::ReversalOfReversal(head.id));
    }
    if reversal.accounting_date < head.accounting_date {
        return Err(LedgerError::ReversalBeforeOriginal {
            original: head.accounting_date,
            wanted: reversal.accounting_date,
        });
    }
    if let Some(by) = head.reversed_by
        && !is_under_key(conn, by, &reversal.key).await?
    {
        return Err(LedgerError::AlreadyReversed { journal: head.id, by });
    }
    let dates = Dates {
        accounting_date: reversal.accounting_date,
        clearing_date: head.clearing_date,
        event_time: reversal.event_time,
        posted_at: reversal.posted_at,
    };
    let mut posting =
        Posting::new(reversal.key.clone(), Entry::Reversal, dates, head.source.clone())
            .memo(reversal.memo.clone())
            .requested_by(reversal.request_id.clone());
    posting.reverses = Some(head.id);
    for line in original.lines.into_iter().rev() {
        posting = posting.line(line.credit.account, line.debit.account, line.amount, line.memo);
    }
    post(conn, &posting).await
}

/// Whether the reversal that is there is the one being asked for again.
async fn is_under_key(
    conn: &mut PgConnection,
    journal: JournalId,
    key: &str,
) -> Result<bool, LedgerError> {
    Ok(journals::find_journal(conn, journal).await?.is_some_and(|found| found.key == key))
}
