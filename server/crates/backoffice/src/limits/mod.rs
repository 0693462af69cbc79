//! Limits of payers: what the class of a personal account allows is held when an order is taken
//! and given back when its payment fails. Payments that look cut are marked for people to see.
//! Limits are changed by two people.

mod changes;
mod error;
mod store;

pub use changes::{approval_concluded, changes, propose_change};
pub use error::LimitError;

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::{MerchantId, OrderId};
use domain::limits::{
    AccountClass, AccountKind, Holder, LimitExceeded, LimitRow, Limits, Payer, Structuring,
    StructuringRule, structuring,
};
use domain::money::Money;
use domain::order::Order;
use sqlx::PgConnection;
use time::Duration;

/// The limits in force today, those to come, and the rule by which payments look cut.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn table(
    office: &Office,
    actor: &Actor,
) -> Result<(Vec<LimitRow>, Vec<LimitRow>, StructuringRule), LimitError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    let rows = store::table(&mut conn, office.today()).await?;
    let to_come = store::to_come(&mut conn, office.today()).await?;
    Ok((rows, to_come, store::rule(&mut conn).await?))
}

/// The latest of a merchant's orders of the last days that look cut.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn conspicuous(
    office: &Office,
    actor: &Actor,
    merchant: MerchantId,
) -> Result<Vec<(OrderId, Structuring)>, LimitError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::conspicuous(&mut conn, merchant, office.now() - CONSPICUOUS_FOR).await
}

/// How long a merchant's conspicuous orders are shown.
const CONSPICUOUS_FOR: Duration = Duration::days(30);

/// Holds an order's amount against its payer's limits, and marks it if it looks cut. The limits of
/// one payer are counted one order at a time.
///
/// # Errors
/// The database failed. A limit that would be broken is an answer.
pub async fn hold(
    conn: &mut PgConnection,
    office: &Office,
    order: &Order,
    payer: &Payer,
) -> Result<Result<(), LimitExceeded>, LimitError> {
    store::lock(conn, payer, office.now()).await?;
    let day = order.business_date;
    let limits = limits(conn, payer, day).await?;
    if payer.holder == Holder::Personal {
        let used = store::used(conn, payer, (day, order.amount.currency())).await?;
        if let Err(exceeded) = limits.check(&used, order.amount)? {
            store::insert(conn, order, (payer, office.now()), (REFUSED, None)).await?;
            return Ok(Err(exceeded));
        }
    }
    store::use_up(conn, payer, (day, order.amount.minor())).await?;
    let rule = store::rule(conn).await?;
    let from = office.now() - Duration::hours(i64::from(rule.window_hours));
    let mut amounts = vec![order.amount];
    amounts.extend(store::amounts(conn, payer, from).await?);
    let found = structuring(&rule, &limits.watched(), &amounts);
    store::insert(conn, order, (payer, office.now()), (HELD, found.as_ref())).await?;
    Ok(Ok(()))
}

const HELD: &str = "held";
const REFUSED: &str = "refused";

/// Gives back what a failed order held of its payer's limits. An order without a payer, or one
/// that holds nothing, changes nothing.
///
/// # Errors
/// The database failed.
pub async fn release(conn: &mut PgConnection, order: OrderId) -> Result<(), LimitError> {
    store::release(conn, order).await
}

/// Takes back into account an order that failed and turned out to be paid after all: what is paid
/// counts, whatever the limit says.
///
/// # Errors
/// The database failed.
pub async fn retake(conn: &mut PgConnection, order: OrderId) -> Result<(), LimitError> {
    store::retake(conn, order).await
}

/// The most that a payment account (支付账户) of a class may hold on a day.
///
/// # Errors
/// The database failed.
pub async fn holds_at_most(
    conn: &mut PgConnection,
    class: AccountClass,
    day: BusinessDate,
) -> Result<Option<Money>, LimitError> {
    let rows = store::table(conn, day).await?;
    let wanted = |row: &&LimitRow| row.account == AccountKind::Payment && row.class == class;
    Ok(rows.iter().find(wanted).and_then(|row| row.limits.holds_at_most()))
}

/// The limits of a payer on a day; a company has none.
async fn limits(
    conn: &mut PgConnection,
    payer: &Payer,
    day: BusinessDate,
) -> Result<Limits, LimitError> {
    match (payer.holder, payer.class) {
        (Holder::Personal, Some(class)) => {
            let rows = store::table(conn, day).await?;
            let row = rows.iter().find(|row| row.account == payer.account && row.class == class);
            Ok(row.map(|row| row.limits).unwrap_or_default())
        }
        _ => Ok(Limits::default()),
    }
}
