//! Error items made up for measuring: everything about one follows from its number.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use time::OffsetDateTime;
use time::macros::datetime;

/// When the first item was found.
const FIRST: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);
/// Items filled in by one statement.
const AT_ONCE: i64 = 100_000;

pub(super) async fn connect(url: &str) -> Result<PgConnection, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    options.connect().await
}

/// Fills in items up to a number, one in five of them open, and has the table analysed.
pub(super) async fn fill(owner: &mut PgConnection, size: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO channels
            (code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
             cost_fixed_minor, cost_ppm)
         VALUES ('unionpay', 'UnionPay', '银联', 'unionpay', true, 'B1', '23:00', 'unionpay_zm', 24, 0),
                ('wechat', 'WeChat', '微信', 'nucc', true, 'B2', '00:00', 'wechat_trade', 0, 2000)
         ON CONFLICT DO NOTHING",
    )
    .execute(&mut *owner)
    .await?;
    let there: i64 =
        sqlx::query_scalar("SELECT count(*) FROM error_items").fetch_one(&mut *owner).await?;
    let mut from = there + 1;
    while from <= size {
        let to = size.min(from + AT_ONCE - 1);
        fill_some(owner, (from, to)).await?;
        from = to + 1;
    }
    sqlx::query("VACUUM ANALYZE error_items").execute(owner).await?;
    Ok(())
}

async fn fill_some(owner: &mut PgConnection, (from, to): (i64, i64)) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO error_items (id, number, leg, cause, direction, channel, clearing_date,
             record_key, theirs, theirs_minor, difference_minor, currency, account_code,
             account_owner, state, concluded_at, conclusion, opened_at, due_at, queue)
         SELECT md5('item ' || n)::uuid, 'EIB-' || n, 'gateway_bank',
                CASE WHEN n % 50 = 0 THEN 'fee' WHEN n % 7 = 0 THEN 'only_in_platform'
                     ELSE 'only_in_channel' END,
                'in', CASE WHEN n % 3 = 0 THEN 'wechat' ELSE 'unionpay' END, at::date,
                'gateway_bank:bench:in:' || n,
                jsonb_build_object('number', 'N' || n, 'channel_no', 'C' || n, 'amount',
                    jsonb_build_object('minor', (100 + n % 10000)::text, 'currency', 'CNY'),
                    'fee', NULL, 'standing', 'success', 'status', 'S', 'event_time',
                    jsonb_build_array(2026, extract(doy FROM at)::int, extract(hour FROM at)::int,
                        extract(minute FROM at)::int, 0, 0, 0, 0, 0),
                    'clearing_date', NULL, 'place', 'line ' || n),
                100 + n % 10000, 100 + n % 10000, 'CNY', '1122.01', 'unionpay',
                CASE WHEN n % 5 = 0 THEN 'new' WHEN n % 2 = 0 THEN 'closed'
                     ELSE 'auto_resolved' END,
                CASE WHEN n % 5 <> 0 THEN at END, CASE WHEN n % 5 <> 0 THEN 'bench' END, at,
                at + interval '7 days',
                CASE WHEN n % 100 = 0 THEN 'finance' ELSE 'operations' END
         FROM (SELECT n, $1::timestamptz + n * interval '25 seconds' AS at
               FROM generate_series($2::bigint, $3::bigint) n) numbered",
    )
    .bind(FIRST)
    .bind(from)
    .bind(to)
    .execute(owner)
    .await?;
    Ok(())
}
