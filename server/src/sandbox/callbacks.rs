//! Callbacks of the simulated channels: each outcome is told at the address and with the secret
//! that were set, again until it is acknowledged, and as oddly as a rule wants.

use super::books::{Channel, Operation};
use super::rules::CallbackManner;
use banks::callback::{self, Callback};
use banks::http::{Outcome, Reply};
use banks::signing::{ID, SIGNATURE, Secret, TIMESTAMP};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

/// Pauses after a delivery that was not acknowledged.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(600),
];
/// How long an acknowledgement may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a channel tells what became of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    pub channel: Channel,
    pub url: String,
    /// `whsec_…`
    pub secret: String,
}

impl Address {
    /// Refuses what could never be sent.
    pub fn check(&self) -> Result<(), String> {
        Secret::parse(&self.secret).map_err(|error| error.to_string())?;
        if self.url.starts_with("http://") || self.url.starts_with("https://") {
            return Ok(());
        }
        Err("the url must begin with http:// or https://".to_owned())
    }
}

/// What is told.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub operation: Operation,
    pub number: String,
    pub outcome: Outcome,
    /// The caller's clock when the order was placed.
    pub now: OffsetDateTime,
}

/// Tells it in the background.
pub(super) fn send(address: Address, news: News, manner: CallbackManner) {
    if manner.lost {
        return;
    }
    tokio::spawn(async move {
        let begun = Instant::now();
        if let Some(delay) = manner.delay {
            sleep(delay).await;
        }
        let times = if manner.twice { 2 } else { 1 };
        for _ in 0..times {
            deliver(&address, &news, manner.bad_signature, begun).await;
        }
    });
}

async fn deliver(address: &Address, news: &News, bad_signature: bool, begun: Instant) {
    let (Ok(secret), Ok(client)) =
        (Secret::parse(&address.secret), banks::client().timeout(PATIENCE).build())
    else {
        return;
    };
    let event = match news.operation {
        Operation::Payment => callback::Operation::Payment,
        Operation::Refund => callback::Operation::Refund,
        Operation::Payout => callback::Operation::Payout,
    };
    let reply = Reply { number: news.number.clone(), outcome: news.outcome.clone() };
    let Ok(body) = serde_json::to_string(&Callback { event, reply }) else { return };
    let id = format!("{event:?}-{}", news.number).to_lowercase();
    for pause in PAUSES {
        // The channel's clock goes on from the time the order was placed at.
        let at = news.now + begun.elapsed();
        let mut signature = secret.sign(&id, at, body.as_bytes());
        if bad_signature {
            signature = signature.chars().rev().collect();
        }
        let request = client
            .post(&address.url)
            .header("content-type", "application/json")
            .header(ID, &id)
            .header(TIMESTAMP, at.unix_timestamp().to_string())
            .header(SIGNATURE, signature)
            .body(body.clone());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => return,
            Ok(answer) => tracing::info!(id, status = answer.status().as_u16(), "not taken"),
            Err(error) => tracing::info!(id, %error, "not delivered"),
        }
        sleep(pause).await;
    }
}
