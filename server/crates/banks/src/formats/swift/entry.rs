//! The line of a movement: `:61:0709040904CR300,NTRFTFNr 40005 MSGID//0724710345313905`.

use super::super::fields;
use super::message::Tag;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use time::{Date, Month};

/// A movement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    /// Day it counts for interest.
    pub value_date: BusinessDate,
    /// Day it was booked; the value date where none is told.
    pub booking_date: BusinessDate,
    /// The movement, with sign.
    pub amount: Money,
    /// The customer's reference; empty when there is none.
    pub customer_ref: &'t str,
    /// The bank's reference; empty when there is none.
    pub bank_ref: &'t str,
    /// What the bank adds on the next line.
    pub supplementary: &'t str,
}

const FORM: &str = "a movement is written like 0709040904CR300,00NTRFreference//bank reference";

impl<'t> Entry<'t> {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(tag: &Tag<'t>, currency: Currency) -> Result<Self, String> {
        let text = tag.text;
        let (value, rest) = text.split_at_checked(6).ok_or(FORM)?;
        let value_date = fields::short_day(value).map_err(|error| error.to_string())?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (booked, rest) = rest.split_at(digits);
        let booking_date = match booked.len() {
            0 => value_date,
            4 => booking_day(booked, value_date).ok_or("the booking date is not a day MMDD")?,
            _ => return Err(FORM.to_owned()),
        };
        let (credit, rest) = mark(rest).ok_or("a movement is marked C, D, RC or RD")?;
        // The third letter of the currency, where the bank repeats it.
        let rest = match rest.strip_prefix(|c: char| c.is_ascii_uppercase()) {
            Some(after) if currency.code().as_bytes().get(2) == rest.as_bytes().first() => after,
            Some(_) => return Err(format!("the letter before the amount must be of {currency}")),
            None => rest,
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
        let (amount, rest) = rest.split_at(end);
        let amount = fields::swift_amount(amount, currency).map_err(|error| error.to_string())?;
        let (kind, reference) = rest.split_at_checked(4).ok_or(FORM)?;
        let (class, code) = kind.split_at_checked(1).ok_or(FORM)?;
        if !matches!(class, "N" | "S" | "F") || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(FORM.to_owned());
        }
        let (customer_ref, bank_ref) = reference.split_once("//").unwrap_or((reference, ""));
        let amount = if credit { amount } else { amount.checked_neg().unwrap_or(amount) };
        let supplementary = tag.more.first().map(|line| line.trim()).unwrap_or_default();
        Ok(Self {
            value_date,
            booking_date,
            amount,
            customer_ref: told(customer_ref),
            bank_ref: told(bank_ref),
            supplementary,
        })
    }
}

/// Whether the balance rises, and what follows: taking back a credit (RC) lowers it.
fn mark(text: &str) -> Option<(bool, &str)> {
    [("RC", false), ("RD", true), ("C", true), ("D", false)]
        .into_iter()
        .find_map(|(mark, credit)| Some((credit, text.strip_prefix(mark)?)))
}

/// MMDD in the year nearest to the value date.
fn booking_day(text: &str, value: BusinessDate) -> Option<BusinessDate> {
    let number = |part: &str| part.parse::<u8>().ok();
    let month = Month::try_from(number(text.get(..2)?)?).ok()?;
    let day = number(text.get(2..)?)?;
    let year = match (value.0.month(), month) {
        (Month::December, Month::January) => value.0.year() + 1,
        (Month::January, Month::December) => value.0.year() - 1,
        _ => value.0.year(),
    };
    Date::from_calendar_date(year, month, day).ok().map(BusinessDate)
}

fn told(reference: &str) -> &str {
    let reference = reference.trim();
    if matches!(reference, "NONREF" | "KREF+") { "" } else { reference }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(i64, String, String), String> {
        let tag = Tag { line: 1, name: "61", text, more: Vec::new() };
        let entry = Entry::read(&tag, Currency::Eur)?;
        let refs = format!("{}|{}", entry.customer_ref, entry.bank_ref);
        Ok((entry.amount.minor(), entry.booking_date.to_string(), refs))
    }

    #[test]
    fn marks_and_amounts_are_read() {
        let told = |minor, day: &str, refs: &str| Ok((minor, day.to_owned(), refs.to_owned()));
        assert_eq!(read("0709040904CR300,NTRFa b//1"), told(30_000, "2007-09-04", "a b|1"));
        assert_eq!(read("070904RCR204,88NRTINONREF"), told(-20_488, "2007-09-04", "|"));
        assert_eq!(read("0709040904RDR0,5NRTIx"), told(50, "2007-09-04", "x|"));
        assert_eq!(read("2601021231D15000NTRFKREF+//9"), told(-1_500_000, "2025-12-31", "|9"));
        assert_eq!(read("2512310101D1,NTRF"), told(-100, "2026-01-01", "|"));
    }

    #[test]
    fn impossible_days_and_odd_amounts_are_refused() {
        for text in [
            "2302300230C1,NTRF",
            "2302280230C1,NTRF",
            "230228C1.00NTRF",
            "230228X1,NTRF",
            "230228CN1,NTRF",
            "230228C1,2,3NTRF",
            "230228C1,001NTRF",
            "230228C1,QTRF",
            "230228C",
            "",
            "23022802281C1,NTRF",
            "230228C,NTRF",
            "230228C１,NTRF",
            "230228C1,\u{e329}Z//B9",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
