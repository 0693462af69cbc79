//! What tests and demonstrations tell the sandbox.

use super::books::{Books, Channel, Effect, Line, Operation};
use super::callbacks::Address;
use super::rules::Rule;
use super::statements::COLLECTION;
use super::{Shared, Trouble};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use banks::http::Outcome;
use banks::write::WriteError;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/control/books", get(show))
        .route("/control/misbehave", post(misbehave).delete(behave))
        .route("/control/callbacks", post(call_back).delete(call_nobody))
        .route("/control/settle", post(settle))
        .route("/control/deposit", post(deposit))
        .route("/control/return", post(return_payout))
}

async fn show(State(shared): State<Shared>) -> Result<Json<Value>, Trouble> {
    let effects = shared.with(|books| Ok(serde_json::to_value(books.effects()))).await?;
    let effects = effects.map_err(|error| Trouble::Broken(error.to_string()))?;
    Ok(Json(json!({ "effects": effects })))
}

async fn misbehave(
    State(shared): State<Shared>,
    Json(rule): Json<Rule>,
) -> Result<Json<Value>, Trouble> {
    let id = shared.with(move |books| books.tell(rule)).await?;
    Ok(Json(json!({ "rule": id })))
}

async fn behave(State(shared): State<Shared>) -> Result<Json<Value>, Trouble> {
    shared.with(|books| Ok(books.record(vec![Effect::RulesEnded])?)).await?;
    Ok(Json(json!({})))
}

async fn call_back(
    State(shared): State<Shared>,
    Json(address): Json<Address>,
) -> Result<Json<Value>, Trouble> {
    address.check().map_err(Trouble::BadRequest)?;
    let told = move |books: &mut Books| {
        if books.address(address.channel) != Some(&address) {
            books.record(vec![Effect::CallsBack(Box::new(address))])?;
        }
        Ok(())
    };
    shared.with(told).await?;
    Ok(Json(json!({})))
}

async fn call_nobody(State(shared): State<Shared>) -> Result<Json<Value>, Trouble> {
    shared.with(|books| Ok(books.record(vec![Effect::CallsNobody])?)).await?;
    Ok(Json(json!({})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    channel: Channel,
    date: BusinessDate,
    account: String,
    /// The day the money arrives; without it, the next calendar day.
    #[serde(default)]
    on: Option<BusinessDate>,
}

async fn settle(
    State(shared): State<Shared>,
    Json(settle): Json<Settle>,
) -> Result<Json<Value>, Trouble> {
    let line = shared.with(move |books| books_settle(books, &settle)).await?;
    Ok(told(line.as_ref()))
}

fn books_settle(books: &mut Books, settle: &Settle) -> Result<Option<Line>, Trouble> {
    let Settle { channel, date, account, on } = settle;
    let on = on.unwrap_or_else(|| date.next());
    check_account(account)?;
    let (code, name) = match channel {
        Channel::Unionpay => ("unionpay", "中国银联"),
        Channel::Wechat => ("wechat", "财付通"),
        Channel::Bank => ("bank", "银行转账归集"),
    };
    let occasion = format!("settle {code} {date}");
    if let Some(known) = books.lines().find(|line| line.occasion == occasion) {
        return same_account(known, account).map(Some);
    }
    let mut net = Money::zero(Currency::Cny);
    for done in books.done() {
        if done.entry.channel != *channel || done.clearing_date != *date {
            continue;
        }
        let amount = done.entry.amount;
        let sum = match done.entry.operation {
            Operation::Payment => net.checked_add(amount),
            Operation::Refund => net.checked_sub(amount),
            Operation::Payout => Ok(net),
        };
        net = sum.map_err(WriteError::from)?;
    }
    if net.is_zero() {
        return Ok(None);
    }
    let line = Line {
        account: account.clone(),
        day: on,
        amount: net,
        bank_ref: format!("S{}{:08}", on.compact(), books.effects().len()),
        number: None,
        counterparty: name.to_owned(),
        text: format!("SETTLE {code} {date}"),
        return_reason: None,
        occasion,
    };
    let mut effects = vec![Effect::Line(Box::new(line.clone()))];
    if *channel == Channel::Bank {
        let swept = Line {
            account: COLLECTION.to_owned(),
            amount: net.checked_neg().map_err(WriteError::from)?,
            counterparty: account.clone(),
            occasion: format!("sweep {date}"),
            ..line.clone()
        };
        effects.push(Effect::Line(Box::new(swept)));
    }
    books.record(effects)?;
    Ok(Some(line))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deposit {
    number: String,
    account: String,
    amount: String,
    date: BusinessDate,
    #[serde(default)]
    text: String,
}

async fn deposit(
    State(shared): State<Shared>,
    Json(deposit): Json<Deposit>,
) -> Result<Json<Value>, Trouble> {
    let line = shared.with(move |books| books_deposit(books, deposit)).await?;
    Ok(told(Some(&line)))
}

fn books_deposit(books: &mut Books, deposit: Deposit) -> Result<Line, Trouble> {
    check_account(&deposit.account)?;
    check_account(&deposit.number)?;
    let amount = Money::parse_positive(&deposit.amount, Currency::Cny)
        .map_err(|error| Trouble::BadRequest(error.to_string()))?;
    let occasion = format!("deposit {}", deposit.number);
    if let Some(known) = books.lines().find(|line| line.occasion == occasion) {
        if known.amount != amount {
            return Err(Trouble::Conflict("this number was used for another amount".to_owned()));
        }
        return same_account(known, &deposit.account);
    }
    let line = Line {
        account: deposit.account,
        day: deposit.date,
        amount,
        bank_ref: format!("D{}{:08}", deposit.date.compact(), books.effects().len()),
        number: Some(deposit.number),
        counterparty: String::new(),
        text: deposit.text,
        return_reason: None,
        occasion,
    };
    books.record(vec![Effect::Line(Box::new(line.clone()))])?;
    Ok(line)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Return {
    number: String,
    date: BusinessDate,
    reason: String,
}

async fn return_payout(
    State(shared): State<Shared>,
    Json(wanted): Json<Return>,
) -> Result<Json<Value>, Trouble> {
    let line = shared.with(move |books| books_return(books, wanted)).await?;
    Ok(told(Some(&line)))
}

fn books_return(books: &mut Books, wanted: Return) -> Result<Line, Trouble> {
    let occasion = format!("return {}", wanted.number);
    if let Some(known) = books.lines().find(|line| line.occasion == occasion) {
        return Ok(known.clone());
    }
    let payout = [Channel::Bank, Channel::Unionpay, Channel::Wechat]
        .into_iter()
        .filter_map(|channel| books.find(channel, Operation::Payout, &wanted.number))
        .find(|payout| matches!(payout.outcome, Outcome::Done { .. }));
    let Some(payout) = payout else {
        return Err(Trouble::NotFound("there is no such payout to return".to_owned()));
    };
    let line = Line {
        account: payout.order.from_account.clone().unwrap_or_default(),
        day: wanted.date,
        amount: payout.amount,
        bank_ref: format!("R{}{:08}", wanted.date.compact(), books.effects().len()),
        number: Some(wanted.number),
        counterparty: payout.order.to_name.clone().unwrap_or_default(),
        text: "退票".to_owned(),
        return_reason: Some(wanted.reason),
        occasion,
    };
    books.record(vec![Effect::Line(Box::new(line.clone()))])?;
    Ok(line)
}

fn check_account(text: &str) -> Result<(), Trouble> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Trouble::BadRequest("accounts and numbers are letters and digits".to_owned()))
}

fn same_account(known: &Line, account: &str) -> Result<Line, Trouble> {
    if known.account == account {
        return Ok(known.clone());
    }
    Err(Trouble::Conflict(format!("this was already done, to the account {}", known.account)))
}

/// The line that stands on the statement, or null when there was nothing to move.
fn told(line: Option<&Line>) -> Json<Value> {
    Json(json!({ "line": line.map(|line| json!({
        "account": line.account,
        "date": line.day,
        "amount": line.amount.plain(),
        "bank_ref": line.bank_ref,
    })) }))
}
