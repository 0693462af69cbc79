//! Files from the bank fronts. The network is asked before any transaction begins.

use super::ReconciliationError;
use super::jobs::{FetchBill, FetchStatement};
use crate::jobs::enqueue;
use crate::office::Office;
use crate::reserve;
use banks::front::{Fault, Files, NamedFile};
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use std::sync::Arc;

/// Has the worker fetch a channel's bill of a clearing date and reconcile it.
///
/// # Errors
/// Not allowed, or the channel hands out no files.
pub async fn request_bill(
    office: &Office,
    actor: &Actor,
    channel: &str,
    day: BusinessDate,
) -> Result<(), ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    files_of(office, channel)?;
    let mut tx = office.begin().await?;
    enqueue(&mut tx, office, &FetchBill { channel: channel.to_owned(), day }).await?;
    tx.commit().await?;
    Ok(())
}

/// Has the worker fetch the statement of one of our bank accounts and reconcile it.
///
/// # Errors
/// Not allowed, or none of our accounts has this number.
pub async fn request_statement(
    office: &Office,
    actor: &Actor,
    account: &str,
    day: BusinessDate,
) -> Result<(), ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    let mut tx = office.begin().await?;
    reserve::account_numbered(&mut tx, account).await?;
    enqueue(&mut tx, office, &FetchStatement { account: account.to_owned(), day }).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn bill(
    office: &Office,
    channel: &str,
    day: BusinessDate,
) -> Result<NamedFile, ReconciliationError> {
    files_of(office, channel)?.bill(day).await.map_err(fault)
}

pub(super) async fn statement(
    office: &Office,
    account: &str,
    day: BusinessDate,
) -> Result<NamedFile, ReconciliationError> {
    let front = {
        let mut conn = office.db.acquire().await?;
        reserve::account_numbered(&mut conn, account).await?.front
    };
    files_of(office, &front)?.statement(account, day).await.map_err(fault)
}

fn files_of(office: &Office, channel: &str) -> Result<Arc<dyn Files>, ReconciliationError> {
    let files = office.fronts.of(channel).and_then(|front| front.files.clone());
    files.ok_or_else(|| ReconciliationError::NoFront(channel.to_owned()))
}

fn fault(fault: Fault) -> ReconciliationError {
    ReconciliationError::Fetch(fault.to_string())
}
