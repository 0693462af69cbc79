//! An institution brings its own order book: orders are stored at once, and what was paid becomes
//! payments that are booked by a job, in steps that survive a crash.

use super::jobs::BookOrderFile;
use super::{PaymentError, accounting_date, opening, postings, store, success};
use crate::audit::{self, Event, Who};
use crate::fees;
use crate::jobs;
use crate::merchants;
use crate::office::Office;
use crate::orders::import::{Book, BookRow, PaidRow};
use crate::orders::{self, Change, Hop, OrderError, Trail};
use crate::{channels, orders::import as books};
use banks::bill::Problem;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::fee::FeeSchedule;
use domain::ids::{FileId, MerchantId, PaymentId};
use domain::money::Money;
use domain::order::{Cause, HopOutcome, Order, OrderFile, Station};
use domain::payment::{Payment, PaymentState, Success};
use domain::product::Product;
use domain::routing::RoutingDecision;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Orders booked in one transaction.
const BOOKED_AT_ONCE: i64 = 200;

/// Imports an order book (docs/order-import.md). All rows are good, or nothing is stored.
///
/// # Errors
/// Not allowed, the file came before, or its problems with line, field and reason.
pub async fn import_orders(
    office: &Office,
    actor: &Actor,
    name: &str,
    bytes: &[u8],
) -> Result<OrderFile, PaymentError> {
    actor.require(Permission::ImportOrders)?;
    let mut tx = office.begin().await?;
    books::refuse_known(&mut tx, bytes).await?;
    let book = books::read(bytes, office.settings.zone).map_err(OrderError::FileRefused)?;
    let merchants = known_merchants(&mut tx, &book).await?;
    let refused = refuse_unpriced(&mut tx, &book, &merchants).await?;
    if !refused.is_empty() {
        return Err(OrderError::FileRefused(refused).into());
    }
    books::refuse_taken(&mut tx, &book, &merchants).await?;
    let file = (actor, name, bytes);
    let file = books::store_book(&mut tx, office, file, &book, &merchants).await?;
    jobs::enqueue(&mut tx, office, &BookOrderFile { file: file.id }).await?;
    let event =
        Event { who: Who::Staff(actor), action: "orders.import", subject_kind: "order_file" };
    audit::record(&mut tx, office, event, &file.id.to_string(), &file).await?;
    tx.commit().await?;
    Ok(file)
}

/// Books the next paid orders of a file. Returns how many are booked, of how many, and whether
/// that was all.
pub(super) async fn book_some(
    office: &Office,
    file: FileId,
) -> Result<(i64, i64, bool), PaymentError> {
    let mut tx = office.begin().await?;
    let unbooked = orders::lock_unbooked(&mut tx, file, BOOKED_AT_ONCE).await?;
    let today = accounting_date(&mut tx).await?;
    let mut prices = Prices::default();
    let mut payments = Vec::with_capacity(unbooked.len());
    for (order, row) in &unbooked {
        let payment = prices.payment(&mut tx, office, (order, row), today).await?;
        payments.push((payment, RoutingDecision::default()));
    }
    conclude(&mut tx, office, (&payments, unbooked)).await?;
    let (done, total) = books::progress(&mut tx, file).await?;
    let finished = done == total;
    if finished {
        books::booked(&mut tx, office, file).await?;
    }
    tx.commit().await?;
    Ok((done, total, finished))
}

/// A payment with the decision that routed it.
type Routed = (Payment, RoutingDecision);

/// Journal entries 1, 2 and 3 of all of them as one group, and the orders paid.
async fn conclude(
    conn: &mut PgConnection,
    office: &Office,
    (payments, rows): (&[Routed], Vec<(Order, PaidRow)>),
) -> Result<(), PaymentError> {
    let started_at = office.now();
    let mut group = Vec::with_capacity(payments.len() * 3);
    let (mut trail, mut trades) = (Trail::default(), Vec::with_capacity(payments.len()));
    for ((payment, _), (mut order, row)) in payments.iter().zip(rows) {
        let paid = order.state.clone().paid(row.paid_at).map_err(OrderError::from)?;
        let why = Change::by("order book", Cause::Import);
        trail.advance(office, &mut order, (paid, why));
        let hop = Hop {
            station: Station::Ledger,
            step: "book",
            outcome: HopOutcome::Ok,
            detail: "collected before it came to us; booked from the order book".to_owned(),
            started_at,
        };
        trail.hop(office, payment.order, hop);
        if let Some(success) = payment.success() {
            let booking = (started_at, office.request_id.as_str());
            group.extend(postings::succeeded(payment, success, &row.channel, booking));
            trades.extend(success::trade(office, payment));
        }
    }
    opening::insert(conn, payments).await?;
    trail.write(conn).await?;
    fees::count(conn, &trades).await?;
    ledger::post_all(conn, &group).await?;
    Ok(())
}

/// Fees and costs, looked up once each.
#[derive(Default)]
struct Prices {
    fees: BTreeMap<(MerchantId, Product, BusinessDate), Option<FeeSchedule>>,
    costs: BTreeMap<(String, Product, BusinessDate), Option<FeeSchedule>>,
}

impl Prices {
    async fn payment(
        &mut self,
        conn: &mut PgConnection,
        office: &Office,
        (order, row): (&Order, &PaidRow),
        today: BusinessDate,
    ) -> Result<Payment, PaymentError> {
        let price = (order.merchant, order.product, row.clearing_date);
        let terms = self.fee(conn, price).await?.ok_or(PaymentError::NotFound)?;
        let over = (row.channel.as_str(), order.product, row.clearing_date);
        let costs = self.cost(conn, over).await?.ok_or(PaymentError::NotFound)?;
        let trade = (order.amount, row.clearing_date);
        let fee = merchants::fee_on(conn, order.merchant, (order.product, &terms), trade).await?;
        let cost = channels::cost_on(conn, &row.channel, (order.product, &costs), trade).await?;
        Ok(Payment {
            id: PaymentId(office.new_id()),
            order: order.id,
            merchant: order.merchant,
            product: order.product,
            top_up: None,
            amount: order.amount,
            channel: Some(row.channel.clone()),
            method: None,
            number: order.merchant_order_no.clone(),
            fee,
            cost,
            refunded: Money::zero(order.amount.currency()),
            settlement: None,
            state: PaymentState::Succeeded(Success {
                channel_no: row.channel_no.clone(),
                event_time: row.paid_at,
                clearing_date: row.clearing_date,
                accounting_date: today,
            }),
            created_at: office.now(),
        })
    }

    async fn fee(
        &mut self,
        conn: &mut PgConnection,
        key: (MerchantId, Product, BusinessDate),
    ) -> Result<Option<FeeSchedule>, PaymentError> {
        if let Some(terms) = self.fees.get(&key) {
            return Ok(terms.clone());
        }
        let terms = merchants::fee_schedule(conn, key.0, (key.1, None), key.2).await?;
        self.fees.insert(key, terms.clone());
        Ok(terms)
    }

    async fn cost(
        &mut self,
        conn: &mut PgConnection,
        (channel, product, day): (&str, Product, BusinessDate),
    ) -> Result<Option<FeeSchedule>, PaymentError> {
        let key = (channel.to_owned(), product, day);
        if let Some(cost) = self.costs.get(&key) {
            return Ok(cost.clone());
        }
        let cost = match channels::by_code(conn, channel).await? {
            Some(found) => Some(channels::cost_schedule(conn, &found, (product, None), day).await?),
            None => None,
        };
        self.costs.insert(key, cost.clone());
        Ok(cost)
    }

    /// Why a paid row cannot be priced, if it cannot.
    async fn objection(
        &mut self,
        conn: &mut PgConnection,
        (row, paid): (&BookRow, &PaidRow),
        merchant: MerchantId,
    ) -> Result<Option<Problem>, PaymentError> {
        let day = paid.clearing_date;
        if self.cost(conn, (&paid.channel, row.product, day)).await?.is_none() {
            let reason = format!("there is no channel {}", paid.channel);
            return Ok(Some(problem(row, "channel", reason)));
        }
        let Some(terms) = self.fee(conn, (merchant, row.product, day)).await? else {
            let reason = format!("no fee terms for {} are agreed for {day}", row.product);
            return Ok(Some(problem(row, "product", reason)));
        };
        let trade = (row.amount, day);
        let fee = merchants::fee_on(conn, merchant, (row.product, &terms), trade).await?;
        if fee.minor() > row.amount.minor() {
            return Ok(Some(problem(row, "amount", "the fee is more than the amount".to_owned())));
        }
        Ok(None)
    }
}

/// The merchants a book names; unknown ones are left out, to be told of by `refuse_unpriced`.
async fn known_merchants(
    conn: &mut PgConnection,
    book: &Book,
) -> Result<BTreeMap<String, MerchantId>, PaymentError> {
    let mut known = BTreeMap::new();
    for row in &book.rows {
        if !known.contains_key(&row.merchant)
            && let Some(id) = merchants::by_code(conn, &row.merchant).await?
        {
            known.insert(row.merchant.clone(), id);
        }
    }
    Ok(known)
}

/// Rows whose merchant, channel or price is not known, or whose number the channel has already.
async fn refuse_unpriced(
    conn: &mut PgConnection,
    book: &Book,
    merchants: &BTreeMap<String, MerchantId>,
) -> Result<Vec<Problem>, PaymentError> {
    let mut problems = Vec::new();
    let mut numbers: BTreeMap<&str, Vec<&BookRow>> = BTreeMap::new();
    let mut prices = Prices::default();
    for row in &book.rows {
        let Some(merchant) = merchants.get(&row.merchant) else {
            problems.push(problem(row, "merchant", format!("{} is not known", row.merchant)));
            continue;
        };
        let Some(paid) = &row.paid else { continue };
        problems.extend(prices.objection(conn, (row, paid), *merchant).await?);
        numbers.entry(&paid.channel).or_default().push(row);
    }
    for (channel, rows) in numbers {
        let wanted: Vec<String> = rows.iter().map(|row| row.order_no.clone()).collect();
        let taken = store::taken(conn, channel, &wanted).await?;
        for row in rows.into_iter().filter(|row| taken.contains(&row.order_no)) {
            let reason = format!("{channel} has a payment {} already", row.order_no);
            problems.push(problem(row, "order_no", reason));
        }
    }
    problems.sort_by_key(|problem| problem.line);
    Ok(problems)
}

fn problem(row: &BookRow, field: &str, reason: String) -> Problem {
    Problem { line: Some(row.line), field: Some(field.to_owned()), reason }
}
