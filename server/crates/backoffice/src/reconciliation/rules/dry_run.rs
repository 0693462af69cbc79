//! What other rules would do to past days: nothing is stored.

use super::{in_force, store};
use crate::office::Office;
use crate::reconciliation::{ReconciliationError, runs};
use domain::access::{Actor, Permission};
use domain::error_item::Leg;
use domain::matching::rules::{RulesChange, RulesVersion};
use domain::reconciliation::{DryRun, DryRunDay, RunScope};
use std::collections::BTreeSet;

/// Past days looked at, at most.
const DAYS: i64 = 7;
/// Records named for each day and kind, at most.
const NAMED: usize = 20;

/// Compares the latest days that have a bill by the rules that hold and by others, and says which
/// records would newly agree and which would no longer. Nothing, while nothing is asked.
///
/// # Errors
/// Not allowed, the rules make no sense, or the database failed.
pub async fn try_out(
    office: &Office,
    actor: &Actor,
    change: Option<&RulesChange>,
) -> Result<Option<DryRun>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let Some(change) = change else { return Ok(None) };
    change.check()?;
    let mut tx = office.at_one_moment().await?;
    let mut days = Vec::new();
    for day in store::days_with_bills(&mut tx, &change.channel, DAYS).await? {
        let scope = RunScope { leg: Leg::GatewayBank, of: change.channel.clone(), day };
        let before = in_force(&mut tx, (&change.channel, day)).await?;
        let after = RulesVersion { rules: change.rules.clone(), ..before.clone() };
        let before = runs::rehearse(&mut tx, office, (&scope, &before)).await?;
        let after = runs::rehearse(&mut tx, office, (&scope, &after)).await?;
        let named = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            let numbers = one.difference(other);
            (
                i64::try_from(numbers.clone().count()).unwrap_or(i64::MAX),
                numbers.take(NAMED).cloned().collect(),
            )
        };
        let (gained, gained_numbers) = named(&before.open, &after.open);
        let (lost, lost_numbers) = named(&after.open, &before.open);
        days.push(DryRunDay {
            day,
            matched_before: before.matched,
            matched_after: after.matched,
            open_before: i64::try_from(before.open.len()).unwrap_or(i64::MAX),
            open_after: i64::try_from(after.open.len()).unwrap_or(i64::MAX),
            gained,
            gained_numbers,
            lost,
            lost_numbers,
        });
    }
    Ok(Some(DryRun { days }))
}
