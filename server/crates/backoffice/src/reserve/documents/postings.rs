//! How documents move money: journal entries 20 and 22 to 26.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::journal::Source;
use domain::money::Money;
use domain::reserve::Purpose;
use domain::reserve::document::{DocumentKind, DocumentRequest};
use ledger::entries::{self, Banks, Custody, Event};
use ledger::{Dates, Posting};
use time::OffsetDateTime;

/// The main accounts at our banks.
const BANKS: Banks<'static> = Banks { reserve: "", own: "" };

/// A millionth, as the share of the protection fund is written.
const WHOLE: i128 = 1_000_000;

/// When and under which name a part of a document is booked.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub day: BusinessDate,
    pub at: OffsetDateTime,
}

fn event(office: &Office, request: &DocumentRequest, (part, when): (&str, When)) -> Event {
    let dates = Dates {
        accounting_date: when.day,
        clearing_date: None,
        event_time: when.at,
        posted_at: office.now(),
    };
    let key = format!("reserve_documents:{}:{part}", request.id);
    Event::new(key, Source::new("reserve_document", request.id), dates)
        .memo(request.grounds.clone())
        .requested_by(office.request_id.clone())
}

/// Every journal a document comes to.
pub(super) fn all(
    office: &Office,
    (request, ppm): (&DocumentRequest, i64),
    day: BusinessDate,
) -> Vec<Posting> {
    let when = When { day, at: office.now() };
    match request.kind {
        DocumentKind::PositionTransfer => {
            vec![sent(office, request, when), arrived(office, request, when)]
        }
        _ => booked(office, (request, ppm), when),
    }
}

/// What a document books at once: on approval, or when the statement of the reserve account shows
/// it. Entry 24 with the protection fund's share, entries 20, 23, 25, 26.
pub(super) fn booked(
    office: &Office,
    (request, ppm): (&DocumentRequest, i64),
    when: When,
) -> Vec<Posting> {
    let amount = request.amount;
    let event = event(office, request, ("booked", when));
    match request.kind {
        DocumentKind::FeeSweep | DocumentKind::InterestCarried => {
            vec![entries::fees_swept(event, BANKS, amount)]
        }
        DocumentKind::OwnFundsLodged => vec![entries::own_funds_lodged(event, BANKS, amount)],
        DocumentKind::OwnFundsTakenBack => {
            vec![entries::own_funds_taken_back(event, BANKS, amount)]
        }
        DocumentKind::BankCharge => vec![entries::bank_charged(event, "", amount)],
        DocumentKind::Earmark => vec![entries::quota_earmarked(event)],
        DocumentKind::Interest => interest(office, (request, ppm), when),
        DocumentKind::PositionTransfer => Vec::new(),
    }
}

/// Entry 24: Dr 1012.01 100.00 / Cr 6011.01 100.00, and Dr 6011.01 10.00 / Cr 2241.21 10.00.
fn interest(office: &Office, (request, ppm): (&DocumentRequest, i64), when: When) -> Vec<Posting> {
    let earned =
        entries::interest_earned(event(office, request, ("booked", when)), "", request.amount);
    let share = fund_share(request.amount, ppm);
    let mut postings = vec![earned];
    if share.is_positive() {
        let event = event(office, request, ("fund_share", when));
        postings.push(entries::protection_fund_share(event, share));
    }
    postings
}

/// The protection fund's share of interest; parts of a fen stay with us.
fn fund_share(amount: Money, ppm: i64) -> Money {
    let share = i128::from(amount.minor()) * i128::from(ppm) / WHOLE;
    Money::new(i64::try_from(share).unwrap_or(0), amount.currency())
}

const fn custody(purpose: Purpose) -> Custody<'static> {
    match purpose {
        Purpose::Special => Custody::Special(""),
        Purpose::Custody | Purpose::OwnFunds => Custody::Central(""),
    }
}

/// Entry 22, first half: Dr 1012.09 / Cr the account it leaves.
pub(super) fn sent(office: &Office, request: &DocumentRequest, when: When) -> Posting {
    let from = custody(request.from);
    entries::reserve_sent(event(office, request, ("sent", when)), from, request.amount)
}

/// Entry 22, second half: Dr the account it reaches / Cr 1012.09.
pub(super) fn arrived(office: &Office, request: &DocumentRequest, when: When) -> Posting {
    let (_, to) = request.kind.accounts(request.from);
    let to = custody(to.unwrap_or(Purpose::Custody));
    entries::reserve_arrived(event(office, request, ("arrived", when)), to, request.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fund_gets_whole_fen_only() {
        assert_eq!(fund_share(Money::cny(12_345), 100_000), Money::cny(1_234));
        assert_eq!(fund_share(Money::cny(9), 100_000), Money::cny(0));
        assert_eq!(fund_share(Money::cny(i64::MAX), 1_000_000), Money::cny(i64::MAX));
    }
}
