//! How a bill differs from the one it would take the place of.

use super::super::ReconciliationError;
use super::super::files::{blocks, bytes::Bytes, reading, taking};
use super::came;
use crate::office::Office;
use banks::bill::{BillRow, RowKind, RowStatus, fee_text};
use domain::arrival::{Arrival, BillDifference, DifferentRow};
use domain::ids::FileId;
use domain::money::Money;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use tokio::sync::mpsc;

/// Rows that are shown; the rest is only counted.
const SHOWN: usize = 100;

/// What tells the rows of a bill apart: kind and numbers, hashed.
fn key(kind: RowKind, (channel_no, order_no, refund_no): (&str, &str, &str)) -> u64 {
    hashed(&(kind.name(), channel_no, order_no, refund_no))
}

fn hashed(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The number a row is shown by.
fn shown(channel_no: &str, refund_no: Option<&str>) -> String {
    format!("{channel_no} {}", refund_no.unwrap_or_default()).trim_end().to_owned()
}

/// What a row says about money.
fn says(gross: Money, fee_e5: i64, status: RowStatus) -> String {
    format!("{gross} · {} · {}", fee_text(fee_e5), status.name())
}

/// A row of the bill that stands: what it says, hashed, so that all of them fit into memory.
struct Old {
    says: u64,
    line: u32,
    seen: bool,
}

/// Compares; nothing when the file cannot be read.
pub(super) async fn from_bill(
    office: &Office,
    arrival: &Arrival,
    old: FileId,
) -> Result<Option<BillDifference>, ReconciliationError> {
    let target = {
        let mut conn = office.db.acquire().await?;
        let came = came(arrival, None);
        taking::target(&mut conn, &came, Bytes::Kept(arrival.id)).await?
    };
    let (sender, mut batches) = mpsc::channel(2);
    let mut input = target.bytes.open(office);
    let pass = move || {
        reading::pass(&target, input.as_mut(), &mut |rows| sender.blocking_send(rows).is_ok())
    };
    let pass = tokio::task::spawn_blocking(pass);
    let (mut found, mut old_rows) = (BillDifference::default(), rows_of(office, old).await?);
    while let Some(batch) = batches.recv().await {
        batch.iter().for_each(|row| compare(row, (&mut found, &mut old_rows)));
    }
    if pass.await.map_err(ReconciliationError::Reader)?.is_err() {
        return Ok(None);
    }
    let mut removed: Vec<u32> =
        old_rows.values().filter(|row| !row.seen).map(|row| row.line).collect();
    found.removed += i64::try_from(removed.len()).unwrap_or(i64::MAX);
    removed.sort_unstable();
    removed.truncate(SHOWN.saturating_sub(found.rows.len()));
    for line in removed {
        let old = Some((line.into(), String::new()));
        found.rows.push(DifferentRow { number: String::new(), old, new: None });
    }
    spell_out(office, old, &mut found.rows).await?;
    Ok(Some(found))
}

async fn rows_of(office: &Office, old: FileId) -> Result<HashMap<u64, Old>, ReconciliationError> {
    let mut rows = HashMap::new();
    let mut conn = office.db.acquire().await?;
    blocks::each(&mut conn, old, |row| {
        let refund_no = row.refund_no.as_deref().unwrap_or_default();
        let says = hashed(&(row.gross, row.fee_e5, row.status));
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        rows.insert(
            key(row.kind, (&row.channel_no, &row.order_no, refund_no)),
            Old { says, line, seen: false },
        );
        Ok(())
    })
    .await?;
    Ok(rows)
}

fn compare(row: &BillRow, (found, old_rows): (&mut BillDifference, &mut HashMap<u64, Old>)) {
    let refund_no = row.refund_no.as_deref();
    let key = key(row.kind, (&row.channel_no, &row.order_no, refund_no.unwrap_or_default()));
    let old = match old_rows.get_mut(&key) {
        Some(old) => {
            old.seen = true;
            if old.says == hashed(&(row.gross, row.fee_e5, row.status)) {
                return;
            }
            found.changed += 1;
            Some((old.line.into(), String::new()))
        }
        None => {
            found.added += 1;
            None
        }
    };
    if found.rows.len() < SHOWN {
        let new = Some((row.line.into(), says(row.gross, row.fee_e5, row.status)));
        found.rows.push(DifferentRow { number: shown(&row.channel_no, refund_no), old, new });
    }
}

/// What the rows of the old bill that are shown say.
async fn spell_out(
    office: &Office,
    old: FileId,
    rows: &mut [DifferentRow],
) -> Result<(), ReconciliationError> {
    let lines: BTreeSet<i64> =
        rows.iter().filter_map(|row| row.old.as_ref()).map(|(line, _)| *line).collect();
    let mut said = HashMap::new();
    let mut conn = office.db.acquire().await?;
    blocks::at_lines(&mut conn, old, &lines, |row| {
        let number = shown(&row.channel_no, row.refund_no.as_deref());
        said.insert(row.line, (number, says(row.gross, row.fee_e5, row.status)));
        Ok(())
    })
    .await?;
    for row in rows {
        let Some((line, says)) = &mut row.old else { continue };
        let Some((number, text)) = said.get(line) else { continue };
        says.clone_from(text);
        row.number.clone_from(number);
    }
    Ok(())
}
