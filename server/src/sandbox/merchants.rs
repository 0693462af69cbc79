//! The systems of the demonstration's merchants: they take notifications, check who speaks, and
//! keep what they were told.
//!
//! - `POST /control/merchants {merchant, secret, fails_on?}`: from then on the merchant's system
//!   believes what is signed with the secret (`whsec_…`) and answers 500 to news of the orders it
//!   fails on.
//! - `POST /merchants/{merchant}/notifications`: takes a notification signed as Standard Webhooks
//!   has it. 204 when it is believed, 401 when it is not, 404 for a merchant nobody told about.
//! - `GET /merchants/{merchant}/notifications`: what it was told, the latest first.
//!
//! The clock of a demonstration is not ours, so the age of a message is not judged; that one comes
//! again is seen by its id.

use super::Trouble;
use super::store::{Store, StoreError};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use banks::signing::{Headers, ID, SIGNATURE, Secret, TIMESTAMP};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;

/// How many messages a system keeps.
const KEPT: usize = 200;

/// A merchant's system.
#[derive(Debug, Default)]
struct System {
    secret: String,
    fails_on: Vec<String>,
    told: VecDeque<Told>,
}

/// A message and how it was answered.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    id: String,
    timestamp: String,
    verified: bool,
    /// Whether a message of this id was taken before.
    again: bool,
    answered: u16,
    message: Value,
}

/// What happened to a system; the file they are kept in has one line for each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Agreed(Agreed),
    Told { merchant: String, told: Told },
}

/// All systems, and the file they are kept in.
#[derive(Debug)]
struct Systems {
    store: Store,
    by_merchant: BTreeMap<String, System>,
}

impl Systems {
    fn keep(&mut self, event: Event) -> Result<(), Trouble> {
        self.store.append(std::slice::from_ref(&event))?;
        apply(&mut self.by_merchant, event);
        Ok(())
    }
}

fn apply(systems: &mut BTreeMap<String, System>, event: Event) {
    match event {
        Event::Agreed(Agreed { merchant, secret, fails_on }) => {
            let system = systems.entry(merchant).or_default();
            (system.secret, system.fails_on) = (secret, fails_on);
        }
        Event::Told { merchant, told } => {
            let system = systems.entry(merchant).or_default();
            system.told.push_front(told);
            system.told.truncate(KEPT);
        }
    }
}

/// The systems, behind a lock, since every event is written before it counts.
#[derive(Clone)]
pub(super) struct Merchants(Arc<Mutex<Systems>>);

impl Merchants {
    /// The systems as they were left.
    ///
    /// # Errors
    /// The file cannot be read or is in use.
    pub fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        let (store, events) = Store::open(path)?;
        let mut by_merchant = BTreeMap::new();
        events.into_iter().for_each(|event| apply(&mut by_merchant, event));
        Ok(Self(Arc::new(Mutex::new(Systems { store, by_merchant }))))
    }

    /// Works on the systems on a thread that may wait for the disk.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Systems) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let shared = self.0.clone();
        let worked = tokio::task::spawn_blocking(move || {
            work(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
        });
        worked.await.map_err(|error| Trouble::Broken(error.to_string()))?
    }
}

pub(super) fn router(merchants: Merchants) -> Router {
    Router::new()
        .route("/control/merchants", post(agree))
        .route("/merchants/{merchant}/notifications", post(take).get(show))
        .with_state(merchants)
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    merchant: String,
    secret: String,
    #[serde(default)]
    fails_on: Vec<String>,
}

async fn agree(
    State(merchants): State<Merchants>,
    Json(agreed): Json<Agreed>,
) -> Result<Json<Value>, Trouble> {
    Secret::parse(&agreed.secret).map_err(|error| Trouble::BadRequest(error.to_string()))?;
    merchants.with(|systems| systems.keep(Event::Agreed(agreed))).await?;
    Ok(Json(json!({})))
}

async fn take(
    State(merchants): State<Merchants>,
    Path(merchant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Trouble> {
    merchants
        .with(move |systems| {
            let system = systems.by_merchant.get(&merchant).ok_or_else(nobody)?;
            let (answer, told) = system.judge(&headers, &body);
            systems.keep(Event::Told { merchant, told })?;
            Ok(answer)
        })
        .await
}

async fn show(
    State(merchants): State<Merchants>,
    Path(merchant): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let told = merchants.with(move |systems| {
        let system = systems.by_merchant.get(&merchant).ok_or_else(nobody)?;
        Ok(json!({ "notifications": system.told }))
    });
    Ok(Json(told.await?))
}

fn nobody() -> Trouble {
    Trouble::NotFound("nobody told about this merchant".to_owned())
}

impl System {
    /// What is answered to a message, and what is kept of it.
    fn judge(&self, headers: &HeaderMap, body: &[u8]) -> (StatusCode, Told) {
        let text = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (id, timestamp, signature) = (text(ID), text(TIMESTAMP), text(SIGNATURE));
        let spoken = Headers { id: &id, timestamp: &timestamp, signature: &signature };
        let verified = self.believes(spoken, body);
        let message: Value = serde_json::from_slice(body).unwrap_or_default();
        let order = message["data"]["merchant_order_no"].as_str().unwrap_or_default();
        let answer = if !verified {
            StatusCode::UNAUTHORIZED
        } else if self.fails_on.iter().any(|number| number == order) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::NO_CONTENT
        };
        let taken = StatusCode::NO_CONTENT.as_u16();
        let again = self.told.iter().any(|told| told.id == id && told.answered == taken);
        let answered = answer.as_u16();
        (answer, Told { id, timestamp, verified, again, answered, message })
    }

    /// Whether the signature is right, at the time the message itself names.
    fn believes(&self, headers: Headers<'_>, body: &[u8]) -> bool {
        let seconds = headers.timestamp.parse().unwrap_or_default();
        let (Ok(secret), Ok(then)) =
            (Secret::parse(&self.secret), OffsetDateTime::from_unix_timestamp(seconds))
        else {
            return false;
        };
        secret.verify(headers, body, then).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn spoken(secret: &Secret, id: &str, body: &str) -> HeaderMap {
        let at = OffsetDateTime::from_unix_timestamp(1_774_900_000).unwrap();
        let signature = secret.sign(id, at, body.as_bytes());
        let mut headers = HeaderMap::new();
        let pairs = [(ID, id), (TIMESTAMP, "1774900000"), (SIGNATURE, signature.as_str())];
        for (name, value) in pairs {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_system_believes_its_own_secret_only_and_fails_where_it_is_told_to() {
        let (ours, other) = (Secret::of(&[1; 32]).unwrap(), Secret::of(&[2; 32]).unwrap());
        let fails_on = vec!["D2".to_owned()];
        let agreed = Agreed { merchant: "m".to_owned(), secret: ours.text(), fails_on };
        let mut systems = BTreeMap::new();
        apply(&mut systems, Event::Agreed(agreed));
        let mut take = |headers: &HeaderMap, body: &str| {
            let (answer, told) = systems["m"].judge(headers, body.as_bytes());
            apply(&mut systems, Event::Told { merchant: "m".to_owned(), told });
            answer
        };
        let body = r#"{"data":{"merchant_order_no":"D1"}}"#;
        assert_eq!(take(&spoken(&other, "m1", body), body), 401);
        assert_eq!(take(&spoken(&ours, "m1", "{}"), body), 401, "changed");
        assert_eq!(take(&spoken(&ours, "m1", body), body), 204);
        assert_eq!(take(&HeaderMap::new(), body), 401);
        let failing = r#"{"data":{"merchant_order_no":"D2"}}"#;
        assert_eq!(take(&spoken(&ours, "m2", failing), failing), 500);
        assert_eq!(take(&spoken(&ours, "m1", body), body), 204);
        let told: Vec<_> =
            systems["m"].told.iter().map(|told| (told.verified, told.again)).collect();
        let expected = [
            (true, true),
            (true, false),
            (false, false),
            (true, false),
            (false, false),
            (false, false),
        ];
        assert_eq!(told, expected);
    }
}
