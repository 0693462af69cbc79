use super::courier::Delivered;
use super::{EndpointSet, Message, NotificationError};
use crate::explain::Inconsistent;
use crate::office::Office;
use banks::signing::Secret;
use domain::ids::{MerchantId, NotificationId, OrderId};
use domain::notification::{
    AttemptRecord, Endpoint, NotificationEvent, NotificationFilter, NotificationState,
    NotificationSummary,
};
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// An address with its secret.
pub(super) struct StoredEndpoint {
    pub shown: Endpoint,
    pub secret: Secret,
}

struct EndpointRow {
    merchant_id: Uuid,
    code: String,
    name: String,
    url: String,
    secret: Vec<u8>,
    changed_at: OffsetDateTime,
    changed_by: String,
    failing_since: Option<OffsetDateTime>,
    disabled_at: Option<OffsetDateTime>,
    disabled_because: Option<String>,
}

impl TryFrom<EndpointRow> for StoredEndpoint {
    type Error = NotificationError;

    fn try_from(row: EndpointRow) -> Result<Self, NotificationError> {
        Ok(Self {
            secret: Secret::of(&row.secret)?,
            shown: Endpoint {
                merchant: row.merchant_id.into(),
                merchant_code: row.code,
                merchant_name: row.name,
                url: row.url,
                changed_at: row.changed_at,
                changed_by: row.changed_by,
                failing_since: row.failing_since,
                disabled: row.disabled_at.zip(row.disabled_because),
            },
        })
    }
}

pub(super) async fn endpoint(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<Option<StoredEndpoint>, NotificationError> {
    let row = sqlx::query_as!(
        EndpointRow,
        "SELECT e.merchant_id, m.code, m.name, e.url, e.secret, e.changed_at, e.changed_by,
                e.failing_since, e.disabled_at, e.disabled_because
         FROM notification_endpoints e JOIN merchants m ON m.id = e.merchant_id
         WHERE e.merchant_id = $1",
        Uuid::from(merchant),
    )
    .fetch_optional(conn)
    .await?;
    row.map(StoredEndpoint::try_from).transpose()
}

pub(super) async fn endpoints(conn: &mut PgConnection) -> Result<Vec<Endpoint>, NotificationError> {
    let rows = sqlx::query_as!(
        EndpointRow,
        "SELECT e.merchant_id, m.code, m.name, e.url, e.secret, e.changed_at, e.changed_by,
                e.failing_since, e.disabled_at, e.disabled_because
         FROM notification_endpoints e JOIN merchants m ON m.id = e.merchant_id
         ORDER BY e.disabled_at IS NULL, e.failing_since IS NULL, m.code",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| Ok(StoredEndpoint::try_from(row)?.shown)).collect()
}

/// The same address keeps its secret.
pub(super) async fn set_endpoint(
    conn: &mut PgConnection,
    office: &Office,
    set: EndpointSet<'_>,
    secret: &[u8],
) -> Result<(), NotificationError> {
    sqlx::query!(
        "INSERT INTO notification_endpoints (merchant_id, url, secret, changed_at, changed_by)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (merchant_id) DO UPDATE SET
            secret = CASE WHEN notification_endpoints.url = excluded.url
                          THEN notification_endpoints.secret ELSE excluded.secret END,
            url = excluded.url, changed_at = excluded.changed_at,
            changed_by = excluded.changed_by, failing_since = NULL, rests_until = NULL,
            disabled_at = NULL, disabled_because = NULL",
        Uuid::from(set.merchant),
        set.url,
        secret,
        office.now(),
        set.by,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Of the merchants that gave an address, whether it is switched off.
pub(super) async fn addressed(
    conn: &mut PgConnection,
    merchants: &[Uuid],
) -> Result<HashMap<MerchantId, bool>, NotificationError> {
    let rows = sqlx::query!(
        r#"SELECT merchant_id, disabled_at IS NOT NULL AS "disabled!"
           FROM notification_endpoints WHERE merchant_id = ANY($1)"#,
        merchants,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.merchant_id.into(), row.disabled)).collect())
}

/// Says which are new: an object is announced once per event.
pub(super) async fn insert(
    conn: &mut PgConnection,
    messages: &[Message<'_>],
) -> Result<HashSet<NotificationId>, NotificationError> {
    if messages.is_empty() {
        return Ok(HashSet::new());
    }
    let pending: Vec<Option<OffsetDateTime>> = messages
        .iter()
        .map(|one| (one.state == NotificationState::Pending).then(|| one.office.now()))
        .collect();
    let new = sqlx::query_scalar!(
        "INSERT INTO notifications
            (id, merchant_id, event, order_id, subject_id, body, state, next_attempt_at,
             created_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[],
                              $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
         ON CONFLICT ON CONSTRAINT notifications_told_once DO NOTHING RETURNING id",
        &messages.iter().map(|one| one.id.0).collect::<Vec<_>>(),
        &messages.iter().map(|one| Uuid::from(one.news.merchant)).collect::<Vec<_>>(),
        &messages.iter().map(|one| one.news.event.name()).collect::<Vec<_>>() as _,
        &messages.iter().map(|one| one.news.order.map(Uuid::from)).collect::<Vec<_>>() as _,
        &messages.iter().map(|one| one.news.subject).collect::<Vec<_>>(),
        &messages.iter().map(|one| one.body.as_str()).collect::<Vec<_>>() as _,
        &messages.iter().map(|one| one.state.name()).collect::<Vec<_>>() as _,
        &pending as _,
        &messages.iter().map(|one| one.office.now()).collect::<Vec<_>>(),
    )
    .fetch_all(conn)
    .await?;
    Ok(new.into_iter().map(NotificationId).collect())
}

/// What a try needs to know.
pub(super) struct Sending {
    pub merchant: MerchantId,
    pub state: NotificationState,
    pub body: String,
    pub url: String,
    pub secret: Option<Secret>,
    pub failing_since: Option<OffsetDateTime>,
    pub rests_until: Option<OffsetDateTime>,
    pub disabled_at: Option<OffsetDateTime>,
}

pub(super) async fn sending(
    conn: &mut PgConnection,
    id: NotificationId,
) -> Result<Option<Sending>, NotificationError> {
    let row = sqlx::query!(
        r#"SELECT n.merchant_id, n.state, n.body, e.url AS "url?", e.secret AS "secret?",
                  e.failing_since, e.rests_until, e.disabled_at
           FROM notifications n
           LEFT JOIN notification_endpoints e ON e.merchant_id = n.merchant_id
           WHERE n.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Sending {
        merchant: row.merchant_id.into(),
        state: state(id, &row.state)?,
        body: row.body,
        url: row.url.unwrap_or_default(),
        secret: row.secret.as_deref().map(Secret::of).transpose()?,
        failing_since: row.failing_since,
        rests_until: row.rests_until,
        disabled_at: row.disabled_at,
    }))
}

fn state(id: NotificationId, name: &str) -> Result<NotificationState, Inconsistent> {
    NotificationState::named(name)
        .ok_or_else(|| Inconsistent::new("notifications", id, "unknown state"))
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: NotificationId,
) -> Result<Option<NotificationState>, NotificationError> {
    let found =
        sqlx::query_scalar!("SELECT state FROM notifications WHERE id = $1 FOR UPDATE", id.0)
            .fetch_optional(conn)
            .await?;
    Ok(found.map(|name| state(id, &name)).transpose()?)
}

pub(super) async fn hold(
    conn: &mut PgConnection,
    id: NotificationId,
) -> Result<(), NotificationError> {
    sqlx::query!(
        "UPDATE notifications SET state = 'held', next_attempt_at = NULL
         WHERE id = $1 AND state = 'pending'",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes a try down under the next number, with what the notification, which is held for update,
/// becomes by it.
pub(super) async fn add_attempt(
    conn: &mut PgConnection,
    id: NotificationId,
    attempt: &AttemptRecord,
    (after, next): (NotificationState, Option<OffsetDateTime>),
) -> Result<(), NotificationError> {
    sqlx::query!(
        "WITH told AS (
            UPDATE notifications SET attempts = attempts + 1, state = $9, next_attempt_at = $10,
                delivered_at = CASE WHEN $9 = 'delivered' THEN COALESCE(delivered_at, $4) END
            WHERE id = $1 RETURNING attempts)
         INSERT INTO notification_attempts
            (notification_id, number, url, started_at, finished_at, status, failure, excerpt,
             sent_by)
         SELECT $1, attempts, $2, $3, $4, $5, $6, $7, $8 FROM told",
        id.0,
        attempt.url,
        attempt.started_at,
        attempt.finished_at,
        attempt.status,
        attempt.failure,
        attempt.excerpt,
        attempt.sent_by,
        after.name(),
        next,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes tries that succeeded down under their next numbers. Answers those whose messages were
/// pending; of the others nothing is written.
pub(super) async fn delivered(
    conn: &mut PgConnection,
    all: &[Delivered],
) -> Result<HashSet<NotificationId>, NotificationError> {
    let told = sqlx::query_scalar!(
        r#"WITH tried AS (
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[],
                                 $5::int[], $6::text[], $7::text[])
                AS t (id, url, started_at, finished_at, status, excerpt, sent_by)
         ), pending AS (
            SELECT n.id FROM tried t JOIN notifications n ON n.id = t.id
            WHERE n.state = 'pending' ORDER BY n.id FOR UPDATE OF n
         ), told AS (
            UPDATE notifications n
            SET attempts = n.attempts + 1, state = 'delivered', next_attempt_at = NULL,
                delivered_at = COALESCE(n.delivered_at, t.finished_at)
            FROM pending p JOIN tried t ON t.id = p.id
            WHERE n.id = p.id
            RETURNING n.id, n.attempts
         )
         INSERT INTO notification_attempts
            (notification_id, number, url, started_at, finished_at, status, excerpt, sent_by)
         SELECT told.id, told.attempts, t.url, t.started_at, t.finished_at, t.status, t.excerpt,
                t.sent_by
         FROM told JOIN tried t ON t.id = told.id
         RETURNING notification_id"#,
        &all.iter().map(|one| one.id.0).collect::<Vec<_>>(),
        &all.iter().map(|one| one.attempt.url.as_str()).collect::<Vec<_>>() as _,
        &all.iter().map(|one| one.attempt.started_at).collect::<Vec<_>>(),
        &all.iter().map(|one| one.attempt.finished_at).collect::<Vec<_>>(),
        &all.iter().map(|one| one.attempt.status).collect::<Vec<_>>() as _,
        &all.iter().map(|one| one.attempt.excerpt.as_str()).collect::<Vec<_>>() as _,
        &all.iter().map(|one| one.attempt.sent_by.as_str()).collect::<Vec<_>>() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(told.into_iter().map(NotificationId).collect())
}

/// The addresses took messages. Those that were changed meanwhile are left alone.
pub(super) async fn all_work(
    conn: &mut PgConnection,
    all: &[Delivered],
) -> Result<(), NotificationError> {
    sqlx::query!(
        "UPDATE notification_endpoints e SET failing_since = NULL, rests_until = NULL
         WHERE e.merchant_id IN (
            SELECT f.merchant_id FROM notification_endpoints f
            JOIN unnest($1::uuid[], $2::text[]) AS t (merchant_id, url)
                ON t.merchant_id = f.merchant_id AND t.url = f.url
            WHERE f.failing_since IS NOT NULL
            ORDER BY f.merchant_id FOR UPDATE OF f)",
        &all.iter().map(|one| Uuid::from(one.merchant)).collect::<Vec<_>>(),
        &all.iter().map(|one| one.attempt.url.as_str()).collect::<Vec<_>>() as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The address took a message. One that was changed meanwhile is left alone.
pub(super) async fn works(
    conn: &mut PgConnection,
    sending: &Sending,
) -> Result<(), NotificationError> {
    sqlx::query!(
        "UPDATE notification_endpoints SET failing_since = NULL, rests_until = NULL
         WHERE merchant_id = $1 AND url = $2 AND failing_since IS NOT NULL",
        Uuid::from(sending.merchant),
        sending.url,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The address failed once more. Says whether it was switched off now.
pub(super) async fn fails(
    conn: &mut PgConnection,
    sending: &Sending,
    (since, rests_until): (OffsetDateTime, OffsetDateTime),
    disabled: Option<(OffsetDateTime, &str)>,
) -> Result<bool, NotificationError> {
    let done = sqlx::query!(
        "UPDATE notification_endpoints SET failing_since = COALESCE(failing_since, $3),
                rests_until = $4, disabled_at = $5, disabled_because = $6
         WHERE merchant_id = $1 AND url = $2 AND disabled_at IS NULL",
        Uuid::from(sending.merchant),
        sending.url,
        since,
        rests_until,
        disabled.map(|(at, _)| at),
        disabled.map(|(_, because)| because),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1 && disabled.is_some())
}

/// Makes held messages pending again, oldest first.
pub(super) async fn take_up_held(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    most: i64,
) -> Result<Vec<NotificationId>, NotificationError> {
    let ids = sqlx::query_scalar!(
        "UPDATE notifications SET state = 'pending', next_attempt_at = $2
         WHERE id IN (SELECT id FROM notifications WHERE merchant_id = $1 AND state = 'held'
                      ORDER BY created_at, id LIMIT $3 FOR UPDATE)
         RETURNING id",
        Uuid::from(merchant),
        office.now(),
        most,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(NotificationId).collect())
}

struct Row {
    id: Uuid,
    merchant_id: Uuid,
    name: String,
    event: String,
    subject_id: Uuid,
    order_id: Option<Uuid>,
    merchant_order_no: String,
    state: String,
    attempts: i32,
    next_attempt_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    delivered_at: Option<OffsetDateTime>,
    body: String,
}

impl TryFrom<Row> for NotificationSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = || Inconsistent::new("notifications", row.id, "unknown event");
        let id = NotificationId(row.id);
        Ok(Self {
            id,
            merchant: row.merchant_id.into(),
            merchant_name: row.name,
            event: NotificationEvent::named(&row.event).ok_or_else(wrong)?,
            subject: row.subject_id,
            order: row.order_id.map(OrderId),
            merchant_order_no: row.merchant_order_no,
            state: state(id, &row.state)?,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            created_at: row.created_at,
            delivered_at: row.delivered_at,
        })
    }
}

async fn rows(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Row>, NotificationError> {
    Ok(sqlx::query_as!(
        Row,
        r#"SELECT n.id, n.merchant_id, m.name, n.event, n.subject_id, n.order_id,
                  COALESCE(o.merchant_order_no, p.number, '') AS "merchant_order_no!", n.state,
                  n.attempts, n.next_attempt_at, n.created_at, n.delivered_at, n.body
           FROM notifications n JOIN merchants m ON m.id = n.merchant_id
           LEFT JOIN orders o ON o.id = n.order_id
           LEFT JOIN payouts p ON n.order_id IS NULL AND p.id = n.subject_id
           WHERE n.id = ANY($1) ORDER BY n.created_at DESC, n.id DESC"#,
        ids,
    )
    .fetch_all(conn)
    .await?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: NotificationId,
) -> Result<Option<(NotificationSummary, String)>, NotificationError> {
    let Some(row) = rows(conn, &[id.0]).await?.pop() else { return Ok(None) };
    let body = row.body.clone();
    Ok(Some((row.try_into()?, body)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &NotificationFilter,
    page: PageRequest,
) -> Result<Page<NotificationSummary>, NotificationError> {
    let text = filter.text.as_ref().map(|text| text.trim().to_owned());
    let id = text.as_ref().and_then(|text| Uuid::parse_str(text).ok());
    let found = sqlx::query!(
        r#"SELECT n.id, count(*) OVER () AS "total!" FROM notifications n
           WHERE ($1::text IS NULL OR n.id = $2 OR n.subject_id = $2 OR n.order_id = $2
                  OR n.order_id IN (SELECT o.id FROM orders o WHERE o.merchant_order_no = $1)
                  OR n.subject_id IN (SELECT p.id FROM payouts p WHERE p.number = $1))
             AND ($3::text IS NULL OR n.state = $3) AND ($4::text IS NULL OR n.event = $4)
             AND ($5::uuid IS NULL OR n.merchant_id = $5)
           ORDER BY n.created_at DESC, n.id DESC LIMIT $6 OFFSET $7"#,
        text,
        id,
        filter.state.map(NotificationState::name),
        filter.event.map(NotificationEvent::name),
        filter.merchant.map(Uuid::from),
        page.limit(),
        page.offset(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let total = found.first().map_or(0, |row| row.total);
    let ids: Vec<Uuid> = found.into_iter().map(|row| row.id).collect();
    let rows = rows(conn, &ids).await?;
    let rows = rows.into_iter().map(NotificationSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn attempts(
    conn: &mut PgConnection,
    id: NotificationId,
) -> Result<Vec<AttemptRecord>, NotificationError> {
    Ok(sqlx::query_as!(
        AttemptRecord,
        "SELECT number, url, started_at, finished_at, status, failure, excerpt, sent_by
         FROM notification_attempts WHERE notification_id = $1 ORDER BY number",
        id.0,
    )
    .fetch_all(conn)
    .await?)
}
