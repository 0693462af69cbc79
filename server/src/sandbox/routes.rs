//! What a channel answers over HTTP.

use super::books::{Asked, BAD_ORDER, Channel, Operation, Placed};
use super::callbacks::{self, News};
use super::rules::{Manner, Odd};
use super::{Shared, Trouble, files};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use banks::front::NamedFile;
use banks::http::{NOW, Order, Outcome, REQUEST_ID, Reply};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Asks one order to go wrong.
pub(super) const BEHAVE: &str = "x-sandbox-behave";

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/{channel}/bill", get(bill))
        .route("/{channel}/statement", get(statement))
        .route("/{channel}/{operation}", post(place))
        .route("/{channel}/{operation}/{number}", get(query))
        .layer(middleware::from_fn(log))
}

async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    let request_id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
    let status = response.status().as_u16();
    tracing::info!(%method, path, request_id, status, "answered");
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::File(_) | Self::Store(_) | Self::Broken(_) => {
                tracing::error!(error = %self, "the sandbox failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, axum::Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}

fn channel(name: &str) -> Result<Channel, Trouble> {
    match name {
        "unionpay" => Ok(Channel::Unionpay),
        "wechat" => Ok(Channel::Wechat),
        "bank" => Ok(Channel::Bank),
        _ => Err(Trouble::NotFound("the channels are unionpay, wechat and bank".to_owned())),
    }
}

fn operation(name: &str) -> Result<Operation, Trouble> {
    match name {
        "payments" => Ok(Operation::Payment),
        "refunds" => Ok(Operation::Refund),
        "payouts" => Ok(Operation::Payout),
        _ => Err(Trouble::NotFound("orders are payments, refunds and payouts".to_owned())),
    }
}

/// A header's text, when it is there.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Trouble> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str();
    text.map(Some).map_err(|_| Trouble::BadRequest(format!("the header {name} is not text")))
}

/// The caller's clock, or the wall clock.
fn now(headers: &HeaderMap) -> Result<OffsetDateTime, Trouble> {
    match text(headers, NOW)? {
        Some(told) => OffsetDateTime::parse(told, &Rfc3339)
            .map_err(|_| Trouble::BadRequest(format!("{NOW} must be like 2026-03-31T10:00:00Z"))),
        None => Ok(wall_clock()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a channel has its own clock; ours is in the header")]
fn wall_clock() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

async fn place(
    State(shared): State<Shared>,
    Path((channel_name, operation_name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let (channel, operation) = (channel(&channel_name)?, operation(&operation_name)?);
    let now = now(&headers)?;
    let manner = match text(&headers, BEHAVE)? {
        None => Manner::default(),
        Some(wish) => Manner::of_header(wish).ok_or_else(|| {
            Trouble::BadRequest(format!("{BEHAVE}: decline, timeout_after, late:MS or twice"))
        })?,
    };
    let order: Order =
        serde_json::from_slice(&body).map_err(|error| Trouble::BadRequest(error.to_string()))?;
    let number = order.number.clone();
    let asked = Asked { channel, operation, now, manner };
    let (placed, address) = shared
        .with(move |books| Ok((books.place(asked, order)?, books.address(channel).cloned())))
        .await?;
    let request_id = text(&headers, REQUEST_ID)?.unwrap_or_default();
    tracing::info!(
        channel = channel_name, operation = operation_name, number, request_id,
        outcome = ?placed.outcome, manner = ?placed.manner, "order"
    );
    if let Some(address) = address
        && matches!(placed.outcome, Outcome::Done { .. } | Outcome::Declined { .. })
    {
        let outcome = placed.outcome.clone();
        let news = News { operation, number: number.clone(), outcome, now };
        callbacks::send(address, news, placed.manner.callback);
    }
    if let Some(delay) = placed.manner.delay {
        tokio::time::sleep(delay).await;
    }
    answer(number, placed)
}

fn answer(number: String, placed: Placed) -> Result<Response, Trouble> {
    let status = match &placed.outcome {
        Outcome::Conflict { .. } => StatusCode::CONFLICT,
        Outcome::NotFound => StatusCode::NOT_FOUND,
        Outcome::Declined { code, .. } if code == BAD_ORDER => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut reply = Reply { number, outcome: placed.outcome };
    if let Some(odd) = placed.manner.odd
        && let Some(response) = garble(odd, &mut reply)
    {
        return Ok(response);
    }
    let once = serde_json::to_string(&reply).map_err(|error| Trouble::Broken(error.to_string()))?;
    let body = if placed.manner.twice { format!("{once}\n{once}") } else { once };
    Ok((status, JSON, body).into_response())
}

/// Makes an answer not say what was done; some are no answer at all.
fn garble(odd: Odd, reply: &mut Reply) -> Option<Response> {
    const HTML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html")];
    match odd {
        Odd::ServerError => {
            return Some((StatusCode::INTERNAL_SERVER_ERROR, "system busy").into_response());
        }
        Odd::BadGateway => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            return Some((StatusCode::BAD_GATEWAY, HTML, page).into_response());
        }
        Odd::Empty => return Some((StatusCode::OK, JSON, "").into_response()),
        Odd::OtherNumber => reply.number = "SBX0".to_owned(),
        Odd::OtherAmount => {
            if let Outcome::Done { amount, .. } = &mut reply.outcome
                && let Ok(told) = Money::parse_positive(amount, Currency::Cny)
                && let Ok(more) = told.checked_add(Money::cny(100))
            {
                *amount = more.plain();
            }
        }
        Odd::OtherCurrency => {
            if let Outcome::Done { currency, .. } = &mut reply.outcome {
                *currency = Currency::Usd.code().to_owned();
            }
        }
        Odd::Refusal => {
            reply.outcome = Outcome::Declined {
                code: "REFUSED_BY_BANK".to_owned(),
                reason: "the payer's bank refused".to_owned(),
            };
        }
    }
    None
}

async fn query(
    State(shared): State<Shared>,
    Path((channel_name, operation_name, number)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let now = now(&headers)?;
    let (channel, operation) = (channel(&channel_name)?, operation(&operation_name)?);
    let asked = number.clone();
    let outcome =
        shared.with(move |books| Ok(books.asked_after((channel, operation), &asked, now))).await?;
    answer(number, Placed { outcome, manner: Manner::default() })
}

#[derive(Debug, Deserialize)]
struct BillQuery {
    date: BusinessDate,
}

async fn bill(
    State(shared): State<Shared>,
    Path(channel_name): Path<String>,
    Query(query): Query<BillQuery>,
) -> Result<Response, Trouble> {
    let channel = channel(&channel_name)?;
    let file = shared.with(move |books| files::bill(books, channel, query.date)).await?;
    Ok(download(file))
}

#[derive(Debug, Deserialize)]
struct StatementQuery {
    account: String,
    date: BusinessDate,
}

async fn statement(
    State(shared): State<Shared>,
    Path(channel_name): Path<String>,
    Query(query): Query<StatementQuery>,
) -> Result<Response, Trouble> {
    channel(&channel_name)?;
    let StatementQuery { account, date } = query;
    if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Trouble::BadRequest("an account is letters and digits".to_owned()));
    }
    let file = shared.with(move |books| files::statement_file(books, &account, date)).await?;
    Ok(download(file))
}

fn download(file: NamedFile) -> Response {
    let named = format!("attachment; filename=\"{}\"", file.name);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, named),
    ];
    (headers, file.bytes).into_response()
}
