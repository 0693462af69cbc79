//! What people decide about files that came in.

use super::super::ReconciliationError;
use super::super::files::pieces;
use super::super::jobs::{ImportArrival, ReadArrival};
use super::{AT_ONCE, import, load, look, store};
use crate::audit::{self, Event, Who};
use crate::jobs::enqueue;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::arrival::{ArrivalDecision, ArrivalState};
use domain::ids::{ArrivalId, FileId};

/// Decides about a file. Gives the source file it became, when that was done at once.
///
/// # Errors
/// Not allowed, there is no such file, or its state does not allow it.
pub async fn decide(
    office: &Office,
    actor: &Actor,
    id: ArrivalId,
    decision: ArrivalDecision,
) -> Result<Option<FileId>, ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    let (arrival, _) = load(office, id).await?;
    let at_once = arrival.length <= AT_ONCE;
    let mut tx = office.begin().await?;
    let event = Event {
        who: Who::Staff(actor),
        action: "reconciliation.decide_arrival",
        subject_kind: "file_arrival",
    };
    audit::record(&mut tx, office, event, &id.to_string(), &decision).await?;
    match decision {
        ArrivalDecision::Drop => {
            if matches!(arrival.state, ArrivalState::Imported | ArrivalState::Dropped) {
                return Err(ReconciliationError::PutAside);
            }
            store::drop(&mut tx, id, "put aside by a person").await?;
            pieces::discard(&mut tx, id).await?;
            tx.commit().await?;
            Ok(None)
        }
        ArrivalDecision::ReadAs { given } => {
            store::read_as(&mut tx, id, &given).await?;
            if !at_once {
                enqueue(&mut tx, office, &ReadArrival { arrival: id }).await?;
            }
            tx.commit().await?;
            if at_once {
                look(office, id).await?;
            }
            Ok(None)
        }
        ArrivalDecision::Import { replaces } => {
            store::decided(&mut tx, id, Some(actor), office.now()).await?;
            if !at_once {
                enqueue(&mut tx, office, &ImportArrival { arrival: id, replaces }).await?;
            }
            tx.commit().await?;
            if at_once { import(office, id, replaces).await } else { Ok(None) }
        }
    }
}
