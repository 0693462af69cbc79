//! Import of an existing order book (docs/order-import.md): all rows are good or nothing is stored.

mod read;
mod store;

pub use read::{Book, BookRow, PaidRow, read};

use super::OrderError;
use crate::office::Office;
use banks::bill::Problem;
use domain::access::{Actor, Permission};
use domain::ids::{FileId, MerchantId, OrderId};
use domain::order::{Order, OrderFile, OrderSource, OrderState};
use domain::page::{Page, PageRequest};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The imported order books, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    page: PageRequest,
) -> Result<Page<OrderFile>, OrderError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::files(&mut conn, page).await
}

/// Refuses a file that came before.
///
/// # Errors
/// It did.
pub async fn refuse_known(conn: &mut PgConnection, bytes: &[u8]) -> Result<(), OrderError> {
    match store::file_named(conn, &sha256(bytes)).await? {
        Some(name) => Err(OrderError::FileKnown { name }),
        None => Ok(()),
    }
}

/// Refuses a book with order numbers its merchants used before.
///
/// # Errors
/// The rows concerned.
pub async fn refuse_taken(
    conn: &mut PgConnection,
    book: &Book,
    merchants: &BTreeMap<String, MerchantId>,
) -> Result<(), OrderError> {
    let mut problems = Vec::new();
    for (code, merchant) in merchants {
        let rows: Vec<&BookRow> = book.rows.iter().filter(|row| row.merchant == *code).collect();
        let numbers: Vec<String> = rows.iter().map(|row| row.order_no.clone()).collect();
        let taken = store::taken(conn, *merchant, &numbers).await?;
        let known = rows.into_iter().filter(|row| taken.contains(&row.order_no));
        problems.extend(known.map(|row| Problem {
            line: Some(row.line),
            field: Some("order_no".to_owned()),
            reason: format!("merchant {code} has an order {} already", row.order_no),
        }));
    }
    if problems.is_empty() { Ok(()) } else { Err(OrderError::FileRefused(problems)) }
}

/// Stores a file and its orders, in the transaction that also sees to their booking. Paid orders
/// stay on their way until they are booked.
///
/// # Errors
/// The database refused them.
pub async fn store_book(
    conn: &mut PgConnection,
    office: &Office,
    (actor, name, bytes): (&Actor, &str, &[u8]),
    book: &Book,
    merchants: &BTreeMap<String, MerchantId>,
) -> Result<OrderFile, OrderError> {
    let file = OrderFile {
        id: FileId(office.new_id()),
        name: name.to_owned(),
        sha256: sha256(bytes),
        encoding: book.encoding.clone(),
        rows: count(book.rows.len()),
        paid_count: count(book.rows.iter().filter(|row| row.paid.is_some()).count()),
        booked_count: 0,
        paid: book.paid,
        imported_at: office.now(),
        booked_at: None,
    };
    store::insert_file(conn, &file, bytes, actor.staff).await?;
    let mut orders = Vec::with_capacity(book.rows.len());
    for row in &book.rows {
        let merchant = merchants.get(&row.merchant).copied().ok_or(OrderError::NotFound)?;
        orders.push((order_of(office, merchant, row), row));
    }
    store::insert_imported(conn, file.id, &orders).await?;
    Ok(file)
}

/// Notes that the last paid order of a file is booked.
///
/// # Errors
/// The database failed.
pub async fn booked(
    conn: &mut PgConnection,
    office: &Office,
    file: FileId,
) -> Result<(), OrderError> {
    store::mark_booked(conn, file, office.now()).await
}

/// How many of a file's paid orders are booked, and how many there are.
///
/// # Errors
/// There is no such file.
pub async fn progress(conn: &mut PgConnection, file: FileId) -> Result<(i64, i64), OrderError> {
    store::file_progress(conn, file).await?.ok_or(OrderError::NotFound)
}

fn order_of(office: &Office, merchant: MerchantId, row: &BookRow) -> Order {
    let paid_at = row.paid.as_ref().map(|paid| paid.paid_at);
    Order {
        id: OrderId(office.new_id()),
        merchant,
        seller: None,
        merchant_order_no: row.order_no.clone(),
        product: row.product,
        amount: row.amount,
        subject: "imported order".to_owned(),
        state: row.state.clone(),
        source: OrderSource::Import,
        business_date: paid_at.map_or_else(|| office.today(), |at| office.settings.zone.day_of(at)),
        created_at: office.now(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The state a row's order begins in: paid ones are on their way until they are booked.
fn initial_state(status: &str) -> Option<OrderState> {
    match status {
        "paid" => Some(OrderState::Paying),
        "failed" => Some(OrderState::Failed { reason: "failed in the order book".to_owned() }),
        "closed" => Some(OrderState::Closed),
        _ => None,
    }
}
