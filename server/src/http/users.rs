//! Users with a balance over the API: registering them, their own bank account, what they have and
//! what they withdraw.

use super::api::{
    ApiError, Asked, Body, Caller, ErrorBody, IdempotencyKey, again, answered, identifier,
};
use super::money::StatementBody;
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use backoffice::gateway::{self, Call, Came, GatewayError, UserView, WithdrawalCall};
use domain::gateway::StatementRequest;
use domain::ids::PayoutId;
use domain::payout::{Payee, PayoutState};
use domain::user::{UserRequest, Withdrawal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A user to be registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Your own reference of the user: 1 to 64 letters, digits, `-`, `_`, `.`.
    #[schema(example = "u-20260331-0001")]
    reference: String,
    /// The person's name, as you verified it.
    #[schema(example = "王小明")]
    name: String,
    /// Class of the payment account: `I`, `II` or `III`.
    #[schema(example = "II")]
    class: String,
}

/// A user's own bank account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUserAccount {
    /// The account's number.
    #[schema(example = "6222021001012345")]
    account: String,
    /// Who holds it: the user, and nobody else.
    #[schema(example = "王小明")]
    name: String,
    /// The bank that keeps it.
    #[schema(example = "招商银行")]
    bank: String,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBody {
    /// The id with us.
    id: Uuid,
    /// Your own reference.
    reference: String,
    /// The person's name.
    name: String,
    /// Class of the payment account.
    class: String,
    /// ISO 4217 code.
    currency: String,
    /// What we owe the user, major units as text.
    #[schema(example = "200.00")]
    balance: String,
    /// Last signs of the own bank account that counts.
    account_tail: Option<String>,
    /// When the account was opened.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<UserView> for UserBody {
    fn from(view: UserView) -> Self {
        Self {
            id: view.user.id.into(),
            reference: view.user.reference,
            name: view.user.name,
            class: view.user.class.name().to_owned(),
            currency: view.balance.currency().code().to_owned(),
            balance: view.balance.plain(),
            account_tail: view.account.as_ref().map(tail),
            created_at: view.user.created_at,
        }
    }
}

/// The last four signs of an account's number.
fn tail(payee: &Payee) -> String {
    let signs: Vec<char> = payee.account.chars().collect();
    signs.iter().skip(signs.len().saturating_sub(4)).collect()
}

/// Register a user
///
/// The same user again is the one already registered.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "register_user",
    tag = "users",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    request_body = NewUser,
    responses(
        (status = 201, description = "Registered", body = UserBody),
        (status = 400, description = "The request could not be read", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 409, description = "The reference names somebody else", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = ErrorBody),
    )
)]
pub async fn register(
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewUser>,
) -> Result<Response, ApiError> {
    let call = Call::new("POST /users", &key, &json!(new));
    let call = call.map_err(|error| caller.trouble(error))?;
    let request =
        UserRequest { reference: new.reference.clone(), name: new.name, class: new.class };
    let came = gateway::register_user(&caller.office, &caller.client, &call, &request).await;
    if let Came::Before(answer) = came.map_err(|error| caller.trouble(error))? {
        return Ok(again(answer));
    }
    shown(&caller, &call, (201, &new.reference)).await
}

/// Give a user's own bank account
///
/// Where withdrawals go, and where top-ups come from. It must be held in the user's own name. One
/// that replaces another is paid after 24 hours.
#[utoipa::path(
    put,
    path = "/users/{reference}/account",
    operation_id = "set_user_account",
    tag = "users",
    params(
        ("reference" = String, Path, description = "Your own reference of the user"),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    request_body = NewUserAccount,
    responses(
        (status = 200, description = "Taken", body = UserBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such user of yours", body = ErrorBody),
        (status = 422, description = "No account, or somebody else's", body = ErrorBody),
    )
)]
pub async fn set_account(
    caller: Caller,
    Path(reference): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewUserAccount>,
) -> Result<Response, ApiError> {
    let about = json!({ "user": reference, "account": new });
    let call = Call::new("PUT /users/account", &key, &about);
    let call = call.map_err(|error| caller.trouble(error))?;
    let payee = Payee { account: new.account, name: new.name, bank: new.bank };
    let given = (reference.as_str(), &payee);
    let came = gateway::set_user_account(&caller.office, &caller.client, &call, given).await;
    if let Came::Before(answer) = came.map_err(|error| caller.trouble(error))? {
        return Ok(again(answer));
    }
    shown(&caller, &call, (200, &reference)).await
}

/// The user as they stand, remembered as the answer to this request.
async fn shown(
    caller: &Caller,
    call: &Call,
    (status, reference): (u16, &str),
) -> Result<Response, ApiError> {
    let view = gateway::find_user(&caller.office, &caller.client, reference).await;
    let body = json!(UserBody::from(view.map_err(|error| caller.trouble(error))?));
    let kept = gateway::remember(&caller.office, &caller.client, call, (status, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(status, &body))
}

/// Ask after a user and their balance
#[utoipa::path(
    get,
    path = "/users/{reference}",
    operation_id = "get_user",
    tag = "users",
    params(("reference" = String, Path, description = "Your own reference of the user")),
    responses(
        (status = 200, description = "The user as they stand", body = UserBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such user of yours", body = ErrorBody),
    )
)]
pub async fn find(
    caller: Caller,
    Path(reference): Path<String>,
) -> Result<Json<UserBody>, ApiError> {
    let view = gateway::find_user(&caller.office, &caller.client, &reference).await;
    Ok(Json(view.map_err(|error| caller.trouble(error))?.into()))
}

/// Which days of a user's statement are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserStatementQuery {
    /// First accounting date.
    #[param(example = "2026-03-01")]
    from: Option<String>,
    /// Last accounting date, at most 92 days after the first.
    #[param(example = "2026-03-31")]
    to: Option<String>,
    /// Page, from 1.
    page: Option<i64>,
}

/// Ask for a user's statement
#[utoipa::path(
    get,
    path = "/users/{reference}/statement",
    operation_id = "get_user_statement",
    tag = "users",
    params(
        ("reference" = String, Path, description = "Your own reference of the user"),
        UserStatementQuery,
    ),
    responses(
        (status = 200, description = "A page of the statement", body = StatementBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such user of yours", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = ErrorBody),
    )
)]
pub async fn statement(
    caller: Caller,
    Path(reference): Path<String>,
    Asked(query): Asked<UserStatementQuery>,
) -> Result<Json<StatementBody>, ApiError> {
    let request = StatementRequest {
        account: String::new(),
        from: query.from.unwrap_or_default(),
        to: query.to.unwrap_or_default(),
        page: query.page,
    };
    let wanted = (reference.as_str(), &request);
    let statement = gateway::user_statement(&caller.office, &caller.client, wanted).await;
    Ok(Json(statement.map_err(|error| caller.trouble(error))?.into()))
}

/// A withdrawal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWithdrawal {
    /// Your own number of the withdrawal; the same number again is the same withdrawal.
    #[schema(example = "W-0001")]
    merchant_withdrawal_no: String,
    /// What reaches the user's account, major units as text; the fee comes on top.
    #[schema(example = "100.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "CNY")]
    currency: String,
}

/// A withdrawal as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalBody {
    /// Its id with us; payout notifications carry it.
    id: Uuid,
    /// Your own reference of the user.
    user: String,
    /// Your own number.
    merchant_withdrawal_no: String,
    /// Major units as text.
    amount: String,
    /// What it costs the user, beside the amount.
    #[schema(example = "0.10")]
    fee: String,
    /// ISO 4217 code.
    currency: String,
    /// `drafted`, `submitted`, `queued`, `sending`, `accepted`, `unknown`, `rejected`, `paid` or
    /// `returned`. Rejected: amount and fee are back on the balance.
    status: String,
    /// Why it was rejected or came back.
    failure: Option<String>,
    /// Last signs of the account it goes to.
    account_tail: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<Withdrawal> for WithdrawalBody {
    fn from(one: Withdrawal) -> Self {
        let failure = match &one.state {
            PayoutState::Rejected { reason } | PayoutState::Returned { reason, .. } => {
                Some(reason.clone())
            }
            _ => None,
        };
        Self {
            id: one.id.into(),
            user: one.reference,
            merchant_withdrawal_no: one.merchant_withdrawal_no,
            amount: one.amount.plain(),
            fee: one.fee.plain(),
            currency: one.amount.currency().code().to_owned(),
            status: one.state.name().to_owned(),
            failure,
            account_tail: tail(&one.payee),
            created_at: one.at,
        }
    }
}

/// Withdraw to the user's own bank account
///
/// Amount and fee leave the balance at once. Colleagues approve the payout before it is sent; you
/// are notified of its end.
#[utoipa::path(
    post,
    path = "/users/{reference}/withdrawals",
    operation_id = "create_withdrawal",
    tag = "users",
    params(
        ("reference" = String, Path, description = "Your own reference of the user"),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    request_body = NewWithdrawal,
    responses(
        (status = 201, description = "Taken", body = WithdrawalBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such user of yours", body = ErrorBody),
        (status = 409, description = "The balance does not cover it, the user has no account, or \
            the number names another withdrawal", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = ErrorBody),
    )
)]
pub async fn withdraw(
    caller: Caller,
    Path(reference): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewWithdrawal>,
) -> Result<Response, ApiError> {
    let about = json!({ "user": reference, "withdrawal": new });
    let call = Call::new("POST /users/withdrawals", &key, &about);
    let call = call.map_err(|error| caller.trouble(error))?;
    let asked = WithdrawalCall {
        reference,
        merchant_withdrawal_no: new.merchant_withdrawal_no,
        amount: new.amount,
        currency: new.currency,
    };
    let came = gateway::withdraw(&caller.office, &caller.client, &call, &asked).await;
    let id = match came.map_err(|error| caller.trouble(error))? {
        Came::Before(answer) => return Ok(again(answer)),
        Came::New(id) => id,
    };
    let body = found(&caller, id).await.map_err(|error| caller.trouble(error))?;
    let body = json!(body);
    let kept = gateway::remember(&caller.office, &caller.client, &call, (201, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(201, &body))
}

/// Ask after a withdrawal
#[utoipa::path(
    get,
    path = "/withdrawals/{id}",
    operation_id = "get_withdrawal",
    tag = "users",
    params(("id" = String, Path, description = "The withdrawal's id")),
    responses(
        (status = 200, description = "The withdrawal as it stands", body = WithdrawalBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such withdrawal of yours", body = ErrorBody),
    )
)]
pub async fn find_withdrawal(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WithdrawalBody>, ApiError> {
    let id = PayoutId(identifier(&caller, &id, "withdrawal")?);
    let body = found(&caller, id).await.map_err(|error| caller.trouble(error))?;
    Ok(Json(body))
}

async fn found(caller: &Caller, id: PayoutId) -> Result<WithdrawalBody, GatewayError> {
    Ok(gateway::find_withdrawal(&caller.office, &caller.client, id).await?.into())
}
