//! How a channel can be told to misbehave.

use super::books::{Channel, Operation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long "never" is: far beyond any client's patience.
const NEVER: Duration = Duration::from_secs(900);

/// Longest delay of a late answer.
const LATE_MAX_MS: u64 = 600_000;

/// A way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Refuses the order.
    Decline,
    /// Does it and never answers.
    TimeoutAfter,
    /// Does it and answers after `late_ms`.
    AnswerLate,
    /// Does it once and sends the answer twice.
    AnswerTwice,
    /// Does it and answers 500.
    ServerError,
    /// Does it, and something in between answers 502 with a page.
    BadGateway,
    /// Does it and answers with an empty body.
    EmptyAnswer,
    /// Does it and answers about another number.
    OtherNumber,
    /// Does it and answers with one yuan more.
    OtherAmount,
    /// Does it and answers with another currency.
    OtherCurrency,
    /// Does it and answers that it refused: a success after a refusal.
    RefuseAndDo,
    /// Does it, does not answer, and does not know the number for `late_ms`.
    NotFoundFirst,
    /// Tells by itself twice.
    CallbackTwice,
    /// Tells by itself after `late_ms`.
    CallbackLate,
    /// Tells by itself with a signature that does not fit.
    CallbackBadSignature,
    /// Does not tell by itself.
    CallbackLost,
    /// Does it and leaves it out of the bill (or the statement, for a payout).
    LoseRow,
    /// Does it and adds a row to the bill that nobody ordered.
    AddRow,
    /// Does it and tells one yuan more in the bill.
    ChangeAmount,
}

impl Kind {
    /// What it does to the bill, if anything.
    pub(super) fn bill_fault(self) -> Option<BillFault> {
        match self {
            Self::LoseRow => Some(BillFault::Lost),
            Self::AddRow => Some(BillFault::Joined),
            Self::ChangeAmount => Some(BillFault::Changed),
            _ => None,
        }
    }
}

/// What is wrong with an order's row in the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillFault {
    /// It is missing.
    Lost,
    /// A row that nobody ordered stands beside it.
    Joined,
    /// Its amount is one yuan more.
    Changed,
}

/// When to misbehave. One of `number`, `next` and `rate_permille` is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// How.
    pub kind: Kind,
    /// At which channel; at all when left out.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// At which operation; at all when left out.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// The delay of a late answer.
    #[serde(default)]
    pub late_ms: Option<u64>,
    /// For the order of this number.
    #[serde(default)]
    pub number: Option<String>,
    /// For so many orders.
    #[serde(default)]
    pub next: Option<u32>,
    /// For so many of a thousand orders, chosen by their numbers.
    #[serde(default)]
    pub rate_permille: Option<u16>,
}

impl Rule {
    /// Refuses a rule that would never or could not apply.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let conditions = [self.number.is_some(), self.next.is_some(), self.rate_permille.is_some()];
        if conditions.iter().filter(|given| **given).count() != 1 {
            return Err("give one of number, next and rate_permille");
        }
        if self.rate_permille.is_some_and(|rate| rate > 1000) {
            return Err("rate_permille is at most 1000");
        }
        let late = matches!(self.kind, Kind::AnswerLate | Kind::NotFoundFirst | Kind::CallbackLate);
        if late != self.late_ms.is_some() || self.late_ms.is_some_and(|ms| ms > LATE_MAX_MS) {
            return Err(
                "late_ms, at most 600000, belongs to answer_late, not_found_first and callback_late",
            );
        }
        Ok(())
    }

    /// Whether it is about an order; `used` tells how often it has applied.
    pub(super) fn applies(
        &self,
        channel: Channel,
        operation: Operation,
        number: &str,
        used: u32,
    ) -> bool {
        let here = self.channel.is_none_or(|wanted| wanted == channel)
            && self.operation.is_none_or(|wanted| wanted == operation);
        here && self.number.as_ref().is_none_or(|wanted| wanted == number)
            && self.next.is_none_or(|times| used < times)
            && self.rate_permille.is_none_or(|rate| draw(number) < rate)
    }
}

/// A draw from 0 to 999 that is the same for the same number.
fn draw(number: &str) -> u16 {
    let hash = Sha256::digest(number.as_bytes());
    let (high, low) = (u32::from(hash[0]), u32::from(hash[1]));
    u16::try_from((((high << 8) | low) * 1000) >> 16).unwrap_or_default()
}

/// How an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Manner {
    /// The order is refused.
    pub decline: bool,
    /// The answer waits.
    pub delay: Option<Duration>,
    /// The answer is sent twice.
    pub twice: bool,
    /// The answer is none that makes sense.
    pub odd: Option<Odd>,
    /// The number is not known for so long.
    pub hidden: Option<Duration>,
    /// How the channel tells by itself.
    pub callback: CallbackManner,
}

/// An answer that does not say what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    /// 500.
    ServerError,
    /// 502 and a page.
    BadGateway,
    /// 200 and nothing.
    Empty,
    /// About another number.
    OtherNumber,
    /// One yuan more.
    OtherAmount,
    /// Another currency.
    OtherCurrency,
    /// A refusal.
    Refusal,
}

/// How a channel tells by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CallbackManner {
    /// Not at all.
    pub lost: bool,
    /// Twice.
    pub twice: bool,
    /// With a signature that does not fit.
    pub bad_signature: bool,
    /// Later.
    pub delay: Option<Duration>,
}

impl Manner {
    /// Of the header `X-Sandbox-Behave`.
    pub fn of_header(text: &str) -> Option<Self> {
        let mut manner = Self::default();
        match text {
            "decline" => manner.add(Kind::Decline, None),
            "timeout_after" => manner.add(Kind::TimeoutAfter, None),
            "twice" => manner.add(Kind::AnswerTwice, None),
            _ => {
                let ms = text.strip_prefix("late:")?.parse().ok()?;
                manner.add(Kind::AnswerLate, Some(ms));
            }
        }
        Some(manner)
    }

    /// Adds what a rule asks for.
    pub fn add(&mut self, kind: Kind, late_ms: Option<u64>) {
        let late = Duration::from_millis(late_ms.unwrap_or_default().min(LATE_MAX_MS));
        match kind {
            Kind::Decline => self.decline = true,
            Kind::TimeoutAfter => self.delay = Some(NEVER),
            Kind::AnswerLate => self.delay = Some(late.max(self.delay.unwrap_or_default())),
            Kind::AnswerTwice => self.twice = true,
            Kind::ServerError => self.odd = Some(Odd::ServerError),
            Kind::BadGateway => self.odd = Some(Odd::BadGateway),
            Kind::EmptyAnswer => self.odd = Some(Odd::Empty),
            Kind::OtherNumber => self.odd = Some(Odd::OtherNumber),
            Kind::OtherAmount => self.odd = Some(Odd::OtherAmount),
            Kind::OtherCurrency => self.odd = Some(Odd::OtherCurrency),
            Kind::RefuseAndDo => self.odd = Some(Odd::Refusal),
            Kind::NotFoundFirst => {
                self.delay = Some(NEVER);
                self.hidden = Some(late);
            }
            Kind::CallbackTwice => self.callback.twice = true,
            Kind::CallbackLate => self.callback.delay = Some(late),
            Kind::CallbackBadSignature => self.callback.bad_signature = true,
            Kind::CallbackLost => self.callback.lost = true,
            Kind::LoseRow | Kind::AddRow | Kind::ChangeAmount => {}
        }
    }
}
