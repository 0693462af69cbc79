//! The forecast of cash: what will be paid when, against what will arrive.

mod store;

use super::{ReserveError, books};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use domain::reserve::books::BANK;
use domain::reserve::forecast::{Expectation, Expected, Forecast, lay_out};
use sqlx::PgConnection;

/// Days shown.
const DAYS: usize = 14;
/// Channels pay over what they collected on the next day banks settle.
const ARRIVES_AFTER: u16 = 1;

/// What is in the reserve now and what is expected to move it in the coming days.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn forecast(office: &Office, actor: &Actor) -> Result<Forecast, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let today = office.today();
    let days: Vec<BusinessDate> =
        std::iter::successors(Some(today), |day| Some(day.next())).take(DAYS).collect();
    let mut tx = office.at_one_moment().await?;
    let opening = books::position_now(&mut tx).await?.sum(&BANK)?;
    let mut expected = incoming(&mut tx, office).await?;
    expected.extend(outgoing(&mut tx, office).await?);
    drop(tx);
    Ok(lay_out(opening, &days, expected)?)
}

async fn incoming(conn: &mut PgConnection, office: &Office) -> Result<Vec<Expected>, ReserveError> {
    let calendar = &office.settings.calendar;
    let owed = store::owed_by_channels(conn).await?;
    let expected = owed.into_iter().map(|(channel, cleared, amount)| Expected {
        day: calendar.after(cleared, ARRIVES_AFTER),
        what: Expectation::ChannelFunds,
        of: channel,
        amount,
    });
    Ok(expected.collect())
}

async fn outgoing(conn: &mut PgConnection, office: &Office) -> Result<Vec<Expected>, ReserveError> {
    let (calendar, today) = (&office.settings.calendar, office.today());
    let next = if calendar.is_business_day(today) { today } else { calendar.after(today, 1) };
    let mut expected = Vec::new();
    let mut out = |day, what, amount: Money| -> Result<(), ReserveError> {
        if amount.is_positive() {
            let amount = amount.checked_neg()?;
            expected.push(Expected { day, what, of: String::new(), amount });
        }
        Ok(())
    };
    let (sent, drafted) = store::payouts(conn).await?;
    out(today, Expectation::PayoutsSent, sent)?;
    out(next, Expectation::PayoutsDrafted, drafted)?;
    let documents = store::documents(conn).await?;
    out(today, Expectation::Documents, documents)?;
    let available = ledger::code_balance(conn, "2241.03", Currency::Cny).await?;
    let commission = ledger::code_balance(conn, "2241.06", Currency::Cny).await?;
    let undrafted = available.checked_add(commission)?.checked_sub(drafted)?;
    out(next, Expectation::Available, undrafted)?;
    for (cleared, cycle, amount) in store::unsettled(conn).await? {
        out(calendar.after(cleared, cycle), Expectation::SettlementDue, amount)?;
    }
    merged(expected)
}

/// One line per day and reason.
fn merged(expected: Vec<Expected>) -> Result<Vec<Expected>, ReserveError> {
    let mut merged: Vec<Expected> = Vec::new();
    for one in expected {
        match merged.iter_mut().find(|known| (known.day, known.what) == (one.day, one.what)) {
            Some(known) => known.amount = known.amount.checked_add(one.amount)?,
            None => merged.push(one),
        }
    }
    Ok(merged)
}
