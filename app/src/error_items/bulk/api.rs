//! Server functions of work on many error items at once, and of the rules.

use crate::failure::Failure;
use domain::error_item::{BulkDetail, BulkSummary, RulesVersion};
use domain::ids::{ErrorItemBulkId, ErrorItemId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What is done with which rows, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BulkRequest {
    /// The rows that are ticked.
    #[serde(default)]
    pub ids: Vec<ErrorItemId>,
    /// The filter of the list, as JSON.
    #[serde(default)]
    pub filter: String,
    /// `yes`: everything the filter matches, whatever is ticked.
    #[serde(default)]
    pub all: String,
    /// What is done: `assign`, `hand_on`, `snooze`, `comment` or `propose`.
    #[serde(default)]
    pub what: String,
    /// Login of a colleague, to hand on.
    #[serde(default)]
    pub to: String,
    /// The day it is put off to.
    #[serde(default)]
    pub until: String,
    /// The comment, or why.
    #[serde(default)]
    pub text: String,
}

/// Freezes a selection, has it tried, and leads to what came out.
#[server(prefix = "/api/fn", endpoint = "error_items/start_bulk")]
pub async fn start_bulk(request: BulkRequest) -> Result<(), Failure> {
    use domain::error_item::Selection;
    let (office, actor) = crate::session::office_and_actor()?;
    let selection = if request.all == "yes" {
        let wrong =
            |_| Failure::invalid("filter", "the filter cannot be read: open the list again");
        Selection::Matching(serde_json::from_str(&request.filter).map_err(wrong)?)
    } else {
        Selection::Ids(request.ids.clone())
    };
    let command = command(&office, &actor, request).await?;
    let wanted = (&selection, &command);
    let id = backoffice::error_items::start_bulk(&office, &actor, wanted).await?;
    crate::session::go_to(&crate::routes::error_item_bulk(id));
    Ok(())
}

#[cfg(feature = "ssr")]
async fn command(
    office: &backoffice::office::Office,
    actor: &domain::access::Actor,
    request: BulkRequest,
) -> Result<domain::error_item::BulkCommand, Failure> {
    use domain::error_item::BulkCommand;
    Ok(match request.what.as_str() {
        "assign" => BulkCommand::Assign { to: actor.staff, name: actor.name.clone() },
        "hand_on" => {
            let found = backoffice::error_items::colleague(office, actor, &request.to).await?;
            BulkCommand::Assign { to: found.0, name: found.1 }
        }
        "snooze" => {
            let wrong = |_| Failure::invalid("until", "a date must be written like 2026-03-31");
            let day = request.until.parse().map_err(wrong)?;
            BulkCommand::Snooze { until: office.settings.zone.start_of(day), why: request.text }
        }
        "comment" => BulkCommand::Comment { text: request.text },
        "propose" => BulkCommand::ProposeSuggested { reason: request.text },
        _ => return Err(Failure::invalid("what", "choose what is to be done")),
    })
}

/// That a bulk is gone on with, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfirmRequest {
    /// Which.
    pub id: ErrorItemBulkId,
    /// `yes` when its maker ticked that they read what would happen.
    #[serde(default)]
    pub confirmed: String,
}

/// Goes on with a bulk that was tried.
#[server(prefix = "/api/fn", endpoint = "error_items/confirm_bulk")]
pub async fn confirm_bulk(request: ConfirmRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read what would happen"));
    }
    Ok(backoffice::error_items::confirm_bulk(&office, &actor, request.id).await?)
}

/// Stops a bulk.
#[server(prefix = "/api/fn", endpoint = "error_items/cancel_bulk")]
pub async fn cancel_bulk(id: ErrorItemBulkId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::cancel_bulk(&office, &actor, id).await?)
}

/// The latest bulks.
#[server(prefix = "/api/fn", endpoint = "error_items/bulks", input = Json)]
pub async fn bulks() -> Result<Vec<BulkSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::bulks(&office, &actor).await?)
}

/// One bulk.
#[server(prefix = "/api/fn", endpoint = "error_items/bulk", input = Json)]
pub async fn bulk(id: ErrorItemBulkId) -> Result<BulkDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::bulk(&office, &actor, id).await?)
}

/// The rules in force, and the versions.
#[server(prefix = "/api/fn", endpoint = "error_items/rules", input = Json)]
pub async fn rules() -> Result<(RulesVersion, Vec<RulesVersion>), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::rules(&office, &actor).await?)
}

/// A change of the rules, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RulesRequest {
    /// `queue`, `deadline`, `automatic`, `levels`, `suspense`, `coach_after`, or what is removed
    /// after `remove_`.
    pub what: String,
    /// The place of the rule that is removed.
    #[serde(default)]
    pub at: String,
    /// Of this cause; empty for all.
    #[serde(default)]
    pub cause: String,
    /// Of this channel; empty for all.
    #[serde(default)]
    pub channel: String,
    /// An amount in major units: from it on, or below it.
    #[serde(default)]
    pub amount: String,
    /// The second amount of the levels.
    #[serde(default)]
    pub amount_two: String,
    /// The queue.
    #[serde(default)]
    pub queue: String,
    /// Login of who gets it at once.
    #[serde(default)]
    pub owner: String,
    /// Hours, days in suspense, or resolutions.
    #[serde(default)]
    pub time: String,
    /// What a rule does by itself.
    #[serde(default)]
    pub action: String,
}

/// Proposes a change of the rules, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "error_items/propose_rules")]
pub async fn propose_rules(request: RulesRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let change = change(request)?;
    let id = backoffice::error_items::propose_rules(&office, &actor, change).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

#[cfg(feature = "ssr")]
fn change(request: RulesRequest) -> Result<domain::error_item::RuleChange, Failure> {
    use domain::error_item::{
        Action, AutoRule, Cause, DueRule, Levels, Queue, QueueRule, RuleChange, Scope,
    };
    use domain::money::{Currency, Money};
    let minor = |field: &'static str, text: &str| {
        let text = text.trim();
        let text = if text.is_empty() { "0" } else { text };
        Money::parse(text, Currency::Cny)
            .map(Money::minor)
            .map_err(|error| Failure::invalid(field, error.to_string()))
    };
    let time = || {
        let wrong = |_| Failure::invalid("time", "write a whole number of hours or days");
        request.time.trim().parse::<u16>().map_err(wrong)
    };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let cause = Cause::named(&request.cause);
    let channel = some(&request.channel);
    let scope = || -> Result<Scope, Failure> {
        let from_minor = minor("amount", &request.amount)?;
        Ok(Scope { cause, channel: channel.clone(), from_minor })
    };
    let at = || {
        let gone =
            |_| Failure::invalid("at", "there is no such rule any more: read the list again");
        request.at.parse::<usize>().map_err(gone)
    };
    Ok(match request.what.as_str() {
        "queue" => RuleChange::AddQueue(QueueRule {
            scope: scope()?,
            queue: Queue::named(&request.queue).unwrap_or_default(),
            owner: some(&request.owner),
        }),
        "deadline" => RuleChange::AddDeadline(DueRule { scope: scope()?, hours: time()? }),
        "automatic" => RuleChange::AddAutomatic(AutoRule {
            cause: cause.ok_or_else(|| Failure::invalid("cause", "choose a cause"))?,
            channel: channel.clone(),
            below_minor: minor("amount", &request.amount)?,
            action: Action::named(&request.action)
                .ok_or_else(|| Failure::invalid("action", "choose what is to be done"))?,
            direction: None,
            long: None,
        }),
        "levels" => RuleChange::Levels(Levels {
            l1_below_minor: minor("amount", &request.amount)?,
            l2_below_minor: minor("amount_two", &request.amount_two)?,
        }),
        "suspense" => RuleChange::SuspenseDays(time()?),
        "coach_after" => RuleChange::CoachAfter(time()?),
        "remove_preferred" => RuleChange::RemovePreferred(at()?),
        "remove_queue" => RuleChange::RemoveQueue(at()?),
        "remove_deadline" => RuleChange::RemoveDeadline(at()?),
        "remove_automatic" => RuleChange::RemoveAutomatic(at()?),
        _ => return Err(Failure::invalid("what", "choose what is to be done")),
    })
}
