//! Running a reconciliation: gather both sides, compare them by the rules, keep the result with its
//! inputs, open error items. A run is seen while it runs; what it finds becomes visible in one
//! transaction or not at all.

mod bank;
mod books;
mod business;
pub(super) mod carry;
mod closing;
mod funds;
mod life;
mod sides;
mod store;

pub use closing::{force_concluded, propose_force, roll_back};

use super::files::Current;
use super::{ReconciliationError, rules};
use crate::audit::Who;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::Leg;
use domain::ids::ReconciliationId;
use domain::matching::rules::RulesVersion;
use domain::matching::{Terms, Totals, compare_by};
use domain::page::{Page, PageRequest};
use domain::reconciliation::{RunDetail, RunFilter, RunInput, RunScope, RunSummary, Shown};
use domain::source_file::FileKind;
use life::{Conclusion, Judged};
use sha2::{Digest, Sha256};
use sides::Record;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Both sides of a run.
struct Inputs {
    ours: Vec<Record>,
    theirs: Vec<Record>,
    inputs: Vec<RunInput>,
    channel: Option<String>,
    sieved: Option<Sieved>,
    /// The rows of bills among theirs.
    judged: bank::Rows,
}

/// What a sieve says of both sides, where only what stayed in it is loaded.
struct Sieved {
    totals: Totals,
    matched: i64,
}

/// Reconciles. The same inputs are not compared twice by the same rules: the earlier run is the
/// answer.
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

/// Reconciles for a person or for a part of the system. One run of a scope at a time: the turn is
/// held until it ends, so a run found running under it was left by a program that ended.
///
/// # Errors
/// There is nothing to compare with yet, or it broke off; then the run says why.
pub(in crate::reconciliation) async fn run_as(
    office: &Office,
    who: Who<'_>,
    scope: &RunScope,
) -> Result<ReconciliationId, ReconciliationError> {
    let mut tx = office.begin().await?;
    store::take_turn(&mut tx, scope, office.now()).await?;
    let id = life::begin(office, who, scope).await?;
    match compare_scope(&mut tx, office, (scope, who), id).await {
        Ok(found) => {
            tx.commit().await?;
            Ok(found)
        }
        Err(error) => {
            // The result goes first, the turn with it: what is written down next must not wait.
            tx.rollback().await?;
            life::break_off(office, who, (id, &error)).await?;
            Err(error)
        }
    }
}

async fn compare_scope(
    conn: &mut PgConnection,
    office: &Office,
    (scope, who): (&RunScope, Who<'_>),
    id: ReconciliationId,
) -> Result<ReconciliationId, ReconciliationError> {
    let rules = rules_of(conn, scope).await?;
    if scope.leg == Leg::Funds {
        return funds::run(conn, office, (scope, &rules, who), id).await;
    }
    let gathered = gather(conn, scope, &rules.rules.terms).await?;
    let inputs_hash = hash(&gathered.inputs, &rules)?;
    if let Some(earlier) = store::with_inputs(conn, scope, &inputs_hash).await? {
        store::forget(conn, id).await?;
        return Ok(earlier);
    }
    let Judged { totals, mut matches, matched } = judge(scope, &rules, &gathered)?;
    if let Some(context) = carry::Context::of(conn, office, (scope, &rules)).await? {
        carry::settle(conn, office, (id, &context), &mut matches).await?;
    }
    bank::keep(conn, &scope.of, (&gathered.judged, &matches)).await?;
    let conclusion = Conclusion {
        id,
        scope,
        rules: &rules,
        inputs: &gathered.inputs,
        inputs_hash: &inputs_hash,
        totals: &totals,
        matches: &matches,
        matched,
    };
    life::conclude(conn, office, who, &conclusion).await?;
    Ok(id)
}

/// Channels have rules; other legs are compared by what is built in.
async fn rules_of(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<RulesVersion, ReconciliationError> {
    if scope.leg == Leg::GatewayBank {
        return rules::in_force(conn, (&scope.of, scope.day)).await;
    }
    Ok(RulesVersion::built_in(&scope.of))
}

async fn gather(
    conn: &mut PgConnection,
    scope: &RunScope,
    terms: &Terms,
) -> Result<Inputs, ReconciliationError> {
    match scope.leg {
        Leg::GatewayBank => bank::gather(conn, scope, terms).await,
        Leg::BusinessGateway => business::gateway(conn, scope).await,
        Leg::BusinessMerchant => business::merchant(conn, scope).await,
        Leg::LedgerPayments => books::payments(conn, scope).await,
        Leg::StatementLedger => books::statement(conn, scope).await,
        // Explains lines one by one and books them: it gathers for itself.
        Leg::Funds => Err(ReconciliationError::NotFound),
    }
}

fn judge(
    scope: &RunScope,
    rules: &RulesVersion,
    gathered: &Inputs,
) -> Result<Judged, ReconciliationError> {
    let terms = &rules.rules.terms;
    let comparison = compare_by(terms, &gathered.ours, &gathered.theirs)?;
    let account = bank::account(scope);
    let of = (gathered.channel.as_deref(), terms);
    let (matches, matched) = sides::judge(scope, of, &comparison.findings, &account)?;
    Ok(match &gathered.sieved {
        Some(sieved) => {
            Judged { totals: sieved.totals.clone(), matches, matched: matched + sieved.matched }
        }
        None => Judged { totals: comparison.totals, matches, matched },
    })
}

/// What a comparison would find, by given rules.
pub(super) struct Rehearsal {
    /// Pairs that agree.
    pub matched: i64,
    /// Numbers of the records that would be error items.
    pub open: BTreeSet<String>,
}

/// Compares a channel's day by given rules and keeps nothing.
pub(super) async fn rehearse(
    conn: &mut PgConnection,
    office: &Office,
    (scope, rules): (&RunScope, &RulesVersion),
) -> Result<Rehearsal, ReconciliationError> {
    let gathered = gather(conn, scope, &rules.rules.terms).await?;
    let judged = judge(scope, rules, &gathered)?;
    let context = carry::Context::of(conn, office, (scope, rules)).await?;
    let explained =
        |found: &_| context.as_ref().is_some_and(|context| context.explain(found).is_some());
    let open = judged.matches.iter().filter(|one| one.difference.is_some() && !explained(one));
    Ok(Rehearsal { matched: judged.matched, open: open.map(|one| one.number.clone()).collect() })
}

/// The hashes of the inputs and of the rules, as one.
fn hash(inputs: &[RunInput], rules: &RulesVersion) -> Result<String, ReconciliationError> {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update(input.what.as_bytes());
        hash.update(b"=");
        hash.update(input.sha256.as_bytes());
        hash.update(b"\n");
    }
    let rules = serde_json::to_vec(&rules.rules).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    hash.update(&rules);
    Ok(hex::encode(hash.finalize()))
}

fn count(records: &[Record]) -> i64 {
    i64::try_from(records.len()).unwrap_or(i64::MAX)
}

/// Records of ours as an input.
fn records_input(what: &str, name: String, records: &[Record]) -> RunInput {
    RunInput {
        what: what.to_owned(),
        file: None,
        name,
        sha256: sides::hash(records),
        records: count(records),
    }
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
    (shown, page): (Shown, PageRequest),
) -> Result<RunDetail, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    let found = store::find(&mut conn, id).await?;
    let (summary, inputs) = found.ok_or(ReconciliationError::NotFound)?;
    let (differences, total) = store::differences(&mut conn, (id, shown), page).await?;
    let force_request = store::force_request(&mut conn, id).await?;
    Ok(RunDetail { summary, inputs, differences, shown: total, force_request })
}
