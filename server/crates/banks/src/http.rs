//! The bank front that speaks HTTP with a channel.
//!
//! Fail-closed: only a refused connection proves that a request did not arrive. A timeout, a server
//! error, an answer that cannot be read or that names another number proves nothing, and is
//! [`Fault::Unclear`]: the caller asks later with the same number.
//!
//! # The protocol
//! `POST {base}/{channel}/payments|refunds|payouts` with a JSON instruction, `GET` the same with
//! `/{number}` to ask, `GET {base}/{channel}/bill?date=` and `…/statement?account=&date=` for
//! files, whose name stands in `Content-Disposition`. Every request carries `X-Request-Id` and
//! `X-Sandbox-Now`, our clock, by which a simulated channel dates what it does. Amounts are texts
//! of major units.

use crate::front::{
    Answer, Fault, Files, Front, NamedFile, Pay, PayInstruction, Payout, PayoutInstruction, Refund,
    RefundInstruction,
};
use async_trait::async_trait;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use reqwest::header::CONTENT_DISPOSITION;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Request id, for both sides' logs.
pub const REQUEST_ID: &str = "x-request-id";

/// Our clock, RFC 3339; only simulated channels look at it.
pub const NOW: &str = "x-sandbox-now";

/// How long an answer may take when nothing else is set.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Largest answer to an instruction or a question.
const ANSWER_MAX: usize = 64 * 1024;

/// Largest file.
const FILE_MAX: usize = 512 * 1024 * 1024;

/// Longest file name taken over from a channel.
const NAME_MAX: usize = 120;

/// The clock whose time is told to the channel.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// A channel reached over HTTP.
#[derive(Clone)]
pub struct HttpFront {
    client: Client,
    base: String,
    timeout: Duration,
    clock: Clock,
}

impl fmt::Debug for HttpFront {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFront").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client of the channel could not be set up")]
pub struct NoClient(#[source] reqwest::Error);

/// What is sent to have something done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Our number.
    pub number: String,
    /// Major units, `100.00`.
    pub amount: String,
    /// ISO code.
    pub currency: String,
    /// How the payer pays; payments only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What the payer or payee reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The payment that is refunded; refunds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_number: Option<String>,
    /// The account debited; payouts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_account: Option<String>,
    /// The payee's account; payouts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_account: Option<String>,
    /// The payee's name; payouts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
}

impl Order {
    /// An order with its number and amount only.
    #[must_use]
    pub fn new(number: &str, amount: Money) -> Self {
        Self {
            number: number.to_owned(),
            amount: amount.plain(),
            currency: amount.currency().code().to_owned(),
            method: None,
            text: None,
            payment_number: None,
            from_account: None,
            to_account: None,
            to_name: None,
        }
    }
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The number it is about; must be the one asked for.
    pub number: String,
    /// What happened.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Done {
        /// The channel's number.
        channel_no: String,
        /// Major units.
        amount: String,
        /// ISO code.
        currency: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// The day it clears.
        clearing_date: BusinessDate,
    },
    /// Refused, finally.
    Declined {
        /// Code.
        code: String,
        /// Text.
        reason: String,
    },
    /// Not finished.
    Processing,
    /// Not known.
    NotFound,
    /// The number is taken by another order.
    Conflict {
        /// Text.
        reason: String,
    },
}

impl HttpFront {
    /// A front to `channel` under `base`, like `http://127.0.0.1:4000`.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(
        base: &str,
        channel: &str,
        timeout: Duration,
        clock: Clock,
    ) -> Result<Self, NoClient> {
        // Instructions about money go straight to the address that was set: no proxy taken from
        // the environment, no redirect to somewhere else.
        let client = crate::client()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(NoClient)?;
        let base = format!("{}/{channel}", base.trim_end_matches('/'));
        Ok(Self { client, base, timeout, clock })
    }

    /// A front that offers everything this one can.
    #[must_use]
    pub fn into_front(self) -> Front {
        let shared = Arc::new(self);
        Front {
            pay: Some(shared.clone()),
            refund: Some(shared.clone()),
            payout: Some(shared.clone()),
            files: Some(shared),
            seal: None,
        }
    }

    fn request(&self, method: Method, path: &str, request_id: &str) -> RequestBuilder {
        let now = (self.clock)().format(&Rfc3339).unwrap_or_default();
        self.client
            .request(method, format!("{}/{path}", self.base))
            .timeout(self.timeout)
            .header(REQUEST_ID, request_id)
            .header(NOW, now)
    }

    async fn order(&self, what: &str, order: &Order, request_id: &str) -> Result<Answer, Fault> {
        let request = self.request(Method::POST, what, request_id).json(order);
        let outcome = exchange(request, &order.number).await?;
        match answer(outcome)? {
            Answer::NotFound => Err(Fault::Unclear("it does not know what was sent".to_owned())),
            answer => Ok(answer),
        }
    }

    async fn ask(&self, what: &str, number: &str, request_id: &str) -> Result<Answer, Fault> {
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Fault::Unclear("a number must be letters and digits".to_owned()));
        }
        let request = self.request(Method::GET, &format!("{what}/{number}"), request_id);
        answer(exchange(request, number).await?)
    }

    async fn file(&self, path: &str, query: &[(&str, String)]) -> Result<NamedFile, Fault> {
        let said: Vec<&str> = query.iter().map(|(_, value)| value.as_str()).collect();
        let request_id = format!("{path}-{}", said.join("-"));
        let request = self.request(Method::GET, path, &request_id).query(query);
        let response = request.send().await.map_err(fault)?;
        if response.status() != StatusCode::OK {
            return Err(Fault::Unclear(format!("no file, status {}", response.status())));
        }
        let name = file_name(&response).unwrap_or_else(|| format!("{}-file", path));
        let bytes = body(response, FILE_MAX).await?;
        Ok(NamedFile { name, bytes })
    }
}

#[async_trait]
impl Pay for HttpFront {
    async fn pay(&self, instruction: &PayInstruction) -> Result<Answer, Fault> {
        let order = Order {
            method: Some(instruction.method.clone()),
            text: Some(instruction.subject.clone()),
            ..Order::new(&instruction.number, instruction.amount)
        };
        self.order("payments", &order, &instruction.request_id).await
    }

    async fn query_payment(&self, number: &str, request_id: &str) -> Result<Answer, Fault> {
        self.ask("payments", number, request_id).await
    }
}

#[async_trait]
impl Refund for HttpFront {
    async fn refund(&self, instruction: &RefundInstruction) -> Result<Answer, Fault> {
        let order = Order {
            payment_number: Some(instruction.payment_number.clone()),
            ..Order::new(&instruction.number, instruction.amount)
        };
        self.order("refunds", &order, &instruction.request_id).await
    }

    async fn query_refund(&self, number: &str, request_id: &str) -> Result<Answer, Fault> {
        self.ask("refunds", number, request_id).await
    }
}

#[async_trait]
impl Payout for HttpFront {
    async fn pay_out(&self, instruction: &PayoutInstruction) -> Result<Answer, Fault> {
        let order = Order {
            text: Some(instruction.remark.clone()),
            from_account: Some(instruction.from_account.clone()),
            to_account: Some(instruction.to_account.clone()),
            to_name: Some(instruction.to_name.clone()),
            ..Order::new(&instruction.number, instruction.amount)
        };
        self.order("payouts", &order, &instruction.request_id).await
    }

    async fn query_payout(&self, number: &str, request_id: &str) -> Result<Answer, Fault> {
        self.ask("payouts", number, request_id).await
    }
}

#[async_trait]
impl Files for HttpFront {
    async fn bill(&self, day: BusinessDate) -> Result<NamedFile, Fault> {
        self.file("bill", &[("date", day.to_string())]).await
    }

    async fn statement(&self, account: &str, day: BusinessDate) -> Result<NamedFile, Fault> {
        self.file("statement", &[("account", account.to_owned()), ("date", day.to_string())]).await
    }
}

/// A connection that was never made, or a request that could not be built, carried nothing.
fn fault(error: reqwest::Error) -> Fault {
    if error.is_connect() || error.is_builder() {
        return Fault::NotSent(Box::new(error));
    }
    let why = if error.is_timeout() { "no answer in time" } else { "the connection broke" };
    Fault::Unclear(why.to_owned())
}

async fn exchange(request: RequestBuilder, number: &str) -> Result<Outcome, Fault> {
    let response = request.send().await.map_err(fault)?;
    let status = response.status();
    if status.is_server_error() {
        return Err(Fault::Unclear(format!("it failed with status {status}")));
    }
    let bytes = body(response, ANSWER_MAX).await?;
    let reply = only_reply(&bytes)
        .ok_or_else(|| Fault::Unclear(format!("the answer cannot be read, status {status}")))?;
    if reply.number != number {
        return Err(Fault::Unclear("the answer is about another number".to_owned()));
    }
    Ok(reply.outcome)
}

/// The answer, also when it was sent several times over; contradicting ones are none.
fn only_reply(bytes: &[u8]) -> Option<Reply> {
    let mut replies = serde_json::Deserializer::from_slice(bytes).into_iter::<Reply>();
    let first = replies.next()?.ok()?;
    for again in replies {
        if again.ok()? != first {
            return None;
        }
    }
    Some(first)
}

pub(crate) fn answer(outcome: Outcome) -> Result<Answer, Fault> {
    match outcome {
        Outcome::Done { channel_no, amount, currency, at, clearing_date } => {
            let read = currency
                .parse::<Currency>()
                .and_then(|currency| Money::parse_positive(&amount, currency));
            let amount =
                read.map_err(|error| Fault::Unclear(format!("its amount is wrong: {error}")))?;
            if channel_no.is_empty() {
                return Err(Fault::Unclear("it gave no number of its own".to_owned()));
            }
            Ok(Answer::Done { channel_no, amount, at, clearing_date })
        }
        Outcome::Declined { code, reason } => Ok(Answer::Declined { code, reason }),
        Outcome::Processing => Ok(Answer::Processing),
        Outcome::NotFound => Ok(Answer::NotFound),
        Outcome::Conflict { reason } => {
            Err(Fault::Unclear(format!("it holds another order under this number: {reason}")))
        }
    }
}

async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(fault)? {
        if bytes.len() + chunk.len() > most {
            return Err(Fault::Unclear("the answer is longer than allowed".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The name given in Content-Disposition, when it is a plain one.
fn file_name(response: &Response) -> Option<String> {
    let header = response.headers().get(CONTENT_DISPOSITION)?.to_str().ok()?;
    let (_, quoted) = header.split_once("filename=\"")?;
    let (name, _) = quoted.split_once('"')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = !name.is_empty() && name.len() <= NAME_MAX && !name.starts_with('.');
    (fits && name.bytes().all(plain)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = r#"{"number":"P1","result":"done","channel_no":"C1","amount":"1.00",
        "currency":"CNY","at":"2026-03-31T10:00:00+08:00","clearing_date":"2026-03-31"}"#;

    #[test]
    fn an_answer_sent_twice_is_one_answer() {
        assert_eq!(only_reply(format!("{DONE}{DONE}").as_bytes()), only_reply(DONE.as_bytes()));
        assert!(only_reply(DONE.as_bytes()).is_some());
    }

    #[test]
    fn contradicting_answers_are_none() {
        let other = DONE.replace("1.00", "2.00");
        assert_eq!(only_reply(format!("{DONE}{other}").as_bytes()), None);
        assert_eq!(only_reply(format!("{DONE}x").as_bytes()), None);
        assert_eq!(only_reply(b""), None);
    }

    #[test]
    fn an_answer_with_a_wrong_amount_is_unclear() {
        for amount in ["-1", "0", "1e3", "0.001", ""] {
            let reply = only_reply(DONE.replace("1.00", amount).as_bytes()).unwrap();
            assert!(matches!(answer(reply.outcome), Err(Fault::Unclear(_))), "{amount}");
        }
    }

    #[test]
    fn an_unknown_result_is_no_answer() {
        assert_eq!(only_reply(DONE.replace("done", "sure").as_bytes()), None);
    }
}
