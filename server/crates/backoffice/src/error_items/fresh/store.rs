use domain::error_item::{ErrorItem, RecordView, Routing};
use domain::ids::ReconciliationId;
use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// An item's columns when it is opened.
#[derive(Serialize)]
struct Opened<'a> {
    id: Uuid,
    number: &'a str,
    leg: &'static str,
    cause: &'static str,
    direction: &'static str,
    channel: Option<&'a str>,
    clearing_date: String,
    record_key: &'a str,
    ours: Option<&'a RecordView>,
    theirs: Option<&'a RecordView>,
    ours_minor: Option<i64>,
    theirs_minor: Option<i64>,
    difference_minor: i64,
    currency: &'static str,
    account_code: Option<&'a str>,
    account_owner: Option<&'a str>,
    merchant_id: Option<Uuid>,
    order_id: Option<Uuid>,
    payment_id: Option<Uuid>,
    refund_id: Option<Uuid>,
    payout_id: Option<Uuid>,
    bill_line_id: Option<Uuid>,
    statement_line_id: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    queue: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    due_at: OffsetDateTime,
}

impl<'a> Opened<'a> {
    fn of((item, routed): (&'a ErrorItem, &Routing)) -> Self {
        let found = &item.difference;
        let links = &found.links;
        let minor = |side: &Option<RecordView>| side.as_ref().map(|record| record.amount.minor());
        Self {
            id: item.id.into(),
            number: &item.number,
            leg: found.leg.name(),
            cause: found.cause.name(),
            direction: found.direction.name(),
            channel: found.channel.as_deref(),
            clearing_date: found.clearing_date.to_string(),
            record_key: &found.record_key,
            ours: found.ours.as_ref(),
            theirs: found.theirs.as_ref(),
            ours_minor: minor(&found.ours),
            theirs_minor: minor(&found.theirs),
            difference_minor: found.difference.minor(),
            currency: found.difference.currency().code(),
            account_code: found.account.as_ref().map(|account| account.code.as_str()),
            account_owner: found.account.as_ref().map(|account| account.owner.as_str()),
            merchant_id: links.merchant.map(Uuid::from),
            order_id: links.order.map(Uuid::from),
            payment_id: links.payment.map(Uuid::from),
            refund_id: links.refund.map(Uuid::from),
            payout_id: links.payout.map(Uuid::from),
            bill_line_id: links.bill_line.map(Uuid::from),
            statement_line_id: links.statement_line.map(Uuid::from),
            opened_at: item.opened_at,
            queue: routed.queue.name(),
            due_at: routed.due_at,
        }
    }
}

/// Writes items that were just found, with one statement.
pub(in crate::error_items) async fn insert<'a>(
    conn: &mut PgConnection,
    items: impl Iterator<Item = (&'a ErrorItem, &'a Routing)>,
    run: Option<ReconciliationId>,
) -> Result<(), sqlx::Error> {
    let opened: Vec<Opened<'_>> = items.map(Opened::of).collect();
    sqlx::query!(
        "INSERT INTO error_items
            (id, number, leg, cause, direction, channel, clearing_date, record_key, ours, theirs,
             ours_minor, theirs_minor, difference_minor, currency, account_code, account_owner,
             merchant_id, order_id, payment_id, refund_id, payout_id, bill_line_id,
             statement_line_id, state, reconciliation_id, opened_at, queue, due_at)
         SELECT n.id, n.number, n.leg, n.cause, n.direction, n.channel, n.clearing_date,
                n.record_key, n.ours, n.theirs, n.ours_minor, n.theirs_minor, n.difference_minor,
                n.currency, n.account_code, n.account_owner, n.merchant_id, n.order_id,
                n.payment_id, n.refund_id, n.payout_id, n.bill_line_id, n.statement_line_id,
                'new', $2, n.opened_at, n.queue, n.due_at
         FROM jsonb_to_recordset($1) AS n
              (id uuid, number text, leg text, cause text, direction text, channel text,
               clearing_date date, record_key text, ours jsonb, theirs jsonb, ours_minor bigint,
               theirs_minor bigint, difference_minor bigint, currency text, account_code text,
               account_owner text, merchant_id uuid, order_id uuid, payment_id uuid,
               refund_id uuid, payout_id uuid, bill_line_id uuid, statement_line_id uuid,
               opened_at timestamptz, queue text, due_at timestamptz)",
        serde_json::to_value(&opened).map_err(|e| sqlx::Error::Encode(Box::new(e)))?,
        run.map(Uuid::from),
    )
    .execute(conn)
    .await?;
    Ok(())
}
