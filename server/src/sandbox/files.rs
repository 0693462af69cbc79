//! The files the channels hand out, in the real formats.

use super::Trouble;
use super::books::{Books, Channel, Operation};
use super::statements::{collections, statement, told};
use banks::bill::{BillRow, RowKind, RowStatus};
use banks::front::NamedFile;
use banks::write::{camt053, unionpay_zm, wechat_trade};
use domain::date::{BusinessDate, BusinessZone};
use time::{OffsetDateTime, PrimitiveDateTime};

/// Our number at the simulated UnionPay.
pub const UNIONPAY_MERCHANT: &str = "898000000000001";

/// Our number at the simulated WeChat Pay.
pub const WECHAT_MERCHANT: &str = "1230000109";

/// The bill of a clearing date.
pub(super) fn bill(
    books: &Books,
    channel: Channel,
    day: BusinessDate,
) -> Result<NamedFile, Trouble> {
    match channel {
        Channel::Unionpay => {
            let rows = rows(books, channel, day, UNIONPAY_MERCHANT)?;
            Ok(unionpay_zm::write(day, UNIONPAY_MERCHANT, &rows)?)
        }
        Channel::Wechat => {
            let contract = wechat_trade::Contract {
                merchant_no: WECHAT_MERCHANT.to_owned(),
                app_id: "wx0000000000000001".to_owned(),
                rate: "0.60%".to_owned(),
            };
            let rows = rows(books, channel, day, WECHAT_MERCHANT)?;
            Ok(wechat_trade::write(day, &contract, &rows)?)
        }
        Channel::Bank => {
            let held = collections(books, day).map_err(banks::write::WriteError::from)?;
            let name = format!("camt053-collections-{day}.xml");
            Ok(camt053::write(&name, evening(day), &[held])?)
        }
    }
}

/// The statement of an account for a day.
pub(super) fn statement_file(
    books: &Books,
    account: &str,
    day: BusinessDate,
) -> Result<NamedFile, Trouble> {
    let held = statement(books, account, day).map_err(banks::write::WriteError::from)?;
    let name = format!("camt053-{account}-{day}.xml");
    Ok(camt053::write(&name, evening(day), &[held])?)
}

/// Files are dated by their day, so that the same file is handed out each time.
fn evening(day: BusinessDate) -> OffsetDateTime {
    let next = BusinessZone::china().start_of(day.next());
    next.to_offset(BusinessZone::china().0) - time::Duration::SECOND
}

fn rows(
    books: &Books,
    channel: Channel,
    day: BusinessDate,
    merchant_no: &str,
) -> Result<Vec<BillRow>, Trouble> {
    let mut rows = Vec::new();
    let here = books.done().filter(|done| {
        let collecting = done.entry.operation != Operation::Payout;
        collecting && done.entry.channel == channel && done.clearing_date == day
    });
    for done in here {
        let refund = done.entry.operation == Operation::Refund;
        let local = done.at.to_offset(BusinessZone::china().0);
        for told in told(&done).map_err(banks::write::WriteError::from)? {
            let payment = done.entry.order.payment_number.clone().unwrap_or_default();
            let number = told.number;
            rows.push(BillRow {
                line: 0,
                kind: if refund { RowKind::Refund } else { RowKind::Payment },
                channel_no: told.channel_no,
                order_no: if refund { payment } else { number.clone() },
                refund_no: refund.then_some(number),
                merchant_no: merchant_no.to_owned(),
                event_time: Some(PrimitiveDateTime::new(local.date(), local.time())),
                gross: told.amount,
                fee_e5: done.entry.fee_e5,
                status: RowStatus::Success,
            });
        }
    }
    Ok(rows)
}
