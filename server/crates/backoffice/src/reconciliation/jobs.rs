//! What reconciliation does in the background: fetching files and comparing them.

use super::files::{self, NewFile};
use super::runs;
use super::{ReconciliationError, fetching};
use crate::audit::Who;
use crate::jobs::{Job, JobError, Message, Outcome, Run, enqueue};
use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::Leg;
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
        let new = NewFile {
            kind: FileKind::Bill,
            channel: Some(self.channel.clone()),
            merchant: None,
            clearing_date: Some(self.day),
            replaces: None,
            file,
        };
        let scope = RunScope { leg: Leg::GatewayBank, of: self.channel.clone(), day: self.day };
        take_in(office, new, scope).await
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
        let new = NewFile {
            kind: FileKind::Statement,
            channel: None,
            merchant: None,
            clearing_date: Some(self.day),
            replaces: None,
            file,
        };
        let scope = RunScope { leg: Leg::Funds, of: self.account.clone(), day: self.day };
        take_in(office, new, scope).await
    }
}

/// A file that is here already is no failure: fetching may be repeated.
async fn take_in(office: &Office, new: NewFile, scope: RunScope) -> Result<Outcome, JobError> {
    match files::import_as(office, WORKER, new).await {
        Ok(_) | Err(ReconciliationError::AlreadyImported { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut tx = office.begin().await?;
    enqueue(&mut tx, office, &RunReconciliation { scope }).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
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
