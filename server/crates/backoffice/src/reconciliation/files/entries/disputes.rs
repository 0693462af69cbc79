//! What a channel's error trades mean: each takes money from us or gives it to us without a trade
//! of ours behind it, and so is a difference that a person has to explain.

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

/// Digits UnionPay may put at the end of its query number.
const LAST_DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Opens an error item for every error trade, with the trade it is about where our bills have it.
pub(super) async fn open(
    conn: &mut PgConnection,
    office: &Office,
    (channel, day): (&str, BusinessDate),
    entries: &mut [Entry],
) -> Result<(), ReconciliationError> {
    for entry in entries {
        let original = original(conn, (channel, day), entry).await?;
        let difference = difference(office, (channel, day), entry, original.as_ref());
        let item = error_items::open_alone(conn, office, &difference).await?;
        entry.about = About {
            effect: Some(EntryEffect::ErrorItem),
            bill_line: original.map(|line| line.id),
            error_item: Some(item),
            payout: None,
        };
    }
    Ok(())
}

/// The row of an earlier bill: its query number is made of the trade's time, trace number and one
/// more digit.
async fn original(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    entry: &Entry,
) -> Result<Option<store::Original>, ReconciliationError> {
    let time = entry.status.as_deref().unwrap_or_default();
    if time.len() != 10 || entry.number.len() != 6 {
        return Ok(None);
    }
    let year = day.0.year();
    let numbers: Vec<String> = [year, year - 1]
        .iter()
        .flat_map(|year| LAST_DIGITS.map(|last| format!("{year}{time}{}{last}", entry.number)))
        .collect();
    Ok(store::original(conn, channel, &numbers).await?)
}

fn difference(
    office: &Office,
    (channel, day): (&str, BusinessDate),
    entry: &Entry,
    original: Option<&store::Original>,
) -> Difference {
    let settled = entry.amount.unwrap_or(Money::cny(0));
    let direction = if settled.is_negative() { Direction::Out } else { Direction::In };
    let at = entry.at.map(|at| at.assume_offset(office.settings.zone.0));
    let moment = entry.at.map(|at| at.to_string()).unwrap_or_default();
    let record = format!("{} {} {moment}", entry.what, entry.other_no);
    let theirs = RecordView {
        number: original.map(|line| line.order_no.clone()).unwrap_or_default(),
        channel_no: original.map_or_else(|| entry.other_no.clone(), |line| line.channel_no.clone()),
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
            bill_line: original.map(|line| line.id),
            payment: original.and_then(|line| line.payment),
            order: original.and_then(|line| line.order),
            merchant: original.and_then(|line| line.merchant),
            ..Links::default()
        },
    }
}
