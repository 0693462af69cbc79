//! A channel that lives in memory and does what it is told.

use async_trait::async_trait;
use banks::front::{Answer, Fault, Front, Pay, PayInstruction};
use domain::date::BusinessDate;
use domain::money::Money;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;

/// What the channel does with the next payment.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Collects, and says so.
    Collect,
    /// Collects, but the answer is lost.
    CollectSilently,
    /// The request arrives nowhere.
    OutOfReach,
    /// The request is lost on the way; whether it arrived cannot be told.
    Lose,
    /// Refuses.
    Decline,
    /// Says it collected another amount.
    CollectOther(i64),
    /// Is not finished yet, and collects later.
    Dawdle,
}

#[derive(Default)]
struct Ledger {
    acts: VecDeque<Act>,
    collected: BTreeMap<String, Answer>,
    pay_calls: Vec<String>,
    query_calls: Vec<String>,
}

/// The channel.
#[derive(Clone, Default)]
pub struct Bank(Arc<Mutex<Ledger>>);

pub const AT: OffsetDateTime = time::macros::datetime!(2026-03-31 04:00:01 UTC);

impl Bank {
    /// Tells it what to do with the next payments; after that it collects.
    pub fn will(&self, acts: &[Act]) {
        self.0.lock().unwrap().acts.extend(acts);
    }

    /// The numbers it was asked to collect, each time it was.
    pub fn pay_calls(&self) -> Vec<String> {
        self.0.lock().unwrap().pay_calls.clone()
    }

    /// How often it was asked what became of a payment.
    pub fn queries(&self) -> usize {
        self.0.lock().unwrap().query_calls.len()
    }

    /// It collects now what it was asked for before, and says so when it is asked.
    pub fn collects_late(&self, number: &str, amount: Money) {
        self.0.lock().unwrap().collected.insert(number.to_owned(), done(number, amount));
    }

    /// Its front, for collecting.
    pub fn front(&self) -> Front {
        Front { pay: Some(Arc::new(self.clone())), ..Front::default() }
    }
}

fn done(number: &str, amount: Money) -> Answer {
    let clearing_date: BusinessDate = "2026-03-31".parse().unwrap();
    Answer::Done { channel_no: format!("C{number}"), amount, at: AT, clearing_date }
}

#[async_trait]
impl Pay for Bank {
    async fn pay(&self, instruction: &PayInstruction) -> Result<Answer, Fault> {
        let mut ledger = self.0.lock().unwrap();
        let number = &instruction.number;
        ledger.pay_calls.push(number.clone());
        let answer = done(number, instruction.amount);
        match ledger.acts.pop_front().unwrap_or(Act::Collect) {
            Act::Collect => {
                ledger.collected.insert(number.clone(), answer.clone());
                Ok(answer)
            }
            Act::CollectSilently => {
                ledger.collected.insert(number.clone(), answer);
                Err(Fault::Unclear("no answer within 10 seconds".to_owned()))
            }
            Act::Dawdle => {
                ledger.collected.insert(number.clone(), answer);
                Ok(Answer::Processing)
            }
            Act::CollectOther(fen) => {
                let other = done(number, Money::cny(fen));
                ledger.collected.insert(number.clone(), other.clone());
                Ok(other)
            }
            Act::OutOfReach => Err(Fault::NotSent("connection refused".into())),
            Act::Lose => Err(Fault::Unclear("no answer within 10 seconds".to_owned())),
            Act::Decline => Ok(Answer::Declined {
                code: "51".to_owned(),
                reason: "insufficient funds".to_owned(),
            }),
        }
    }

    async fn query_payment(&self, number: &str, _request_id: &str) -> Result<Answer, Fault> {
        let mut ledger = self.0.lock().unwrap();
        ledger.query_calls.push(number.to_owned());
        Ok(ledger.collected.get(number).cloned().unwrap_or(Answer::NotFound))
    }
}
