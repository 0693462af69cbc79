use super::Word;
use crate::channels::ChannelError;
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::channel::{HealthPolicy, HealthState, Signal, SuccessRate};
use domain::date::BusinessDate;
use domain::fee::Rate;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Validity, health and policy of a channel.
type Facts = (Option<BusinessDate>, Option<BusinessDate>, HealthState, HealthPolicy);

struct Row {
    channel: String,
    state: String,
    since: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
    failures: i32,
    reason: Option<String>,
    window_seconds: i64,
    answers_min: i32,
    faults_ppm: i64,
    pause_seconds: i64,
    trial_ppm: i64,
    trial_answers: i32,
    valid_from: Option<Date>,
    valid_until: Option<Date>,
}

impl Row {
    fn read(self) -> Result<(HealthState, HealthPolicy), Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("channel_health", &self.channel, what);
        let count = |count: i32| u32::try_from(count).map_err(|_| wrong("a negative count"));
        let rate = |ppm| Rate::from_ppm(ppm).map_err(|_| wrong("a share out of range"));
        let policy = HealthPolicy {
            window_seconds: self.window_seconds,
            answers_min: count(self.answers_min)?,
            faults: rate(self.faults_ppm)?,
            pause_seconds: self.pause_seconds,
            trial: rate(self.trial_ppm)?,
            trial_answers: count(self.trial_answers)?,
        };
        let reason = self.reason.clone().unwrap_or_default();
        let state = match (self.state.as_str(), self.since, self.until) {
            ("good", ..) => HealthState::Good,
            ("withdrawn", Some(since), Some(until)) => {
                HealthState::Withdrawn { since, until, failures: count(self.failures)?, reason }
            }
            ("taken_out", Some(since), _) => HealthState::TakenOut { since, reason },
            _ => return Err(wrong("an impossible state")),
        };
        Ok((state, policy))
    }
}

/// A channel begins in good health.
pub(in crate::channels) async fn begin(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<(), ChannelError> {
    sqlx::query!(
        "INSERT INTO channel_health (channel) VALUES ($1) ON CONFLICT DO NOTHING",
        channel,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn facts(
    conn: &mut PgConnection,
) -> Result<BTreeMap<String, Facts>, ChannelError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT h.channel, h.state, h.since, h.until, h.failures, h.reason, h.window_seconds,
                h.answers_min, h.faults_ppm, h.pause_seconds, h.trial_ppm, h.trial_answers,
                c.valid_from, c.valid_until
         FROM channel_health h JOIN channels c ON c.code = h.channel",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let channel = row.channel.clone();
            let (from, until) =
                (row.valid_from.map(BusinessDate), row.valid_until.map(BusinessDate));
            let (state, policy) = row.read()?;
            Ok((channel, (from, until, state, policy)))
        })
        .collect()
}

/// State, policy and the moment from which answers count.
pub(super) async fn find(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Option<(HealthState, HealthPolicy, Option<OffsetDateTime>)>, ChannelError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT channel, state, since, until, failures, reason, window_seconds, answers_min,
                  faults_ppm, pause_seconds, trial_ppm, trial_answers,
                  NULL::date AS valid_from, NULL::date AS valid_until
           FROM channel_health WHERE channel = $1"#,
        channel,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let since = row.since;
    let (state, policy) = row.read()?;
    Ok(Some((state, policy, since)))
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Option<HealthState>, ChannelError> {
    sqlx::query!("SELECT channel FROM channel_health WHERE channel = $1 FOR UPDATE", channel)
        .fetch_optional(&mut *conn)
        .await?;
    Ok(find(conn, channel).await?.map(|(state, ..)| state))
}

pub(super) async fn save(
    conn: &mut PgConnection,
    channel: &str,
    (state, now): (&HealthState, OffsetDateTime),
) -> Result<(), ChannelError> {
    let (until, failures, reason) = match state {
        HealthState::Good => (None, 0, None),
        HealthState::Withdrawn { until, failures, reason, .. } => {
            (Some(*until), i32::try_from(*failures).unwrap_or(i32::MAX), Some(reason.as_str()))
        }
        HealthState::TakenOut { reason, .. } => (None, 0, Some(reason.as_str())),
    };
    sqlx::query!(
        "UPDATE channel_health SET state = $2, since = $3, until = $4, failures = $5, reason = $6
         WHERE channel = $1",
        channel,
        state.name(),
        now,
        until,
        failures,
        reason,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::channels) async fn set_policy(
    conn: &mut PgConnection,
    channel: &str,
    policy: &HealthPolicy,
) -> Result<(), ChannelError> {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query!(
        "UPDATE channel_health SET window_seconds = $2, answers_min = $3, faults_ppm = $4,
                pause_seconds = $5, trial_ppm = $6, trial_answers = $7
         WHERE channel = $1",
        channel,
        policy.window_seconds,
        count(policy.answers_min),
        policy.faults.ppm(),
        policy.pause_seconds,
        policy.trial.ppm(),
        count(policy.trial_answers),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_answers(
    conn: &mut PgConnection,
    office: &Office,
    words: &[Word<'_>],
) -> Result<(), ChannelError> {
    if words.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO channel_answers (channel, at, id, payment_id, signal)
         SELECT channel, $2, id, payment_id, signal
         FROM unnest($1::text[], $3::uuid[], $4::uuid[], $5::text[])
              AS new (channel, id, payment_id, signal)",
        &words.iter().map(|word| word.channel).collect::<Vec<_>>() as _,
        office.now(),
        &words.iter().map(|_| office.new_id()).collect::<Vec<_>>(),
        &words.iter().map(|word| Uuid::from(word.payment)).collect::<Vec<_>>(),
        &words.iter().map(|word| word.signal.name()).collect::<Vec<_>>() as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a few hundred answers from before a moment.
pub(super) async fn forget(
    conn: &mut PgConnection,
    channel: &str,
    before: OffsetDateTime,
) -> Result<(), ChannelError> {
    sqlx::query!(
        "DELETE FROM channel_answers a USING (
            SELECT channel, at, id FROM channel_answers
            WHERE channel = $1 AND at < $2 ORDER BY at LIMIT 500 FOR UPDATE SKIP LOCKED) old
         WHERE a.channel = old.channel AND a.at = old.at AND a.id = old.id",
        channel,
        before,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The latest answers since a moment, newest first.
pub(super) async fn latest(
    conn: &mut PgConnection,
    channel: &str,
    (from, limit): (OffsetDateTime, i64),
) -> Result<Vec<Signal>, ChannelError> {
    let names = sqlx::query_scalar!(
        "SELECT signal FROM channel_answers WHERE channel = $1 AND at >= $2
         ORDER BY at DESC, id DESC LIMIT $3",
        channel,
        from,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(names.iter().filter_map(|name| Signal::named(name)).collect())
}

/// Of each channel, how many of the latest answers within its window were successes.
pub(super) async fn rates(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<BTreeMap<String, SuccessRate>, ChannelError> {
    let rows = sqlx::query!(
        "SELECT h.channel, a.signal FROM channel_health h
         CROSS JOIN LATERAL (
            SELECT signal FROM channel_answers
            WHERE channel = h.channel AND at >= $1::timestamptz - make_interval(secs => h.window_seconds::double precision)
            ORDER BY at DESC, id DESC LIMIT $2) a",
        now,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let mut signals: BTreeMap<String, Vec<Signal>> = BTreeMap::new();
    for row in rows {
        signals.entry(row.channel).or_default().extend(Signal::named(&row.signal));
    }
    Ok(signals.into_iter().map(|(channel, all)| (channel, SuccessRate::of(&all))).collect())
}
