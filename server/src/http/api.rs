//! What all routes of the merchant API share: who calls, with which key, and how errors look.

use super::Desk;
use crate::router::RequestId;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use backoffice::explain::{Explain, Kind, busy};
use backoffice::gateway::{Answer, Counter, GatewayError};
use backoffice::office::Office;
use domain::gateway::{ApiClient, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use uuid::Uuid;

/// The header whose value makes repeating a request harmless.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header that tells that an answer was given before.
const REPLAYED: &str = "idempotent-replayed";

/// Every error of the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable code, for programs.
    #[schema(schema_with = codes)]
    code: String,
    /// What happened and what to do, for people.
    message: String,
    /// The field or header that is to blame, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The request, for questions to us.
    request_id: String,
}

/// All stable codes.
fn codes() -> Schema {
    let names = ErrorCode::ALL.iter().map(|code| code.name());
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
}

/// Why a request was not done.
#[derive(Debug)]
pub enum Trouble {
    /// The gateway said no, or failed.
    Gateway(GatewayError),
    /// Too many others are being served.
    Crowded,
    /// The work took longer than a caller should wait.
    Late,
    /// The request could not be read.
    Unreadable {
        /// The HTTP status.
        status: StatusCode,
        /// Stable code.
        code: ErrorCode,
        /// What was wrong.
        message: String,
        /// The header that is to blame.
        field: Option<&'static str>,
    },
}

/// An error with the request it belongs to.
#[derive(Debug)]
pub struct ApiError {
    trouble: Box<Trouble>,
    request_id: String,
}

impl ErrorBody {
    /// An error, as it is sent and as it is kept for a repeated request.
    pub fn new(code: &str, message: String, request_id: &str) -> Self {
        let (code, request_id) = (code.to_owned(), request_id.to_owned());
        Self { error: ErrorDetail { code, message, field: None, request_id } }
    }
}

impl Trouble {
    fn unreadable(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Unreadable { status, code, message: message.into(), field: None }
    }
}

impl From<GatewayError> for Trouble {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}

impl ApiError {
    fn new(trouble: impl Into<Trouble>, request_id: &str) -> Self {
        Self { trouble: Box::new(trouble.into()), request_id: request_id.to_owned() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, mut body) = match &*self.trouble {
            Trouble::Gateway(error) => gateway_error(error, &self.request_id),
            Trouble::Crowded => too_busy("as many requests as we can serve", &self.request_id),
            Trouble::Late => too_busy("the work takes too long", &self.request_id),
            Trouble::Unreadable { status, code, message, field } => {
                let mut body = ErrorBody::new(code.name(), message.clone(), &self.request_id);
                body.error.field = field.map(str::to_owned);
                (*status, body)
            }
        };
        if let Trouble::Gateway(error) = &*self.trouble
            && let Kind::Invalid(field) = error.kind()
        {
            body.error.field = error.field().or_else(|| field.map(str::to_owned));
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        match &*self.trouble {
            Trouble::Gateway(GatewayError::NotAuthenticated) => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Trouble::Gateway(GatewayError::InProgress) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

fn gateway_error(error: &GatewayError, request_id: &str) -> (StatusCode, ErrorBody) {
    let status = match error.kind() {
        Kind::SignedOut => StatusCode::UNAUTHORIZED,
        Kind::Forbidden(_) => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unexpected if busy(error) => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return too_busy(&error.to_string(), request_id);
    }
    let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
        let error: &(dyn std::error::Error + 'static) = error;
        tracing::error!(request_id, error, "a request of a business system failed");
        "something went wrong on our side: repeat the request with the same key".to_owned()
    } else {
        error.to_string()
    };
    (status, ErrorBody::new(error.code().name(), message, request_id))
}

fn too_busy(why: &str, request_id: &str) -> (StatusCode, ErrorBody) {
    tracing::warn!(request_id, why, "too busy for a business system");
    let message = "too busy, or the database does not answer: repeat the request with the same key \
                   in a moment";
    let body = ErrorBody::new(ErrorCode::Busy.name(), message.to_owned(), request_id);
    (StatusCode::SERVICE_UNAVAILABLE, body)
}

/// Whoever calls, proven by their key, with the office working for their request.
pub struct Caller {
    /// The office, for this request.
    pub office: Office,
    /// The merchant's business system.
    pub client: ApiClient,
    /// The counter they are served at.
    pub counter: Counter,
    place: Option<OwnedSemaphorePermit>,
}

impl Caller {
    /// Makes room for others: from now on this request only waits.
    pub fn step_aside(&mut self) {
        self.place = None;
    }

    /// An error of this request.
    pub fn trouble(&self, error: impl Into<GatewayError>) -> ApiError {
        ApiError::new(error.into(), &self.office.request_id)
    }
}

impl FromRequestParts<Desk> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, ApiError> {
        let request_id = request_id(parts);
        let office = desk.office.for_request(request_id.as_str());
        let place = tokio::time::timeout(desk.patience, Arc::clone(&desk.places).acquire_owned());
        let Ok(Ok(place)) = place.await else {
            return Err(ApiError::new(Trouble::Crowded, &request_id));
        };
        let counter = desk.counter.clone();
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let client = counter.authenticate(bearer.trim()).await;
        let client = client.map_err(|error| ApiError::new(error, &request_id))?;
        Ok(Self { office, client, counter, place: Some(place) })
    }
}

/// The key of a request that may change something. It is required.
pub struct IdempotencyKey(pub String);

impl FromRequestParts<Desk> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _desk: &Desk) -> Result<Self, ApiError> {
        let key = parts.headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
        key.map(|key| Self(key.to_owned())).ok_or_else(|| {
            let missing = Trouble::Unreadable {
                status: StatusCode::BAD_REQUEST,
                code: ErrorCode::IdempotencyKeyMissing,
                message: "send an Idempotency-Key header that is your own for this request, and \
                          the same one when you repeat it"
                    .to_owned(),
                field: Some("Idempotency-Key"),
            };
            ApiError::new(missing, &request_id(parts))
        })
    }
}

/// A JSON body, read strictly.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Desk> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let request_id = request_id(&parts);
        match Json::<T>::from_request(Request::from_parts(parts, body), desk).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let code = match &rejection {
                    JsonRejection::JsonDataError(_) => ErrorCode::InvalidBody,
                    JsonRejection::JsonSyntaxError(_) => ErrorCode::NotJson,
                    JsonRejection::MissingJsonContentType(_) => ErrorCode::NotJson,
                    _ if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                        ErrorCode::BodyTooLarge
                    }
                    _ => ErrorCode::UnreadableBody,
                };
                let unreadable =
                    Trouble::unreadable(rejection.status(), code, rejection.body_text());
                Err(ApiError::new(unreadable, &request_id))
            }
        }
    }
}

/// The query of an address, read strictly.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Desk> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _desk: &Desk) -> Result<Self, ApiError> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(query)| Self(query)).map_err(|rejection| {
            let (status, code) = (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidField);
            let unreadable = Trouble::unreadable(status, code, rejection.body_text());
            ApiError::new(unreadable, &request_id(parts))
        })
    }
}

/// An identifier in a path; one that is not well-formed names nothing.
pub fn identifier(caller: &Caller, text: &str, what: &'static str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text).map_err(|_| caller.trouble(GatewayError::NotFound(what)))
}

/// An answer that was given before, as it was given.
pub fn again(answer: Answer) -> Response {
    let mut response = answered(answer.status, &answer.body);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// An answer.
pub fn answered(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, Json(body)).into_response()
}

/// Answers every request in time: who would wait longer, because the database is slow, is told to
/// come again with the same key. Work that others share in a group is not undone by that.
pub(super) async fn within_deadline(
    State(desk): State<Desk>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let request_id = id_of(&request);
    let answer = tokio::time::timeout(desk.deadline, next.run(request)).await;
    answer.map_err(|_| ApiError::new(Trouble::Late, &request_id))
}

pub(super) async fn no_such_route(request: Request) -> ApiError {
    let message = "there is no such route: see /api/v1/openapi.json";
    let unknown = Trouble::unreadable(StatusCode::NOT_FOUND, ErrorCode::NoSuchRoute, message);
    ApiError::new(unknown, &id_of(&request))
}

pub(super) async fn no_such_method(request: Request) -> ApiError {
    let message = "this route does not know this method: see /api/v1/openapi.json";
    let unknown =
        Trouble::unreadable(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::NoSuchMethod, message);
    ApiError::new(unknown, &id_of(&request))
}

fn request_id(parts: &Parts) -> String {
    parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

fn id_of(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
