//! Who is signed in, and what a path names, as routes outside the screens take them.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use backoffice::office::Office;
use domain::access::Actor;
use std::str::FromStr;

/// The person who asks, with the office the request goes to. Nobody signed in: 401.
pub struct SignedIn {
    /// Where it is asked.
    pub office: Office,
    /// Who asks.
    pub actor: Actor,
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let actor = parts.extensions.get().cloned().ok_or(StatusCode::UNAUTHORIZED)?;
        let office = parts.extensions.get().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Self { office, actor })
    }
}

/// What the only placeholder of a path names. What cannot be a name of it: 404.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| StatusCode::NOT_FOUND)?;
        text.parse().map(Self).map_err(|_| StatusCode::NOT_FOUND)
    }
}
