//! How holds move money.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::hold::Hold;
use ledger::entries::{self, Event};
use ledger::{Dates, Posting, Source};

fn event(office: &Office, hold: &Hold, name: &str, accounting_date: BusinessDate) -> Event {
    let now = office.now();
    let dates = Dates { accounting_date, clearing_date: None, event_time: now, posted_at: now };
    Event::new(format!("holds:{}:{name}", hold.id), Source::new("hold", hold.id), dates)
        .requested_by(&office.request_id)
}

/// Journal entry 7: the money is set apart.
pub(super) fn held(office: &Office, hold: &Hold, day: BusinessDate) -> Posting {
    let event = event(office, hold, "held", day).words(format!("hold {}", hold.number));
    entries::held(event, hold.merchant, hold.amount)
}

/// Journal entry 7, the other way round: it is available again.
pub(super) fn released(office: &Office, hold: &Hold, day: BusinessDate) -> Posting {
    let words = format!("hold {} released", hold.number);
    entries::released(event(office, hold, "released", day).words(words), hold.merchant, hold.amount)
}
