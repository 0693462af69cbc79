//! The health of channels: every answer is written down, and too many missing ones withdraw the
//! channel until it proves to be well again. A person may take it out at any time.

mod store;

pub(super) use store::{begin, set_policy as store_policy};

use super::{ChannelError, candidates};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::channel::{ChannelStanding, ChannelSummary, HealthPolicy, HealthState, Signal};
use domain::ids::PaymentId;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::Duration;

/// How many of the latest answers are looked at.
const LATEST: i64 = 100;
/// How long answers are kept.
const KEPT: Duration = Duration::days(1);

/// Something a channel said, or that it said nothing, about a payment.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The channel.
    pub channel: &'a str,
    /// The payment.
    pub payment: PaymentId,
    /// What that says about the channel's health.
    pub signal: Signal,
}

/// Writes down what came of requests to channels, and withdraws a channel or takes it back when its
/// answers say so.
///
/// # Errors
/// The database failed.
pub async fn heard(
    conn: &mut PgConnection,
    office: &Office,
    words: &[Word<'_>],
) -> Result<(), ChannelError> {
    store::insert_answers(conn, office, words).await?;
    let mut channels: BTreeMap<&str, Vec<&Word<'_>>> = BTreeMap::new();
    for word in words {
        channels.entry(word.channel).or_default().push(word);
    }
    for (channel, words) in channels {
        let old = |word: &&Word<'_>| word.payment.0.as_bytes().last().is_some_and(|b| b % 64 == 0);
        if words.iter().any(old) {
            store::forget(conn, channel, office.now() - KEPT).await?;
        }
        let fault = words.iter().any(|word| word.signal.is_fault());
        judge(conn, office, channel, fault).await?;
    }
    Ok(())
}

/// Looks at a channel's latest answers, where they may change its health.
async fn judge(
    conn: &mut PgConnection,
    office: &Office,
    channel: &str,
    fault: bool,
) -> Result<(), ChannelError> {
    let now = office.now();
    let Some((state, policy, since)) = store::find(conn, channel).await? else { return Ok(()) };
    let on_trial = matches!(&state, HealthState::Withdrawn { until, .. } if *until <= now);
    if !on_trial && (!fault || state != HealthState::Good) {
        return Ok(());
    }
    let from = now.saturating_sub(Duration::seconds(policy.window_seconds));
    let from = match &state {
        HealthState::Withdrawn { until, .. } => from.max(*until),
        _ => since.map_or(from, |since| from.max(since)),
    };
    let answers = store::latest(conn, channel, (from, LATEST)).await?;
    let needed = !on_trial && candidates::needed(conn, office, channel).await?;
    if let Some(next) = state.hear(&policy, &answers, (now, needed)) {
        store::save(conn, channel, (&next, now)).await?;
        let event = Event {
            who: Who::System("payment gateway"),
            action: "channels.health",
            subject_kind: "channel",
        };
        audit::record(conn, office, event, channel, &next).await?;
        tracing::warn!(channel, state = next.name(), "the health of a channel changed");
    }
    Ok(())
}

/// Takes a channel out: it gets no new payments until a person brings it back.
///
/// # Errors
/// Not allowed, no reason was given, or it is out already.
pub async fn take_out(
    office: &Office,
    actor: &Actor,
    code: &str,
    reason: &str,
) -> Result<(), ChannelError> {
    actor.require(Permission::WithdrawChannel)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ChannelError::NoReason);
    }
    let mut tx = office.begin().await?;
    let state = store::lock(&mut tx, code).await?.ok_or(ChannelError::NotFound)?;
    if matches!(state, HealthState::TakenOut { .. }) {
        return Err(ChannelError::AlreadyOut);
    }
    let since = office.now();
    let out = HealthState::TakenOut { since, reason: reason.to_owned() };
    store::save(&mut tx, code, (&out, since)).await?;
    witness(&mut tx, office, (actor, "channels.take_out"), (code, &out)).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings a channel back that a person took out or that was withdrawn.
///
/// # Errors
/// Not allowed, or it is in use.
pub async fn bring_back(office: &Office, actor: &Actor, code: &str) -> Result<(), ChannelError> {
    actor.require(Permission::WithdrawChannel)?;
    let mut tx = office.begin().await?;
    let state = store::lock(&mut tx, code).await?.ok_or(ChannelError::NotFound)?;
    if state == HealthState::Good {
        return Err(ChannelError::AlreadyIn);
    }
    store::save(&mut tx, code, (&HealthState::Good, office.now())).await?;
    witness(&mut tx, office, (actor, "channels.bring_back"), (code, &HealthState::Good)).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets when a channel is withdrawn and how it comes back: for the command line, the demonstration
/// and tests.
///
/// # Errors
/// The database refused it.
pub async fn set_policy(
    conn: &mut PgConnection,
    office: &Office,
    channel: &str,
    policy: &HealthPolicy,
) -> Result<(), ChannelError> {
    store::set_policy(conn, channel, policy).await?;
    let event =
        Event { who: Who::System("set-up"), action: "channels.set_up", subject_kind: "channel" };
    Ok(audit::record(conn, office, event, channel, policy).await?)
}

/// When a channel is withdrawn and how it comes back.
pub(super) async fn policy(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Option<HealthPolicy>, ChannelError> {
    Ok(store::find(conn, channel).await?.map(|(_, policy, _)| policy))
}

/// The channels with their health and how often they succeeded of late.
pub(super) async fn standings(
    conn: &mut PgConnection,
    office: &Office,
    channels: Vec<ChannelSummary>,
) -> Result<Vec<ChannelStanding>, ChannelError> {
    facts(conn, office, channels, true).await
}

/// The channels with their health, and with their success where it is asked for.
pub(super) async fn facts(
    conn: &mut PgConnection,
    office: &Office,
    channels: Vec<ChannelSummary>,
    success: bool,
) -> Result<Vec<ChannelStanding>, ChannelError> {
    let mut found = store::facts(conn).await?;
    let mut rates = if success {
        store::rates(conn, office.now(), LATEST).await?
    } else {
        std::collections::BTreeMap::new()
    };
    let standings = channels.into_iter().filter_map(|summary| {
        let (valid_from, valid_until, health, policy) = found.remove(&summary.code)?;
        let success = rates.remove(&summary.code).unwrap_or_default();
        Some(ChannelStanding { summary, valid_from, valid_until, health, policy, success })
    });
    Ok(standings.collect())
}

async fn witness(
    conn: &mut PgConnection,
    office: &Office,
    (actor, action): (&Actor, &'static str),
    (code, state): (&str, &HealthState),
) -> Result<(), ChannelError> {
    let event = Event { who: Who::Staff(actor), action, subject_kind: "channel" };
    Ok(audit::record(conn, office, event, code, state).await?)
}
