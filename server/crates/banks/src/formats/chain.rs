//! Running balances: each must follow from the one before it in time.

use super::problems::Problems;
use crate::bill::Problem;
use domain::money::Money;
use time::PrimitiveDateTime;

/// A movement with the balance after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Its line.
    pub line: u32,
    /// When it was.
    pub at: PrimitiveDateTime,
    /// The movement, with sign.
    pub amount: Money,
    /// The balance after it.
    pub balance: Money,
}

/// Whether the newest movement stands first. Where the times do not tell, the order in which the
/// balances hold.
pub(super) fn newest_first(links: &[Link]) -> bool {
    let ends = links.first().zip(links.last());
    ends.is_some_and(|(first, last)| {
        first.at > last.at || (first.at == last.at && broken(links, false).is_some())
    })
}

/// Checks every balance against its neighbour; the first that does not follow is a problem, and so
/// is every later one.
pub(super) fn check(links: &[Link], field: &str, problems: &mut Problems) {
    let newest_first = newest_first(links);
    for pair in links.windows(2) {
        let [upper, lower] = pair else { continue };
        let (before, after) = if newest_first { (lower, upper) } else { (upper, lower) };
        let expected = before.balance.checked_add(after.amount);
        if expected != Ok(after.balance) {
            problems.push_with(|| {
                let expected = expected.map_or_else(|error| error.to_string(), Money::plain);
                let reason = format!(
                    "the balance is {}, but the movement before and this one give {expected}",
                    after.balance.plain()
                );
                Problem::at_field(after.line, field, reason)
            });
        }
    }
}

fn broken(links: &[Link], newest_first: bool) -> Option<u32> {
    links.windows(2).find_map(|pair| {
        let [upper, lower] = pair else { return None };
        let (before, after) = if newest_first { (lower, upper) } else { (upper, lower) };
        (before.balance.checked_add(after.amount) != Ok(after.balance)).then_some(after.line)
    })
}
