//! Trades, bills and error items made up for measuring reconciliation.

use domain::date::BusinessDate;
use sqlx::{Connection, PgConnection};
use std::path::Path;
use uuid::Uuid;

/// The person who imports and runs.
pub(super) const STAFF: Uuid = Uuid::from_u128(0xbe7c_0001);
const MERCHANT: Uuid = Uuid::from_u128(0xbe7c_0002);

/// Our number of the n-th trade of a day.
pub(super) fn number(day: BusinessDate, n: u32) -> String {
    format!("{}{n:024}", day.compact())
}

/// The channel, the merchant and the person.
pub(super) async fn prepare(
    owner: &mut PgConnection,
    channel: &str,
    our_number: &str,
) -> Result<Uuid, sqlx::Error> {
    sqlx::query(
        "INSERT INTO channels
            (code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
             cost_fixed_minor, cost_ppm)
         VALUES ($1, 'Recon', '对账', 'nucc', true, $2, '00:00', 'wechat_trade', 1, 0)
         ON CONFLICT DO NOTHING",
    )
    .bind(channel)
    .bind(our_number)
    .execute(&mut *owner)
    .await?;
    sqlx::query(
        "INSERT INTO staff (id, login, name, password_hash, created_at)
         VALUES ($1, 'bench', 'bench', '', now()) ON CONFLICT DO NOTHING",
    )
    .bind(STAFF)
    .execute(&mut *owner)
    .await?;
    sqlx::query(
        "INSERT INTO merchants
            (id, code, name, kind, status, settlement_cycle_days, settlement_account_no,
             settlement_account_name, settlement_bank, created_at)
         VALUES ($1, 'B000002', 'Recon', 'direct', 'active', 1, '2', 'Recon', 'ICBC', now())
         ON CONFLICT DO NOTHING",
    )
    .bind(MERCHANT)
    .execute(&mut *owner)
    .await?;
    Ok(MERCHANT)
}

/// The first day from one on that no measurement has used.
pub(super) async fn free_day(
    owner: &mut PgConnection,
    channel: &str,
    from: BusinessDate,
) -> Result<BusinessDate, sqlx::Error> {
    let last: Option<time::Date> =
        sqlx::query_scalar("SELECT max(clearing_date) FROM payments WHERE channel = $1")
            .bind(channel)
            .fetch_one(owner)
            .await?;
    Ok(last.map_or(from, |last| BusinessDate(last).next().max(from)))
}

/// Fills in the trades of a day past the program, as rows exactly like those it writes.
pub(super) async fn fill(
    owner: &mut PgConnection,
    (merchant, channel): (Uuid, &str),
    (day, size): (BusinessDate, u32),
) -> Result<(), sqlx::Error> {
    let mut tx = owner.begin().await?;
    // Foreign keys hold by the way the rows are made; checking each would take most of the time.
    sqlx::raw_sql("SET LOCAL session_replication_role = replica").execute(&mut *tx).await?;
    let orders = "INSERT INTO orders
            (id, merchant_id, merchant_order_no, product, amount_minor, currency, subject, state,
             source, business_date, created_at, paid_at)
         SELECT md5('recon order ' || $1::date || n)::uuid, $2, 'R' || $1::date || n, 'quick_pay',
                100 + n % 100000, 'CNY', 'bench', 'paid', 'api', $1::date, now(), now()
         FROM generate_series(1, $3::bigint) n";
    let payments = "INSERT INTO payments
            (id, order_id, merchant_id, product, amount_minor, currency, state, channel, method,
             routing, number, channel_no, event_time, clearing_date, accounting_date, fee_minor,
             cost_minor, created_at, updated_at)
         SELECT md5('recon payment ' || $1::date || n)::uuid,
                md5('recon order ' || $1::date || n)::uuid, $2, 'quick_pay', 100 + n % 100000,
                'CNY', 'succeeded', $4, 'QUICK', '{\"considered\": []}',
                to_char($1::date, 'YYYYMMDD') || lpad(n::text, 24, '0'),
                '42' || lpad(n::text, 26, '0'),
                $1::date + time '04:00' AT TIME ZONE 'UTC', $1::date, $1::date, 1, 1, now(), now()
         FROM generate_series(1, $3::bigint) n";
    sqlx::query(orders).bind(day.0).bind(merchant).bind(i64::from(size)).execute(&mut *tx).await?;
    sqlx::query(payments)
        .bind(day.0)
        .bind(merchant)
        .bind(i64::from(size))
        .bind(channel)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    for table in ["VACUUM ANALYZE orders", "VACUUM ANALYZE payments", "CHECKPOINT"] {
        sqlx::raw_sql(table).execute(&mut *owner).await?;
    }
    Ok(())
}

/// Columns of a bill.
const COLUMNS: usize = 27;
/// The end of a bill, in which its summary begins.
const TAIL: usize = 1_024;

/// The floor of databases: both files by COPY with all their columns into tables of their own, then
/// a full outer join by our number (商户订单号), comparing the amounts (应结订单金额). Nothing is
/// parsed: both tables hold what the files say as text.
pub(super) async fn copy_and_join(
    owner: &mut PgConnection,
    ours: &Path,
    theirs: &Path,
) -> anyhow::Result<u32> {
    let columns: Vec<String> = (1..=COLUMNS).map(|n| format!("c{n} text")).collect();
    let columns = columns.join(", ");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "CREATE SCHEMA IF NOT EXISTS bench_floor;
         DROP TABLE IF EXISTS bench_floor.ours, bench_floor.theirs;
         CREATE TABLE bench_floor.ours ({columns});
         CREATE TABLE bench_floor.theirs ({columns})"
    )))
    .execute(&mut *owner)
    .await?;
    for (table, path) in [("ours", ours), ("theirs", theirs)] {
        let bytes = std::fs::read(path)?;
        let tail = bytes.len().saturating_sub(TAIL);
        let summary = memchr::memmem::find(&bytes[tail..], "总交易单数".as_bytes());
        let rows = &bytes[..summary.map_or(bytes.len(), |at| tail + at)];
        let statement = format!(
            "COPY bench_floor.{table} FROM STDIN WITH (FORMAT csv, HEADER true, QUOTE E'\\x01')"
        );
        let mut copy = owner.copy_in_raw(&statement).await?;
        for part in rows.chunks(1 << 20) {
            copy.send(part).await?;
        }
        copy.finish().await?;
    }
    let differ: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM bench_floor.ours o
         FULL OUTER JOIN bench_floor.theirs t ON t.c7 = o.c7
         WHERE o.c13 IS DISTINCT FROM t.c13",
    )
    .fetch_one(&mut *owner)
    .await?;
    sqlx::raw_sql("DROP TABLE bench_floor.ours, bench_floor.theirs").execute(owner).await?;
    Ok(u32::try_from(differ)?)
}
