//! The gates of the day cut (`domain.md` 3.2), which `countinghouse doctor` asks too.

use super::{TradingDayError, store};
use crate::reserve;
use domain::account::check::CheckedRule;
use domain::trading_day::{Gate, GateKind};
use sqlx::PgConnection;

/// Asks every gate.
///
/// # Errors
/// The database failed.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<Gate>, TradingDayError> {
    let mut gates = Vec::new();
    let findings = ledger::invariants::check(conn).await?;
    let found = findings
        .iter()
        .map(|found| format!("{}: {}, {}", found.rule.statement(), found.subject, found.what))
        .collect();
    gates.push(gate(GateKind::LedgerInvariants, found));
    gates.push(gate(GateKind::TransitExplained, store::unexplained_transit(conn).await?));
    gates.push(gate(GateKind::ReserveCovers, reserve::gate(conn).await?));
    let open = store::payments_in_progress(conn).await?;
    let found =
        if open == 0 { Vec::new() } else { vec![format!("{open} payments are being sent")] };
    gates.push(gate(GateKind::NothingInProgress, found));
    Ok(gates)
}

/// The gates that have to hold at any moment, as a check of the books asks them.
///
/// # Errors
/// The database failed.
pub async fn check_standing(conn: &mut PgConnection) -> Result<Vec<CheckedRule>, TradingDayError> {
    let rule = |rule: &str, findings| CheckedRule { rule: rule.to_owned(), findings };
    Ok(vec![
        rule("transit_explained", store::unexplained_transit(conn).await?),
        rule("reserve_covers", reserve::gate(conn).await?),
    ])
}

fn gate(gate: GateKind, found: Vec<String>) -> Gate {
    Gate { gate, holds: found.is_empty(), finding: found.join("; ") }
}
