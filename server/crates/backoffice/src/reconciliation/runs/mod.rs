//! Running a reconciliation: gather both sides, compare them, keep the result with its inputs, open
//! error items. One transaction; nothing is half done.

mod bank;
mod business;
mod funds;
mod sides;
mod store;

use super::ReconciliationError;
use super::files::Current;
use crate::audit::{self, Event, Who};
use crate::error_items;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::Leg;
use domain::ids::ReconciliationId;
use domain::matching::{Verdict, compare};
use domain::page::{Page, PageRequest};
use domain::reconciliation::{RunDetail, RunFilter, RunInput, RunScope, RunSummary, VerdictCount};
use domain::source_file::FileKind;
use sha2::{Digest, Sha256};
use sides::Record;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::NewRun;

/// Both sides of a run.
struct Inputs {
    ours: Vec<Record>,
    theirs: Vec<Record>,
    inputs: Vec<RunInput>,
    channel: Option<String>,
}

/// Reconciles. The same inputs are not compared twice: the earlier run is the answer.
///
/// # Errors
/// Not allowed, or there is nothing to compare with yet.
pub async fn run(
    office: &Office,
    actor: &Actor,
    scope: &RunScope,
) -> Result<ReconciliationId, ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    run_as(office, Who::Staff(actor), scope).await
}

/// Reconciles for a person or for a part of the system.
///
/// # Errors
/// There is nothing to compare with yet.
pub(in crate::reconciliation) async fn run_as(
    office: &Office,
    who: Who<'_>,
    scope: &RunScope,
) -> Result<ReconciliationId, ReconciliationError> {
    let started_at = office.now();
    let mut tx = office.begin().await?;
    store::take_turn(&mut tx, scope, started_at).await?;
    let id = ReconciliationId(office.new_id());
    let inputs = match scope.leg {
        Leg::GatewayBank => bank::gather(&mut tx, scope).await?,
        Leg::BusinessGateway => business::gateway(&mut tx, scope).await?,
        Leg::BusinessMerchant => business::merchant(&mut tx, scope).await?,
        Leg::Funds => {
            let id = funds::run(&mut tx, office, (scope, who), id).await?;
            tx.commit().await?;
            return Ok(id);
        }
    };
    let inputs_hash = hash(&inputs.inputs);
    if let Some(earlier) = store::with_inputs(&mut tx, scope, &inputs_hash).await? {
        return Ok(earlier);
    }
    let comparison = compare(&inputs.ours, &inputs.theirs)?;
    let account = bank::account(scope);
    let channel = inputs.channel.as_deref();
    let (matches, differences) = sides::judge(scope, channel, &comparison, &account)?;
    let counts = verdict_counts(matches.iter().map(|one| one.verdict));
    let run = NewRun {
        id,
        scope,
        inputs: &inputs.inputs,
        inputs_hash: &inputs_hash,
        totals: &comparison.totals,
        counts: &counts,
        started_at,
    };
    keep(&mut tx, office, who, &run).await?;
    let items = error_items::open(&mut tx, office, id, &differences).await?;
    let place = (scope.leg, scope.of.as_str(), scope.day);
    error_items::close_vanished(&mut tx, office, place, &differences).await?;
    store::insert_matches(&mut tx, id, &matches, &items).await?;
    tx.commit().await?;
    Ok(id)
}

async fn keep(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    run: &NewRun<'_>,
) -> Result<(), ReconciliationError> {
    store::insert(conn, office, who, run).await?;
    let event = Event { who, action: "reconciliation.run", subject_kind: "reconciliation" };
    let after = serde_json::json!({
        "scope": run.scope,
        "inputs": run.inputs,
        "totals_agree": run.totals.agree(),
        "counts": run.counts,
    });
    audit::record(conn, office, event, &run.id.to_string(), &after).await?;
    Ok(())
}

fn verdict_counts(verdicts: impl Iterator<Item = Verdict>) -> Vec<VerdictCount> {
    let mut counts: BTreeMap<Verdict, i64> = BTreeMap::new();
    for verdict in verdicts {
        *counts.entry(verdict).or_default() += 1;
    }
    counts.into_iter().map(|(verdict, count)| VerdictCount { verdict, count }).collect()
}

/// The inputs' own hashes, as one.
fn hash(inputs: &[RunInput]) -> String {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update(input.what.as_bytes());
        hash.update(b"=");
        hash.update(input.sha256.as_bytes());
        hash.update(b"\n");
    }
    hex::encode(hash.finalize())
}

fn count(records: &[Record]) -> i64 {
    i64::try_from(records.len()).unwrap_or(i64::MAX)
}

fn file_input(kind: FileKind, file: Current) -> RunInput {
    RunInput {
        what: kind.name().to_owned(),
        file: Some(file.id),
        name: file.name,
        sha256: file.sha256,
        records: file.rows,
    }
}

/// The runs, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_runs(
    office: &Office,
    actor: &Actor,
    filter: &RunFilter,
    page: PageRequest,
) -> Result<Page<RunSummary>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One run with its inputs and a page of what did not match.
///
/// # Errors
/// Not allowed, or there is no such run.
pub async fn find_run(
    office: &Office,
    actor: &Actor,
    id: ReconciliationId,
    page: PageRequest,
) -> Result<RunDetail, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    let found = store::find(&mut conn, id).await?;
    let (summary, inputs) = found.ok_or(ReconciliationError::NotFound)?;
    let differences = store::differences(&mut conn, id, page).await?;
    Ok(RunDetail { summary, inputs, differences })
}
