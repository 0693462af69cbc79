//! Taking payment requests, many in one transaction: the orders, CRM's word, the routing and the
//! hand-over to the payment gateway, each step written down. What all of them write is written
//! together; a request that is refused is refused by itself.

use super::idempotency::{Call, Key, Wanted};
use super::payments::Taken;
use super::topping::{self, Topping};
use super::{Came, GatewayError, store};
use crate::audit::{self, Event, Record, Who};
use crate::limits;
use crate::merchants::{self, Register};
use crate::office::Office;
use crate::orders::{self, Change, Hop, NewOrder, OrderError, Trail, Visit};
use crate::payments::{Begun, Opening, Openings};
use crate::users::{self, Origin};
use domain::gateway::{ApiClient, CheckedRequest, FieldError, PaymentRequest};
use domain::ids::{MerchantId, OrderId, UserId};
use domain::limits::Payer;
use domain::merchant::{Entitlement, Refusal, Sale};
use domain::money::Money;
use domain::order::{Cause, FunnelStep, HopOutcome, Order, Station};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// A payment request that makes sense in itself, and who sent it.
pub(super) struct Asking {
    /// The office, working for this request.
    pub office: Office,
    /// The business system.
    pub client: ApiClient,
    /// With which key.
    pub call: Call,
    /// What it says.
    pub request: PaymentRequest,
    /// What that means.
    pub checked: CheckedRequest,
    /// Whether whoever asks also sends the payment.
    pub at_once: bool,
}

/// What came of a request, and its payment if that is to be sent now.
pub(super) type Took = (Came<Taken>, Option<Begun>);

type Answer = Result<Took, GatewayError>;

/// Takes requests; the answers stand in their order. A request whose key is being taken by somebody
/// else at the same moment spoils the whole: those with it are tried again.
pub(super) async fn take(
    conn: &mut PgConnection,
    all: &[Asking],
) -> Result<Vec<Answer>, GatewayError> {
    let known = known(conn, all).await?;
    let mut new = Vec::with_capacity(all.len());
    let mut answers = Vec::with_capacity(all.len());
    for (one, known) in all.iter().zip(known) {
        let made = match known {
            Ok(Key::New) => ordered(conn, one).await.map(Ok),
            Ok(Key::Answered(answer)) => Ok(Err((Came::Before(answer), None))),
            Ok(Key::Unanswered(order)) => {
                let taken = Taken { order: OrderId(order), refusal: None };
                Ok(Err((Came::New(taken), None)))
            }
            Err(refused) => Err(refused),
        };
        match made {
            Ok(Ok((order, topping))) => {
                new.push((one, order, topping));
                answers.push(None);
            }
            Ok(Err(took)) => answers.push(Some(Ok(took))),
            Err(GatewayError::Database(error)) => return Err(error.into()),
            Err(refused) => answers.push(Some(Err(refused))),
        }
    }
    let mut took = place(conn, new).await?.into_iter();
    let answers = answers.into_iter().map(|answer| answer.or_else(|| took.next().map(Ok)));
    answers.map(|answer| answer.ok_or(GatewayError::InProgress)).collect()
}

/// How each key is found, and whether the order's number may be used.
async fn known(
    conn: &mut PgConnection,
    all: &[Asking],
) -> Result<Vec<Result<Key, GatewayError>>, GatewayError> {
    let calls: Vec<(MerchantId, &Call)> =
        all.iter().map(|one| (one.client.merchant, &one.call)).collect();
    let mut known = store::find(conn, &calls).await?;
    let numbers: Vec<(MerchantId, &str)> = all.iter().map(number).collect();
    let taken = orders::numbers_taken(conn, &numbers).await?;
    let (mut keys, mut used) = (HashMap::new(), HashSet::new());
    let mut found = Vec::with_capacity(all.len());
    for (place, one) in all.iter().enumerate() {
        let Asking { office, client, call, .. } = one;
        let (merchant, number) = number(one);
        found.push(match known.remove(&place) {
            Some(known) => known.key(office, call),
            None => match keys.insert((merchant, call.route, &call.key), call.request_hash()) {
                Some(hash) if hash != call.request_hash() => Err(GatewayError::KeyReused),
                Some(_) => Err(GatewayError::InProgress),
                None if taken.contains(&(client.merchant, number.to_owned()))
                    || !used.insert((merchant, number)) =>
                {
                    Err(OrderError::NumberTaken.into())
                }
                None => Ok(Key::New),
            },
        });
    }
    Ok(found)
}

fn number(one: &Asking) -> (MerchantId, &str) {
    (one.client.merchant, one.checked.merchant_order_no.as_str())
}

/// The order a request makes, and whose balance it raises if it is a top-up.
async fn ordered(
    conn: &mut PgConnection,
    one: &Asking,
) -> Result<(Order, Option<Topping>), GatewayError> {
    let Asking { office, client, checked, .. } = one;
    let seller = match checked.seller.as_deref() {
        Some(code) => {
            let seller = merchants::seller_on(conn, client.merchant, code).await?;
            let unknown =
                || FieldError::new("seller", "this seller is not active on your platform");
            Some(seller.ok_or_else(unknown)?)
        }
        None => None,
    };
    let new = NewOrder {
        merchant: client.merchant,
        seller,
        merchant_order_no: checked.merchant_order_no.clone(),
        product: checked.product,
        amount: checked.amount,
        subject: checked.subject.clone(),
    };
    let topping = match &checked.top_up {
        Some(asked) => {
            let asked = (asked, checked.amount.currency());
            Some(topping::found(conn, client, asked).await?)
        }
        None => None,
    };
    Ok((new.into_order(office), topping))
}

/// Takes the keys, stores the orders and carries them on as far as they go.
async fn place(
    conn: &mut PgConnection,
    new: Vec<(&Asking, Order, Option<Topping>)>,
) -> Result<Vec<Took>, GatewayError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Wanted<'_>> = new.iter().map(|(one, order, _)| wanted(one, order)).collect();
    let all = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    if store::take_keys(conn, &keys).await? != all {
        return Err(GatewayError::InProgress);
    }
    let mut round = Round::default();
    let mut took = Vec::with_capacity(new.len());
    for (one, order, topping) in new {
        took.push(round.carry_on(conn, one, (order, topping)).await?);
    }
    round.trail.write(conn).await?;
    for (office, origin) in &round.origins {
        users::keep_origin(conn, office, origin).await?;
    }
    round.openings.write(conn).await?;
    audit::record_all(conn, &round.records).await?;
    Ok(took)
}

fn wanted<'a>(one: &'a Asking, order: &Order) -> Wanted<'a> {
    let subject = Some(order.id.into());
    Wanted { merchant: one.client.merchant, call: &one.call, subject, at: one.office.now() }
}

/// What the requests of one transaction share.
#[derive(Default)]
struct Round {
    register: Register,
    openings: Openings,
    trail: Trail,
    records: Vec<Record>,
    /// Where top-ups come from.
    origins: Vec<(Office, Origin)>,
    /// What users are topped up with.
    coming: HashMap<UserId, Money>,
}

impl Round {
    /// Asks CRM and opens the payment.
    async fn carry_on(
        &mut self,
        conn: &mut PgConnection,
        one: &Asking,
        (mut order, topping): (Order, Option<Topping>),
    ) -> Result<Took, GatewayError> {
        let Asking { office, client, request, checked, at_once, .. } = one;
        let payer = checked.payer.as_ref();
        self.trail.create(&order);
        self.arrived(office, client, &order);
        let (mut begun, mut refused) = (None, None);
        let top_up = topping.as_ref().map(Topping::top_up);
        if let Some(topping) = &topping {
            self.origins.push((office.clone(), topping.origin(&order)));
        }
        match self.ask_crm(conn, office, (&order, payer, topping.as_ref())).await? {
            Ok(entitlement) => {
                visited(&mut self.trail, office, &order, FunnelStep::OrderCreated);
                let (order, entitlement, at_once) = (&mut order, &entitlement, *at_once);
                let opening = Opening { order, payer, top_up, entitlement, at_once };
                begun = self.openings.open(conn, office, &mut self.trail, opening).await?;
            }
            Err(refusal) => {
                let why = Change::by("business gateway", Cause::Refusal);
                let failed = order.state.clone().fail(&refusal.to_string());
                let failed = failed.map_err(OrderError::from)?;
                self.trail.advance(office, &mut order, (failed, why));
                refused = Some(refusal);
            }
        }
        let event = Event {
            who: Who::System("gateway"),
            action: "gateway.create_payment",
            subject_kind: "order",
        };
        self.records.push(Record::of(office, event, &order.id.to_string(), request)?);
        Ok((Came::New(Taken { order: order.id, refusal: refused }), begun))
    }

    fn arrived(&mut self, office: &Office, client: &ApiClient, order: &Order) {
        let (outcome, started_at) = (HopOutcome::Ok, order.created_at);
        let detail = format!("order {} over {}", order.merchant_order_no, order.amount);
        let hop = Hop { station: Station::Orders, step: "take_order", outcome, detail, started_at };
        self.trail.hop(office, order.id, hop);
        let detail = format!("request of key {}", client.key_id);
        let hop = Hop { station: Station::Gateway, step: "receive", outcome, detail, started_at };
        self.trail.hop(office, order.id, hop);
        visited(&mut self.trail, office, order, FunnelStep::OrderRequested);
    }

    /// Whether the merchant may; CRM's word is written down either way.
    async fn ask_crm(
        &mut self,
        conn: &mut PgConnection,
        office: &Office,
        (order, payer, topping): (&Order, Option<&Payer>, Option<&Topping>),
    ) -> Result<Result<Entitlement, Refusal>, GatewayError> {
        let started_at = office.now();
        let card = payer.and_then(|payer| payer.card);
        let sale = Sale { product: order.product, amount: order.amount, card };
        let (merchant, day) = (order.merchant, order.business_date);
        let word = self.register.entitlement(conn, merchant, sale, day).await?;
        let word = match (word, topping.and_then(|topping| topping.user.as_ref())) {
            (Ok(entitlement), Some(user)) => {
                let beside = self.coming.get(&user.id).copied();
                let beside = beside.unwrap_or(Money::zero(order.amount.currency()));
                let room = users::room(conn, office, (user, order.amount, beside)).await?;
                if room.is_ok() {
                    self.coming.insert(user.id, beside.checked_add(order.amount)?);
                }
                room.map(|()| entitlement).map_err(Refusal::OverLimit)
            }
            (word, _) => word,
        };
        let word = match (word, payer) {
            (Ok(entitlement), Some(payer)) => {
                let held = limits::hold(conn, office, order, payer).await?;
                held.map(|()| entitlement).map_err(Refusal::OverLimit)
            }
            (word, _) => word,
        };
        let (outcome, detail) = match &word {
            Ok(entitlement) => (HopOutcome::Ok, format!("the fee is {}", entitlement.fee)),
            Err(refusal) => (HopOutcome::Refused, format!("{}: {refusal}", refusal.code())),
        };
        let (station, step) = (Station::Merchants, "check_entitlement");
        self.trail.hop(office, order.id, Hop { station, step, outcome, detail, started_at });
        Ok(word)
    }
}

fn visited(trail: &mut Trail, office: &Office, order: &Order, step: FunnelStep) {
    let visit = Visit {
        merchant: order.merchant,
        order: Some(order.id),
        visitor: &order.merchant_order_no,
        step,
        product: Some(order.product),
    };
    trail.visited(office, &visit);
}
