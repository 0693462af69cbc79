//! Entries 14 and 16 to 26 as pairs of accounts: what a resolution of a difference may book.

use super::Event;
use crate::LedgerError;
use crate::posting::{Line, Posting};
use domain::account::AccountRef;
use domain::journal::Entry;

/// Where money of ours is or should be: channels, reserve and own banks.
const PLACES: &[&str] = &["1122.01", "1012.01", "1012.02", "1002.01"];
/// The same, and what stands in suspense.
const SHORT: &[&str] = &["1122.01", "1012.01", "1012.02", "1002.01", "1221.01"];
const MERCHANT: &[&str] = &["2241.02", "2241.03"];

/// Which debits and credits each entry may have, as the posting rules write them down.
const PAIRS: &[(Entry, &[&str], &[&str])] = &[
    (Entry::Advance, &["1012.01"], &["1002.01"]),
    (Entry::Advance, &["1221.02"], &["2241.03"]),
    (Entry::Advance, &["2241.03"], &["1221.02"]),
    (Entry::Advance, &["1002.01"], &["1012.01"]),
    (Entry::Chargeback, &["2241.03", "1122.02", "1221.02"], SHORT),
    (Entry::Chargeback, &["2241.03"], &["6021.01", "2202.01"]),
    (Entry::BankLong, PLACES, &["2241.09"]),
    (Entry::BankLong, &["2241.09"], MERCHANT),
    (Entry::BankLong, &["2241.09"], &["1122.01", "1012.01", "1002.01", "6301.01"]),
    (Entry::BankShort, &["1221.01"], PLACES),
    (Entry::BankShort, PLACES, &["1221.01"]),
    (Entry::BankShort, MERCHANT, SHORT),
    (Entry::BankShort, &["1122.02"], SHORT),
    (Entry::BankShort, &["6711.01"], &["1221.01"]),
    (Entry::BankShort, &["1012.01"], &["1002.01"]),
    (Entry::AmountMismatch, PLACES, &["2241.09"]),
    (Entry::AmountMismatch, &["1221.01"], PLACES),
    (Entry::AmountMismatch, &["6421.01"], &["2202.01"]),
    (Entry::AmountMismatch, &["2202.01"], &["6421.01"]),
    (Entry::AmountMismatch, &["1221.03"], &["6421.01", "2202.01"]),
    (Entry::BankCharge, &["6421.01"], PLACES),
    (Entry::BankCharge, &["1012.01"], &["1002.01"]),
    (Entry::ReturnedPayout, &["1012.01"], &["2241.10"]),
    (Entry::ReturnedPayout, &["2241.10"], &["2241.03", "2241.08"]),
    (Entry::ReserveTransfer, &["1012.09"], &["1012.01", "1012.02"]),
    (Entry::ReserveTransfer, &["1012.01", "1012.02"], &["1012.09"]),
    (Entry::ReserveInterest, &["1012.01"], &["6011.01"]),
    (Entry::ReserveInterest, &["6011.01"], &["2241.21"]),
    (Entry::FeeSweep, &["1002.01"], &["1012.01"]),
    (Entry::OwnFunds, &["1012.01"], &["1002.01"]),
    (Entry::OwnFunds, &["1002.01"], &["1012.01"]),
];

/// An entry as a resolution shows it, if the posting rules know it: every line has to be one of the
/// pairs of accounts the entry is made of.
///
/// # Errors
/// [`LedgerError::NotARule`]: a line is no part of this entry. Only an approved adjustment has
/// lines of its own.
pub fn ruled(
    event: Event,
    entry: Entry,
    lines: impl IntoIterator<Item = Line>,
) -> Result<Posting, LedgerError> {
    lines.into_iter().try_fold(event.posting(entry), |posting, line| {
        if !is_ruled(entry, &line.debit, &line.credit) {
            let (debit, credit) = (line.debit.to_string(), line.credit.to_string());
            return Err(LedgerError::NotARule { entry, debit, credit });
        }
        Ok(posting.line(line.debit, line.credit, line.amount, line.memo))
    })
}

fn is_ruled(entry: Entry, debit: &AccountRef, credit: &AccountRef) -> bool {
    PAIRS.iter().any(|(of, debits, credits)| {
        *of == entry
            && debits.contains(&debit.code.as_str())
            && credits.contains(&credit.code.as_str())
    })
}
