//! Repairing a payment or refund that the channel's bill proves (补单).
//!
//! What that books is the other system's to say. For the proposal it is rehearsed: done, looked at,
//! and undone again, so that what is shown is what will be booked.

use super::ErrorItemError;
use crate::office::Office;
use crate::payments::{self, BillEvidence};
use crate::refunds::{self, Proof};
use domain::error_item::{Difference, EntryLine, ProposedEntry};
use domain::ids::JournalId;
use domain::journal::{JournalDetail, JournalFilter};
use domain::page::PageRequest;
use ledger::Source;
use sqlx::{Connection, PgConnection};

/// Repairs what the difference is about, and returns the first journal of it.
///
/// # Errors
/// The payment or refund is not what it was when the difference was found.
pub(super) async fn carry_out(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
) -> Result<Option<JournalId>, ErrorItemError> {
    Ok(repair(conn, office, difference).await?.first().map(|journal| journal.summary.id))
}

/// What repairing it would book.
///
/// # Errors
/// It cannot be repaired.
pub(super) async fn rehearse(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
) -> Result<Vec<ProposedEntry>, ErrorItemError> {
    let mut undone = conn.begin().await?;
    let journals = repair(&mut undone, office, difference).await;
    undone.rollback().await?;
    Ok(journals?.into_iter().map(proposed).collect())
}

async fn repair(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
) -> Result<Vec<JournalDetail>, ErrorItemError> {
    let Some(theirs) = &difference.theirs else { return Err(ErrorItemError::NotProven) };
    let event_time = theirs.event_time.unwrap_or_else(|| office.now());
    let links = &difference.links;
    let source = match (links.refund, links.payment) {
        (Some(refund), _) => Source::new("refund", refund),
        (None, Some(payment)) => Source::new("payment", payment),
        (None, None) => return Err(ErrorItemError::NotProven),
    };
    let before: Vec<JournalId> =
        journals(conn, &source).await?.into_iter().map(|one| one.summary.id).collect();
    if let Some(refund) = links.refund {
        let proof = Proof {
            channel_no: theirs.channel_no.clone(),
            at: event_time,
            clearing_date: difference.clearing_date,
        };
        refunds::settle_from_bill(conn, office, refund, proof).await?;
    } else if let Some(payment) = links.payment {
        let evidence = BillEvidence {
            channel_no: theirs.channel_no.clone(),
            amount: theirs.amount,
            event_time,
            clearing_date: difference.clearing_date,
        };
        payments::settle_from_bill(conn, office, payment, &evidence).await?;
    }
    let mut booked = journals(conn, &source).await?;
    booked.retain(|journal| !before.contains(&journal.summary.id));
    booked.sort_by_key(|journal| journal.summary.entry.number());
    Ok(booked)
}

async fn journals(
    conn: &mut PgConnection,
    source: &Source,
) -> Result<Vec<JournalDetail>, ErrorItemError> {
    let page = PageRequest { number: 1, size: 50 };
    let filter = JournalFilter { source: Some(source.clone()), page, ..JournalFilter::default() };
    let mut journals = Vec::new();
    for summary in ledger::list_journals(conn, &filter).await?.rows {
        journals.extend(ledger::find_journal(conn, summary.id).await?);
    }
    Ok(journals)
}

fn proposed(journal: JournalDetail) -> ProposedEntry {
    let lines = journal.lines.into_iter().map(|line| EntryLine {
        debit: line.debit.account,
        credit: line.credit.account,
        amount: line.amount,
    });
    ProposedEntry { entry: journal.summary.entry, lines: lines.collect() }
}
