//! Which cells of tables 1-1 to 1-6 a movement counts in, and with which sign.
//!
//! Every movement of a customer's balance counts in exactly one of in (E02), out (E03), debits
//! within (E04) and credits within (E05), so that table 1-5 adds up to the last fen.

use super::books::{BANK, CUSTOMERS, Flow, LEAVING, OWN_FUNDS, WAITING};
use crate::journal::Entry;

/// A cell, and whether the movement raises it.
pub type Counted = (&'static str, bool);

/// The cells a movement counts in.
#[must_use]
pub fn cells(flow: &Flow) -> Vec<Counted> {
    let mut cells = Vec::new();
    let (debit, credit) = (flow.debit.as_str(), flow.credit.as_str());
    match (CUSTOMERS.contains(&debit), CUSTOMERS.contains(&credit)) {
        (true, true) => cells.extend([("D01", true), ("D02", true), ("E04", true), ("E05", true)]),
        (false, true) => customers(flow, debit, true, &mut cells),
        (true, false) => customers(flow, credit, false, &mut cells),
        (false, false) => {}
    }
    match (BANK.contains(&debit), BANK.contains(&credit)) {
        (true, false) => bank(flow, credit, true, &mut cells),
        (false, true) => bank(flow, debit, false, &mut cells),
        (true, true) => cells.extend([("F02", true), ("F10", true), ("G01", true), ("G14", true)]),
        (false, false) => {}
    }
    between(flow, &mut cells);
    cells
}

fn is_fee(code: &str) -> bool {
    code.starts_with("6021") || code == "2221.01"
}

/// A customer's balance rises or falls against another account.
fn customers(flow: &Flow, other: &str, rises: bool, cells: &mut Vec<Counted>) {
    let withdrawal = flow.entry == Entry::UserWithdrawal;
    if LEAVING.contains(&other) {
        cells.extend([("B01", !rises), ("B02", !rises), ("E03", !rises)]);
    } else if is_fee(other) && withdrawal {
        cells.extend([("B01", !rises), ("B03", !rises), ("E03", !rises)]);
    } else if is_fee(other) {
        cells.extend([("D03", !rises), ("E04", !rises)]);
    } else if flow.entry == Entry::Chargeback || (!rises && BANK.contains(&other)) {
        cells.extend([("B01", !rises), ("B02", !rises), ("E03", !rises)]);
    } else if WAITING.contains(&other) {
        cells.extend([("A11", rises), ("E02", rises)]);
    } else if other == "1221.01" {
        cells.extend([("B07", !rises), ("E02", rises)]);
    } else if other == "1122.01" || BANK.contains(&other) {
        cells.extend([("A07", rises), ("E02", rises)]);
    } else if rises {
        cells.push(("E05", true));
        cells.push(("D04", false));
    } else {
        cells.push(("E04", true));
        cells.push(("D04", true));
    }
}

/// A reserve account at a bank rises or falls against another account.
fn bank(flow: &Flow, other: &str, rises: bool, cells: &mut Vec<Counted>) {
    let (up, down) = match other {
        "1122.01" => return cells.push((if flow.same_day { "A01" } else { "A04" }, rises)),
        "1221.01" => return cells.push(if rises { ("A06", true) } else { ("B06", true) }),
        _ if CUSTOMERS.contains(&other) => {
            let cell = if rises { ("A01", true) } else { ("B04", true) };
            return cells.push(cell);
        }
        _ if WAITING.contains(&other) => {
            let cell = if rises { ("A10", true) } else { ("A14", true) };
            return cells.push(cell);
        }
        _ if LEAVING.contains(&other) => return, // counted with what left
        "1012.09" => ("F02", "G01"),
        OWN_FUNDS => own_funds(flow),
        "6011.01" => ("F03", "F03"),
        "6421.01" | "2202.01" => ("G03", "G03"),
        "2241.21" => ("F09", "G12"),
        _ => ("F09", "G13"),
    };
    let (cell, raises) = match (up == down, rises) {
        (false, true) => (up, true),
        (false, false) => (down, true),
        (true, rises) => (up, rises == up.starts_with('F')),
    };
    cells.push((cell, raises));
    cells.push((if cell.starts_with('F') { "F10" } else { "G14" }, raises));
}

/// Why own funds came into the reserve, and why they left it.
const fn own_funds(flow: &Flow) -> (&'static str, &'static str) {
    match (flow.entry, flow.carries_interest) {
        (Entry::OwnFunds, _) => ("F06", "G10"),
        (Entry::FeeSweep, true) => ("G07", "G07"),
        (Entry::FeeSweep, false) => ("G08", "G08"),
        _ => ("F08", "G11"),
    }
}

/// What completes something, and what is neither a customer's nor at a bank.
fn between(flow: &Flow, cells: &mut Vec<Counted>) {
    let (debit, credit) = (flow.debit.as_str(), flow.credit.as_str());
    let done = |code: &str| BANK.contains(&code) || code == "1122.01";
    if LEAVING.contains(&debit) && done(credit) {
        cells.push((if flow.same_day { "B04" } else { "B05" }, true));
    } else if LEAVING.contains(&credit) && done(debit) {
        cells.push((if flow.same_day { "B04" } else { "B05" }, false));
    }
    match (debit, credit) {
        ("2202.01", "1122.01") => cells.push((if flow.same_day { "A02" } else { "A05" }, true)),
        ("1122.01", "2202.01") => cells.push((if flow.same_day { "A02" } else { "A05" }, false)),
        ("6421.01", "2202.01") => cells.push(("A08", true)),
        ("2202.01", "6421.01") => cells.push(("A08", false)),
        ("6421.01" | "6711.01", "1221.01") => cells.push(("B08", true)),
        _ if WAITING.contains(&debit) && is_fee(credit) => cells.push(("A12", true)),
        _ if WAITING.contains(&debit) && LEAVING.contains(&credit) => cells.push(("A14", true)),
        _ if WAITING.contains(&debit) && !known_beside_waiting(credit) => {
            cells.push(("A13", true));
        }
        _ => {}
    }
}

fn known_beside_waiting(code: &str) -> bool {
    CUSTOMERS.contains(&code) || BANK.contains(&code)
}
