//! What a channel should pay over for a clearing date, and how a bank statement names it.

use super::super::sides::Record;
use super::store;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::matching::{Direction, Standing};
use domain::money::Money;
use sqlx::PgConnection;

/// What a channel should pay over.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub channel: String,
    pub day: BusinessDate,
    /// As money towards us.
    pub amount: Money,
    /// The fee it keeps back, where it pays net.
    pub fee_kept: Option<Money>,
}

impl Expected {
    pub(super) fn record(&self) -> Record {
        let out = self.amount.is_negative();
        let magnitude = Money::new(self.amount.minor().abs(), self.amount.currency());
        Record {
            key: key(&self.channel, self.day),
            direction: if out { Direction::Out } else { Direction::In },
            elsewhere: false,
            position: 0,
            links: Links::default(),
            view: RecordView {
                number: key(&self.channel, self.day),
                channel_no: String::new(),
                amount: magnitude,
                fee: None,
                standing: Standing::Success,
                status: if self.fee_kept.is_some() { "net" } else { "gross" }.to_owned(),
                event_time: None,
                clearing_date: Some(self.day),
                place: "what the channel cleared".to_owned(),
            },
        }
    }
}

/// Names a channel's funds of a clearing date.
pub(super) fn key(channel: &str, day: BusinessDate) -> String {
    format!("{channel} {day}")
}

/// What the channel cleared on the day: by its bill, or by our books while the bill is missing.
/// Channels pay gross or net of their fee: the one that is nearer to what came.
pub(super) async fn expected(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    came: Money,
) -> Result<Expected, ReconciliationError> {
    let cleared = match store::billed(conn, (channel, day), came.currency()).await? {
        Some(billed) => billed,
        None => store::booked(conn, (channel, day), came.currency()).await?,
    };
    let gross = cleared.paid.checked_sub(cleared.refunded)?;
    let net = gross.checked_sub(cleared.fee)?;
    let far = |expected: Money| came.minor().abs_diff(expected.minor());
    let pays_net = far(net) < far(gross);
    Ok(Expected {
        channel: channel.to_owned(),
        day,
        amount: if pays_net { net } else { gross },
        fee_kept: pays_net.then_some(cleared.fee),
    })
}

/// The channel and clearing date a statement's text names, if it names both: a channel's code as a
/// word, and a date like `2026-03-31` or `20260331`.
pub(super) fn named(text: &str, codes: &[String]) -> Option<(String, BusinessDate)> {
    let words = || text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let code =
        words().find_map(|word| codes.iter().find(|code| word.eq_ignore_ascii_case(code)))?;
    let day = words().find_map(|word| {
        let iso = match word.as_bytes() {
            digits if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) => {
                format!("{}-{}-{}", &word[..4], &word[4..6], &word[6..])
            }
            _ => word.to_owned(),
        };
        iso.parse().ok()
    })?;
    Some((code.clone(), day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_names_channel_and_clearing_date_in_its_own_words() {
        let codes = ["unionpay".to_owned(), "wechat".to_owned()];
        let day: BusinessDate = "2026-03-31".parse().unwrap();
        for text in [
            "UNIONPAY settlement 2026-03-31",
            "清算款 unionpay/20260331",
            "Settlement of 2026-03-31 (UnionPay)",
        ] {
            assert_eq!(named(text, &codes), Some(("unionpay".to_owned(), day)), "{text}");
        }
        for text in ["unionpay", "2026-03-31", "unionpays 2026-03-31", "wechat 2026-02-30", ""] {
            assert_eq!(named(text, &codes), None, "{text}");
        }
    }
}
