//! Rows of bills in blocks: some hundreds of them packed column by column into one row of the
//! database, which is written and read many times as quickly as one by one.
//!
//! A block names the marks of the numbers in it; a number is looked for by scanning the marks of a
//! file, some eight bytes a row, and unpacking only the blocks that have it. What something refers
//! to is kept as a row of its own, under the id it has in its block.

mod packing;
mod store;
mod unpacking;

pub(in crate::reconciliation) use packing::Packing;
pub(in crate::reconciliation) use store::{
    Writing, at_lines, bills_of_days, each, keep, kept_naming, naming, page, place_of, unseen_bills,
};
pub(in crate::reconciliation) use unpacking::Row;

use banks::bill::{RowKind, RowStatus, mark};
use domain::date::BusinessDate;
use domain::ids::{BillLineId, FileId};
use domain::matching::{Direction, Standing};
use domain::money::Money;
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// Rows of a block: few enough that one row is unpacked with little, many enough to pack well.
const ROWS: usize = 500;

/// A bill that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reconciliation) struct BillFile {
    pub id: FileId,
    pub name: String,
    pub day: BusinessDate,
}

/// A row of a bill, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reconciliation) struct BillRecord {
    pub id: BillLineId,
    pub file: FileId,
    pub file_name: String,
    pub clearing_date: BusinessDate,
    pub line: i64,
    pub kind: RowKind,
    pub channel_no: String,
    pub order_no: String,
    pub refund_no: Option<String>,
    pub gross: Money,
    pub fee_e5: i64,
    pub status: RowStatus,
    pub event_time: Option<OffsetDateTime>,
}

/// Numbers that rows are looked for by.
#[derive(Debug, Default)]
pub(in crate::reconciliation) struct Names {
    /// Our numbers of payments.
    pub order_nos: HashSet<String>,
    /// Our numbers of refunds.
    pub refund_nos: HashSet<String>,
    /// The channel's numbers.
    pub channel_nos: HashSet<String>,
}

impl Names {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.order_nos.iter().chain(&self.refund_nos).chain(&self.channel_nos)
    }

    /// Whether a row is one of them.
    fn name(&self, row: &Row<'_>) -> bool {
        let by_ours = match row.kind {
            RowKind::Payment => {
                !row.order_no.is_empty() && self.order_nos.contains(row.order_no.as_ref())
            }
            RowKind::Refund => {
                row.refund_no.as_ref().is_some_and(|no| self.refund_nos.contains(no.as_ref()))
            }
        };
        by_ours || self.channel_nos.contains(row.channel_no.as_ref())
    }
}

/// The id of a row of a bill: that of its file, with the line as its last four bytes. So a row can
/// be named before it is kept, and be found again by its name.
fn row_id(file: FileId, line: i64) -> BillLineId {
    let mut bytes = Uuid::from(file).into_bytes();
    let (_, last) = bytes.split_at_mut(12);
    last.copy_from_slice(&u32::try_from(line).unwrap_or(u32::MAX).to_be_bytes());
    BillLineId(Uuid::from_bytes(bytes))
}

/// Between which ids the file of a row lies, and the row's line.
fn file_of(row: Uuid) -> ((Uuid, Uuid), i64) {
    let with = |last: [u8; 4]| {
        let mut bytes = row.into_bytes();
        let (_, end) = bytes.split_at_mut(12);
        end.copy_from_slice(&last);
        Uuid::from_bytes(bytes)
    };
    let line = row.as_u128() & u128::from(u32::MAX);
    ((with([0; 4]), with([u8::MAX; 4])), i64::try_from(line).unwrap_or(i64::MAX))
}

/// Marks that are looked for: a bit for the first half of each, then the marks themselves.
struct Marks {
    likely: Vec<bool>,
    marks: HashSet<u32>,
}

impl Marks {
    fn of(names: &Names) -> Self {
        let marks: HashSet<u32> = names.all().map(|number| mark(number)).collect();
        let mut likely = vec![false; 1 << 16];
        for one in &marks {
            if let Some(there) = likely.get_mut(Self::half(*one)) {
                *there = true;
            }
        }
        Self { likely, marks }
    }

    fn half(mark: u32) -> usize {
        usize::try_from(mark & 0xFFFF).unwrap_or_default()
    }

    /// Whether one of them is among those of a block.
    fn are_in(&self, numbers: &[u8]) -> bool {
        numbers.chunks_exact(4).any(|four| {
            let mut held = [0; 4];
            held.copy_from_slice(four);
            let one = u32::from_be_bytes(held);
            self.likely.get(Self::half(one)) == Some(&true) && self.marks.contains(&one)
        })
    }
}

/// Which way the money of a row goes.
pub(in crate::reconciliation) const fn direction(kind: RowKind) -> Direction {
    match kind {
        RowKind::Payment => Direction::In,
        RowKind::Refund => Direction::Out,
    }
}

/// How far a bill says a trade got.
pub(in crate::reconciliation) const fn standing(status: RowStatus) -> Standing {
    match status {
        RowStatus::Success => Standing::Success,
        RowStatus::Processing => Standing::Pending,
        RowStatus::Failed => Standing::Failed,
    }
}

#[cfg(test)]
mod tests;
