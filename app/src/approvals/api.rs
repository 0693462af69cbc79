//! Server functions of approvals.

use crate::failure::Failure;
use domain::approval::{
    ApprovalDetail, ApprovalSummary, BatchItem, Delegation, Difference, Inbox, RuleBook, Verdict,
};
use domain::ids::ApprovalId;
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The requests of an inbox.
#[server(prefix = "/api/fn", endpoint = "approvals/list", input = Json)]
pub async fn list(inbox: Inbox, page: PageRequest) -> Result<Page<ApprovalSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::list(&office, &actor, inbox, page).await?)
}

/// One request.
#[server(prefix = "/api/fn", endpoint = "approvals/find", input = Json)]
pub async fn find(id: ApprovalId) -> Result<ApprovalDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let mut detail = backoffice::approvals::find(&office, &actor, id).await?;
    detail.cannot = detail.cannot.map(|why| crate::phrases::phrase(&why));
    Ok(detail)
}

/// In what a request that was not carried out differs from what it met.
#[server(prefix = "/api/fn", endpoint = "approvals/differences", input = Json)]
pub async fn differences(id: ApprovalId) -> Result<Vec<Difference>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::differences::of(&office, &actor, id).await?)
}

/// A decision, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecisionRequest {
    /// Which request.
    pub id: ApprovalId,
    /// The hash of what the checker was shown.
    pub shown_hash: String,
    /// What the checker says.
    pub verdict: Verdict,
    /// Why; needed to reject.
    #[serde(default)]
    pub note: String,
    /// The code of the second factor, where the step asks for it.
    #[serde(default)]
    pub code: String,
    /// `yes` when the checker ticked that they read the content.
    #[serde(default)]
    pub confirmed: String,
}

/// Decides a request.
#[server(prefix = "/api/fn", endpoint = "approvals/decide")]
pub async fn decide(request: DecisionRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the content"));
    }
    let DecisionRequest { id, shown_hash, verdict, note, code, .. } = &request;
    let saying = backoffice::decisions::Saying { verdict: *verdict, note, code };
    Ok(backoffice::decisions::decide(&office, &actor, (*id, shown_hash), saying).await?)
}

/// What would become of several requests if they were approved together now.
#[server(prefix = "/api/fn", endpoint = "approvals/rehearse", input = Json)]
pub async fn rehearse(ids: Vec<ApprovalId>) -> Result<Vec<BatchItem>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let mut items = backoffice::decisions::rehearse(&office, &actor, &ids).await?;
    for item in &mut items {
        item.refusal = item.refusal.take().map(|why| crate::phrases::phrase(&why));
    }
    Ok(items)
}

/// Several decisions, as the form sends them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TogetherRequest {
    /// Each request with the hash of what was shown, `id:hash`.
    #[serde(default)]
    pub shown: Vec<String>,
    /// A note to all of them.
    #[serde(default)]
    pub note: String,
    /// The code of the second factor, where a step asks for it.
    #[serde(default)]
    pub code: String,
    /// `yes` when the checker ticked that they looked at them.
    #[serde(default)]
    pub confirmed: String,
}

/// Approves several requests, each for itself, and leads to what became of each.
#[server(prefix = "/api/fn", endpoint = "approvals/approve_together")]
pub async fn approve_together(request: TogetherRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the content"));
    }
    let (verdict, note, code) = (Verdict::Approve, &*request.note, &*request.code);
    let saying = backoffice::decisions::Saying { verdict, note, code };
    let shown = super::together::read(&request.shown)?;
    backoffice::decisions::decide_several(&office, &actor, &shown, saying).await?;
    let ids: Vec<_> = shown.iter().map(|(id, _)| *id).collect();
    crate::session::go_to(&crate::routes::approvals_decided(&ids));
    Ok(())
}

/// The approval rules in force, and who has which level.
#[server(prefix = "/api/fn", endpoint = "approvals/rules", input = Json)]
pub async fn rules() -> Result<RuleBook, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::rules::book(&office, &actor).await?)
}

/// An approval rule, as the form sends it. What is empty sets no condition.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleRequest {
    /// Its name; the rule of this name is replaced.
    pub name: String,
    /// For this kind.
    pub kind: String,
    /// From these sources.
    pub sources: String,
    /// The amount is above this, in major units.
    pub amount_over: String,
    /// The maker's sum of the day is above this.
    pub maker_day_over: String,
    /// A merchant's sum of the day is above this.
    pub merchant_day_over: String,
    /// A payee's sum of the day is above this.
    pub payee_day_over: String,
    /// From this risk.
    pub risk: String,
    /// `yes`: only where an account was never paid.
    pub first: String,
    /// Levels, roles and `2fa`: `L1, L2, L3 manager 2fa`.
    pub steps: String,
    /// Hours until an open step is escalated.
    pub hours: String,
}

/// Proposes the rules in force with one added or replaced, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "approvals/propose_rule")]
pub async fn propose_rule(request: RuleRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let book = backoffice::approvals::rules::book(&office, &actor).await?;
    let book = super::propose::with_rule(book, &request)?;
    let book = (book.rules, book.authorities);
    let id = backoffice::approvals::rules::propose_book(&office, &actor, book).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Proposes the rules in force without the one of this name, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "approvals/propose_removal")]
pub async fn propose_removal(name: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let mut book = backoffice::approvals::rules::book(&office, &actor).await?;
    book.rules.retain(|rule| rule.name != name);
    let book = (book.rules, book.authorities);
    let id = backoffice::approvals::rules::propose_book(&office, &actor, book).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// A person's level, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorityRequest {
    /// What the person signs in with.
    pub login: String,
    /// Up to this level.
    pub level: String,
    /// The last day it holds; empty for no end.
    #[serde(default)]
    pub until: String,
}

/// Proposes another level for a person, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "approvals/propose_authority")]
pub async fn propose_authority(request: AuthorityRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    actor.require(domain::access::Permission::MakeApprovalRules)?;
    let people = backoffice::approvals::rules::people(&office, &actor).await?;
    let found = people.into_iter().find(|(_, login, _)| *login == request.login.trim());
    let (staff, ..) = found.ok_or(Failure::NotFound)?;
    let book = backoffice::approvals::rules::book(&office, &actor).await?;
    let book = super::propose::with_authority(book, staff, &request)?;
    let book = (book.rules, book.authorities);
    let id = backoffice::approvals::rules::propose_book(&office, &actor, book).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// Everybody whose account is open: id, sign-in, name.
#[server(prefix = "/api/fn", endpoint = "approvals/people", input = Json)]
pub async fn people() -> Result<Vec<(domain::ids::StaffId, String, String)>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::rules::people(&office, &actor).await?)
}

/// Rights lent now or later, and to whom one may lend one's own: sign-in and name.
#[server(prefix = "/api/fn", endpoint = "approvals/stand_ins", input = Json)]
pub async fn stand_ins() -> Result<(Vec<Delegation>, Vec<(String, String)>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let lent = backoffice::approvals::delegations::list(&office, &actor).await?;
    Ok((lent, backoffice::approvals::delegations::stand_ins(&office, &actor).await?))
}

/// A right to be lent, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LendRequest {
    /// What the colleague signs in with.
    pub stand_in: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// Lends one's own right to decide, from the beginning of the first day to the end of the last.
#[server(prefix = "/api/fn", endpoint = "approvals/lend")]
pub async fn lend(request: LendRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let zone = office.settings.zone;
    let day = |field, text: &str| super::propose::day(field, text);
    let from = zone.start_of(day("from", &request.from)?);
    let until = zone.start_of(day("until", &request.until)?.next());
    let LendRequest { stand_in, reason, .. } = request;
    let lending = backoffice::approvals::delegations::Lending { stand_in, from, until, reason };
    backoffice::approvals::delegations::lend(&office, &actor, &lending).await?;
    Ok(())
}

/// Takes back a right one lent.
#[server(prefix = "/api/fn", endpoint = "approvals/revoke")]
pub async fn revoke(id: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let id: ApprovalId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(backoffice::approvals::delegations::revoke(&office, &actor, id.into()).await?)
}

/// Takes back one's own request.
#[server(prefix = "/api/fn", endpoint = "approvals/withdraw")]
pub async fn withdraw(id: ApprovalId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::withdraw(&office, &actor, id).await?)
}
