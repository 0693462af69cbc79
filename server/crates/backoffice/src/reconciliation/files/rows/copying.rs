//! Rows of bills, written as PostgreSQL's COPY takes them in its binary form: the server has nothing
//! left to parse.

use crate::office::Office;
use banks::bill::BillRow;
use domain::date::BusinessDate;
use domain::ids::FileId;
use time::macros::{date, datetime};
use time::{OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

/// What COPY's binary form begins with: its signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const END: i16 = -1;
/// The length of what is not known.
const NULL: i32 = -1;
/// Columns of a row.
const COLUMNS: i16 = 14;
/// Bytes of a row, more or less.
const ROW: usize = 320;

/// A batch of rows, in the order of the columns `store` names.
pub(super) fn rows(
    office: &Office,
    (file, channel, day): (FileId, &str, BusinessDate),
    rows: &[BillRow],
) -> Vec<u8> {
    let mut copy = Copy(Vec::with_capacity(rows.len() * ROW + HEAD.len() + 2));
    copy.0.extend_from_slice(HEAD);
    let (file, days) = (Uuid::from(file), (day.0 - date!(2000 - 01 - 01)).whole_days());
    let day = i32::try_from(days).unwrap_or(i32::MAX);
    for row in rows {
        copy.0.extend_from_slice(&COLUMNS.to_be_bytes());
        copy.value(office.new_id().as_bytes());
        copy.value(file.as_bytes());
        copy.value(&i64::from(row.line).to_be_bytes());
        copy.value(channel.as_bytes());
        copy.value(&day.to_be_bytes());
        copy.value(row.kind.name().as_bytes());
        copy.value(row.channel_no.as_bytes());
        copy.value(row.order_no.as_bytes());
        copy.option(row.refund_no.as_deref().map(str::as_bytes));
        copy.value(&row.gross.minor().to_be_bytes());
        copy.value(row.gross.currency().code().as_bytes());
        copy.value(&row.fee_e5.to_be_bytes());
        copy.value(row.status.name().as_bytes());
        let at = row.event_time.map(|at| moment(office, at).to_be_bytes());
        copy.option(at.as_ref().map(<[u8; 8]>::as_slice));
    }
    copy.0.extend_from_slice(&END.to_be_bytes());
    copy.0
}

/// Microseconds since the year 2000, as PostgreSQL counts them, of a time of the business zone.
fn moment(office: &Office, at: PrimitiveDateTime) -> i64 {
    const EPOCH: OffsetDateTime = datetime!(2000-01-01 0:00 UTC);
    let since = at.assume_offset(office.settings.zone.0) - EPOCH;
    i64::try_from(since.whole_microseconds()).unwrap_or(i64::MAX)
}

struct Copy(Vec<u8>);

impl Copy {
    fn value(&mut self, held: &[u8]) {
        let length = i32::try_from(held.len()).unwrap_or(i32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(held);
    }

    fn option(&mut self, held: Option<&[u8]>) {
        match held {
            Some(held) => self.value(held),
            None => self.0.extend_from_slice(&NULL.to_be_bytes()),
        }
    }
}
