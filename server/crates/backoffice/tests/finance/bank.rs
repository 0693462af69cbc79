//! A bank of our own: it does what it is told to, and remembers what it did.

use async_trait::async_trait;
use banks::front::{
    Answer, Fault, Front, Fronts, Payout, PayoutInstruction, Refund, RefundInstruction,
};
use banks::seal::FileKey;
use domain::date::BusinessDate;
use domain::money::Money;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use time::macros::datetime;

/// How the bank treats its next instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Refuses.
    Declines,
    /// Does it, but the answer gets lost.
    DoesItSilently,
    /// Neither does it nor answers.
    LosesIt,
    /// Cannot be reached at all.
    Unreachable,
    /// Does it, and says another amount.
    MisstatesAmount,
}

#[derive(Default)]
struct Book {
    moods: VecDeque<Mood>,
    done: BTreeMap<String, Money>,
    sent: Vec<String>,
    queried: Vec<String>,
    accounts: Vec<String>,
}

/// The bank. Clones share one book.
#[derive(Clone, Default)]
pub struct Bank(Arc<Mutex<Book>>);

impl Bank {
    /// Says how the next instructions are treated; after that everything succeeds.
    pub fn will(&self, moods: &[Mood]) {
        self.0.lock().unwrap().moods.extend(moods);
    }

    /// What it did, by number.
    pub fn done(&self) -> BTreeMap<String, Money> {
        self.0.lock().unwrap().done.clone()
    }

    /// Every number it was ever sent.
    pub fn sent(&self) -> Vec<String> {
        self.0.lock().unwrap().sent.clone()
    }

    /// Every account it was ever told to pay.
    pub fn accounts_paid(&self) -> Vec<String> {
        self.0.lock().unwrap().accounts.clone()
    }

    /// Every number it was ever asked about.
    pub fn queried(&self) -> Vec<String> {
        self.0.lock().unwrap().queried.clone()
    }

    /// Fronts of all channels that lead to this bank.
    pub fn fronts(&self) -> Fronts {
        let front = || Front {
            refund: Some(Arc::new(self.clone())),
            payout: Some(Arc::new(self.clone())),
            seal: FileKey::of_demonstrations().ok().map(Arc::new),
            ..Front::default()
        };
        let codes = ["unionpay", "wechat", "bank"];
        Fronts(codes.into_iter().map(|code| (code.to_owned(), front())).collect())
    }

    fn instruct(&self, number: &str, amount: Money) -> Result<Answer, Fault> {
        let mut book = self.0.lock().unwrap();
        book.sent.push(number.to_owned());
        let unclear = || Fault::Unclear("the connection timed out".to_owned());
        match book.moods.pop_front() {
            Some(Mood::Declines) => {
                Ok(Answer::Declined { code: "E17".to_owned(), reason: "account closed".to_owned() })
            }
            Some(Mood::LosesIt) => Err(unclear()),
            Some(Mood::Unreachable) => Err(Fault::NotSent("connection refused".into())),
            Some(Mood::DoesItSilently) => {
                book.done.insert(number.to_owned(), amount);
                Err(unclear())
            }
            Some(Mood::MisstatesAmount) => {
                book.done.insert(number.to_owned(), amount);
                Ok(answer(number, amount.checked_add(Money::cny(1)).unwrap()))
            }
            None => {
                book.done.insert(number.to_owned(), amount);
                Ok(answer(number, amount))
            }
        }
    }

    fn query(&self, number: &str) -> Answer {
        let mut book = self.0.lock().unwrap();
        book.queried.push(number.to_owned());
        book.done.get(number).map_or(Answer::NotFound, |amount| answer(number, *amount))
    }
}

fn answer(number: &str, amount: Money) -> Answer {
    Answer::Done {
        channel_no: format!("B{}", &number[..12]),
        amount,
        at: datetime!(2026-03-31 05:00 UTC),
        clearing_date: BusinessDate(time::macros::date!(2026 - 03 - 31)),
    }
}

#[async_trait]
impl Payout for Bank {
    async fn pay_out(&self, instruction: &PayoutInstruction) -> Result<Answer, Fault> {
        self.0.lock().unwrap().accounts.push(instruction.to_account.clone());
        self.instruct(&instruction.number, instruction.amount)
    }

    async fn query_payout(&self, number: &str, _: &str) -> Result<Answer, Fault> {
        Ok(self.query(number))
    }
}

#[async_trait]
impl Refund for Bank {
    async fn refund(&self, instruction: &RefundInstruction) -> Result<Answer, Fault> {
        self.instruct(&instruction.number, instruction.amount)
    }

    async fn query_refund(&self, number: &str, _: &str) -> Result<Answer, Fault> {
        Ok(self.query(number))
    }
}
