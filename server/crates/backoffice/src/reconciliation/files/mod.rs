//! Files come in whole or not at all: read to the end, checked against what they say about
//! themselves, against the day and channel they were given for, and against every earlier import;
//! then kept byte for byte, with their rows, in one transaction.

mod entries;
mod merchant_list;
mod reading;
mod rows;
mod store;

pub(in crate::reconciliation) use merchant_list::standing as order_standing;
pub(in crate::reconciliation) use rows::{bill_direction, bill_standing};
pub(in crate::reconciliation) use store::{Current, current};

use super::ReconciliationError;
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::reserve;
use banks::bill::{BillRow, Problem};
use banks::formats;
use banks::front::NamedFile;
use banks::statement::Statement;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::{FileId, MerchantId};
use domain::page::{PAGE_SIZE_DEFAULT, Page, PageRequest};
use domain::source_file::{
    FileCheck, FileDetail, FileFilter, FileKind, FileProblem, FileSummary, Preview, PreviewTotal,
};
use reading::{Content, Reading};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// What it is given for.
    pub kind: FileKind,
    /// The channel, for bills.
    pub channel: Option<String>,
    /// The merchant, for order lists.
    pub merchant: Option<MerchantId>,
    /// Its day; needed where the file does not say it, and else must be the same.
    pub clearing_date: Option<BusinessDate>,
    /// The earlier file it takes the place of.
    pub replaces: Option<FileId>,
    /// Name and bytes.
    pub file: NamedFile,
}

/// Whom a file is of, and for which day.
struct Place {
    scope: String,
    account: Option<String>,
    day: BusinessDate,
}

/// Imports a file.
///
/// # Errors
/// Not allowed, or the file is refused; then nothing was stored.
pub async fn import(
    office: &Office,
    actor: &Actor,
    new: NewFile,
) -> Result<FileId, ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    import_as(office, Who::Staff(actor), new).await
}

/// Imports a file for a person or for a part of the system.
///
/// # Errors
/// The file is refused; then nothing was stored.
pub(in crate::reconciliation) async fn import_as(
    office: &Office,
    who: Who<'_>,
    new: NewFile,
) -> Result<FileId, ReconciliationError> {
    let sha256 = hex::encode(Sha256::digest(&new.file.bytes));
    let mut tx = office.begin().await?;
    refuse_known(&mut tx, office, &sha256).await?;
    let (new, reading) = read(new).await?;
    let place = place(&mut tx, &new, &reading).await?;
    make_room(&mut tx, office, &new, &place).await?;
    let id = FileId(office.new_id());
    store::insert(&mut tx, office, (id, who), (&new, &reading), (&place, &sha256)).await?;
    match &reading.content {
        Content::Bill(rows) => {
            let channel = place.scope.as_str();
            rows::insert_bill(&mut tx, office, (id, channel, place.day), rows).await?;
        }
        Content::Statements(statements) => {
            rows::insert_statements(&mut tx, office, id, statements).await?;
            for one in statements {
                let day = one.day.unwrap_or(place.day);
                reserve::record_statement_balance(&mut tx, &one.account, day, one.closing).await?;
            }
        }
        Content::Orders(orders) => rows::insert_orders(&mut tx, office, id, orders).await?,
        Content::Entries(entries) => {
            let of = (id, new.kind, place.scope.as_str(), place.day);
            entries::take(&mut tx, office, of, entries.clone()).await?;
        }
    }
    let summary = store::summary(&mut tx, id).await?.ok_or(ReconciliationError::NotFound)?;
    let event = Event { who, action: "reconciliation.import", subject_kind: "source_file" };
    audit::record(&mut tx, office, event, &id.to_string(), &summary).await?;
    tx.commit().await?;
    Ok(id)
}

/// Reading takes time: it is done beside the threads that serve others.
async fn read(new: NewFile) -> Result<(NewFile, Reading), ReconciliationError> {
    let read = move || reading::read(&new).map(|reading| (new, reading));
    tokio::task::spawn_blocking(read).await.map_err(ReconciliationError::Reader)?
}

async fn refuse_known(
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

/// Whom the file is of and for which day, as it says itself and as it was given.
async fn place(
    conn: &mut PgConnection,
    new: &NewFile,
    reading: &Reading,
) -> Result<Place, ReconciliationError> {
    let day = match (reading.day, new.clearing_date) {
        (Some(stated), Some(given)) if stated != given => {
            return Err(ReconciliationError::DayDiffers { stated, given });
        }
        (stated, given) => stated.or(given).ok_or(ReconciliationError::DayMissing)?,
    };
    let (scope, account) = match &reading.content {
        Content::Bill(rows) => {
            let channel = channel(conn, new).await?;
            refuse_foreign(&channel, rows)?;
            (channel.code, None)
        }
        Content::Entries(_) => (channel(conn, new).await?.code, None),
        Content::Statements(statements) => {
            let account = account(statements)?;
            reserve::account_numbered(conn, &account).await?;
            (account.clone(), Some(account))
        }
        Content::Orders(_) => {
            let merchant = new.merchant.ok_or(ReconciliationError::MerchantMissing)?;
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
    new: &NewFile,
) -> Result<store::Channel, ReconciliationError> {
    let code = new.channel.as_ref().ok_or(ReconciliationError::ChannelMissing)?;
    let channel = store::channel(conn, code).await?;
    channel.ok_or_else(|| ReconciliationError::UnknownChannel(code.clone()))
}

/// A bill of another merchant number is the neighbour's.
fn refuse_foreign(channel: &store::Channel, rows: &[BillRow]) -> Result<(), ReconciliationError> {
    let ours = &channel.our_merchant_no;
    match rows.iter().find(|row| row.merchant_no != *ours) {
        None => Ok(()),
        Some(row) => Err(ReconciliationError::NotOurBill {
            line: row.line,
            found: row.merchant_no.clone(),
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

/// Each kind, channel and day has one file that counts. A replacement steps into its place.
async fn make_room(
    conn: &mut PgConnection,
    office: &Office,
    new: &NewFile,
    place: &Place,
) -> Result<(), ReconciliationError> {
    if !new.kind.one_a_day() && new.replaces.is_none() {
        return Ok(());
    }
    let there = store::current(conn, new.kind, &place.scope, place.day).await?;
    match (there, new.replaces) {
        (None, None) => Ok(()),
        (Some(there), Some(replaced)) if there.id == replaced => {
            if matches!(new.kind, FileKind::Statement | FileKind::Disputes) {
                return Err(ReconciliationError::StatementsStay);
            }
            Ok(store::replace(conn, replaced, office.now()).await?)
        }
        (Some(there), None) => Err(ReconciliationError::DayTaken {
            file: there.id,
            name: there.name,
            what: new.kind.name(),
            of: place.scope.clone(),
            day: place.day,
        }),
        (there, Some(_)) => {
            let name = there.map_or_else(|| "that file".to_owned(), |there| there.name);
            Err(ReconciliationError::NotItsReplacement(name))
        }
    }
}

/// Looks at a file without storing anything.
///
/// # Errors
/// Not allowed, or the database failed. A file that would be refused is no error: the preview says
/// why.
pub async fn preview(
    office: &Office,
    actor: &Actor,
    kind: FileKind,
    file: NamedFile,
) -> Result<Preview, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let sha256 = hex::encode(Sha256::digest(&file.bytes));
    let inspect =
        move || if kind == FileKind::MerchantOrders { listed(&file) } else { inspected(&file) };
    let inspected = tokio::task::spawn_blocking(inspect).await;
    let mut preview = inspected.map_err(ReconciliationError::Reader)?;
    let mut conn = office.db.acquire().await?;
    preview.known_as = store::with_hash(&mut conn, &sha256).await?.map(|known| known.id);
    preview.sha256 = sha256;
    Ok(preview)
}

fn inspected(file: &NamedFile) -> Preview {
    let found = formats::inspect(file);
    let checks = found.checks.into_iter().map(|stated| FileCheck {
        what: stated.check.what,
        stated: stated.check.stated,
        computed: stated.check.computed,
        holds: stated.holds,
    });
    let totals = found.totals.into_iter().map(|sum| PreviewTotal {
        kind: sum.kind,
        currency: sum.currency,
        count: sum.count,
        gross: sum.gross,
        fee: sum.fee,
    });
    Preview {
        name: found.name,
        sha256: String::new(),
        length: length(file),
        format: found.format,
        encoding: found.encoding,
        rows: u64::try_from(found.rows).unwrap_or(u64::MAX),
        totals: totals.collect(),
        clearing_date: found.clearing_date,
        checks: checks.collect(),
        problems: found.problems.into_iter().map(problem).collect(),
        known_as: None,
        acceptable: found.acceptable,
    }
}

fn listed(file: &NamedFile) -> Preview {
    let read = reading::read_orders(file);
    let refusal = read.as_ref().err();
    let problems = refusal.map(|refusal| refusal.problems.clone()).unwrap_or_default();
    let reading = read.ok();
    let totals = reading.iter().flat_map(|reading| &reading.totals).map(|total| PreviewTotal {
        kind: "order".to_owned(),
        currency: total.gross.currency(),
        count: u64::try_from(total.count).unwrap_or(0),
        gross: total.gross.plain(),
        fee: None,
    });
    Preview {
        name: file.name.clone(),
        sha256: String::new(),
        length: length(file),
        format: Some(merchant_list::FORMAT.to_owned()),
        encoding: reading.as_ref().map(|reading| reading.encoding.clone()),
        rows: reading.as_ref().map_or(0, |reading| u64::try_from(reading.rows).unwrap_or(0)),
        totals: totals.collect(),
        clearing_date: None,
        checks: Vec::new(),
        acceptable: reading.is_some(),
        problems: problems.into_iter().map(problem).collect(),
        known_as: None,
    }
}

fn problem(problem: Problem) -> FileProblem {
    FileProblem { line: problem.line, field: problem.field, reason: problem.reason }
}

fn length(file: &NamedFile) -> u64 {
    u64::try_from(file.bytes.len()).unwrap_or(u64::MAX)
}

/// The imported files, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_files(
    office: &Office,
    actor: &Actor,
    filter: &FileFilter,
    page: PageRequest,
) -> Result<Page<FileSummary>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One imported file with a page of its rows.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn find_file(
    office: &Office,
    actor: &Actor,
    id: FileId,
    page: PageRequest,
) -> Result<FileDetail, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::summary(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)?;
    Ok(FileDetail {
        bill_lines: rows::bill_page(&mut conn, id, page).await?,
        statement_lines: rows::statement_page(&mut conn, id, page).await?,
        entries: entries::page(&mut conn, id, page).await?,
        summary,
    })
}

/// A row of a bill or statement: its file with the page of rows it stands on, and its line.
///
/// # Errors
/// Not allowed, or there is no such row.
pub async fn find_line(
    office: &Office,
    actor: &Actor,
    row: Uuid,
) -> Result<(FileDetail, PageRequest, i64), ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let place = {
        let mut conn = office.db.acquire().await?;
        rows::place_of(&mut conn, row).await?
    };
    let (file, line, before) = place.ok_or(ReconciliationError::NotFound)?;
    let page = PageRequest::number(before / PAGE_SIZE_DEFAULT + 1);
    Ok((find_file(office, actor, file, page).await?, page, line))
}

/// An imported file's name and bytes, untouched.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn download(
    office: &Office,
    actor: &Actor,
    id: FileId,
) -> Result<NamedFile, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::bytes(&mut conn, id).await?.ok_or(ReconciliationError::NotFound)
}
