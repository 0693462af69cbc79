//! Server functions of payments.

use crate::failure::Failure;
use domain::channel::ChannelSummary;
use domain::date::BusinessDate;
use domain::ids::PaymentId;
use domain::journal::JournalDetail;
use domain::money::Currency;
use domain::page::{Cursor, Window};
use domain::payment::{PaymentDetail, PaymentStatus, PaymentSummary};
use domain::product::Product;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Which payments are wanted, as people ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentQuery {
    /// Any identifier: ours, the merchant's, the channel's.
    pub text: Option<String>,
    /// In this state only.
    pub status: Option<PaymentStatus>,
    /// Over this channel only.
    pub channel: Option<String>,
    /// With this product only.
    pub product: Option<Product>,
    /// Of the merchant with this number only.
    pub merchant: Option<String>,
    /// Cleared by the channel on this day only.
    pub clearing_date: Option<BusinessDate>,
}

/// The payments, from a place of the list on.
#[server(prefix = "/api/fn", endpoint = "payments/list", input = Json)]
pub async fn list(
    query: PaymentQuery,
    after: Option<Cursor>,
) -> Result<Window<PaymentSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let merchant = match query.merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(merchant) => Some(merchant),
            None => return Ok(Window::empty()),
        },
        None => None,
    };
    let filter = domain::payment::PaymentFilter {
        text: query.text,
        status: query.status,
        channel: query.channel,
        product: query.product,
        merchant,
        clearing_date: query.clearing_date,
    };
    Ok(backoffice::payments::list(&office, &actor, &filter, after).await?)
}

/// The channels payments are filtered by.
#[server(prefix = "/api/fn", endpoint = "payments/channels", input = Json)]
pub async fn channels() -> Result<Vec<ChannelSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::list(&office, &actor).await?)
}

/// A payment, and what was booked about it, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPath {
    /// The payment with its whole path.
    pub detail: PaymentDetail,
    /// Its journals in the order of posting, for whoever may see the books.
    pub booked: Vec<JournalDetail>,
    /// Why its channel cannot give money back any more, for whoever may ask for refunds.
    pub way_back_closed: Option<String>,
}

/// One payment.
#[server(prefix = "/api/fn", endpoint = "payments/find", input = Json)]
pub async fn find(id: PaymentId) -> Result<PaymentPath, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let detail = backoffice::payments::find(&office, &actor, id).await?;
    let mut booked = Vec::new();
    if actor.may(domain::access::Permission::ViewLedger) {
        for journal in &detail.journals {
            booked.push(backoffice::accounts::journal(&office, &actor, journal.id).await?);
        }
    }
    let mut way_back_closed = None;
    if actor.may(domain::access::Permission::RequestRefund) {
        way_back_closed = backoffice::refunds::way_back(&office, &actor, id).await?;
    }
    Ok(PaymentPath { detail, booked, way_back_closed })
}

/// A refund of a payment, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundRequest {
    /// The payment.
    pub payment: PaymentId,
    /// The payment's currency.
    pub currency: Currency,
    /// Number of the refund; the same number again is the same refund.
    pub merchant_refund_no: String,
    /// How much, in major units.
    pub amount: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// `yes` when the maker ticked that this is meant.
    #[serde(default)]
    pub confirmed: String,
    /// Of a refund that is paid out: the number of the payer's account.
    #[serde(default)]
    pub account: String,
    /// Whose account it is.
    #[serde(default)]
    pub name: String,
    /// The bank that keeps it.
    #[serde(default)]
    pub bank: String,
}

/// Asks for a refund on the payer's behalf, and leads to it.
#[server(prefix = "/api/fn", endpoint = "payments/request_refund")]
pub async fn request_refund(request: RefundRequest) -> Result<(), Failure> {
    use backoffice::refunds::Requester;

    let (office, actor) = crate::session::office_and_actor()?;
    let asked = asked(&request)?;
    let id = backoffice::refunds::request(&office, Requester::Staff(&actor), &asked).await?;
    crate::session::go_to(&crate::routes::refund(id));
    Ok(())
}

/// Asks for a refund to be paid out to an account of the payer, and leads to it.
#[server(prefix = "/api/fn", endpoint = "payments/request_refund_by_payout")]
pub async fn request_refund_by_payout(request: RefundRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let asked = asked(&request)?;
    let RefundRequest { account, name, bank, .. } = request;
    let payee = domain::payout::Payee { account, name, bank };
    let wanted = (&asked, &payee);
    let id = backoffice::refunds::request_by_payout(&office, &actor, wanted).await?;
    crate::session::go_to(&crate::routes::refund(id));
    Ok(())
}

/// What the form asks for, whole.
#[cfg(feature = "ssr")]
fn asked(request: &RefundRequest) -> Result<domain::refund::RefundRequest, Failure> {
    use domain::money::Money;

    let reason = request.reason.trim();
    if reason.is_empty() {
        return Err(Failure::invalid("reason", "say why the payer gets the money back"));
    }
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that this refund is meant"));
    }
    let amount = Money::parse_positive(request.amount.trim(), request.currency);
    Ok(domain::refund::RefundRequest {
        payment: request.payment,
        merchant_refund_no: request.merchant_refund_no.trim().to_owned(),
        amount: amount.map_err(|error| Failure::invalid("amount", error))?,
        reason: reason.to_owned(),
    })
}

/// Has the channel asked at once what became of a payment.
#[server(prefix = "/api/fn", endpoint = "payments/ask_now")]
pub async fn ask_now(id: PaymentId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payments::ask_now(&office, &actor, id).await?)
}

/// The closing of a payment, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClosingRequest {
    /// The payment.
    pub id: PaymentId,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// `yes` when the maker ticked that this is meant.
    #[serde(default)]
    pub confirmed: String,
}

/// Proposes to close a payment whose outcome is not known, and leads to the proposal.
#[server(prefix = "/api/fn", endpoint = "payments/propose_closing")]
pub async fn propose_closing(request: ClosingRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that this payment is to be closed"));
    }
    let ClosingRequest { id, reason, .. } = request;
    let id = backoffice::payments::propose_closing(&office, &actor, id, &reason).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// A top-up to be given back, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TopUpReturnRequest {
    /// The payment that is the top-up.
    pub payment: PaymentId,
    /// In major units.
    #[serde(default)]
    pub amount: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// `yes` when the maker ticked that it is meant.
    #[serde(default)]
    pub confirmed: String,
}

/// Drafts the return of a top-up to the account it came from, and leads to its payout.
#[server(prefix = "/api/fn", endpoint = "payments/return_top_up")]
pub async fn return_top_up(request: TopUpReturnRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    actor.require(domain::access::Permission::MakePayout)?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that this top-up goes back"));
    }
    let amount = domain::money::Money::parse_positive(request.amount.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid("amount", error))?;
    let wanted = (request.payment, amount, request.reason.as_str());
    let id = backoffice::payouts::return_top_up(&office, &actor, wanted).await?;
    crate::session::go_to(&crate::routes::payout(id));
    Ok(())
}
