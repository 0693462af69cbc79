//! Bytes on their way in.

use super::super::ReconciliationError;
use super::super::files::{pieces, taking::Came};
use super::super::jobs::ReadArrival;
use super::{AT_ONCE, go_on, load, look, store};
use crate::audit::{self, Event, Who};
use crate::jobs::enqueue;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::arrival::{ArrivalState, ArrivalWay, Given};
use domain::ids::ArrivalId;
use tokio::task::JoinHandle;

/// Most bytes of a file that comes in.
const LENGTH_MAX: i64 = 2 << 30;

/// A file whose bytes are coming in. What was received is kept piece by piece, each while the next
/// comes in; a file that breaks off is put aside.
pub struct Receiving {
    id: ArrivalId,
    filling: pieces::Filling,
    writing: Option<JoinHandle<Result<(), ReconciliationError>>>,
}

impl Receiving {
    /// Begins to receive a person's file.
    ///
    /// # Errors
    /// Not allowed, or the database failed.
    pub async fn begin(
        office: &Office,
        actor: &Actor,
        name: &str,
        given: Given,
    ) -> Result<Self, ReconciliationError> {
        actor.require(Permission::RunReconciliation)?;
        begin(office, Who::Staff(actor), (ArrivalWay::Upload, name), given).await
    }

    /// Begins to receive a file out of the watched folder.
    ///
    /// # Errors
    /// The database failed.
    pub async fn from_folder(
        office: &Office,
        name: &str,
        given: Given,
    ) -> Result<Self, ReconciliationError> {
        begin(office, Who::System("folder"), (ArrivalWay::Folder, name), given).await
    }

    /// All bytes are here: the file goes on by itself as far as it may. Gives where it stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle(self, office: &Office) -> Result<ArrivalState, ReconciliationError> {
        let (id, length) = (self.id, self.keep(office).await?);
        if length <= AT_ONCE {
            go_on(office, id).await?;
        } else {
            let mut conn = office.db.acquire().await?;
            enqueue(&mut conn, office, &ReadArrival { arrival: id }).await?;
        }
        Ok(load(office, id).await?.0.state)
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The file is too long, was put aside meanwhile, or the database failed.
    pub async fn take(&mut self, office: &Office, bytes: &[u8]) -> Result<(), ReconciliationError> {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if self.filling.length().saturating_add(length) > LENGTH_MAX {
            return Err(ReconciliationError::TooLong);
        }
        for piece in self.filling.take(bytes) {
            self.written().await?;
            let (office, id, length) = (office.clone(), self.id, self.filling.length());
            self.writing = Some(tokio::spawn(async move {
                let mut tx = office.begin().await?;
                pieces::wait_for_no_disk(&mut tx).await?;
                piece.write(&mut tx, id).await?;
                store::received(&mut tx, id, length).await?;
                Ok(tx.commit().await?)
            }));
        }
        Ok(())
    }

    /// Waits until the piece on its way is kept.
    async fn written(&mut self) -> Result<(), ReconciliationError> {
        match self.writing.take() {
            Some(writing) => writing.await.map_err(ReconciliationError::Reader)?,
            None => Ok(()),
        }
    }

    /// All bytes are here: looks at the file, or has it looked at when it is long.
    ///
    /// # Errors
    /// The database failed.
    pub async fn finish(self, office: &Office) -> Result<ArrivalId, ReconciliationError> {
        let (id, length) = (self.id, self.keep(office).await?);
        if length <= AT_ONCE {
            look(office, id).await?;
        } else {
            let mut conn = office.db.acquire().await?;
            enqueue(&mut conn, office, &ReadArrival { arrival: id }).await?;
        }
        Ok(id)
    }

    /// The rest did not come: what came is put aside.
    ///
    /// # Errors
    /// The database failed.
    pub async fn break_off(
        mut self,
        office: &Office,
        why: &str,
    ) -> Result<(), ReconciliationError> {
        // Whether the last piece was kept does not count any more, only that none comes later.
        let _ = self.written().await;
        let mut conn = office.db.acquire().await?;
        store::drop(&mut conn, self.id, why).await?;
        Ok(pieces::discard(&mut conn, self.id).await?)
    }

    async fn keep(mut self, office: &Office) -> Result<i64, ReconciliationError> {
        self.written().await?;
        let (rest, length, sha256) = self.filling.finish();
        let mut conn = office.db.acquire().await?;
        if let Some(rest) = rest {
            rest.write(&mut conn, self.id).await?;
        }
        store::here(&mut conn, self.id, (length, &sha256)).await?;
        Ok(length)
    }
}

async fn begin(
    office: &Office,
    who: Who<'_>,
    (way, name): (ArrivalWay, &str),
    given: Given,
) -> Result<Receiving, ReconciliationError> {
    let id = ArrivalId(office.new_id());
    let came = Came { arrival: id, name, given, replaces: None };
    let mut tx = office.begin().await?;
    let now = office.now();
    store::insert(&mut tx, who, &came, ((way, ArrivalState::Arriving), now)).await?;
    let event = Event { who, action: "reconciliation.receive", subject_kind: "file_arrival" };
    let told = serde_json::json!({ "name": name, "way": way, "given": came.given });
    audit::record(&mut tx, office, event, &id.to_string(), &told).await?;
    tx.commit().await?;
    Ok(Receiving { id, filling: pieces::Filling::default(), writing: None })
}

/// Keeps a file that came by itself.
pub(in crate::reconciliation) async fn bring(
    office: &Office,
    way: ArrivalWay,
    (name, bytes): (&str, &[u8]),
    given: Given,
) -> Result<ArrivalId, ReconciliationError> {
    let mut receiving = begin(office, Who::System("worker"), (way, name), given).await?;
    let id = receiving.id;
    receiving.take(office, bytes).await?;
    receiving.keep(office).await?;
    Ok(id)
}
