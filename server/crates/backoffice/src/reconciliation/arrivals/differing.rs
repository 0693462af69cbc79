//! How a bill differs from the one it would take the place of.

use super::super::ReconciliationError;
use super::super::files::{bytes::Bytes, reading, taking};
use super::{came, store};
use crate::office::Office;
use banks::bill::{BillRow, fee_text};
use domain::arrival::{Arrival, BillDifference, DifferentRow};
use domain::ids::FileId;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use tokio::sync::mpsc;

/// Rows that are shown; the rest is only counted.
const SHOWN: usize = 100;

/// Names a row in both bills.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub kind: String,
    pub channel_no: String,
    pub order_no: String,
    pub refund_no: String,
}

impl Key {
    fn of(row: &BillRow) -> Self {
        Self {
            kind: row.kind.name().to_owned(),
            channel_no: row.channel_no.clone(),
            order_no: row.order_no.clone(),
            refund_no: row.refund_no.clone().unwrap_or_default(),
        }
    }

    fn shown(&self) -> String {
        format!("{} {}", self.channel_no, self.refund_no).trim_end().to_owned()
    }

    fn hashed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
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
    let (mut found, mut seen) = (BillDifference::default(), HashSet::new());
    while let Some(batch) = batches.recv().await {
        compare(office, old, &batch, (&mut found, &mut seen)).await?;
    }
    if pass.await.map_err(ReconciliationError::Reader)?.is_err() {
        return Ok(None);
    }
    let mut after = 0;
    loop {
        let mut conn = office.db.acquire().await?;
        let rows = store::old_rows(&mut conn, old, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.line;
        for row in rows.iter().filter(|row| !seen.contains(&row.key.hashed())) {
            found.removed += 1;
            if found.rows.len() < SHOWN {
                let old = Some((row.line, row.says.clone()));
                found.rows.push(DifferentRow { number: row.key.shown(), old, new: None });
            }
        }
    }
    Ok(Some(found))
}

async fn compare(
    office: &Office,
    old: FileId,
    batch: &[BillRow],
    (found, seen): (&mut BillDifference, &mut HashSet<u64>),
) -> Result<(), ReconciliationError> {
    let numbers: Vec<String> = batch.iter().map(|row| row.channel_no.clone()).collect();
    let mut conn = office.db.acquire().await?;
    let known = store::old_rows_numbered(&mut conn, old, &numbers).await?;
    for row in batch {
        let key = Key::of(row);
        seen.insert(key.hashed());
        let (there, says) = (known.get(&key), says(row));
        let old = match there {
            Some(old) if old.says == says => continue,
            Some(old) => {
                found.changed += 1;
                Some((old.line, old.says.clone()))
            }
            None => {
                found.added += 1;
                None
            }
        };
        if found.rows.len() < SHOWN {
            let new = Some((row.line.into(), says));
            found.rows.push(DifferentRow { number: key.shown(), old, new });
        }
    }
    Ok(())
}

/// What a row says about money.
fn says(row: &BillRow) -> String {
    format!("{} · {} · {}", row.gross, fee_text(row.fee_e5), row.status.name())
}
