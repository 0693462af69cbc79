//! Background work. A job is handed on inside a transaction and exists exactly when that
//! transaction took effect; a worker claims it under a lease with a fencing number, so that a
//! worker that wakes up late cannot write over its successor.

mod store;

use crate::explain::{Explain, Kind};
use crate::office::Office;
use domain::access::{Actor, Forbidden, Permission};
use domain::ids::JobId;
use domain::job::{JobState, JobSummary};
use domain::page::{Page, PageRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a worker may hold a job without a sign of life.
const LEASE: Duration = Duration::seconds(20);
/// How often a worker gives a sign of life: three may be missed.
pub const SIGN_OF_LIFE: std::time::Duration = std::time::Duration::from_secs(5);
/// Tries before a job is given up and shown as dead.
const ATTEMPTS_MAX: i32 = 20;
/// Longest pause between two tries.
const PAUSE_MAX: Duration = Duration::minutes(10);

/// What went wrong in a job, whatever it was.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The work is finished.
    Done,
    /// The work is finished, and the end of the job was written down with it.
    Concluded,
    /// Nothing is wrong, but the work is not finished: run again after this time.
    Again(Duration),
}

/// What is handed on: a kind of background work with what it needs to know.
pub trait Message: Serialize + DeserializeOwned + Send + Sync {
    /// Its name, `system.verb`.
    const KIND: &'static str;

    /// A key under which at most one such job is ever handed on.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// A message that knows its work. One whose work lies further down is dispatched by `work`.
pub trait Job: Message {
    /// Does the work. Must be harmless to repeat.
    fn run(
        &self,
        office: &Office,
        run: &Run,
    ) -> impl Future<Output = Result<Outcome, JobError>> + Send;
}

/// One run of a job, for reporting progress.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The job.
    pub job: JobId,
    fence: i64,
}

impl Run {
    /// Tells how far the work is, and renews the lease.
    ///
    /// # Errors
    /// The lease was lost to another worker, or the database failed: stop working.
    pub async fn progress(&self, office: &Office, done: i64, total: i64) -> Result<(), JobError> {
        let mut conn = office.db.acquire().await?;
        let lease = office.now().saturating_add(LEASE);
        if store::progress(&mut conn, self, (done, total), lease).await? {
            Ok(())
        } else {
            Err("the lease of this job was lost to another worker".into())
        }
    }
}

/// A job a worker has claimed.
#[derive(Debug)]
pub struct Claimed {
    /// This run of it.
    pub run: Run,
    /// Its kind.
    pub kind: String,
    /// What it carries.
    pub payload: serde_json::Value,
    /// The request that caused it.
    pub request_id: Option<String>,
    attempts: i32,
}

/// Why jobs could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database failed.
    #[error("the jobs could not be read")]
    Database(#[from] sqlx::Error),
}

impl Explain for JobsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// Hands on a job, to be done once the transaction has taken effect. Says whether it is new: false
/// when one with its unique key was handed on before.
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn enqueue<J: Message>(
    conn: &mut PgConnection,
    office: &Office,
    job: &J,
) -> Result<bool, sqlx::Error> {
    enqueue_at(conn, office, job, office.now()).await
}

/// Hands on a job, to be done at a moment. Says whether it is new.
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn enqueue_at<J: Message>(
    conn: &mut PgConnection,
    office: &Office,
    job: &J,
    at: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let new = NewJob { run_at: at, ..NewJob::of(office, job)? };
    Ok(store::insert(conn, &[new]).await? == 1)
}

/// A job ready to be handed on.
#[derive(Debug)]
pub struct NewJob {
    id: Uuid,
    kind: &'static str,
    payload: serde_json::Value,
    unique_key: Option<String>,
    run_at: OffsetDateTime,
    request_id: String,
    created_at: OffsetDateTime,
    /// Until when whoever hands it on holds it, if they do it themselves.
    lease_until: Option<OffsetDateTime>,
}

impl NewJob {
    /// A job that is due at once.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of<J: Message>(office: &Office, job: &J) -> Result<Self, sqlx::Error> {
        let now = office.now();
        Ok(Self {
            id: office.new_id(),
            kind: J::KIND,
            payload: serde_json::to_value(job).map_err(|e| sqlx::Error::Encode(Box::new(e)))?,
            unique_key: job.unique_key(),
            run_at: now,
            request_id: office.request_id.clone(),
            created_at: now,
            lease_until: None,
        })
    }

    /// Claims the job in the moment it is handed on: whoever hands it on does it as soon as the
    /// transaction has taken effect, and anybody once the lease has run out.
    pub fn claim(&mut self, office: &Office) -> Claimed {
        self.lease_until = Some(office.now().saturating_add(LEASE));
        Claimed {
            run: Run { job: self.id.into(), fence: FIRST_FENCE },
            kind: self.kind.to_owned(),
            payload: self.payload.clone(),
            request_id: Some(self.request_id.clone()),
            attempts: 1,
        }
    }
}

/// The fencing number of a job's first run.
const FIRST_FENCE: i64 = 1;

/// Hands on several jobs at once.
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn enqueue_all(conn: &mut PgConnection, jobs: &[NewJob]) -> Result<(), sqlx::Error> {
    store::insert(conn, jobs).await.map(|_| ())
}

/// Claims due jobs, so many at most: those that are queued, or whose worker's lease ran out.
///
/// # Errors
/// The database failed.
pub async fn claim(office: &Office, most: usize) -> Result<Vec<Claimed>, sqlx::Error> {
    let mut conn = office.db.acquire().await?;
    let now = office.now();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    store::claim(&mut conn, (now, now.saturating_add(LEASE)), most).await
}

/// Writes down, in the transaction that finishes their work, that claimed jobs are done. A lost
/// lease makes this a no-op.
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn done_all(
    conn: &mut PgConnection,
    office: &Office,
    runs: &[Run],
) -> Result<(), sqlx::Error> {
    store::done_all(conn, runs, office.now()).await
}

/// Gives a sign of life of a run, which renews its lease. False: the lease was lost to another worker.
///
/// # Errors
/// The database failed; the lease goes on running out.
pub async fn keep(office: &Office, claimed: &Claimed) -> Result<bool, sqlx::Error> {
    let mut conn = office.db.acquire().await?;
    store::keep(&mut conn, &claimed.run, office.now().saturating_add(LEASE)).await
}

/// Writes down how a claimed job's run ended. A lost lease makes this a no-op.
///
/// # Errors
/// The database failed; the job will be claimed again when its lease runs out.
pub async fn conclude(
    office: &Office,
    claimed: &Claimed,
    result: Result<Outcome, String>,
) -> Result<(), sqlx::Error> {
    let now = office.now();
    let (state, run_at, error) = match result {
        Ok(Outcome::Concluded) => return Ok(()),
        Ok(Outcome::Done) => (JobState::Done, now, None),
        Ok(Outcome::Again(pause)) => (JobState::Queued, now.saturating_add(pause), None),
        Err(error) if claimed.attempts >= ATTEMPTS_MAX => (JobState::Dead, now, Some(error)),
        Err(error) => (JobState::Queued, now.saturating_add(pause(claimed.attempts)), Some(error)),
    };
    let mut conn = office.db.acquire().await?;
    store::conclude(&mut conn, &claimed.run, state, (run_at, now), error).await
}

/// Runs a claimed job as `J`.
///
/// # Errors
/// What the job says, or a payload it cannot read.
pub async fn run_as<J: Job>(office: &Office, claimed: &Claimed) -> Result<Outcome, JobError> {
    let job: J = serde_json::from_value(claimed.payload.clone())?;
    job.run(office, &claimed.run).await
}

/// The latest jobs, of one state if asked.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    state: Option<JobState>,
    page: PageRequest,
) -> Result<Page<JobSummary>, JobsError> {
    actor.require(Permission::ViewJobs)?;
    let mut conn = office.db.acquire().await?;
    Ok(store::list(&mut conn, state, page).await?)
}

/// Doubles with each try, from two seconds up to the longest pause.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 9)).unwrap_or(0);
    Duration::seconds(2_i64.saturating_pow(doublings)).min(PAUSE_MAX)
}
