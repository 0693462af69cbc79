//! What the sandbox remembers and how it decides. Everything that changes is an [`Effect`] that is
//! on disk before it counts.

use super::Trouble;
use super::callbacks::Address;
use super::rules::{BillFault, Manner, Rule};
use super::store::{Store, StoreError};
use banks::http::{Order, Outcome};
use domain::date::{BusinessDate, BusinessZone};
use domain::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use time::OffsetDateTime;

/// Hour at which UnionPay's clearing day ends.
const UNIONPAY_CUT_HOUR: u8 = 23;

/// UnionPay's fee per payment: 0.24.
const UNIONPAY_FEE_E5: i64 = 24_000;

/// Longest number of ours.
const NUMBER_MAX: usize = 32;

/// A simulated channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 银联.
    Unionpay,
    /// 微信支付.
    Wechat,
    /// Bank transfers.
    Bank,
}

impl Channel {
    /// The day it clears on what happens at a moment.
    fn clearing_date(self, at: OffsetDateTime) -> BusinessDate {
        let zone = BusinessZone::china();
        let day = zone.day_of(at);
        let late = at.to_offset(zone.0).hour() >= UNIONPAY_CUT_HOUR;
        if self == Self::Unionpay && late { day.next() } else { day }
    }

    /// What it charges for a payment: WeChat Pay 0.60 %, half-up to the fen.
    fn fee_e5(self, amount: Money) -> i64 {
        match self {
            Self::Unionpay => UNIONPAY_FEE_E5,
            Self::Wechat => amount.minor().saturating_mul(6).saturating_add(500) / 1000 * 1000,
            Self::Bank => 0,
        }
    }

    /// Its own number of the effect `sequence`.
    fn number(self, operation: Operation, at: OffsetDateTime, sequence: usize) -> String {
        let local = at.to_offset(BusinessZone::china().0);
        let day = BusinessDate(local.date()).compact();
        match (self, operation) {
            (Self::Unionpay, _) => {
                let (hour, minute, second) = local.to_hms();
                let (trace, digit) = (sequence % 1_000_000, sequence / 1_000_000 % 10);
                format!("{day}{hour:02}{minute:02}{second:02}{trace:06}{digit}")
            }
            (Self::Wechat, Operation::Payment) => format!("4200000000{day}{sequence:010}"),
            (Self::Wechat, _) => format!("50000000{day}{sequence:013}"),
            (Self::Bank, _) => format!("B{day}{sequence:08}"),
        }
    }
}

/// What can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// 收款.
    Payment,
    /// 退款.
    Refund,
    /// 付款.
    Payout,
}

/// An order with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub channel: Channel,
    pub operation: Operation,
    pub order: Order,
    pub amount: Money,
    pub outcome: Outcome,
    /// Charged by the channel.
    pub fee_e5: i64,
}

/// What a done order moved, where and when.
pub(super) struct Done<'e> {
    pub entry: &'e Entry,
    pub channel_no: &'e str,
    pub at: OffsetDateTime,
    pub clearing_date: BusinessDate,
    pub fault: Option<BillFault>,
}

/// A line of a statement that no order made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Whose statement.
    pub account: String,
    /// Which day.
    pub day: BusinessDate,
    /// Positive raises the balance.
    pub amount: Money,
    /// The bank's number.
    pub bank_ref: String,
    /// Our number.
    pub number: Option<String>,
    /// The other side.
    pub counterparty: String,
    /// What it says about itself.
    pub text: String,
    /// Why a payout came back.
    pub return_reason: Option<String>,
    /// The occasion, once: `settle unionpay 2026-03-31`, `deposit D1`, `return PO1`.
    pub occasion: String,
}

/// Something that took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub(super) enum Effect {
    /// An order was done or refused.
    Ordered(Box<Entry>),
    /// A line stands on a statement.
    Line(Box<Line>),
    /// A way to misbehave was told.
    Rule(Box<Rule>),
    /// A rule applied; rules are counted from 0.
    Applied { rule: usize },
    /// An order's row in the bill is wrong.
    Spoiled { channel: Channel, operation: Operation, number: String, fault: BillFault },
    /// An order is not known to who asks until then.
    Hidden { channel: Channel, operation: Operation, number: String, until: OffsetDateTime },
    /// A channel tells by itself what becomes of orders.
    CallsBack(Box<Address>),
    /// No channel tells by itself any more.
    CallsNobody,
    /// All rules ended.
    RulesEnded,
}

type Key = (Channel, Operation, String);

struct Told {
    rule: Rule,
    used: u32,
    ended: bool,
}

/// Everything, replayed from the store.
pub(super) struct Books {
    store: Store,
    effects: Vec<Effect>,
    /// Where an order stands in `effects`.
    orders: HashMap<Key, usize>,
    faults: HashMap<Key, BillFault>,
    refunded: HashMap<(Channel, String), Money>,
    rules: Vec<Told>,
    hidden: HashMap<Key, OffsetDateTime>,
    addresses: HashMap<Channel, Address>,
}

/// The circumstances of an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub channel: Channel,
    pub operation: Operation,
    /// When it is done.
    pub now: OffsetDateTime,
    /// How this one request asks to be answered.
    pub manner: Manner,
}

/// What to answer, and how.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub outcome: Outcome,
    pub manner: Manner,
}

impl Books {
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (store, effects) = Store::open(path)?;
        let mut books = Self {
            store,
            effects: Vec::new(),
            orders: HashMap::new(),
            faults: HashMap::new(),
            refunded: HashMap::new(),
            rules: Vec::new(),
            hidden: HashMap::new(),
            addresses: HashMap::new(),
        };
        for effect in effects {
            books.take(effect);
        }
        Ok(books)
    }

    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Writes effects that belong together, then lets them count.
    pub fn record(&mut self, effects: Vec<Effect>) -> Result<(), StoreError> {
        self.store.append(&effects)?;
        for effect in effects {
            self.take(effect);
        }
        Ok(())
    }

    fn take(&mut self, effect: Effect) {
        match &effect {
            Effect::Ordered(entry) => {
                let key = (entry.channel, entry.operation, entry.order.number.clone());
                if let (Operation::Refund, Outcome::Done { .. }, Some(payment)) =
                    (entry.operation, &entry.outcome, &entry.order.payment_number)
                {
                    let sum = self
                        .refunded
                        .entry((entry.channel, payment.clone()))
                        .or_insert(Money::zero(entry.amount.currency()));
                    *sum = sum.checked_add(entry.amount).unwrap_or(*sum);
                }
                self.orders.insert(key, self.effects.len());
            }
            Effect::Spoiled { channel, operation, number, fault } => {
                self.faults.insert((*channel, *operation, number.clone()), *fault);
            }
            Effect::Rule(rule) => {
                self.rules.push(Told { rule: (**rule).clone(), used: 0, ended: false });
            }
            Effect::Applied { rule } => {
                if let Some(told) = self.rules.get_mut(*rule) {
                    told.used = told.used.saturating_add(1);
                }
            }
            Effect::RulesEnded => self.rules.iter_mut().for_each(|told| told.ended = true),
            Effect::Hidden { channel, operation, number, until } => {
                self.hidden.insert((*channel, *operation, number.clone()), *until);
            }
            Effect::CallsBack(address) => {
                self.addresses.insert(address.channel, (**address).clone());
            }
            Effect::CallsNobody => self.addresses.clear(),
            Effect::Line(_) => {}
        }
        self.effects.push(effect);
    }

    /// An order known by its number.
    pub fn find(&self, channel: Channel, operation: Operation, number: &str) -> Option<&Entry> {
        let place = self.orders.get(&(channel, operation, number.to_owned()))?;
        match self.effects.get(*place)? {
            Effect::Ordered(entry) => Some(entry),
            _ => None,
        }
    }

    /// What became of an order, as who asks at that moment is told.
    pub fn asked_after(
        &self,
        (channel, operation): (Channel, Operation),
        number: &str,
        now: OffsetDateTime,
    ) -> Outcome {
        let hidden = self.hidden.get(&(channel, operation, number.to_owned()));
        let known = self.find(channel, operation, number);
        let known = known.filter(|_| hidden.is_none_or(|until| *until <= now));
        known.map_or(Outcome::NotFound, |entry| entry.outcome.clone())
    }

    /// Where a channel tells by itself what became of orders.
    pub fn address(&self, channel: Channel) -> Option<&Address> {
        self.addresses.get(&channel)
    }

    /// All orders that were done, in their order.
    pub fn done(&self) -> impl Iterator<Item = Done<'_>> {
        self.effects.iter().filter_map(|effect| {
            let Effect::Ordered(entry) = effect else { return None };
            let Outcome::Done { channel_no, at, clearing_date, .. } = &entry.outcome else {
                return None;
            };
            let key = (entry.channel, entry.operation, entry.order.number.clone());
            let fault = self.faults.get(&key).copied();
            Some(Done { entry, channel_no, at: *at, clearing_date: *clearing_date, fault })
        })
    }

    /// All lines that no order made, in their order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Line(line) => Some(&**line),
            _ => None,
        })
    }

    /// Takes an order, or answers again what became of it.
    pub fn place(&mut self, asked: Asked, order: Order) -> Result<Placed, Trouble> {
        let Asked { channel, operation, now, mut manner } = asked;
        if let Some(known) = self.find(channel, operation, &order.number) {
            let outcome = if same_order(&known.order, &order) {
                known.outcome.clone()
            } else {
                let reason = "this number was used for another order".to_owned();
                Outcome::Conflict { reason }
            };
            manner.decline = false;
            return Ok(Placed { outcome, manner });
        }
        let amount = match check(operation, &order) {
            Ok(amount) => amount,
            Err(reason) => {
                let outcome = Outcome::Declined { code: BAD_ORDER.to_owned(), reason };
                return Ok(Placed { outcome, manner });
            }
        };
        let mut effects = Vec::new();
        let mut fault = None;
        for (rule, told) in self.rules.iter().enumerate() {
            let number = &order.number;
            if !told.ended && told.rule.applies(channel, operation, number, told.used) {
                manner.add(told.rule.kind, told.rule.late_ms);
                fault = fault.or(told.rule.kind.bill_fault());
                effects.push(Effect::Applied { rule });
            }
        }
        let refusal = if manner.decline {
            let reason = "the payer's bank refused; ask the payer to use another way to pay";
            Some(("REFUSED_BY_BANK", reason.to_owned()))
        } else {
            self.refusal(channel, operation, &order, amount)
        };
        let outcome = match refusal {
            Some((code, reason)) => Outcome::Declined { code: code.to_owned(), reason },
            None => Outcome::Done {
                channel_no: channel.number(operation, now, self.effects.len()),
                amount: amount.plain(),
                currency: amount.currency().code().to_owned(),
                at: now,
                clearing_date: channel.clearing_date(now),
            },
        };
        let charged = operation == Operation::Payment && matches!(outcome, Outcome::Done { .. });
        let fee_e5 = if charged { channel.fee_e5(amount) } else { 0 };
        if let (Some(fault), Outcome::Done { .. }) = (fault, &outcome) {
            let number = order.number.clone();
            effects.push(Effect::Spoiled { channel, operation, number, fault });
        }
        if let Some(hidden) = manner.hidden {
            let (number, until) = (order.number.clone(), now + hidden);
            effects.push(Effect::Hidden { channel, operation, number, until });
        }
        let placed = Placed { outcome: outcome.clone(), manner };
        let entry = Entry { channel, operation, order, amount, outcome, fee_e5 };
        effects.push(Effect::Ordered(Box::new(entry)));
        self.record(effects)?;
        Ok(placed)
    }

    /// Why a well-formed order cannot be done.
    fn refusal(
        &self,
        channel: Channel,
        operation: Operation,
        order: &Order,
        amount: Money,
    ) -> Option<(&'static str, String)> {
        if operation != Operation::Refund {
            return None;
        }
        let number = order.payment_number.as_deref().unwrap_or_default();
        let payment = self
            .find(channel, Operation::Payment, number)
            .filter(|payment| matches!(payment.outcome, Outcome::Done { .. }));
        let Some(payment) = payment else {
            return Some(("PAYMENT_UNKNOWN", "there is no such payment to refund".to_owned()));
        };
        let refunded = self.refunded.get(&(channel, number.to_owned())).copied();
        let refunded = refunded.unwrap_or(Money::zero(amount.currency()));
        let left = payment.amount.checked_sub(refunded);
        let enough = left.is_ok_and(|left| amount.minor() <= left.minor());
        (!enough).then(|| ("REFUND_EXCEEDS", "more than is left of the payment".to_owned()))
    }

    /// Takes a rule; one about the bill applies at once to an order that is already there.
    pub fn tell(&mut self, rule: Rule) -> Result<usize, Trouble> {
        rule.check().map_err(|reason| Trouble::BadRequest(reason.to_owned()))?;
        let mut effects = Vec::new();
        if let (Some(fault), Some(number)) = (rule.kind.bill_fault(), &rule.number) {
            for done in self.done() {
                let entry = done.entry;
                if rule.applies(entry.channel, entry.operation, &entry.order.number, 0) {
                    let (channel, operation) = (entry.channel, entry.operation);
                    let number = number.clone();
                    effects.push(Effect::Spoiled { channel, operation, number, fault });
                }
            }
        }
        let id = self.rules.len();
        effects.push(Effect::Rule(Box::new(rule)));
        self.record(effects)?;
        Ok(id)
    }
}

/// Code of an order that cannot be understood; it is not remembered.
pub(super) const BAD_ORDER: &str = "BAD_ORDER";

/// Whether a repeated number asks for the same thing.
fn same_order(first: &Order, again: &Order) -> bool {
    let amount = |order: &Order| money(order).ok();
    amount(first) == amount(again)
        && first.payment_number == again.payment_number
        && first.from_account == again.from_account
        && first.to_account == again.to_account
}

fn money(order: &Order) -> Result<Money, MoneyError> {
    let currency: Currency = order.currency.parse()?;
    Money::parse_positive(&order.amount, currency)
}

/// The amount of a well-formed order.
fn check(operation: Operation, order: &Order) -> Result<Money, String> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= NUMBER_MAX
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !plain(&order.number) {
        return Err("the number must be 1 to 32 letters and digits".to_owned());
    }
    let amount = money(order).map_err(|error| error.to_string())?;
    if amount.currency() != Currency::Cny {
        return Err("only amounts in CNY are taken".to_owned());
    }
    let given = |text: &Option<String>| text.as_deref().is_some_and(plain);
    match operation {
        Operation::Payment => Ok(amount),
        Operation::Refund if given(&order.payment_number) => Ok(amount),
        Operation::Refund => Err("a refund names its payment in payment_number".to_owned()),
        Operation::Payout if given(&order.from_account) && given(&order.to_account) => Ok(amount),
        Operation::Payout => Err("a payout names from_account and to_account".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn unionpay_clears_from_23_to_23_and_the_others_by_calendar() {
        let late = datetime!(2026-03-31 23:00:00 +8);
        let before = datetime!(2026-03-31 22:59:59 +8);
        assert_eq!(Channel::Unionpay.clearing_date(late).to_string(), "2026-04-01");
        assert_eq!(Channel::Unionpay.clearing_date(before).to_string(), "2026-03-31");
        assert_eq!(Channel::Wechat.clearing_date(late).to_string(), "2026-03-31");
        assert_eq!(Channel::Bank.clearing_date(late).to_string(), "2026-03-31");
    }

    #[test]
    fn wechat_charges_six_in_a_thousand_half_up() {
        for (fen, fee_e5) in [(10_000, 60_000), (83, 0), (84, 1_000), (250, 2_000), (1, 0)] {
            assert_eq!(Channel::Wechat.fee_e5(Money::cny(fen)), fee_e5, "{fen}");
        }
    }

    #[test]
    fn numbers_have_the_length_of_the_real_ones() {
        let at = datetime!(2026-03-31 23:00:05 +8);
        let unionpay = Channel::Unionpay.number(Operation::Payment, at, 1_000_002);
        assert_eq!(unionpay, "202603312300050000021");
        assert_eq!(Channel::Wechat.number(Operation::Payment, at, 7).len(), 28);
        assert_eq!(Channel::Wechat.number(Operation::Refund, at, 7).len(), 29);
    }
}
