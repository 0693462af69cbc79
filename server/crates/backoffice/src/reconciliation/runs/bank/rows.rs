//! The bill's side: all rows through the sieve, and those that have to be judged whole.

use super::super::sides::{Record, fee};
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::blocks::{self, BillFile, BillRecord, Names};
use banks::bill::{RowKind, RowStatus};
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::ids::{BillLineId, FileId};
use domain::matching::{Direction, Facts};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Hands on the rows of a bill, one by one.
pub(super) async fn stream(
    conn: &mut PgConnection,
    file: FileId,
    mut each: impl FnMut(&Facts<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    blocks::each(conn, file, |row| {
        let number = match row.kind {
            RowKind::Payment => row.order_no.as_ref(),
            RowKind::Refund => row.refund_no.as_deref().unwrap_or_default(),
        };
        each(&Facts {
            number,
            channel_no: &row.channel_no,
            direction: blocks::direction(row.kind),
            amount: row.gross,
            standing: blocks::standing(row.status),
            fee: Some(fee(row.fee_e5, row.gross)),
            elsewhere: false,
            time: None,
            position: position(row.line),
        })
    })
    .await
}

fn position(line: i64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// Rows of the bill and of other bills of its channel that are judged, by their ids.
pub(in crate::reconciliation) type Rows = BTreeMap<BillLineId, BillRecord>;

/// The rows of the bill on these lines.
pub(super) async fn at_lines(
    conn: &mut PgConnection,
    bill: &BillFile,
    lines: &[u32],
) -> Result<Rows, ReconciliationError> {
    let lines: BTreeSet<i64> = lines.iter().map(|line| i64::from(*line)).collect();
    let mut rows = Rows::new();
    blocks::at_lines(conn, bill.id, &lines, |row| {
        let row = row.record(bill)?;
        rows.insert(row.id, row);
        Ok(())
    })
    .await?;
    Ok(rows)
}

/// All rows that name one of our records, also in the bills of other days; of those only successes.
///
/// A row that a run matched at once is in the bill of the day of our record; a row that a run found
/// in any other way is kept by itself; and where no run has looked yet, the bill is looked through.
pub(super) async fn naming(
    conn: &mut PgConnection,
    (channel, bill): (&str, &BillFile),
    (ours, names): (&[Record], &Names),
) -> Result<Rows, ReconciliationError> {
    let mut rows = Rows::new();
    if names.is_empty() {
        return Ok(rows);
    }
    let days: BTreeSet<BusinessDate> =
        ours.iter().filter_map(|record| record.view.clearing_date).collect();
    let mut bills = blocks::bills_of_days(conn, channel, &days).await?;
    bills.extend(blocks::unseen_bills(conn, channel).await?);
    bills.push(bill.clone());
    bills.sort_by_key(|bill| (bill.day, bill.id));
    bills.dedup();
    for one in &bills {
        let found = blocks::naming(conn, one, names).await?;
        rows.extend(found.into_iter().map(|row| (row.id, row)));
    }
    let kept = blocks::kept_naming(conn, channel, names).await?;
    rows.extend(kept.into_iter().map(|row| (row.id, row)));
    rows.retain(|_, row| row.file == bill.id || row.status == RowStatus::Success);
    Ok(rows)
}

/// A row as the matching sees it, for a run of this bill.
pub(super) fn record(row: &BillRecord, bill: FileId) -> Record {
    let direction = blocks::direction(row.kind);
    let number = match direction {
        Direction::In => row.order_no.clone(),
        Direction::Out => row.refund_no.clone().unwrap_or_default(),
    };
    Record {
        key: number.clone(),
        direction,
        elsewhere: row.file != bill,
        position: position(row.line),
        links: Links { bill_line: Some(row.id), ..Links::default() },
        view: RecordView {
            number,
            channel_no: row.channel_no.clone(),
            amount: row.gross,
            fee: Some(fee(row.fee_e5, row.gross)),
            standing: blocks::standing(row.status),
            status: row.status.name().to_owned(),
            event_time: row.event_time,
            clearing_date: Some(row.clearing_date),
            place: format!("{}, line {}", row.file_name, row.line),
        },
    }
}
