//! Files as they come in (收件): their bytes are kept first, then they are looked at, and a person, or
//! the way they came by, decides whether they are imported. A file that cannot be read stays here,
//! in a queue of its own; what its rows disagree with is found by the runs, elsewhere.
//!
//! Each step is a state. A server that stops in the middle leaves the state it was in, and the job
//! of that state begins again: rows become visible with the import's one transaction or not at all.

mod deciding;
mod differing;
mod receiving;
mod store;

pub use deciding::decide;
pub use receiving::Receiving;
pub(super) use receiving::bring;
pub(super) use store::insert;

use super::files::reading::LookedAt;
use super::files::{bytes::Bytes, pieces, previewing, reading, taking, taking::Came};
use super::{ReconciliationError, jobs};
use crate::audit::Who;
use crate::office::Office;
use banks::front::NamedFile;
use domain::access::{Actor, Permission, Role};
use domain::arrival::{Arrival, ArrivalDetail, ArrivalFilter, ArrivalState, ArrivalWay, Given};
use domain::ids::{ArrivalId, FileId, SessionId};
use domain::page::{Page, PageRequest};
use domain::source_file::{FileKind, Preview};
use sqlx::{Postgres, Transaction};
use store::Decider;
use time::Duration;
use uuid::Uuid;

/// Files up to this length are looked at and imported while their sender waits.
pub(super) const AT_ONCE: i64 = 4 << 20;

/// How long a file may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::hours(6);

/// The files that came in, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &ArrivalFilter,
    page: PageRequest,
) -> Result<Page<Arrival>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One of them, with what was found in it and what stands in its way.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: ArrivalId,
) -> Result<ArrivalDetail, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let (arrival, preview) = load(office, id).await?;
    let mut detail = ArrivalDetail {
        refused: arrival.obstacle.clone(),
        arrival,
        preview,
        stands: None,
        difference: None,
    };
    let given = &detail.arrival.given;
    let day = detail.preview.as_ref().and_then(|preview| preview.clearing_date).or(given.day);
    if detail.arrival.state == ArrivalState::Waiting && given.kind.one_a_day() {
        let mut conn = office.db.acquire().await?;
        let scope = given.channel.clone().or(given.merchant.map(|id| id.to_string()));
        if let Some((scope, day)) = scope.zip(day) {
            let place = taking::Place { scope, account: None, day };
            let there = taking::standing(&mut conn, given.kind, &place).await?;
            detail.stands = there.map(|there| (there.id, there.name));
        }
    }
    if let Some((old, _)) = detail.stands
        && given.kind == FileKind::Bill
        && detail.arrival.length <= AT_ONCE
    {
        detail.difference = differing::from_bill(office, &detail.arrival, old).await?;
    }
    Ok(detail)
}

/// Where a file with these bytes stands that came out of the watched folder before: after a crash
/// it is only moved away.
///
/// # Errors
/// The database failed.
pub async fn known_from_folder(
    office: &Office,
    sha256: &str,
) -> Result<Option<ArrivalState>, ReconciliationError> {
    let mut conn = office.db.acquire().await?;
    Ok(store::known_from_folder(&mut conn, sha256).await?)
}

/// Puts aside what began to arrive long ago and never ended: its sender, or this server, stopped.
///
/// # Errors
/// The database failed.
pub async fn tidy(office: &Office) -> Result<(), ReconciliationError> {
    let mut conn = office.db.acquire().await?;
    let before = office.now().saturating_sub(ARRIVES_WITHIN);
    Ok(store::drop_unfinished(&mut conn, before).await?)
}

/// The bytes of a file that came in, untouched.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn take_away(
    office: &Office,
    actor: &Actor,
    id: ArrivalId,
) -> Result<NamedFile, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let (arrival, _) = load(office, id).await?;
    let mut conn = office.db.acquire().await?;
    Ok(NamedFile { name: arrival.name, bytes: pieces::all(&mut conn, id).await? })
}

async fn load(
    office: &Office,
    id: ArrivalId,
) -> Result<(Arrival, Option<Preview>), ReconciliationError> {
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)
}

fn came(arrival: &Arrival, replaces: Option<FileId>) -> Came<'_> {
    let (name, given) = (arrival.name.as_str(), arrival.given.clone());
    Came { arrival: arrival.id, name, given, replaces }
}

/// Rows of a bill that the look at it wrote: they become visible with the import, or not at all.
struct Written {
    tx: Transaction<'static, Postgres>,
    file: FileId,
    /// What they were read as.
    looked: LookedAt,
}

/// Looks at a file that is all here. A second look finds the state already left and does nothing.
pub(super) async fn look(office: &Office, id: ArrivalId) -> Result<(), ReconciliationError> {
    look_at(office, id, false).await.map(|_| ())
}

/// Looks at a file, and writes the rows of a bill that no person will look at before it is imported,
/// so that it is read once.
async fn look_at(
    office: &Office,
    id: ArrivalId,
    writes: bool,
) -> Result<Option<Written>, ReconciliationError> {
    let (arrival, _) = load(office, id).await?;
    if arrival.state != ArrivalState::Reading {
        return Ok(None);
    }
    let mut writing = if writes && arrival.given.kind == FileKind::Bill {
        let mut tx = office.begin().await?;
        store::file_comes_last(&mut tx).await?;
        Some((tx, FileId(office.new_id())))
    } else {
        None
    };
    let came = came(&arrival, None);
    let target = {
        let mut conn = office.db.acquire().await?;
        taking::target(&mut conn, &came, Bytes::Kept(id)).await
    };
    let length = u64::try_from(arrival.length).unwrap_or(0);
    let (mut preview, (obstacle, looked)) = match target {
        Ok(target) => {
            let look = match &mut writing {
                Some((tx, file)) => taking::write(tx, office, (*file, &target)).await?,
                None => reading::look(office, &target).await?,
            };
            let preview = previewing::told(&arrival.name, length, &look);
            (preview, obstacle(office, &arrival.given, look).await?)
        }
        Err(error) => (previewing::nothing(&arrival.name, length), (Some(error.to_string()), None)),
    };
    preview.members = members(office, id).await?;
    let choice = preview.members.len() > 1 && arrival.given.member.is_none();
    let readable = preview.acceptable || preview.no_record || (choice && preview.format.is_none());
    let mut conn = office.db.acquire().await?;
    let sha256 = arrival.sha256.as_deref().unwrap_or_default();
    let known = taking::refuse_known(&mut conn, office, sha256).await;
    if let Err(ReconciliationError::AlreadyImported { file, .. }) = &known {
        preview.known_as = Some(*file);
    }
    let obstacle = match known {
        Err(known) => Some(known.to_string()),
        Ok(()) => obstacle,
    };
    let state = if readable { ArrivalState::Waiting } else { ArrivalState::Unreadable };
    let obstacle = obstacle.as_deref();
    store::looked(&mut conn, id, (state, obstacle), (&preview, looked.as_ref())).await?;
    let written = writing.zip(looked);
    Ok(written.map(|((tx, file), looked)| Written { tx, file, looked }))
}

/// The files inside an archive; none of what is none, or none that can be read.
async fn members(office: &Office, id: ArrivalId) -> Result<Vec<String>, ReconciliationError> {
    let mut input = Bytes::Kept(id).open(office);
    let names = move || banks::formats::members(input.as_mut()).unwrap_or_default();
    tokio::task::spawn_blocking(names).await.map_err(ReconciliationError::Reader)
}

/// What beside its own contents keeps a file from being imported; and what was found, of a bill.
async fn obstacle(
    office: &Office,
    given: &Given,
    look: Result<reading::Look, banks::formats::Refusal>,
) -> Result<(Option<String>, Option<LookedAt>), ReconciliationError> {
    let judged = look.map_err(ReconciliationError::from);
    let judged = judged.and_then(|look| reading::judge(given.kind, look));
    let placed = match judged {
        Ok(_) if given.format.as_deref().and_then(taking::version_of).is_some() => {
            Err(ReconciliationError::FormatNotInEffect)
        }
        Ok(reading) => {
            let mut conn = office.db.acquire().await?;
            let placed = taking::place(&mut conn, given, &reading).await;
            placed.map(|_| LookedAt::of(given, &reading))
        }
        Err(error) => Err(error),
    };
    match placed {
        Ok(looked) => Ok((None, looked)),
        Err(ReconciliationError::Database(error)) => Err(ReconciliationError::Database(error)),
        Err(error) => Ok((Some(error.to_string()), None)),
    }
}

/// Imports a file that was decided for. What refuses it leaves it waiting with the reason.
pub(super) async fn import(
    office: &Office,
    id: ArrivalId,
    replaces: Option<FileId>,
) -> Result<Option<FileId>, ReconciliationError> {
    bring_in(office, id, (replaces, None)).await
}

async fn bring_in(
    office: &Office,
    id: ArrivalId,
    (replaces, written): (Option<FileId>, Option<Written>),
) -> Result<Option<FileId>, ReconciliationError> {
    let (arrival, _) = load(office, id).await?;
    if arrival.state != ArrivalState::Importing {
        return Ok(arrival.file);
    }
    let decider = {
        let mut conn = office.db.acquire().await?;
        store::decider(&mut conn, id).await?
    };
    let result = match &decider {
        Some(Decider { id, name }) => {
            let actor = on_behalf(*id, name);
            import_as(office, Who::Staff(&actor), &arrival, (replaces, written)).await
        }
        None => import_as(office, Who::System("worker"), &arrival, (replaces, written)).await,
    };
    match result {
        Ok(file) => Ok(Some(file)),
        Err(ReconciliationError::Database(error)) => Err(ReconciliationError::Database(error)),
        Err(error) => {
            let mut conn = office.db.acquire().await?;
            store::hold(&mut conn, id, &error.to_string()).await?;
            Ok(None)
        }
    }
}

/// Who decided, for the records that are written later on their decision. It may do nothing.
fn on_behalf(staff: Uuid, name: &str) -> Actor {
    let roles: Vec<Role> = Vec::new();
    Actor { staff: staff.into(), name: name.to_owned(), session: SessionId(Uuid::nil()), roles }
}

async fn import_as(
    office: &Office,
    who: Who<'_>,
    arrival: &Arrival,
    (replaces, written): (Option<FileId>, Option<Written>),
) -> Result<FileId, ReconciliationError> {
    let came = came(arrival, replaces);
    let sha256 = arrival.sha256.as_deref().unwrap_or_default();
    let (mut tx, written) = match written {
        Some(Written { tx, file, looked }) => (tx, Some((file, looked))),
        None => (office.begin().await?, None),
    };
    taking::refuse_known(&mut tx, office, sha256).await?;
    let target = taking::target(&mut tx, &came, Bytes::Kept(arrival.id)).await?;
    let known = store::reading(&mut tx, arrival.id).await?;
    // Rows that were written count only while what is known of the file is what they were read as.
    if let Some((_, looked)) = &written
        && known.as_ref() != Some(looked)
    {
        let expected = known.map_or(0, |known| known.rows());
        return Err(ReconciliationError::ChangedWhileRead { expected, found: looked.rows() });
    }
    let known = known.and_then(|looked| looked.again(&arrival.given, target.custom.as_ref()));
    let reading = match (known, &written) {
        (Some(reading), _) => reading,
        (None, Some((_, looked))) => {
            let expected = looked.rows();
            return Err(ReconciliationError::ChangedWhileRead { expected, found: 0 });
        }
        (None, None) => reading::judge(arrival.given.kind, reading::look(office, &target).await??)?,
    };
    let of = (reading, arrival.length, sha256);
    let by = (who, written.map(|(file, _)| file));
    let (id, place) = taking::take(&mut tx, office, by, (&came, &target), of).await?;
    jobs::compare(&mut tx, office, (came.given.kind, &place.scope, place.day)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Looks at a long file; what no person brought goes on by itself.
pub(super) async fn look_and_go_on(
    office: &Office,
    id: ArrivalId,
) -> Result<(), ReconciliationError> {
    if load(office, id).await?.0.way == ArrivalWay::Upload {
        return look(office, id).await;
    }
    go_on(office, id).await.map(|_| ())
}

/// What is imported without a person: a file the channel or the folder brought, which is sound and
/// stands in nobody's way. A file without a record is a day without trades when the channel's own
/// interface handed it out and our books know of none either; else a person decides.
pub(super) async fn go_on(
    office: &Office,
    id: ArrivalId,
) -> Result<Option<FileId>, ReconciliationError> {
    let mut written = look_at(office, id, true).await?;
    let (mut arrival, preview) = load(office, id).await?;
    let Some(preview) = preview.filter(|_| arrival.state == ArrivalState::Waiting) else {
        return Ok(arrival.file);
    };
    if preview.no_record && arrival.way == ArrivalWay::Fetch && !arrival.given.no_trades {
        let mut conn = office.db.acquire().await?;
        let day = preview.clearing_date.or(arrival.given.day);
        let Some((channel, day)) = arrival.given.channel.clone().zip(day) else {
            return Ok(None);
        };
        if store::knows_trades(&mut conn, &channel, day).await? {
            return Ok(None);
        }
        arrival.given.no_trades = true;
        store::read_as(&mut conn, id, &arrival.given).await?;
        drop(conn);
        written = look_at(office, id, true).await?;
        arrival = load(office, id).await?.0;
    }
    if arrival.obstacle.is_some() || arrival.state != ArrivalState::Waiting {
        return Ok(arrival.file);
    }
    {
        let mut conn = office.db.acquire().await?;
        store::decided(&mut conn, id, None, office.now()).await?;
    }
    bring_in(office, id, (None, written)).await
}
