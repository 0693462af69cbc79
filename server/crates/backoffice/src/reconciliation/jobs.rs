//! What reconciliation does in the background: fetching files and comparing them.

use super::files;
use super::{ReconciliationError, arrivals, fetching, runs};
use crate::audit::Who;
use crate::jobs::{Job, JobError, Message, Outcome, Run, enqueue, enqueue_at};
use crate::office::Office;
use banks::front::NamedFile;
use domain::arrival::{ArrivalWay, Given};
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ArrivalId, FileId};
use domain::reconciliation::RunScope;
use domain::source_file::FileKind;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

const WORKER: Who<'static> = Who::System("worker");
/// How often what waits is looked after: at eight in the morning of China.
const LOOK_EVERY: Duration = Duration::days(1);

/// Fetches a channel's bill of a clearing date, imports it, and hands on its reconciliation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchBill {
    /// The channel.
    pub channel: String,
    /// The clearing date.
    pub day: BusinessDate,
}

impl Message for FetchBill {
    const KIND: &'static str = "reconciliation.fetch_bill";
}

impl Job for FetchBill {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let file = fetching::bill(office, &self.channel, self.day).await?;
        let channel = Some(self.channel.clone());
        let given = given(FileKind::Bill, channel, self.day);
        take_in(office, (&file, given), &self.channel).await
    }
}

/// Fetches the statement of one of our bank accounts, imports it, and hands on its reconciliation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchStatement {
    /// The account's number at the bank.
    pub account: String,
    /// The day.
    pub day: BusinessDate,
}

impl Message for FetchStatement {
    const KIND: &'static str = "reconciliation.fetch_statement";
}

impl Job for FetchStatement {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let file = fetching::statement(office, &self.account, self.day).await?;
        let given = given(FileKind::Statement, None, self.day);
        take_in(office, (&file, given), &self.account).await
    }
}

fn given(kind: FileKind, channel: Option<String>, day: BusinessDate) -> Given {
    let day = Some(day);
    Given { kind, channel, merchant: None, day, member: None, format: None, no_trades: false }
}

/// Keeps a fetched file and imports it when nothing stands in its way, which hands on what it is
/// compared with; else it waits among the arrivals for a person. A file that is here already is no
/// failure: fetching may be repeated.
async fn take_in(
    office: &Office,
    (file, given): (&NamedFile, Given),
    of: &str,
) -> Result<Outcome, JobError> {
    if files::is_here(office, &file.bytes).await? {
        let mut tx = office.begin().await?;
        let day = given.day.unwrap_or_else(|| office.today());
        compare(&mut tx, office, (given.kind, of, day)).await?;
        tx.commit().await?;
        return Ok(Outcome::Done);
    }
    let named = (file.name.as_str(), file.bytes.as_slice());
    let id = arrivals::bring(office, ArrivalWay::Fetch, named, given).await?;
    arrivals::go_on(office, id).await?;
    Ok(Outcome::Done)
}

/// Hands on the comparison an imported file is for, whoever imported it.
pub(super) async fn compare(
    conn: &mut PgConnection,
    office: &Office,
    (kind, of, day): (FileKind, &str, BusinessDate),
) -> Result<(), sqlx::Error> {
    let leg = match kind {
        FileKind::Bill => Leg::GatewayBank,
        // The book of the account follows when the lines are explained.
        FileKind::Statement => Leg::Funds,
        FileKind::MerchantOrders => Leg::BusinessMerchant,
        _ => return Ok(()),
    };
    let scope = RunScope { leg, of: of.to_owned(), day };
    enqueue(conn, office, &RunReconciliation { scope }).await.map(|_| ())
}

/// Hands on what is compared each day without a file: orders with payments, and payments with what
/// is booked for them. The caller just closed the day.
///
/// # Errors
/// The database failed.
pub async fn compare_day(
    conn: &mut PgConnection,
    office: &Office,
    day: BusinessDate,
) -> Result<(), sqlx::Error> {
    for leg in [Leg::BusinessGateway, Leg::LedgerPayments] {
        let scope = RunScope { leg, of: String::new(), day };
        enqueue(conn, office, &RunReconciliation { scope }).await?;
    }
    Ok(())
}

/// Looks after records that wait, and puts aside uploads that broke off, at a moment of the schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookAfterWaiting {
    /// The moment, in seconds since 1970.
    pub due: i64,
}

impl Message for LookAfterWaiting {
    const KIND: &'static str = "reconciliation.look_after_waiting";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.due))
    }
}

impl Job for LookAfterWaiting {
    /// The next look is handed on first, so that the schedule outlives one that fails.
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        schedule_waiting(office).await?;
        arrivals::tidy(office).await?;
        runs::carry::conclude_waiting(office).await?;
        Ok(Outcome::Done)
    }
}

/// Hands on the next look after what waits, once, however often it is asked for.
///
/// # Errors
/// The database failed.
pub async fn schedule_waiting(office: &Office) -> Result<(), ReconciliationError> {
    let every = LOOK_EVERY.whole_seconds();
    let due = (office.now().unix_timestamp() / every + 1) * every;
    let at = OffsetDateTime::from_unix_timestamp(due).unwrap_or_else(|_| office.now());
    let mut conn = office.db.acquire().await?;
    enqueue_at(&mut conn, office, &LookAfterWaiting { due }, at).await?;
    Ok(())
}

/// Looks at a long file that came in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadArrival {
    /// The file.
    pub arrival: ArrivalId,
}

impl Message for ReadArrival {
    const KIND: &'static str = "reconciliation.read_arrival";
}

impl Job for ReadArrival {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        arrivals::look_and_go_on(office, self.arrival).await?;
        Ok(Outcome::Done)
    }
}

/// Imports a long file that was decided for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportArrival {
    /// The file.
    pub arrival: ArrivalId,
    /// The file whose place it takes.
    pub replaces: Option<FileId>,
}

impl Message for ImportArrival {
    const KIND: &'static str = "reconciliation.import_arrival";
}

impl Job for ImportArrival {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        arrivals::import(office, self.arrival, self.replaces).await?;
        Ok(Outcome::Done)
    }
}

/// Reconciles one scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunReconciliation {
    /// What.
    pub scope: RunScope,
}

impl Message for RunReconciliation {
    const KIND: &'static str = "reconciliation.run";
}

impl Job for RunReconciliation {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        runs::run_as(office, WORKER, &self.scope).await?;
        if self.scope.leg == Leg::Funds {
            // What the statement books is in the books now: the account's book can be compared.
            let scope = RunScope { leg: Leg::StatementLedger, ..self.scope.clone() };
            let mut conn = office.db.acquire().await?;
            enqueue(&mut conn, office, &RunReconciliation { scope }).await?;
        }
        Ok(Outcome::Done)
    }
}
