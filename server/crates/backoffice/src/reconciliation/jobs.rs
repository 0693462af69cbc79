//! What reconciliation does in the background: fetching files and comparing them.

use super::files;
use super::{arrivals, fetching, runs};
use crate::audit::Who;
use crate::jobs::{Job, JobError, Message, Outcome, Run, enqueue};
use crate::office::Office;
use banks::front::NamedFile;
use domain::arrival::{ArrivalWay, Given};
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ArrivalId, FileId};
use domain::reconciliation::RunScope;
use domain::source_file::FileKind;
use serde::{Deserialize, Serialize};

const WORKER: Who<'static> = Who::System("worker");

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
        let scope = RunScope { leg: Leg::GatewayBank, of: self.channel.clone(), day: self.day };
        take_in(office, (&file, given), scope).await
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
        let scope = RunScope { leg: Leg::Funds, of: self.account.clone(), day: self.day };
        take_in(office, (&file, given), scope).await
    }
}

fn given(kind: FileKind, channel: Option<String>, day: BusinessDate) -> Given {
    let day = Some(day);
    Given { kind, channel, merchant: None, day, member: None, format: None, no_trades: false }
}

/// Keeps a fetched file and imports it when nothing stands in its way; else it waits among the
/// arrivals for a person. A file that is here already is no failure: fetching may be repeated.
async fn take_in(
    office: &Office,
    (file, given): (&NamedFile, Given),
    scope: RunScope,
) -> Result<Outcome, JobError> {
    if !files::is_here(office, &file.bytes).await? {
        let named = (file.name.as_str(), file.bytes.as_slice());
        let id = arrivals::bring(office, ArrivalWay::Fetch, named, given).await?;
        if arrivals::go_on(office, id).await?.is_none() {
            return Ok(Outcome::Done);
        }
    }
    let mut tx = office.begin().await?;
    enqueue(&mut tx, office, &RunReconciliation { scope }).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
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
        Ok(Outcome::Done)
    }
}
