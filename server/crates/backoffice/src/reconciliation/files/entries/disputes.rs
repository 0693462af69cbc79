//! What a channel's error trades mean: each takes money from us or gives it to us without a trade
//! of ours behind it, and so is a difference that a person has to explain.

use super::super::blocks::{self, BillRecord, Names};
use super::store;
use super::{About, Entry};
use crate::error_items;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::error_item::{Cause, Difference, Leg, Links, RecordView, record_key};
use domain::matching::{Direction, Standing};
use domain::money::Money;
use domain::source_file::EntryEffect;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Digits UnionPay may put at the end of its query number.
const LAST_DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Days after a trade until which the bill that has it has come, with a long holiday in between.
const CLEARED_WITHIN: u8 = 10;

/// Opens an error item for every error trade, with the trade it is about where our bills have it.
pub(super) async fn open(
    conn: &mut PgConnection,
    office: &Office,
    (channel, day): (&str, BusinessDate),
    entries: &mut [Entry],
) -> Result<(), ReconciliationError> {
    let originals = originals(conn, (channel, day), entries).await?;
    for entry in entries {
        let original = numbers(day, entry)
            .iter()
            .filter_map(|number| originals.get(number))
            .max_by_key(|row| row.clearing_date);
        let original = match original {
            Some(row) => {
                blocks::keep(conn, channel, &[row]).await?;
                Some((row, store::payment(conn, (channel, &row.order_no)).await?))
            }
            None => None,
        };
        let difference = difference(office, (channel, day), entry, original.as_ref());
        let item = error_items::open_alone(conn, office, &difference).await?;
        entry.about = About {
            effect: Some(EntryEffect::ErrorItem),
            bill_line: original.map(|(row, _)| row.id),
            error_item: Some(item),
            payout: None,
        };
    }
    Ok(())
}

/// A row of an earlier bill, with the payment it names.
type Original<'a> = (&'a BillRecord, Option<store::Named>);

/// What the channel may call the trade of an entry: its query number is made of the trade's time,
/// trace number and one more digit.
fn numbers(day: BusinessDate, entry: &Entry) -> Vec<String> {
    let time = entry.status.as_deref().unwrap_or_default();
    if time.len() != 10 || entry.number.len() != 6 {
        return Vec::new();
    }
    let year = day.0.year();
    [year, year - 1]
        .iter()
        .flat_map(|year| LAST_DIGITS.map(|last| format!("{year}{time}{}{last}", entry.number)))
        .collect()
}

/// The rows the entries are about, by the channel's number; the latest of each. Most stand in the
/// bills of the days after their trades; those an earlier run referred to are kept by themselves.
async fn originals(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    entries: &[Entry],
) -> Result<BTreeMap<String, BillRecord>, ReconciliationError> {
    let mut names = Names::default();
    let mut days = BTreeSet::new();
    for number in entries.iter().flat_map(|entry| numbers(day, entry)) {
        days.extend(days_after(&number));
        names.channel_nos.insert(number);
    }
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut rows = blocks::kept_naming(conn, channel, &names).await?;
    for bill in blocks::bills_of_days(conn, channel, &days).await? {
        rows.extend(blocks::naming(conn, &bill, &names).await?);
    }
    rows.sort_by_key(|row| row.clearing_date);
    Ok(rows.into_iter().map(|row| (row.channel_no.clone(), row)).collect())
}

/// The days whose bill may have the trade of a query number, which begins with its day.
fn days_after(number: &str) -> Vec<BusinessDate> {
    let date = number.get(..8).and_then(|date| {
        let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..)?);
        format!("{year}-{month}-{day}").parse::<BusinessDate>().ok()
    });
    let Some(date) = date else { return Vec::new() };
    std::iter::successors(Some(date), |day| Some(day.next()))
        .take(usize::from(CLEARED_WITHIN) + 1)
        .collect()
}

fn difference(
    office: &Office,
    (channel, day): (&str, BusinessDate),
    entry: &Entry,
    original: Option<&Original<'_>>,
) -> Difference {
    let payment = original.and_then(|(_, payment)| payment.as_ref());
    let settled = entry.amount.unwrap_or(Money::cny(0));
    let direction = if settled.is_negative() { Direction::Out } else { Direction::In };
    let at = entry.at.map(|at| at.assume_offset(office.settings.zone.0));
    let moment = entry.at.map(|at| at.to_string()).unwrap_or_default();
    let record = format!("{} {} {moment}", entry.what, entry.other_no);
    let theirs = RecordView {
        number: original.map(|(row, _)| row.order_no.clone()).unwrap_or_default(),
        channel_no: original
            .map_or_else(|| entry.other_no.clone(), |(row, _)| row.channel_no.clone()),
        amount: Money::new(settled.minor().saturating_abs(), settled.currency()),
        fee: entry.fee,
        standing: Standing::Success,
        status: format!("{} {}", entry.what, entry.reason.clone().unwrap_or_default()),
        event_time: at,
        clearing_date: Some(day),
        place: "error trades".to_owned(),
    };
    Difference {
        leg: Leg::GatewayBank,
        cause: Cause::OnlyInChannel,
        direction,
        channel: Some(channel.to_owned()),
        clearing_date: day,
        // Under a scope of its own: comparing the day's bill must not close it.
        record_key: record_key(
            Leg::GatewayBank,
            &format!("{channel}/disputes"),
            direction,
            (&record, 1),
        ),
        difference: settled,
        account: Some(AccountRef::due_from_channel(channel)),
        ours: None,
        theirs: Some(theirs),
        links: Links {
            bill_line: original.map(|(row, _)| row.id),
            payment: payment.map(|named| named.payment),
            order: payment.map(|named| named.order),
            merchant: payment.map(|named| named.merchant),
            ..Links::default()
        },
    }
}
