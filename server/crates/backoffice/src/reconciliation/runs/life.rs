//! The life of a run: it begins where everybody can see it, and ends completed, failed, or as if it
//! had never been.

use super::sides::Match;
use super::store;
use crate::audit::{self, Event, Who};
use crate::error_items;
use crate::explain::{Explain, Kind};
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::error_item::{Difference, Leg};
use domain::ids::{ErrorItemId, ReconciliationId};
use domain::matching::rules::RulesVersion;
use domain::matching::{Totals, Verdict};
use domain::money::Money;
use domain::reconciliation::{Explanation, RunInput, RunScope, Share, VerdictCount};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// What a comparison found.
pub(super) struct Judged {
    pub totals: Totals,
    /// Everything besides plain agreement.
    pub matches: Vec<Match>,
    /// Pairs that agree.
    pub matched: i64,
}

/// A run that came to its end.
pub(super) struct Conclusion<'a> {
    pub id: ReconciliationId,
    pub scope: &'a RunScope,
    pub rules: &'a RulesVersion,
    pub inputs: &'a [RunInput],
    pub inputs_hash: &'a str,
    pub totals: &'a Totals,
    pub matches: &'a [Match],
    pub matched: i64,
}

/// Begins a run, visible at once. The caller holds the turn of the scope.
pub(super) async fn begin(
    office: &Office,
    who: Who<'_>,
    scope: &RunScope,
) -> Result<ReconciliationId, ReconciliationError> {
    let id = ReconciliationId(office.new_id());
    let mut tx = office.begin().await?;
    let note = "the program ended while this ran: nothing of it was kept, run it again";
    store::give_up(&mut tx, office, (scope, note)).await?;
    store::begin(&mut tx, office, who, (id, scope)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes down that a run broke off. A run for which there was nothing to compare was none.
pub(super) async fn break_off(
    office: &Office,
    who: Who<'_>,
    (id, error): (ReconciliationId, &ReconciliationError),
) -> Result<(), ReconciliationError> {
    let mut tx = office.begin().await?;
    let nothing_there =
        matches!(error, ReconciliationError::InputMissing { .. } | ReconciliationError::NoOpenDay);
    if nothing_there || matches!(error.kind(), Kind::NotFound | Kind::Invalid(_)) {
        store::forget(&mut tx, id).await?;
    } else {
        let note = describe(error);
        store::fail(&mut tx, office, (id, &note)).await?;
        let (action, subject_kind) = ("reconciliation.fail", "reconciliation");
        let event = Event { who, action, subject_kind };
        audit::record(&mut tx, office, event, &id.to_string(), &note).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn describe(error: &ReconciliationError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Keeps the result of a run and opens its error items, in the run's transaction.
pub(super) async fn conclude(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    run: &Conclusion<'_>,
) -> Result<(), ReconciliationError> {
    let errors = || run.matches.iter().filter(|one| one.is_error());
    let differences: Vec<Difference> = errors().filter_map(|one| one.difference.clone()).collect();
    let items = error_items::open(conn, office, run.id, &differences).await?;
    // A line of a statement is explained once and for all; elsewhere what is not found any more
    // is closed.
    if run.scope.leg != Leg::Funds {
        let place = (run.scope.leg, run.scope.of.as_str(), run.scope.day);
        error_items::close_vanished(conn, office, place, &differences).await?;
    }
    error_items::link(conn, office, &items).await?;
    let mut items = items.into_iter();
    let kept: Vec<(&Match, Option<ErrorItemId>)> = run
        .matches
        .iter()
        .map(|one| (one, one.is_error().then(|| items.next()).flatten()))
        .collect();
    store::insert_matches(conn, run.id, &kept).await?;
    let result =
        store::Outcome { counts: counts(run), shares: shares(run.matches)?, proof: proof(run) };
    store::complete(conn, office, run, &result).await?;
    let event = Event { who, action: "reconciliation.run", subject_kind: "reconciliation" };
    let after = serde_json::json!({
        "scope": run.scope,
        "inputs": run.inputs,
        "rules": run.rules.version,
        "totals_agree": run.totals.agree(),
        "counts": result.counts,
        "shares": result.shares,
    });
    audit::record(conn, office, event, &run.id.to_string(), &after).await?;
    Ok(())
}

fn counts(run: &Conclusion<'_>) -> Vec<VerdictCount> {
    let mut counts: BTreeMap<Verdict, i64> = BTreeMap::new();
    if run.matched > 0 {
        counts.insert(Verdict::Matched, run.matched);
    }
    for found in run.matches.iter().filter(|one| one.verdict != Verdict::Matched) {
        *counts.entry(found.verdict).or_default() += 1;
    }
    counts.into_iter().map(|(verdict, count)| VerdictCount { verdict, count }).collect()
}

/// The difference by what explains it, the unexplained first.
fn shares(matches: &[Match]) -> Result<Vec<Share>, ReconciliationError> {
    let mut shares: BTreeMap<(Option<Explanation>, _), (i64, Money)> = BTreeMap::new();
    for found in matches.iter().filter(|one| one.difference.is_some() || one.explained.is_some()) {
        let currency = found.amount.currency();
        let share = shares.entry((found.explained, currency)).or_insert((0, Money::zero(currency)));
        *share = (share.0 + 1, share.1.checked_add(found.amount)?);
    }
    let share = |((explained, _), (count, amount))| Share { explained, count, amount };
    Ok(shares.into_iter().map(share).collect())
}

/// Pairs that agree are not stored one by one: what went in, less what is stored, is what agreed.
/// The proof binds the three together; the same inputs and rules give the same proof.
fn proof(run: &Conclusion<'_>) -> String {
    let mut lines: Vec<String> = run
        .matches
        .iter()
        .map(|one| {
            let key = one.difference.as_ref().map(|difference| difference.record_key.as_str());
            format!("{} {} {}", one.verdict.name(), key.unwrap_or(&one.number), one.amount)
        })
        .collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(run.inputs_hash.as_bytes());
    hash.update(run.matched.to_le_bytes());
    lines.iter().for_each(|line| {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    });
    hex::encode(hash.finalize())
}
