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
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use banks::signing::{Headers, ID, SIGNATURE, Secret, TIMESTAMP};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;

/// How many messages a system keeps.
const KEPT: usize = 200;

/// A merchant's system.
#[derive(Debug, Default, Serialize, Deserialize)]
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

/// All systems, and the file they are kept in.
#[derive(Clone)]
pub(super) struct Merchants(Arc<(PathBuf, Mutex<BTreeMap<String, System>>)>);

impl Merchants {
    /// The systems as they were left.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn open(path: PathBuf) -> anyhow::Result<Self> {
        let systems = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self(Arc::new((path, Mutex::new(systems)))))
    }

    /// Works on the systems, and keeps them as they are then.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut BTreeMap<String, System>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let shared = self.0.clone();
        let worked = tokio::task::spawn_blocking(move || {
            let (path, systems) = &*shared;
            let mut systems = systems.lock().unwrap_or_else(PoisonError::into_inner);
            let done = work(&mut systems)?;
            let text = serde_json::to_vec(&*systems);
            let text = text.map_err(|error| Trouble::Broken(error.to_string()))?;
            std::fs::write(path, text).map_err(|error| Trouble::Broken(error.to_string()))?;
            Ok(done)
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

#[derive(Debug, Deserialize)]
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
    let told = |systems: &mut BTreeMap<String, System>| {
        let system = systems.entry(agreed.merchant).or_default();
        system.secret = agreed.secret;
        system.fails_on = agreed.fails_on;
        Ok(())
    };
    merchants.with(told).await?;
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
            let system = systems.get_mut(&merchant).ok_or_else(nobody)?;
            Ok(system.take(&headers, &body))
        })
        .await
}

async fn show(
    State(merchants): State<Merchants>,
    Path(merchant): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let told = merchants.with(move |systems| {
        let system = systems.get(&merchant).ok_or_else(nobody)?;
        Ok(json!({ "notifications": system.told }))
    });
    Ok(Json(told.await?))
}

fn nobody() -> Trouble {
    Trouble::NotFound("nobody told about this merchant".to_owned())
}

impl System {
    fn take(&mut self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
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
        self.told.push_front(Told { id, timestamp, verified, again, answered, message });
        self.told.truncate(KEPT);
        answer
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
        let mut system = System { secret: ours.text(), fails_on, told: VecDeque::new() };
        let body = r#"{"data":{"merchant_order_no":"D1"}}"#;
        assert_eq!(system.take(&spoken(&other, "m1", body), body.as_bytes()), 401);
        assert_eq!(system.take(&spoken(&ours, "m1", "{}"), body.as_bytes()), 401, "changed");
        assert_eq!(system.take(&spoken(&ours, "m1", body), body.as_bytes()), 204);
        assert_eq!(system.take(&HeaderMap::new(), body.as_bytes()), 401);
        let failing = r#"{"data":{"merchant_order_no":"D2"}}"#;
        assert_eq!(system.take(&spoken(&ours, "m2", failing), failing.as_bytes()), 500);
        assert_eq!(system.take(&spoken(&ours, "m1", body), body.as_bytes()), 204);
        let told: Vec<_> = system.told.iter().map(|told| (told.verified, told.again)).collect();
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
