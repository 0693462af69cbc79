//! What happens to orders, gathered to be written down together: one statement for all steps, one
//! for all changes of state, one for all visits.

mod store;

use super::{Change, Hop, OrderError, Visit};
use crate::office::Office;
use domain::ids::OrderId;
use domain::order::{Order, OrderState, Subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Rows about orders that are to be written.
#[derive(Debug, Default)]
pub struct Trail {
    orders: Vec<Order>,
    hops: Vec<HopRow>,
    moves: Vec<MoveRow>,
    transitions: Vec<TransitionRow>,
    visits: Vec<VisitRow>,
}

#[derive(Debug)]
struct HopRow {
    pub order: Uuid,
    pub system: &'static str,
    pub step: String,
    pub outcome: &'static str,
    pub detail: String,
    pub started_at: OffsetDateTime,
    pub finished_at: OffsetDateTime,
    pub request_id: String,
}

#[derive(Debug)]
struct MoveRow {
    pub order: Uuid,
    pub from: &'static str,
    pub to: OrderState,
}

#[derive(Debug)]
struct TransitionRow {
    pub order: Uuid,
    pub subject: (Subject, Uuid),
    pub at: OffsetDateTime,
    pub actor: String,
    pub cause: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub request_id: String,
}

#[derive(Debug)]
struct VisitRow {
    pub id: Uuid,
    pub merchant: Uuid,
    pub order: Option<Uuid>,
    pub visitor: String,
    pub step: &'static str,
    pub product: Option<&'static str>,
    pub at: OffsetDateTime,
}

impl Trail {
    /// Notes a new order.
    pub fn create(&mut self, order: &Order) {
        self.orders.push(order.clone());
    }

    /// Notes a step of an order through the systems.
    pub fn hop(&mut self, office: &Office, order: OrderId, hop: Hop<'_>) {
        self.hops.push(HopRow {
            order: order.into(),
            system: hop.station.name(),
            step: hop.step.to_owned(),
            outcome: hop.outcome.name(),
            detail: hop.detail,
            started_at: hop.started_at,
            finished_at: office.now(),
            request_id: office.request_id.clone(),
        });
    }

    /// Notes that an order, which is held or new, takes on another state. A new one is written
    /// in the last state it took on.
    pub fn advance(&mut self, office: &Office, order: &mut Order, to: (OrderState, Change<'_>)) {
        let (state, change) = to;
        if state == order.state {
            return;
        }
        let (from, to) = (order.state.status().name(), state.status().name());
        match self.orders.iter_mut().rev().find(|new| new.id == order.id) {
            Some(new) => new.state = state.clone(),
            None => self.moves.push(MoveRow { order: order.id.into(), from, to: state.clone() }),
        }
        let subject = (Subject::Order, order.id.into());
        self.changed(office, order.id, (subject, change), (from, to));
        order.state = state;
    }

    /// Notes that an order, its payment or its refund changed its state.
    pub fn changed(
        &mut self,
        office: &Office,
        order: OrderId,
        (subject, change): ((Subject, Uuid), Change<'_>),
        (from, to): (&'static str, &'static str),
    ) {
        self.transitions.push(TransitionRow {
            order: order.into(),
            subject,
            at: office.now(),
            actor: change.actor.to_owned(),
            cause: change.cause.name(),
            from,
            to,
            request_id: office.request_id.clone(),
        });
    }

    /// Notes what a visitor did.
    pub fn visited(&mut self, office: &Office, visit: &Visit<'_>) {
        self.visits.push(VisitRow {
            id: office.new_id(),
            merchant: visit.merchant.into(),
            order: visit.order.map(Uuid::from),
            visitor: visit.visitor.to_owned(),
            step: visit.step.name(),
            product: visit.product.map(domain::product::Product::name),
            at: office.now(),
        });
    }

    /// Writes everything down that was noted.
    ///
    /// # Errors
    /// An order was not any more what it was, a number was used before, or the database failed.
    pub async fn write(self, conn: &mut PgConnection) -> Result<(), OrderError> {
        store::insert(conn, &self.orders).await?;
        store::move_all(conn, &self.moves).await?;
        store::insert_transitions(conn, &self.transitions).await?;
        store::insert_hops(conn, &self.hops).await?;
        store::insert_events(conn, &self.visits).await
    }
}
