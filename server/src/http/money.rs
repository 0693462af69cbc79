//! A merchant's balances and statements, and where it is notified.

use super::api::{ApiError, Asked, Body, Caller, ErrorBody, IdempotencyKey, again, answered};
use axum::Json;
use axum::response::Response;
use backoffice::gateway::{self, Call, Came, MerchantStatement};
use domain::account::{Side, StatementRow};
use domain::gateway::{MerchantBalance, StatementRequest};
use domain::money::Money;
use domain::notification::Endpoint;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// What we owe you. Amounts are major units as text.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceBody {
    /// ISO 4217 code.
    #[schema(example = "CNY")]
    currency: String,
    /// Collected and not yet settled.
    #[schema(example = "99.40")]
    unsettled: String,
    /// Settled and not yet paid out.
    #[schema(example = "0.00")]
    available: String,
    /// Held.
    #[schema(example = "0.00")]
    held: String,
}

impl From<MerchantBalance> for BalanceBody {
    fn from(balance: MerchantBalance) -> Self {
        Self {
            currency: balance.unsettled.currency().code().to_owned(),
            unsettled: balance.unsettled.plain(),
            available: balance.available.plain(),
            held: balance.held.plain(),
        }
    }
}

/// Ask for your balance
#[utoipa::path(
    get,
    path = "/balance",
    operation_id = "get_balance",
    tag = "money",
    responses(
        (status = 200, description = "Your balances as they stand", body = BalanceBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
    )
)]
pub async fn balance(caller: Caller) -> Result<Json<BalanceBody>, ApiError> {
    let balance = gateway::balance(&caller.office, &caller.client).await;
    Ok(Json(balance.map_err(|error| caller.trouble(error))?.into()))
}

/// Which statement is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// `unsettled`, `available` or `held`.
    #[param(example = "unsettled")]
    account: Option<String>,
    /// First accounting date.
    #[param(example = "2026-03-01")]
    from: Option<String>,
    /// Last accounting date, at most 92 days after the first.
    #[param(example = "2026-03-31")]
    to: Option<String>,
    /// Page, from 1.
    page: Option<i64>,
}

/// An entry on one of your balances.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryBody {
    /// The accounting date.
    #[schema(example = "2026-03-31")]
    accounting_date: String,
    /// When what it is about happened.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Major units as text; below zero what was taken from you.
    #[schema(example = "-0.60")]
    amount: String,
    /// The balance after it.
    balance: String,
    /// What kind of entry it is.
    #[schema(example = "merchant fee charged")]
    entry: String,
    /// `payment`, `refund`, `settlement`, `payout`, `adjustment` or `error_item`.
    source_kind: String,
    /// The id of that.
    source_id: String,
}

/// A page of a statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementBody {
    /// ISO 4217 code.
    currency: String,
    /// The balance before the first day.
    opening: String,
    /// The balance after the last day.
    closing: String,
    /// The entries in the order of posting.
    entries: Vec<EntryBody>,
    /// This page, from 1.
    page: i64,
    /// Pages in all.
    pages: i64,
}

fn entry(row: StatementRow) -> EntryBody {
    let taken = row.side == Side::Debit;
    let amount = if taken { row.amount.checked_neg().unwrap_or(row.amount) } else { row.amount };
    EntryBody {
        accounting_date: row.accounting_date.to_string(),
        at: row.event_time,
        amount: amount.plain(),
        balance: row.balance.plain(),
        entry: row.entry.english().to_owned(),
        source_kind: row.source.kind,
        source_id: row.source.id,
    }
}

/// Ask for a statement
#[utoipa::path(
    get,
    path = "/statement",
    operation_id = "get_statement",
    tag = "money",
    params(StatementQuery),
    responses(
        (status = 200, description = "One page of the statement", body = StatementBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = ErrorBody),
    )
)]
pub async fn statement(
    caller: Caller,
    Asked(query): Asked<StatementQuery>,
) -> Result<Json<StatementBody>, ApiError> {
    let request = StatementRequest {
        account: query.account.unwrap_or_default(),
        from: query.from.unwrap_or_default(),
        to: query.to.unwrap_or_default(),
        page: query.page,
    };
    let statement = gateway::statement(&caller.office, &caller.client, &request).await;
    Ok(Json(statement.map_err(|error| caller.trouble(error))?.into()))
}

impl From<MerchantStatement> for StatementBody {
    fn from(statement: MerchantStatement) -> Self {
        let plain = |money: Money| money.plain();
        Self {
            currency: statement.opening.currency().code().to_owned(),
            opening: plain(statement.opening),
            closing: plain(statement.closing),
            page: statement.page.request.number,
            pages: statement.page.pages(),
            entries: statement.page.rows.into_iter().map(entry).collect(),
        }
    }
}

/// Where you want to be notified.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// HTTPS, on the public internet.
    #[schema(example = "https://shop.example/notifications")]
    url: String,
}

/// Where you are notified.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressBody {
    /// The address.
    url: String,
    /// The secret notifications are signed with, `whsec_…` (Standard Webhooks).
    secret: String,
    /// Since when nothing could be delivered.
    #[serde(with = "time::serde::rfc3339::option")]
    failing_since: Option<OffsetDateTime>,
    /// Why nothing is sent any more; set the address again to go on.
    disabled_because: Option<String>,
}

impl AddressBody {
    fn new((endpoint, secret): (Endpoint, String)) -> Self {
        Self {
            url: endpoint.url,
            secret,
            failing_since: endpoint.failing_since,
            disabled_because: endpoint.disabled.map(|(_, because)| because),
        }
    }
}

/// Ask where you are notified
#[utoipa::path(
    get,
    path = "/notification-address",
    operation_id = "get_notification_address",
    tag = "notifications",
    responses(
        (status = 200, description = "Your address and its secret", body = AddressBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "You gave none", body = ErrorBody),
    )
)]
pub async fn address(caller: Caller) -> Result<Json<AddressBody>, ApiError> {
    let found = gateway::endpoint(&caller.office, &caller.client).await;
    Ok(Json(AddressBody::new(found.map_err(|error| caller.trouble(error))?)))
}

/// Set where you are notified
///
/// A new address gets a new secret: ask for it with GET. What was held while no address worked is
/// sent to it.
#[utoipa::path(
    put,
    path = "/notification-address",
    operation_id = "set_notification_address",
    tag = "notifications",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    request_body = NewAddress,
    responses(
        (status = 200, description = "Set", body = NewAddress),
        (status = 400, description = "The request could not be read", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 409, description = "Request in progress", body = ErrorBody),
        (status = 422, description = "Not an address messages are sent to, or the key was used \
            for another request", body = ErrorBody),
    )
)]
pub async fn set_address(
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewAddress>,
) -> Result<Response, ApiError> {
    let body = json!(new);
    let call = Call::new("PUT /notification-address", &key, &body);
    let call = call.map_err(|error| caller.trouble(error))?;
    let came = gateway::set_endpoint(&caller.office, &caller.client, &call, new.url.trim()).await;
    if let Came::Before(answer) = came.map_err(|error| caller.trouble(error))? {
        return Ok(again(answer));
    }
    let kept = gateway::remember(&caller.office, &caller.client, &call, (200, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(200, &body))
}
