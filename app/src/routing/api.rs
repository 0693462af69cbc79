//! Server functions of routing.

use crate::failure::Failure;
use domain::approval::ApprovalSummary;
use domain::product::{CardType, Product};
use domain::routing::{RoutingDecision, RuleBook, RuleVersion};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The rules in force and the versions there were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesInForce {
    /// In force.
    pub book: RuleBook,
    /// Newest first.
    pub versions: Vec<RuleVersion>,
    /// The latest requests for a change, newest first.
    pub changes: Vec<ApprovalSummary>,
}

/// The rules.
#[server(prefix = "/api/fn", endpoint = "routing/rules", input = Json)]
pub async fn rules() -> Result<RulesInForce, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let (book, versions) = backoffice::routing::rules(&office, &actor).await?;
    let changes = backoffice::routing::changes(&office, &actor).await?;
    Ok(RulesInForce { book, versions, changes })
}

/// A payment somebody asks about, as the address carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// With which product.
    pub product: Product,
    /// In major units.
    pub amount: String,
    /// For the merchant with this number.
    pub merchant: Option<String>,
    /// In which way the payer wants to pay.
    pub method: Option<String>,
    /// With which kind of card.
    pub card: Option<CardType>,
    /// Of which bank.
    pub bank: Option<String>,
    /// Day and time in the business zone, `2026-03-31 12:00`; now, if nothing is said.
    pub at: Option<String>,
    /// With the chance of this payment.
    pub payment: Option<String>,
}

/// Where a payment would go, and why. Nothing, while nothing is asked.
#[server(prefix = "/api/fn", endpoint = "routing/ask", input = Json)]
pub async fn ask(ask: Option<Asked>) -> Result<Option<RoutingDecision>, Failure> {
    use domain::money::{Currency, Money};

    let (office, actor) = crate::session::office_and_actor()?;
    let Some(ask) = ask else { return Ok(None) };
    let amount = Money::parse_positive(ask.amount.trim(), Currency::Cny);
    let at = ask.at.as_deref().map(|at| super::propose::moment(office.settings.zone, at));
    let payment = ask.payment.as_deref().map(str::parse).transpose();
    let asked = domain::routing::RoutingAsk {
        product: ask.product,
        amount: amount.map_err(|error| Failure::invalid("amount", error))?,
        merchant: ask.merchant,
        method: ask.method,
        card: ask.card,
        bank: ask.bank,
        at: at.transpose()?,
        payment: payment
            .map_err(|_| Failure::invalid("payment", "this is not the id of a payment"))?,
    };
    Ok(Some(backoffice::routing::ask(&office, &actor, &asked).await?))
}

/// A rule, as the form sends it. What is empty holds for everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleRequest {
    /// Its name; the rule of this name is replaced.
    pub name: String,
    /// Its place from the top, from 1; empty for the last.
    pub place: String,
    /// For this product.
    pub product: String,
    /// For these ways of paying.
    pub methods: String,
    /// From this amount in major units.
    pub min: String,
    /// Up to this amount in major units.
    pub max: String,
    /// For this kind of card.
    pub card: String,
    /// For these banks.
    pub banks: String,
    /// For these merchants, by number.
    pub merchants: String,
    /// From this time of day.
    pub from: String,
    /// To before this time of day.
    pub to: String,
    /// Channels with their weights, `unionpay 70, wechat 30`.
    pub channels: String,
    /// How one of them is chosen.
    pub choose: String,
}

/// Proposes to make, change or move a rule, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "routing/propose_rule")]
pub async fn propose_rule(request: RuleRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let (book, _) = backoffice::routing::rules(&office, &actor).await?;
    let change = super::propose::change(&book, &request)?;
    let id = backoffice::routing::propose(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Proposes to take a rule out, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "routing/propose_removal")]
pub async fn propose_removal(name: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let change = domain::routing::RuleChange { name, after: None, in_front_of: None };
    let id = backoffice::routing::propose(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}
