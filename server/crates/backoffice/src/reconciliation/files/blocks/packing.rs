use super::ROWS;
use banks::bill::{BillRow, RowKind, RowStatus, mark};
use domain::ids::FileId;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
use uuid::Uuid;

/// What COPY's binary form begins with: its signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const END: i16 = -1;
/// The length of what is not known.
const NULL: i32 = -1;
/// Columns of a block.
const COLUMNS: i16 = 17;
/// Bytes of a row in its block, more or less.
const ROW: usize = 128;

/// Packs the rows of a file into blocks, as PostgreSQL's COPY takes them in its binary form: the
/// server has nothing left to parse.
pub(in crate::reconciliation) struct Packing {
    file: Uuid,
    zone: UtcOffset,
    before: i64,
    open: Block,
    begun: bool,
}

impl Packing {
    /// Of a file without rows so far, whose times are of this zone.
    pub fn new(zone: UtcOffset, file: FileId) -> Self {
        Self { file: file.into(), zone, before: 0, open: Block::default(), begun: false }
    }

    /// Takes rows; gives what COPY is to be sent of them now.
    pub fn take(&mut self, rows: &[BillRow]) -> Vec<u8> {
        let mut copy = self.copy(rows.len() * ROW);
        for row in rows {
            self.open.add(row, self.zone);
            if self.open.rows == ROWS {
                self.close(&mut copy);
            }
        }
        copy.0
    }

    /// Gives the rest.
    pub fn finish(mut self) -> Vec<u8> {
        let mut copy = self.copy(ROWS * ROW);
        if self.open.rows > 0 {
            self.close(&mut copy);
        }
        copy.0.extend_from_slice(&END.to_be_bytes());
        copy.0
    }

    fn copy(&mut self, length: usize) -> Copy {
        let mut copy = Copy(Vec::with_capacity(length));
        if !self.begun {
            copy.0.extend_from_slice(HEAD);
            self.begun = true;
        }
        copy
    }

    fn close(&mut self, copy: &mut Copy) {
        let block = &mut self.open;
        let rows = i32::try_from(block.rows).unwrap_or(i32::MAX);
        copy.0.extend_from_slice(&COLUMNS.to_be_bytes());
        copy.value(self.file.as_bytes());
        copy.value(&block.lines.0.to_be_bytes());
        copy.value(&block.lines.1.to_be_bytes());
        copy.value(&self.before.to_be_bytes());
        copy.value(&rows.to_be_bytes());
        block.columns.iter().for_each(|column| copy.value(column));
        // Ids are those of file and line.
        copy.0.extend_from_slice(&NULL.to_be_bytes());
        copy.value(&block.numbers);
        self.before += i64::from(rows);
        block.clear();
    }
}

/// Rows that are being packed, column by column in the order of the table.
#[derive(Default)]
struct Block {
    rows: usize,
    /// The smallest and the greatest line.
    lines: (i64, i64),
    columns: [Vec<u8>; 10],
    numbers: Vec<u8>,
}

impl Block {
    fn add(&mut self, row: &BillRow, zone: UtcOffset) {
        let line = i64::from(row.line);
        let first = self.rows == 0;
        let (least, most) = if first { (line, line) } else { self.lines };
        self.lines = (least.min(line), most.max(line));
        let [lines, kinds, channel_nos, order_nos, refund_nos, rest @ ..] = &mut self.columns;
        let [gross, currencies, fees, statuses, event_times] = rest;
        for joined in [&mut *lines, channel_nos, order_nos, refund_nos] {
            if !first {
                joined.push(b'\n');
            }
        }
        for joined in [&mut *gross, currencies, fees, event_times] {
            if !first {
                joined.push(b'\n');
            }
        }
        number(lines, line);
        kinds.push(kind(row.kind));
        text(channel_nos, &row.channel_no);
        text(order_nos, &row.order_no);
        match &row.refund_no {
            Some(no) => text(refund_nos, no),
            None => refund_nos.extend_from_slice(NONE),
        }
        number(gross, row.gross.minor());
        currencies.extend_from_slice(row.gross.currency().code().as_bytes());
        number(fees, row.fee_e5);
        statuses.push(status(row.status));
        match row.event_time {
            Some(at) => number(event_times, moment(at, zone)),
            None => event_times.extend_from_slice(NONE),
        }
        let numbers = [Some(&row.channel_no), Some(&row.order_no), row.refund_no.as_ref()];
        for number in numbers.into_iter().flatten().filter(|number| !number.is_empty()) {
            self.numbers.extend_from_slice(&mark(number).to_be_bytes());
        }
        self.rows += 1;
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(Vec::clear);
        self.numbers.clear();
    }
}

/// Stands for what a row does not have.
pub(super) const NONE: &[u8] = br"\N";

/// The letter of a kind.
pub(super) const fn kind(kind: RowKind) -> u8 {
    match kind {
        RowKind::Payment => b'P',
        RowKind::Refund => b'R',
    }
}

/// The letter of a status.
pub(super) const fn status(status: RowStatus) -> u8 {
    match status {
        RowStatus::Success => b'S',
        RowStatus::Processing => b'P',
        RowStatus::Failed => b'F',
    }
}

fn number(column: &mut Vec<u8>, number: i64) {
    column.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A line feed is the end of a value, so one within it is written in another way.
fn text(column: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| byte == b'\n' || byte == b'\\') {
        column.extend_from_slice(text.as_bytes());
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'\n' => column.extend_from_slice(br"\n"),
            b'\\' => column.extend_from_slice(br"\b"),
            other => column.push(other),
        }
    }
}

/// Microseconds since 1970 of a time of the business zone.
fn moment(at: PrimitiveDateTime, zone: UtcOffset) -> i64 {
    let since = at.assume_offset(zone) - OffsetDateTime::UNIX_EPOCH;
    i64::try_from(since.whole_microseconds()).unwrap_or(i64::MAX)
}

struct Copy(Vec<u8>);

impl Copy {
    fn value(&mut self, held: &[u8]) {
        let length = i32::try_from(held.len()).unwrap_or(i32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(held);
    }
}
