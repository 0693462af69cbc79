//! Table 1-11 (余额变动调节表): the day's change of customers' balances reconciled to the day's
//! change of the banks' balances.

use super::cover::{Cell, Cover, Origin};
use super::headings::CHANGES;
use super::tables::{Row, summed};
use crate::money::{Currency, Money, MoneyError};
use std::collections::HashMap;

/// The rows L1 to L24: covers begin with the one before the first day.
pub(super) fn rows(
    covers: &[Cover],
    moved: &[HashMap<&'static str, i64>],
) -> Result<Vec<Row>, MoneyError> {
    let mut columns = Vec::with_capacity(moved.len());
    for (pair, cells) in covers.windows(2).zip(moved) {
        if let [before, after] = pair {
            columns.push(column(before, after, cells)?);
        }
    }
    let values = |code: &str| {
        let of = |column: &HashMap<&str, i64>| column.get(code).copied().unwrap_or(0);
        columns.iter().map(of).collect()
    };
    Ok(CHANGES.iter().map(|(code, zh, en)| summed((code, zh, en), values(code))).collect())
}

/// One day. L20, the other part, is what the institution's other accounts, and own funds paid in for
/// losses, changed by.
fn column(
    before: &Cover,
    after: &Cover,
    moved: &HashMap<&'static str, i64>,
) -> Result<HashMap<&'static str, i64>, MoneyError> {
    let change = |cell| after.amount(cell).checked_sub(before.amount(cell)).map(Money::minor);
    let of = |cell: &str| moved.get(cell).copied().unwrap_or(0);
    let charges = of("G03");
    let (interest, carried) = (change(Cell::M2)?.saturating_add(of("G07")), of("G07"));
    let swept = of("G08");
    let fees = change(Cell::M4)?.saturating_add(swept).saturating_add(charges);
    let other = other(after)?.checked_sub(other(before)?)?.minor();
    let (lodged, taken_back) = (of("F06"), of("G10"));
    let mut column = HashMap::from([
        ("L1", before.claims.minor()),
        ("L2", after.claims.minor()),
        ("L3", change(Cell::M13)?),
        ("L8", fees),
        ("L9", change(Cell::M7)?),
        ("L10", change(Cell::M8)?),
        ("L11", change(Cell::M9)?),
        ("L12", change(Cell::M10)?),
        ("L13", interest),
        ("L14", lodged),
        ("L15", charges),
        ("L17", carried),
        ("L18", swept),
        ("L19", taken_back),
        ("L20", other),
        ("L22", before.amount(Cell::M1).minor()),
        ("L23", after.amount(Cell::M1).minor()),
        ("L24", change(Cell::M1)?),
    ]);
    let trial = ["L3", "L8", "L10", "L11", "L13", "L14"].iter().map(|code| (code, true));
    let minus = ["L9", "L12", "L15", "L17", "L18", "L19", "L20"].iter().map(|code| (code, false));
    let mut sum = Money::zero(Currency::Cny);
    for (code, plus) in trial.chain(minus) {
        let value = Money::cny(column.get(code).copied().unwrap_or(0));
        sum = if plus { sum.checked_add(value)? } else { sum.checked_sub(value)? };
    }
    column.insert("L21", sum.minor());
    Ok(column)
}

/// The other part without what stands in it only to show that losses are not covered.
fn other(cover: &Cover) -> Result<Money, MoneyError> {
    let parts =
        cover.terms.iter().filter(|term| term.cell == Cell::M11).flat_map(|term| &term.parts);
    let counted = parts.filter(|part| part.origin != Origin::Uncovered);
    Money::sum(counted.map(|part| part.amount), Currency::Cny)
}
