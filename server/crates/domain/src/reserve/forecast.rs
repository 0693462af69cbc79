//! The forecast of cash (资金预测): what will be paid when, against what will arrive.

use crate::date::BusinessDate;
use crate::merchant::named;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// Why money is expected to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// A channel pays over what it collected.
    ChannelFunds,
    /// A channel should have paid over, and has not.
    ChannelLate,
    /// Payouts on their way to the bank.
    PayoutsSent,
    /// Payouts drafted or waiting for a second person.
    PayoutsDrafted,
    /// Settlements falling due (T+N).
    SettlementDue,
    /// What merchants have available and nobody has drafted.
    Available,
    /// Documents approved and not yet shown by a statement.
    Documents,
}
named!(Expectation {
    ChannelFunds = "channel_funds",
    ChannelLate = "channel_late",
    PayoutsSent = "payouts_sent",
    PayoutsDrafted = "payouts_drafted",
    SettlementDue = "settlement_due",
    Available = "available",
    Documents = "documents",
});

/// One expected movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The day it is expected.
    pub day: BusinessDate,
    /// Why.
    pub what: Expectation,
    /// Of which channel; empty otherwise.
    pub of: String,
    /// Positive raises the reserve.
    pub amount: Money,
}

/// A day of the forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastDay {
    /// Which.
    pub day: BusinessDate,
    /// What is expected on it.
    pub expected: Vec<Expected>,
    /// What comes in.
    pub incoming: Money,
    /// What goes out, positive.
    pub outgoing: Money,
    /// What is left at its end.
    pub closing: Money,
}

/// The forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// What is in the reserve now.
    pub opening: Money,
    /// What is expected and has no day: due before, and not there.
    pub overdue: Vec<Expected>,
    /// The days, today first.
    pub days: Vec<ForecastDay>,
}

/// Lays expected movements out over days. Outgoing ones of days gone are due today; incoming ones
/// of days gone are overdue and counted on no day, so that nothing rests on them.
///
/// # Errors
/// Out of range.
pub fn lay_out(
    opening: Money,
    days: &[BusinessDate],
    expected: Vec<Expected>,
) -> Result<Forecast, MoneyError> {
    let Some(today) = days.first().copied() else {
        return Ok(Forecast { opening, overdue: expected, days: Vec::new() });
    };
    let gone = |one: &Expected| one.day < today || one.what == Expectation::ChannelLate;
    let (late, mut coming): (Vec<_>, Vec<_>) =
        expected.into_iter().partition(|one| gone(one) && one.amount.is_positive());
    for one in &mut coming {
        one.day = one.day.max(today);
    }
    coming.sort_by(|a, b| (a.day, a.what, &a.of).cmp(&(b.day, b.what, &b.of)));
    let mut closing = opening;
    let mut rows = Vec::with_capacity(days.len());
    for day in days {
        let expected: Vec<_> = coming.iter().filter(|one| one.day == *day).cloned().collect();
        let sum = |raises: bool| {
            let of = expected.iter().filter(|one| one.amount.is_positive() == raises);
            Money::sum(of.map(|one| one.amount), opening.currency())
        };
        let (incoming, outgoing) = (sum(true)?, sum(false)?);
        closing = closing.checked_add(incoming)?.checked_add(outgoing)?;
        let outgoing = outgoing.checked_neg()?;
        rows.push(ForecastDay { day: *day, expected, incoming, outgoing, closing });
    }
    Ok(Forecast { opening, overdue: late, days: rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(day: &str, what: Expectation, fen: i64) -> Expected {
        let amount = Money::cny(fen);
        Expected { day: day.parse().unwrap(), what, of: String::new(), amount }
    }

    #[test]
    fn what_is_overdue_is_not_counted_on_and_what_was_due_is_paid_today() {
        let days = ["2026-04-01", "2026-04-02"].map(|day| day.parse().unwrap());
        let lines = vec![
            expected("2026-03-30", Expectation::ChannelFunds, 900),
            expected("2026-03-30", Expectation::SettlementDue, -300),
            expected("2026-04-02", Expectation::ChannelFunds, 50),
            expected("2026-04-09", Expectation::ChannelFunds, 7),
        ];
        let forecast = lay_out(Money::cny(200), &days, lines).unwrap();
        assert_eq!(forecast.overdue.len(), 1);
        let closing: Vec<_> = forecast.days.iter().map(|day| day.closing.minor()).collect();
        assert_eq!(closing, [-100, -50]);
        assert_eq!(forecast.days[0].outgoing, Money::cny(300));
    }
}
