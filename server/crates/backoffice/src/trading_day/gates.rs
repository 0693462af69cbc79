//! The gates of the day cut (`domain.md` 3.2), which `countinghouse doctor` asks too.

use super::{TradingDayError, store, system};
use crate::office::Office;
use crate::reserve;
use domain::trading_day::{Gate, GateKind};
use sqlx::PgConnection;

/// Asks every gate.
///
/// # Errors
/// The database failed.
pub async fn check(
    conn: &mut PgConnection,
    office: &Office,
) -> Result<Vec<Gate>, TradingDayError> {
    let mut gates = Vec::new();
    let findings = ledger::invariants::check(conn).await.map_err(system)?;
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    gates.push(gate(GateKind::LedgerInvariants, found));
    gates.push(gate(GateKind::TransitExplained, store::unexplained_transit(conn).await?));
    let proof = reserve::proof(conn, office).await.map_err(system)?;
    let gap = proof.gap();
    let found = if gap.is_zero() { Vec::new() } else { vec![format!("the reserve differs by {gap}")] };
    gates.push(gate(GateKind::ReserveCovers, found));
    let open = store::payments_in_progress(conn).await?;
    let found = if open == 0 { Vec::new() } else { vec![format!("{open} payments are being sent")] };
    gates.push(gate(GateKind::NothingInProgress, found));
    Ok(gates)
}

fn gate(gate: GateKind, found: Vec<String>) -> Gate {
    Gate { gate, holds: found.is_empty(), finding: found.join("; ") }
}
