//! Payments made up for measuring: everything about one follows from its number.

use sqlx::{Connection as _, PgConnection};
use time::macros::datetime;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// When the first payment was made.
const FIRST: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);
/// Payments filled in by one statement.
const AT_ONCE: i64 = 100_000;
/// The merchant they belong to.
const MERCHANT: &str = "B000001";

/// The merchant and the channels of the payments.
pub(super) async fn prepare(owner: &mut PgConnection) -> Result<Uuid, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO channels
            (code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
             cost_fixed_minor, cost_ppm)
         VALUES ('unionpay', 'UnionPay', '银联', 'unionpay', true, 'B1', '23:00', 'unionpay_zm', 24, 0),
                ('wechat', 'WeChat', '微信', 'nucc', true, 'B2', '00:00', 'wechat_trade', 0, 2000)
         ON CONFLICT DO NOTHING",
    )
    .execute(&mut *owner)
    .await?;
    sqlx::query!(
        "INSERT INTO merchants
            (id, code, name, kind, status, settlement_cycle_days, settlement_account_no,
             settlement_account_name, settlement_bank, created_at)
         VALUES ($1, $2, 'Bench', 'direct', 'active', 1, '1', 'Bench', 'ICBC', $3)
         ON CONFLICT (code) DO NOTHING",
        Uuid::from_u128(0xbe7c_0000),
        MERCHANT,
        FIRST,
    )
    .execute(&mut *owner)
    .await?;
    sqlx::query_scalar!("SELECT id FROM merchants WHERE code = $1", MERCHANT).fetch_one(owner).await
}

/// Fills in orders and payments up to a number, and has the tables analysed.
pub(super) async fn fill(
    owner: &mut PgConnection,
    merchant: Uuid,
    size: i64,
) -> Result<(), sqlx::Error> {
    let there = sqlx::query_scalar!(
        r#"SELECT COALESCE(max(substr(merchant_order_no, 7)::bigint), 0) AS "there!" FROM orders
           WHERE merchant_id = $1"#,
        merchant,
    )
    .fetch_one(&mut *owner)
    .await?;
    if there == size {
        return Ok(());
    }
    // Checking each row and keeping every index would take most of the time: the rows are right by
    // the way they are made, and indexes are built when all are there.
    if size - there > AT_ONCE {
        drop_indexes(owner).await?;
    }
    let mut from = there + 1;
    while from <= size {
        let to = size.min(from + AT_ONCE - 1);
        let mut tx = owner.begin().await?;
        sqlx::query!("SET LOCAL session_replication_role = replica").execute(&mut *tx).await?;
        fill_some(&mut tx, merchant, (from, to)).await?;
        tx.commit().await?;
        from = to + 1;
    }
    build_indexes(owner).await?;
    for table in ["VACUUM ANALYZE orders", "VACUUM ANALYZE payments", "CHECKPOINT"] {
        sqlx::query(table).execute(&mut *owner).await?;
    }
    Ok(())
}

/// Drops the indexes that no constraint needs, and writes down what they were.
async fn drop_indexes(owner: &mut PgConnection) -> Result<(), sqlx::Error> {
    for statement in [
        "CREATE TABLE IF NOT EXISTS bench_indexes (name text PRIMARY KEY, definition text)",
        "INSERT INTO bench_indexes
         SELECT indexname, indexdef FROM pg_indexes
         WHERE tablename IN ('orders', 'payments') AND schemaname = 'public'
           AND indexname NOT IN (SELECT conname FROM pg_constraint)
         ON CONFLICT DO NOTHING",
        "DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT b.name FROM bench_indexes b LOOP
                EXECUTE format('DROP INDEX IF EXISTS %I', name);
            END LOOP;
         END $$",
    ] {
        sqlx::raw_sql(statement).execute(&mut *owner).await?;
    }
    Ok(())
}

/// Builds what was dropped, now or in a run that was broken off.
async fn build_indexes(owner: &mut PgConnection) -> Result<(), sqlx::Error> {
    let dropped: Option<String> = sqlx::query_scalar("SELECT to_regclass('bench_indexes')::text")
        .fetch_one(&mut *owner)
        .await?;
    if dropped.is_none() {
        return Ok(());
    }
    sqlx::raw_sql("SET maintenance_work_mem = '256MB'").execute(&mut *owner).await?;
    let missing: Vec<String> = sqlx::query_scalar(
        "SELECT definition FROM bench_indexes WHERE to_regclass(name) IS NULL ORDER BY name",
    )
    .fetch_all(&mut *owner)
    .await?;
    for definition in missing {
        sqlx::raw_sql(sqlx::AssertSqlSafe(definition)).execute(&mut *owner).await?;
    }
    sqlx::raw_sql("DROP TABLE bench_indexes").execute(owner).await.map(|_| ())
}

async fn fill_some(
    owner: &mut PgConnection,
    merchant: Uuid,
    (from, to): (i64, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO orders
            (id, merchant_id, merchant_order_no, product, amount_minor, currency, subject, state,
             failure, source, business_date, created_at, paid_at)
         SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
                || substr(md5('order ' || n), 1, 3) || '8'
                || substr(md5('order ' || n), 4, 15))::uuid,
                $1, 'BENCH-' || lpad(n::text, 12, '0'), 'quick_pay',
                100 + n % 100000, 'CNY', 'bench',
                CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 9973 = 0 THEN 'paying' ELSE 'paid' END,
                CASE WHEN n % 50 = 0 THEN 'declined' END, 'api', at::date, at,
                CASE WHEN n % 50 <> 0 AND n % 9973 <> 0 THEN at END
         FROM (SELECT n, $2::timestamptz + n * interval '35 milliseconds' AS at
               FROM generate_series($3::bigint, $4::bigint) n) numbered",
        merchant,
        FIRST,
        from,
        to,
    )
    .execute(&mut *owner)
    .await?;
    sqlx::query!(
        "INSERT INTO payments
            (id, order_id, merchant_id, product, amount_minor, currency, state, channel, method,
             routing, number, channel_no, failure, event_time, clearing_date, accounting_date,
             fee_minor, cost_minor, created_at, updated_at)
         SELECT id, order_id, $1, 'quick_pay', 100 + n % 100000, 'CNY', state,
                CASE WHEN n % 3 = 0 THEN 'wechat' ELSE 'unionpay' END, 'QUICK',
                '{\"considered\": []}', replace(id::text, '-', ''),
                CASE WHEN state = 'succeeded' THEN '42' || translate(md5('no ' || n), 'abcdef',
                    '012345') END,
                CASE state WHEN 'failed' THEN 'declined' WHEN 'unknown' THEN 'no answer' END,
                CASE WHEN state = 'succeeded' THEN at END,
                CASE WHEN state = 'succeeded' THEN at::date END,
                CASE WHEN state = 'succeeded' THEN at::date END,
                1, 1, at, at
         FROM (SELECT n, at,
                      CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 9973 = 0 THEN 'unknown'
                           ELSE 'succeeded' END AS state,
                      (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
                       || substr(md5('payment ' || n), 1, 3) || '8'
                       || substr(md5('payment ' || n), 4, 15))::uuid AS id,
                      (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
                       || substr(md5('order ' || n), 1, 3) || '8'
                       || substr(md5('order ' || n), 4, 15))::uuid AS order_id
               FROM (SELECT n, $2::timestamptz + n * interval '35 milliseconds' AS at
                     FROM generate_series($3::bigint, $4::bigint) n) numbered) made",
        merchant,
        FIRST,
        from,
        to,
    )
    .execute(owner)
    .await?;
    Ok(())
}

/// A payment by everything somebody may have in hand.
pub(super) struct Sample {
    pub payment: Uuid,
    pub order: Uuid,
    pub order_no: String,
    pub channel_no: Option<String>,
    pub made_at: OffsetDateTime,
    pub day: Date,
}

/// The payment with this number.
pub(super) async fn sample(owner: &mut PgConnection, number: i64) -> Result<Sample, sqlx::Error> {
    sqlx::query_as!(
        Sample,
        r#"SELECT p.id AS payment, p.order_id AS "order", o.merchant_order_no AS order_no,
                  p.channel_no, p.created_at AS made_at, p.created_at::date AS "day!"
           FROM orders o JOIN payments p ON p.order_id = o.id
           WHERE o.merchant_order_no = 'BENCH-' || lpad($1::bigint::text, 12, '0')"#,
        number,
    )
    .fetch_one(owner)
    .await
}
