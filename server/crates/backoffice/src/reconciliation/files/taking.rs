//! How a file becomes part of the books: whose it is and for which day, what stands in its way,
//! and its rows. All of it happens in the caller's transaction.

use super::blocks::{Packing, Writing};
use super::bytes::Bytes;
use super::reading::{self, Content, Look, LookedAt, Reading, Tally, Target};
use super::{entries, rows, store};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use crate::reserve;
use banks::formats::Refusal;
use banks::formats::custom::CustomFormat;
use banks::statement::Statement;
use domain::arrival::Given;
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, FileId};
use domain::source_file::FileKind;
use sqlx::PgConnection;
use tokio::sync::mpsc;

/// Batches of rows that may wait to be written.
const WAITING: usize = 4;

/// A file as it came.
pub(in crate::reconciliation) struct Came<'a> {
    pub arrival: ArrivalId,
    pub name: &'a str,
    pub given: Given,
    /// The file whose place it takes.
    pub replaces: Option<FileId>,
}

/// Whom a file is of, and for which day.
pub(in crate::reconciliation) struct Place {
    pub scope: String,
    pub account: Option<String>,
    pub day: BusinessDate,
}

/// What is to be read, as what.
pub(in crate::reconciliation) async fn target(
    conn: &mut PgConnection,
    came: &Came<'_>,
    bytes: Bytes,
) -> Result<Target, ReconciliationError> {
    let given = &came.given;
    let custom = match &given.format {
        Some(code) => Some(custom(conn, code, given.channel.as_deref()).await?),
        None => None,
    };
    Ok(Target {
        kind: given.kind,
        name: came.name.to_owned(),
        member: given.member.clone(),
        custom,
        no_trades: given.no_trades,
        bytes,
    })
}

/// The version of a format that counts, for files of a channel.
async fn custom(
    conn: &mut PgConnection,
    code: &str,
    channel: Option<&str>,
) -> Result<CustomFormat, ReconciliationError> {
    let unknown = || ReconciliationError::UnknownFormat(code.to_owned());
    let (code, version) = match version_of(code) {
        Some((code, version)) => (code, Some(version)),
        None => (code, None),
    };
    let held = store::custom(conn, code, version).await?.ok_or_else(unknown)?;
    if channel.is_some_and(|channel| channel != held.channel) {
        return Err(unknown());
    }
    let spec = serde_json::from_value(held.spec).map_err(|_| unknown())?;
    let name = format!("{code}/{}", held.version);
    Ok(CustomFormat { name, merchant_no: held.our_merchant_no, spec })
}

/// `code@3` names a version by itself, to be tried out before it is in effect.
pub(in crate::reconciliation) fn version_of(code: &str) -> Option<(&str, i32)> {
    let (code, version) = code.split_once('@')?;
    Some((code, version.parse().ok()?))
}

/// The same bytes are imported once.
pub(in crate::reconciliation) async fn refuse_known(
    conn: &mut PgConnection,
    office: &Office,
    sha256: &str,
) -> Result<(), ReconciliationError> {
    let Some(known) = store::with_hash(conn, sha256).await? else { return Ok(()) };
    Err(ReconciliationError::AlreadyImported {
        file: known.id,
        name: known.name,
        at: office.settings.zone.show(known.imported_at),
        by: known.imported_by,
    })
}

/// Imports what was read; says where it stands. The rows of a bill may have been written for a file
/// already.
pub(in crate::reconciliation) async fn take(
    conn: &mut PgConnection,
    office: &Office,
    (who, written): (Who<'_>, Option<FileId>),
    (came, target): (&Came<'_>, &Target),
    (reading, length, sha256): (Reading, i64, &str),
) -> Result<(FileId, Place), ReconciliationError> {
    if came.given.format.as_deref().and_then(version_of).is_some() {
        return Err(ReconciliationError::FormatNotInEffect);
    }
    let place = place(conn, &came.given, &reading).await?;
    make_room(conn, office, came, &place).await?;
    let id = written.unwrap_or_else(|| FileId(office.new_id()));
    let of = (came, &place);
    store::insert(conn, office, (id, who), of, (&reading, length, sha256)).await?;
    let looked = LookedAt::of(&came.given, &reading);
    match reading.content {
        Content::Bill if written.is_some() => {}
        Content::Bill => {
            let looked = looked.ok_or(ReconciliationError::NotFound)?;
            bill(conn, office, id, (target, looked)).await?;
        }
        Content::Statements(statements) => {
            rows::insert_statements(conn, office, id, &statements).await?;
            for one in &statements {
                let day = one.day.unwrap_or(place.day);
                reserve::record_statement_balance(conn, &one.account, day, one.closing).await?;
            }
        }
        Content::Orders(orders) => rows::insert_orders(conn, office, id, &orders).await?,
        Content::Entries(held) => {
            let of = (id, came.given.kind, place.scope.as_str(), place.day);
            entries::take(conn, office, of, held).await?;
        }
    }
    store::imported(conn, came.arrival, id).await?;
    let summary = store::summary(conn, id).await?.ok_or(ReconciliationError::NotFound)?;
    let event = Event { who, action: "reconciliation.import", subject_kind: "source_file" };
    audit::record(conn, office, event, &id.to_string(), &summary).await?;
    Ok((id, place))
}

/// Reads a bill once more and writes its rows, packed, as they come. What is read must be what the
/// look at it found.
async fn bill(
    conn: &mut PgConnection,
    office: &Office,
    file: FileId,
    (target, looked): (&Target, LookedAt),
) -> Result<(), ReconciliationError> {
    let found = reading::judge(FileKind::Bill, write(conn, office, (file, target)).await??)?;
    if looked.is(&found) {
        return Ok(());
    }
    Err(ReconciliationError::ChangedWhileRead { expected: looked.rows(), found: found.rows })
}

/// Looks at a bill and writes its rows, packed, as they come. After a refusal the transaction is
/// over.
pub(in crate::reconciliation) async fn write(
    conn: &mut PgConnection,
    office: &Office,
    (file, target): (FileId, &Target),
) -> Result<Result<Look, Refusal>, ReconciliationError> {
    let (sender, mut batches) = mpsc::channel(WAITING);
    let (mut input, target) = (target.bytes.open(office), target.clone());
    let mut packing = Packing::new(office.settings.zone.0, file);
    let pass = move || -> Result<Look, Refusal> {
        let mut tally = Tally::default();
        let document = reading::pass(&target, input.as_mut(), &mut |rows| {
            tally.add(&rows);
            sender.blocking_send(packing.take(&rows)).is_ok()
        })?;
        // Nobody waits for the rest when writing what came before it failed.
        let _ = sender.blocking_send(packing.finish());
        Ok(Look { document, tally })
    };
    let pass = tokio::task::spawn_blocking(pass);
    let mut writing = Writing::begin(conn).await?;
    while let Some(packed) = batches.recv().await {
        writing.send(&packed).await?;
    }
    let look = pass.await.map_err(ReconciliationError::Reader)?;
    match look {
        Ok(_) => writing.finish().await?,
        Err(_) => writing.abort().await?,
    }
    Ok(look)
}

/// Whom the file is of and for which day, as it says itself and as it was given.
pub(in crate::reconciliation) async fn place(
    conn: &mut PgConnection,
    given: &Given,
    reading: &Reading,
) -> Result<Place, ReconciliationError> {
    let day = match (reading.day, given.day) {
        (Some(stated), Some(given)) if stated != given => {
            return Err(ReconciliationError::DayDiffers { stated, given });
        }
        (stated, given) => stated.or(given).ok_or(ReconciliationError::DayMissing)?,
    };
    let (scope, account) = match &reading.content {
        Content::Bill => {
            let channel = channel(conn, given).await?;
            refuse_foreign(&channel, &reading.merchants)?;
            (channel.code, None)
        }
        Content::Entries(_) => (channel(conn, given).await?.code, None),
        Content::Statements(statements) => {
            let account = account(statements)?;
            reserve::account_numbered(conn, &account).await?;
            (account.clone(), Some(account))
        }
        Content::Orders(_) => {
            let merchant = given.merchant.ok_or(ReconciliationError::MerchantMissing)?;
            if !store::merchant_exists(conn, merchant).await? {
                return Err(ReconciliationError::UnknownMerchant);
            }
            (merchant.to_string(), None)
        }
    };
    Ok(Place { scope, account, day })
}

async fn channel(
    conn: &mut PgConnection,
    given: &Given,
) -> Result<store::Channel, ReconciliationError> {
    let code = given.channel.as_ref().ok_or(ReconciliationError::ChannelMissing)?;
    let channel = store::channel(conn, code).await?;
    channel.ok_or_else(|| ReconciliationError::UnknownChannel(code.clone()))
}

/// A bill of another merchant number is the neighbour's.
fn refuse_foreign(
    channel: &store::Channel,
    merchants: &[(String, u32)],
) -> Result<(), ReconciliationError> {
    let ours = &channel.our_merchant_no;
    match merchants.iter().find(|(number, _)| number != ours) {
        None => Ok(()),
        Some((found, line)) => Err(ReconciliationError::NotOurBill {
            line: *line,
            found: found.clone(),
            channel: channel.code.clone(),
            ours: ours.clone(),
        }),
    }
}

fn account(statements: &[Statement]) -> Result<String, ReconciliationError> {
    let (first, others) = statements.split_first().ok_or(ReconciliationError::NotOneAccount)?;
    if others.iter().any(|other| other.account != first.account) {
        return Err(ReconciliationError::NotOneAccount);
    }
    Ok(first.account.clone())
}

/// The file that stands where this one would, if there is one.
pub(in crate::reconciliation) async fn standing(
    conn: &mut PgConnection,
    kind: FileKind,
    place: &Place,
) -> Result<Option<store::Current>, ReconciliationError> {
    if !kind.one_a_day() {
        return Ok(None);
    }
    Ok(store::current(conn, kind, &place.scope, place.day).await?)
}

/// Each kind, channel and day has one file that counts. A replacement steps into its place.
async fn make_room(
    conn: &mut PgConnection,
    office: &Office,
    came: &Came<'_>,
    place: &Place,
) -> Result<(), ReconciliationError> {
    let kind = came.given.kind;
    match (standing(conn, kind, place).await?, came.replaces) {
        (None, None) => Ok(()),
        (Some(there), Some(replaced)) if there.id == replaced => {
            if matches!(kind, FileKind::Statement | FileKind::Disputes) {
                return Err(ReconciliationError::StatementsStay);
            }
            Ok(store::replace(conn, replaced, office.now()).await?)
        }
        (Some(there), None) => Err(ReconciliationError::DayTaken {
            file: there.id,
            name: there.name,
            what: kind.name(),
            of: place.scope.clone(),
            day: place.day,
        }),
        (there, Some(_)) => {
            let name = there.map_or_else(|| "that file".to_owned(), |there| there.name);
            Err(ReconciliationError::NotItsReplacement(name))
        }
    }
}
