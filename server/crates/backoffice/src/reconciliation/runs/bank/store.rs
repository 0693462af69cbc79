use super::super::sides::{Record, our_standing};
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::copied;
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::matching::{Direction, Facts, Standing};
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use uuid::Uuid;

fn currency(table: &'static str, id: Uuid, code: &str) -> Result<Currency, Inconsistent> {
    code.parse().map_err(|e| Inconsistent::new(table, id, e))
}

/// Hands on our records of a channel's clearing date, one by one.
pub(super) async fn stream_ours(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    mut each: impl FnMut(u128, &Facts<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    // COPY takes no parameters: the database itself makes a literal of the channel's code.
    let channel = sqlx::query_scalar!(r#"SELECT quote_literal($1) AS "quoted!""#, channel)
        .fetch_one(&mut *conn)
        .await?;
    let statement = format!(
        "COPY (SELECT id, true, number, channel_no, amount_minor, currency, state, cost_minor
               FROM payments WHERE channel = {channel} AND clearing_date = '{day}'
               UNION ALL
               SELECT id, false, number, channel_no, amount_minor, currency, state, NULL
               FROM refunds WHERE channel = {channel} AND clearing_date = '{day}')
         TO STDOUT WITH (FORMAT binary)"
    );
    let rows = conn.copy_out_raw(&statement).await?;
    copied::each(rows, |[id, paid, number, channel_no, amount, code, state, cost]| {
        let id = copied::uuid(id)?;
        let currency = currency("payments", id, copied::text(code)?)?;
        let paid = copied::truth(paid)?;
        let facts = Facts {
            number: copied::text(number)?,
            channel_no: channel_no.map(|no| copied::text(Some(no))).transpose()?.unwrap_or(""),
            direction: if paid { Direction::In } else { Direction::Out },
            amount: Money::new(copied::number(amount)?, currency),
            standing: our_standing(copied::text(state)?),
            fee: cost
                .map(|cost| copied::number(Some(cost)))
                .transpose()?
                .map(|cost| Money::new(cost, currency)),
            elsewhere: false,
            time: None,
            position: 0,
        };
        each(id.as_u128(), &facts)
    })
    .await
}

/// Which of our records are wanted: by id, or by a number the other side names.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub ids: Vec<Uuid>,
    pub order_nos: Vec<String>,
    pub refund_nos: Vec<String>,
    pub channel_nos: Vec<String>,
}

impl Named {
    /// What rows name; the channel's number where the rules ask for it.
    pub(super) fn of(rows: &[Record], by_channel_no: impl Fn(&Record) -> bool) -> Self {
        let mut named = Self::default();
        for row in rows {
            let numbers = match row.direction {
                Direction::In => &mut named.order_nos,
                Direction::Out => &mut named.refund_nos,
            };
            if !row.key.is_empty() {
                numbers.push(row.key.clone());
            }
            if by_channel_no(row) && !row.view.channel_no.is_empty() {
                named.channel_nos.push(row.view.channel_no.clone());
            }
        }
        named
    }
}

/// Our records that are wanted, payments first.
pub(super) async fn ours(
    conn: &mut PgConnection,
    place: (&str, BusinessDate),
    named: &Named,
) -> Result<Vec<Record>, ReconciliationError> {
    let mut ours = payments(conn, place, named).await?;
    ours.extend(refunds(conn, place, named).await?);
    Ok(ours)
}

async fn payments(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    named: &Named,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT p.id, p.order_id, p.merchant_id, p.amount_minor, p.currency, p.state, p.number,
                p.channel_no, p.event_time, p.clearing_date, p.cost_minor
         FROM payments p
         WHERE p.id IN (
            SELECT id FROM payments WHERE id = ANY($2)
            UNION
            SELECT id FROM payments WHERE number = ANY($3) AND channel = $1
            UNION
            SELECT id FROM payments WHERE channel_no = ANY($4) AND channel = $1)
         ORDER BY p.id",
        channel,
        &named.ids,
        &named.order_nos,
        &named.channel_nos,
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = currency("payments", row.id, &row.currency)?;
        let standing = our_standing(&row.state);
        let clearing_date = row.clearing_date.map(BusinessDate);
        records.push(Record {
            key: row.number.clone(),
            direction: Direction::In,
            elsewhere: standing == Standing::Success && clearing_date != Some(day),
            position: 0,
            links: Links {
                merchant: Some(row.merchant_id.into()),
                order: Some(row.order_id.into()),
                payment: Some(row.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: row.number,
                channel_no: row.channel_no.unwrap_or_default(),
                amount: Money::new(row.amount_minor, currency),
                fee: Some(Money::new(row.cost_minor, currency)),
                standing,
                status: row.state,
                event_time: row.event_time,
                clearing_date,
                place: "payments".to_owned(),
            },
        });
    }
    Ok(records)
}

/// What a channel gives back of its fee is its own affair until the bill says it: our side knows no
/// fee of a refund.
async fn refunds(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    named: &Named,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT r.id, r.payment_id, p.order_id, r.merchant_id, r.amount_minor, r.currency, r.state,
                r.number, r.channel_no, r.event_time, r.clearing_date
         FROM refunds r JOIN payments p ON p.id = r.payment_id
         WHERE r.id IN (
            SELECT id FROM refunds WHERE id = ANY($2)
            UNION
            SELECT id FROM refunds WHERE number = ANY($3) AND channel = $1
            UNION
            SELECT id FROM refunds WHERE channel_no = ANY($4) AND channel = $1)
         ORDER BY r.id",
        channel,
        &named.ids,
        &named.refund_nos,
        &named.channel_nos,
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = currency("refunds", row.id, &row.currency)?;
        let standing = our_standing(&row.state);
        let clearing_date = row.clearing_date.map(BusinessDate);
        records.push(Record {
            key: row.number.clone(),
            direction: Direction::Out,
            elsewhere: standing == Standing::Success && clearing_date != Some(day),
            position: 0,
            links: Links {
                merchant: Some(row.merchant_id.into()),
                order: Some(row.order_id.into()),
                payment: Some(row.payment_id.into()),
                refund: Some(row.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: row.number,
                channel_no: row.channel_no.unwrap_or_default(),
                amount: Money::new(row.amount_minor, currency),
                fee: None,
                standing,
                status: row.state,
                event_time: row.event_time,
                clearing_date,
                place: "refunds".to_owned(),
            },
        });
    }
    Ok(records)
}
