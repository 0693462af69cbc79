//! Changes of what a channel charges, of the days it may be used and of the thresholds of its
//! health take two people.

use super::{ChannelError, costs, health, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, ApprovalSummary};
use domain::channel::{ChannelChange, HealthPolicy};
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, FeeTerms};
use domain::ids::ApprovalId;
use domain::product::{CardType, Product};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Proposes other costs, other days of use, or other thresholds of health.
///
/// # Errors
/// Not allowed, nothing would change, the terms make no sense or begin in the past, or a change is
/// already waiting.
pub async fn propose_change(
    office: &Office,
    actor: &Actor,
    code: &str,
    change: &ChannelChange,
) -> Result<ApprovalId, ChannelError> {
    actor.require(Permission::MakeRoutingChange)?;
    check(office, change)?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, code, change).await?;
    if content["before"] == content["after"] {
        return Err(ChannelError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::ChannelChange,
        subject: subject(code, &change.aspect()),
        title: title(code, change),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change.
///
/// # Errors
/// The database failed.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let code = approved["channel"].as_str().unwrap_or_default().to_owned();
    let change: ChannelChange = serde_json::from_value(approved["change"].clone())?;
    store::lock(&mut tx, &code).await?;
    let now = content(&mut tx, &code, &change).await?;
    let leave = approvals::execute(&mut tx, office, id, &now).await?;
    if let Leave::Granted { .. } = leave {
        apply(&mut tx, &code, &change).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "channels.change",
            subject_kind: "channel",
        };
        audit::record(&mut tx, office, event, &code, &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Agrees what a channel charges for a product from a day on: for the command line, the
/// demonstration and tests.
///
/// # Errors
/// The terms make no sense.
pub async fn agree_cost(
    conn: &mut PgConnection,
    office: &Office,
    code: &str,
    (product, card, schedule, valid_from): (Product, Option<CardType>, FeeSchedule, BusinessDate),
) -> Result<(), ChannelError> {
    let schedule = schedule.checked()?;
    let change = ChannelChange::Cost { product, card, schedule, valid_from };
    apply(conn, code, &change).await?;
    let event = Event {
        who: Who::System("set-up"),
        action: "channels.agree_cost",
        subject_kind: "channel",
    };
    Ok(audit::record(conn, office, event, code, &change).await?)
}

/// The latest requests for a change of a channel, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn requests(
    office: &Office,
    actor: &Actor,
    code: &str,
) -> Result<Vec<ApprovalSummary>, ChannelError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    let aspects = ["validity".to_owned(), "health".to_owned()].into_iter().chain(cost_aspects());
    let subjects: Vec<Uuid> = aspects.map(|aspect| subject(code, &aspect)).collect();
    Ok(approvals::history::about(&mut conn, ApprovalKind::ChannelChange, Some(&subjects)).await?)
}

fn cost_aspects() -> impl Iterator<Item = String> {
    Product::ALL.into_iter().flat_map(|product| {
        let cards = CardType::ALL.into_iter().map(Some).chain([None]);
        cards.map(move |card| ChannelChange::cost_aspect(product, card))
    })
}

fn check(office: &Office, change: &ChannelChange) -> Result<(), ChannelError> {
    match change {
        ChannelChange::Cost { schedule, valid_from, .. } => {
            schedule.clone().checked()?;
            if *valid_from < office.today() {
                return Err(ChannelError::BeginsInThePast(*valid_from));
            }
        }
        ChannelChange::Validity { valid_from, valid_until } => {
            if valid_until.is_some_and(|until| valid_from.is_some_and(|from| until < from)) {
                return Err(ChannelError::EndsBeforeItBegins);
            }
        }
        ChannelChange::Health { policy } => {
            policy.checked()?;
        }
    }
    Ok(())
}

async fn apply(
    conn: &mut PgConnection,
    code: &str,
    change: &ChannelChange,
) -> Result<(), ChannelError> {
    match change {
        ChannelChange::Cost { product, card, schedule, valid_from } => {
            costs::set(conn, code, (*product, *card), (schedule, *valid_from)).await
        }
        ChannelChange::Validity { valid_from, valid_until } => {
            store::set_validity(conn, code, (*valid_from, *valid_until)).await
        }
        ChannelChange::Health { policy } => health::store_policy(conn, code, policy).await,
    }
}

/// What the checker sees: the channel, and the terms before and after.
async fn content(
    conn: &mut PgConnection,
    code: &str,
    change: &ChannelChange,
) -> Result<Value, ChannelError> {
    let channel = store::find(conn, code).await?.ok_or(ChannelError::NotFound)?;
    let (before, after) = match change {
        ChannelChange::Cost { product, card, schedule, valid_from } => {
            let rows = costs::all(conn, code).await?;
            let counts = |row: &&domain::fee::FeeRow| {
                row.product == *product && row.card == *card && row.valid_from <= *valid_from
            };
            let before = rows.iter().find(counts).map(|row| row.schedule.to_string());
            let listed = || FeeTerms::from(channel.cost).to_string();
            (json!(before.unwrap_or_else(listed)), json!(schedule.to_string()))
        }
        ChannelChange::Validity { valid_from, valid_until } => {
            let (from, until) = store::validity(conn, code).await?;
            let days = |from, until| json!({ "valid_from": from, "valid_until": until });
            (days(from, until), days(*valid_from, *valid_until))
        }
        ChannelChange::Health { policy } => {
            let before = health::policy(conn, code).await?.ok_or(ChannelError::NotFound)?;
            (thresholds(&before), thresholds(policy))
        }
    };
    Ok(json!({
        "channel": channel.code,
        "name": channel.name_en,
        "change": change,
        "before": before,
        "after": after,
    }))
}

/// The thresholds as people read them.
fn thresholds(policy: &HealthPolicy) -> Value {
    json!({
        "window_seconds": policy.window_seconds,
        "answers_min": policy.answers_min,
        "faults": policy.faults.to_string(),
        "pause_seconds": policy.pause_seconds,
        "trial": policy.trial.to_string(),
        "trial_answers": policy.trial_answers,
    })
}

fn title(code: &str, change: &ChannelChange) -> String {
    match change {
        ChannelChange::Cost { product, card, schedule, valid_from } => {
            let card = card.map(|card| format!(" by {card} card")).unwrap_or_default();
            format!("{code}: {product}{card} costs {schedule} from {valid_from}")
        }
        ChannelChange::Validity { valid_until: Some(until), .. } => {
            format!("{code}: in use until {until}")
        }
        ChannelChange::Validity { .. } => format!("{code}: in use without an end"),
        ChannelChange::Health { policy } => format!(
            "{code}: withdrawn at {} of {} answers, tried after {} seconds",
            policy.faults, policy.answers_min, policy.pause_seconds
        ),
    }
}

/// Requests are about one aspect of a channel, so that independent changes can wait side by side.
fn subject(code: &str, aspect: &str) -> Uuid {
    approvals::subject_of(&format!("channel/{code}/{aspect}"))
}
