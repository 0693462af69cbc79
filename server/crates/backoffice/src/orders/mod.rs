//! The business system (业务系统): orders as merchants gave them to us, over the API or as a file,
//! and every step of theirs through the other systems.

mod error;
pub mod import;
mod store;
mod trail;

pub use error::OrderError;
pub use trail::Trail;

use crate::explain::Inconsistent;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::{FileId, MerchantId, OrderId};
use domain::money::Money;
use domain::order::{
    Cause, FunnelStep, HopOutcome, HopRecord, InvalidTransition, Order, OrderDetail, OrderFilter,
    OrderSource, OrderState, OrderSummary, Station, TransitionRecord,
};
use domain::page::{Page, PageRequest};
use domain::product::Product;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// An order as its merchant gave it.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The merchant.
    pub merchant: MerchantId,
    /// For platform orders: who sells.
    pub seller: Option<MerchantId>,
    /// The merchant's own number.
    pub merchant_order_no: String,
    /// How it is paid.
    pub product: Product,
    /// What is paid.
    pub amount: Money,
    /// What for.
    pub subject: String,
}

impl NewOrder {
    /// The order it becomes.
    #[must_use]
    pub fn into_order(self, office: &Office) -> Order {
        Order {
            id: OrderId(office.new_id()),
            merchant: self.merchant,
            seller: self.seller,
            merchant_order_no: self.merchant_order_no,
            product: self.product,
            amount: self.amount,
            subject: self.subject,
            state: OrderState::Created,
            source: OrderSource::Api,
            business_date: office.today(),
            created_at: office.now(),
        }
    }
}

/// A step to be written down.
#[derive(Debug, Clone)]
pub struct Hop<'a> {
    /// Where.
    pub station: Station,
    /// What was done there.
    pub step: &'a str,
    /// How it ended.
    pub outcome: HopOutcome,
    /// What there is to say about it.
    pub detail: String,
    /// When it began; it ends when it is written down.
    pub started_at: OffsetDateTime,
}

/// Why a state changes, and who makes it change: written down with every change.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Why.
    pub cause: Cause,
    /// Who: a member of staff by name, or a part of the system.
    pub actor: &'a str,
}

impl Change<'static> {
    /// A change a part of the system makes.
    #[must_use]
    pub const fn by(actor: &'static str, cause: Cause) -> Self {
        Self { cause, actor }
    }
}

/// Something a visitor did, or an order reached.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// On whose pages.
    pub merchant: MerchantId,
    /// With which order, where there is one.
    pub order: Option<OrderId>,
    /// Who, by a mark that names nobody.
    pub visitor: &'a str,
    /// What was reached.
    pub step: FunnelStep,
    /// With which product, where it is known.
    pub product: Option<Product>,
}

/// Orders, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &OrderFilter,
    page: PageRequest,
) -> Result<Page<OrderSummary>, OrderError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One order with its way through the systems.
///
/// # Errors
/// Not allowed, or there is no such order.
pub async fn find(office: &Office, actor: &Actor, id: OrderId) -> Result<OrderDetail, OrderError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::summary(&mut conn, id).await?.ok_or(OrderError::NotFound)?;
    let hops = store::hops(&mut conn, id).await?;
    let origin = store::origin(&mut conn, id).await?;
    let transitions = store::transitions(&mut conn, id).await?;
    Ok(OrderDetail { summary, hops, transitions, origin })
}

/// Takes an order.
///
/// # Errors
/// The merchant used the number before.
pub async fn create(
    conn: &mut PgConnection,
    office: &Office,
    new: NewOrder,
) -> Result<Order, OrderError> {
    let order = new.into_order(office);
    let mut trail = Trail::default();
    trail.create(&order);
    trail.write(conn).await?;
    Ok(order)
}

/// One order, held for the rest of the transaction.
///
/// # Errors
/// There is no such order.
pub async fn lock(conn: &mut PgConnection, id: OrderId) -> Result<Order, OrderError> {
    store::lock(conn, &[id.into()]).await?.pop().ok_or(OrderError::NotFound)
}

/// Several orders, held for the rest of the transaction, by their ids.
///
/// # Errors
/// The database failed.
pub async fn lock_all(
    conn: &mut PgConnection,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Order>, OrderError> {
    let ids: Vec<Uuid> = ids.iter().copied().map(Uuid::from).collect();
    let orders = store::lock(conn, &ids).await?;
    Ok(orders.into_iter().map(|order| (order.id, order)).collect())
}

/// Which of these numbers were used before, by whom.
///
/// # Errors
/// The database failed.
pub async fn numbers_taken(
    conn: &mut PgConnection,
    wanted: &[(MerchantId, &str)],
) -> Result<HashSet<(MerchantId, String)>, OrderError> {
    let (merchants, numbers): (Vec<Uuid>, Vec<&str>) =
        wanted.iter().map(|(merchant, number)| (Uuid::from(*merchant), *number)).unzip();
    Ok(store::taken(conn, (&merchants, &numbers)).await?.into_iter().collect())
}

/// One order, as it stands.
///
/// # Errors
/// There is no such order.
pub async fn get(conn: &mut PgConnection, id: OrderId) -> Result<Order, OrderError> {
    let summary = store::summary(conn, id).await?.ok_or(OrderError::NotFound)?;
    Ok(summary.order)
}

/// Takes an order one state further: `orders::advance(conn, office, (id, why), |state|
/// state.paid(at))`. The change is written down with it.
///
/// # Errors
/// There is no such order, its state does not allow it, or it changed at the same moment.
pub async fn advance(
    conn: &mut PgConnection,
    office: &Office,
    (id, change): (OrderId, Change<'_>),
    step: impl FnOnce(OrderState) -> Result<OrderState, InvalidTransition> + Send,
) -> Result<Order, OrderError> {
    let mut order = lock(conn, id).await?;
    let state = step(order.state.clone())?;
    let mut trail = Trail::default();
    trail.advance(office, &mut order, (state, change));
    trail.write(conn).await?;
    Ok(order)
}

/// Writes down a step of an order through the systems.
///
/// # Errors
/// The database failed.
pub async fn hop(
    conn: &mut PgConnection,
    office: &Office,
    order: OrderId,
    hop: Hop<'_>,
) -> Result<(), OrderError> {
    let mut trail = Trail::default();
    trail.hop(office, order, hop);
    trail.write(conn).await
}

/// An order's way through the systems so far.
///
/// # Errors
/// The database failed.
pub async fn hops(conn: &mut PgConnection, id: OrderId) -> Result<Vec<HopRecord>, OrderError> {
    store::hops(conn, id).await
}

/// Every change of state of an order, its payment and its refunds, in their order.
///
/// # Errors
/// The database failed.
pub async fn transitions(
    conn: &mut PgConnection,
    id: OrderId,
) -> Result<Vec<TransitionRecord>, OrderError> {
    store::transitions(conn, id).await
}

/// The order with this number of its merchant's.
///
/// # Errors
/// The database failed.
pub async fn by_number(
    conn: &mut PgConnection,
    merchant: MerchantId,
    number: &str,
) -> Result<Option<OrderId>, OrderError> {
    store::by_number(conn, merchant, number).await
}

/// Writes down something a visitor did, for the funnel.
///
/// # Errors
/// The database failed.
pub async fn visited(
    conn: &mut PgConnection,
    office: &Office,
    visit: Visit<'_>,
) -> Result<(), OrderError> {
    let mut trail = Trail::default();
    trail.visited(office, &visit);
    trail.write(conn).await
}

/// Paid orders of an imported book that are not booked yet, in the file's order, held for the rest
/// of the transaction.
///
/// # Errors
/// The database failed.
pub async fn lock_unbooked(
    conn: &mut PgConnection,
    file: FileId,
    count: i64,
) -> Result<Vec<(Order, import::PaidRow)>, OrderError> {
    store::lock_unbooked(conn, file, count)
        .await?
        .into_iter()
        .map(|(order, row)| {
            let row = serde_json::from_value(row)
                .map_err(|error| Inconsistent::new("orders", order.id, error))?;
            Ok((order, row))
        })
        .collect()
}
