use super::super::copied::{self, Value};
use super::packing::NONE;
use super::{BillFile, BillRecord, row_id};
use crate::explain::Inconsistent;
use banks::bill::{RowKind, RowStatus};
use domain::ids::{BillLineId, FileId};
use domain::money::{Currency, Money};
use std::borrow::Cow;
use std::str::Split;
use time::OffsetDateTime;
use uuid::Uuid;

/// Columns of a block as they are read: rows before it, rows, and what the rows say.
pub(super) const COLUMNS: &str = "before, rows, lines, kinds, channel_nos, order_nos, refund_nos, \
                                  gross, currencies, fees, statuses, event_times, ids";
/// How many they are.
pub(super) const WIDTH: usize = 13;

/// A row in its block. Nothing is made of what is not asked for.
pub(in crate::reconciliation) struct Row<'b> {
    /// How many rows of the file stand before it.
    pub place: i64,
    pub line: i64,
    pub kind: RowKind,
    pub channel_no: Cow<'b, str>,
    pub order_no: Cow<'b, str>,
    pub refund_no: Option<Cow<'b, str>>,
    pub gross: Money,
    pub fee_e5: i64,
    pub status: RowStatus,
    file: FileId,
    at: &'b str,
    id: Option<&'b str>,
}

impl Row<'_> {
    /// The id it is kept under once something refers to it.
    pub fn id(&self) -> Result<BillLineId, Inconsistent> {
        match self.id {
            None => Ok(row_id(self.file, self.line)),
            Some(id) => {
                let id = id.parse::<Uuid>().map_err(|_| broken(self.file, "ids"))?;
                Ok(id.into())
            }
        }
    }

    /// When it happened, where the bill says it.
    pub fn event_time(&self) -> Result<Option<OffsetDateTime>, Inconsistent> {
        if self.at.as_bytes() == NONE {
            return Ok(None);
        }
        let wrong = || broken(self.file, "event_times");
        let since: i64 = self.at.parse().map_err(|_| wrong())?;
        let nanoseconds = i128::from(since).saturating_mul(1_000);
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map(Some).map_err(|_| wrong())
    }

    /// The row by itself.
    pub fn record(&self, of: &BillFile) -> Result<BillRecord, Inconsistent> {
        Ok(BillRecord {
            id: self.id()?,
            file: of.id,
            file_name: of.name.clone(),
            clearing_date: of.day,
            line: self.line,
            kind: self.kind,
            channel_no: self.channel_no.clone().into_owned(),
            order_no: self.order_no.clone().into_owned(),
            refund_no: self.refund_no.clone().map(Cow::into_owned),
            gross: self.gross,
            fee_e5: self.fee_e5,
            status: self.status,
            event_time: self.event_time()?,
        })
    }
}

fn broken(file: FileId, what: &str) -> Inconsistent {
    Inconsistent::new("bill_blocks", file, what)
}

/// Hands on the rows of a block. A column that has more or fewer values than there are rows is
/// wrong.
pub(super) fn rows<E: From<Inconsistent> + From<sqlx::Error>>(
    file: FileId,
    values: [Value<'_>; WIDTH],
    each: &mut impl FnMut(&Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let [before, rows, lines, kinds, channel_nos, order_nos, refund_nos, rest @ ..] = values;
    let [gross, currencies, fees, statuses, event_times, ids] = rest;
    let before = copied::number(before)?;
    let split =
        |value| -> Result<Split<'_, char>, sqlx::Error> { Ok(copied::text(value)?.split('\n')) };
    let (mut lines, mut gross, mut fees) = (split(lines)?, split(gross)?, split(fees)?);
    let (mut channel_nos, mut order_nos) = (split(channel_nos)?, split(order_nos)?);
    let (mut refund_nos, mut currencies) = (split(refund_nos)?, split(currencies)?);
    let mut event_times = split(event_times)?;
    let mut ids = if ids.is_some() { Some(split(ids)?) } else { None };
    let mut letters = copied::text(kinds)?.bytes().zip(copied::text(statuses)?.bytes());
    let mut money = Known { code: "CNY", currency: Currency::Cny };
    for place in 0..i64::from(copied::count(rows)?) {
        let (kind, status) = letters.next().ok_or_else(|| broken(file, "kinds"))?;
        each(&Row {
            place: before + place,
            line: number(lines.next()).ok_or_else(|| broken(file, "lines"))?,
            kind: self::kind(kind).ok_or_else(|| broken(file, "kinds"))?,
            channel_no: text(channel_nos.next()).ok_or_else(|| broken(file, "channel_nos"))?,
            order_no: text(order_nos.next()).ok_or_else(|| broken(file, "order_nos"))?,
            refund_no: match refund_nos.next().ok_or_else(|| broken(file, "refund_nos"))? {
                none if none.as_bytes() == NONE => None,
                no => text(Some(no)),
            },
            gross: {
                let minor = number(gross.next()).ok_or_else(|| broken(file, "gross"))?;
                let currency = currencies.next().and_then(|code| money.of(code));
                Money::new(minor, currency.ok_or_else(|| broken(file, "currencies"))?)
            },
            fee_e5: number(fees.next()).ok_or_else(|| broken(file, "fees"))?,
            status: self::status(status).ok_or_else(|| broken(file, "statuses"))?,
            file,
            at: event_times.next().ok_or_else(|| broken(file, "event_times"))?,
            id: match &mut ids {
                Some(ids) => Some(ids.next().ok_or_else(|| broken(file, "ids"))?),
                None => None,
            },
        })?;
    }
    let more = [lines, gross, fees, channel_nos, order_nos, refund_nos, currencies, event_times];
    if letters.next().is_some() || more.into_iter().any(|mut column| column.next().is_some()) {
        return Err(broken(file, "rows").into());
    }
    Ok(())
}

/// The currency of the row before: that of the next is most likely the same.
struct Known<'b> {
    code: &'b str,
    currency: Currency,
}

impl<'b> Known<'b> {
    fn of(&mut self, code: &'b str) -> Option<Currency> {
        if code != self.code {
            (self.code, self.currency) = (code, code.parse().ok()?);
        }
        Some(self.currency)
    }
}

fn number(text: Option<&str>) -> Option<i64> {
    text?.parse().ok()
}

const fn kind(letter: u8) -> Option<RowKind> {
    match letter {
        b'P' => Some(RowKind::Payment),
        b'R' => Some(RowKind::Refund),
        _ => None,
    }
}

const fn status(letter: u8) -> Option<RowStatus> {
    match letter {
        b'S' => Some(RowStatus::Success),
        b'P' => Some(RowStatus::Processing),
        b'F' => Some(RowStatus::Failed),
        _ => None,
    }
}

fn text(held: Option<&str>) -> Option<Cow<'_, str>> {
    let held = held?;
    if !held.contains('\\') {
        return Some(Cow::Borrowed(held));
    }
    Some(Cow::Owned(held.replace(r"\n", "\n").replace(r"\b", r"\")))
}
