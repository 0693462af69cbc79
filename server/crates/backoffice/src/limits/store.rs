use super::LimitError;
use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::fee::Rate;
use domain::ids::{MerchantId, OrderId};
use domain::limits::{
    AccountClass, AccountKind, LimitRow, Limits, Payer, Structuring, StructuringRule, Used,
};
use domain::money::{Currency, Money};
use domain::order::Order;
use domain::product::CardType;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    account_kind: String,
    class: String,
    valid_from: time::Date,
    per_payment_minor: Option<i64>,
    per_day_minor: Option<i64>,
    per_year_minor: Option<i64>,
    in_total_minor: Option<i64>,
    source: String,
}

impl TryFrom<Row> for LimitRow {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("payer_limits", &row.class, what);
        let account = AccountKind::named(&row.account_kind);
        Ok(Self {
            account: account.ok_or_else(|| wrong("unknown kind of account"))?,
            class: AccountClass::named(&row.class).ok_or_else(|| wrong("unknown class"))?,
            valid_from: BusinessDate(row.valid_from),
            limits: Limits {
                per_payment: row.per_payment_minor.map(Money::cny),
                per_day: row.per_day_minor.map(Money::cny),
                per_year: row.per_year_minor.map(Money::cny),
                in_total: row.in_total_minor.map(Money::cny),
            },
            source: row.source,
        })
    }
}

/// The limits that count on a day.
pub(super) async fn table(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<LimitRow>, LimitError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT DISTINCT ON (account_kind, class) account_kind, class, valid_from,
                per_payment_minor, per_day_minor, per_year_minor, in_total_minor, source
         FROM payer_limits WHERE valid_from <= $1
         ORDER BY account_kind, class, valid_from DESC",
        day.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(LimitRow::try_from).collect::<Result<_, _>>()?)
}

/// The limits that begin after a day.
pub(super) async fn to_come(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<LimitRow>, LimitError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT account_kind, class, valid_from, per_payment_minor, per_day_minor, per_year_minor,
                in_total_minor, source
         FROM payer_limits WHERE valid_from > $1 ORDER BY valid_from, account_kind, class",
        day.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(LimitRow::try_from).collect::<Result<_, _>>()?)
}

/// Changes are carried out one at a time: the one rule there is stands for all of it.
pub(super) async fn lock_table(conn: &mut PgConnection) -> Result<(), LimitError> {
    sqlx::query!("SELECT id FROM structuring_rules FOR UPDATE").fetch_one(conn).await?;
    Ok(())
}

pub(super) async fn set_row(conn: &mut PgConnection, row: &LimitRow) -> Result<(), LimitError> {
    let minor = |limit: Option<Money>| limit.map(Money::minor);
    sqlx::query!(
        "INSERT INTO payer_limits
            (account_kind, class, valid_from, per_payment_minor, per_day_minor, per_year_minor,
             in_total_minor, source)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (account_kind, class, valid_from) DO UPDATE SET
            per_payment_minor = EXCLUDED.per_payment_minor, per_day_minor = EXCLUDED.per_day_minor,
            per_year_minor = EXCLUDED.per_year_minor, in_total_minor = EXCLUDED.in_total_minor,
            source = EXCLUDED.source",
        row.account.name(),
        row.class.name(),
        row.valid_from.0,
        minor(row.limits.per_payment),
        minor(row.limits.per_day),
        minor(row.limits.per_year),
        minor(row.limits.in_total),
        row.source.trim(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_rule(
    conn: &mut PgConnection,
    rule: &StructuringRule,
) -> Result<(), LimitError> {
    let watched: Vec<i64> = rule.watched.iter().map(|limit| limit.minor()).collect();
    sqlx::query!(
        "UPDATE structuring_rules
         SET share_ppm = $1, payments_min = $2, window_hours = $3, watched_minor = $4",
        rule.share.ppm(),
        i32::try_from(rule.payments_min).unwrap_or(i32::MAX),
        rule.window_hours,
        &watched,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn rule(conn: &mut PgConnection) -> Result<StructuringRule, LimitError> {
    let row = sqlx::query!(
        "SELECT share_ppm, payments_min, window_hours, watched_minor FROM structuring_rules",
    )
    .fetch_one(conn)
    .await?;
    let wrong = |what: &str| Inconsistent::new("structuring_rules", 1, what);
    Ok(StructuringRule {
        share: Rate::from_ppm(row.share_ppm).map_err(|_| wrong("share out of range"))?,
        payments_min: u32::try_from(row.payments_min).map_err(|_| wrong("a negative count"))?,
        window_hours: row.window_hours,
        watched: row.watched_minor.into_iter().map(Money::cny).collect(),
    })
}

/// Holds the payer's row for the rest of the transaction.
pub(super) async fn lock(
    conn: &mut PgConnection,
    payer: &Payer,
    now: OffsetDateTime,
) -> Result<(), LimitError> {
    sqlx::query!(
        "INSERT INTO payers (reference, account_kind, first_seen) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        payer.reference,
        payer.account.name(),
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "SELECT reference FROM payers WHERE reference = $1 AND account_kind = $2 FOR UPDATE",
        payer.reference,
        payer.account.name(),
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

pub(super) async fn used(
    conn: &mut PgConnection,
    payer: &Payer,
    (day, currency): (BusinessDate, Currency),
) -> Result<Used, LimitError> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(sum(used_minor) FILTER (WHERE day = $3), 0)::bigint AS "today!",
                  COALESCE(sum(used_minor) FILTER (
                    WHERE date_trunc('year', day::timestamp)
                        = date_trunc('year', $3::date::timestamp)), 0)::bigint AS "year!",
                  COALESCE(sum(used_minor), 0)::bigint AS "total!"
           FROM payer_days WHERE reference = $1 AND account_kind = $2"#,
        payer.reference,
        payer.account.name(),
        day.0,
    )
    .fetch_one(conn)
    .await?;
    let money = |minor| Money::new(minor, currency);
    Ok(Used { today: money(row.today), this_year: money(row.year), in_total: money(row.total) })
}

pub(super) async fn use_up(
    conn: &mut PgConnection,
    payer: &Payer,
    (day, minor): (BusinessDate, i64),
) -> Result<(), LimitError> {
    sqlx::query!(
        "INSERT INTO payer_days (reference, account_kind, day, used_minor) VALUES ($1, $2, $3, $4)
         ON CONFLICT (reference, account_kind, day)
         DO UPDATE SET used_minor = payer_days.used_minor + excluded.used_minor",
        payer.reference,
        payer.account.name(),
        day.0,
        minor,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the payer's orders since a moment are about, those that failed or were refused as well:
/// who tries is as conspicuous as who succeeds.
pub(super) async fn amounts(
    conn: &mut PgConnection,
    payer: &Payer,
    from: OffsetDateTime,
) -> Result<Vec<Money>, LimitError> {
    let rows = sqlx::query!(
        "SELECT amount_minor, currency FROM order_payers
         WHERE reference = $1 AND account_kind = $2 AND at >= $3 ORDER BY at DESC LIMIT 500",
        payer.reference,
        payer.account.name(),
        from,
    )
    .fetch_all(conn)
    .await?;
    let money = |minor, code: &str| {
        let currency = code.parse().map_err(|error| Inconsistent::new("order_payers", code, error));
        Ok(Money::new(minor, currency?))
    };
    rows.iter().map(|row| money(row.amount_minor, &row.currency)).collect()
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    order: &Order,
    (payer, now): (&Payer, OffsetDateTime),
    (state, found): (&str, Option<&Structuring>),
) -> Result<(), LimitError> {
    let found = found.map(serde_json::to_value).transpose();
    let found = found.map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "INSERT INTO order_payers
            (order_id, merchant_id, reference, account_kind, holder, class, card_type, bank, method,
             amount_minor, currency, day, at, state, structuring)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        Uuid::from(order.id),
        Uuid::from(order.merchant),
        payer.reference,
        payer.account.name(),
        payer.holder.name(),
        payer.class.map(AccountClass::name),
        payer.card.map(CardType::name),
        payer.bank,
        payer.method,
        order.amount.minor(),
        order.amount.currency().code(),
        order.business_date.0,
        now,
        state,
        found,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn release(conn: &mut PgConnection, order: OrderId) -> Result<(), LimitError> {
    sqlx::query!(
        "WITH released AS (
            UPDATE order_payers SET state = 'released' WHERE order_id = $1 AND state = 'held'
            RETURNING reference, account_kind, day, amount_minor)
         UPDATE payer_days d SET used_minor = d.used_minor - r.amount_minor FROM released r
         WHERE d.reference = r.reference AND d.account_kind = r.account_kind AND d.day = r.day",
        Uuid::from(order),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn retake(conn: &mut PgConnection, order: OrderId) -> Result<(), LimitError> {
    sqlx::query!(
        "WITH retaken AS (
            UPDATE order_payers SET state = 'held' WHERE order_id = $1 AND state = 'released'
            RETURNING reference, account_kind, day, amount_minor)
         UPDATE payer_days d SET used_minor = d.used_minor + r.amount_minor FROM retaken r
         WHERE d.reference = r.reference AND d.account_kind = r.account_kind AND d.day = r.day",
        Uuid::from(order),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn conspicuous(
    conn: &mut PgConnection,
    merchant: MerchantId,
    from: OffsetDateTime,
) -> Result<Vec<(OrderId, Structuring)>, LimitError> {
    let rows = sqlx::query!(
        r#"SELECT order_id, structuring AS "structuring!" FROM order_payers
           WHERE merchant_id = $1 AND at >= $2 AND structuring IS NOT NULL
           ORDER BY at DESC LIMIT 20"#,
        Uuid::from(merchant),
        from,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let found = serde_json::from_value(row.structuring)
                .map_err(|error| Inconsistent::new("order_payers", row.order_id, error))?;
            Ok((OrderId(row.order_id), found))
        })
        .collect()
}
