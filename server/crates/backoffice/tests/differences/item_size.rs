//! That lists and cases are found by indexes however many items there are: the database counts how
//! often it read the whole table.

use crate::desk;
use backoffice::error_items;
use backoffice::office::Office;
use domain::error_item::{Cause, ErrorItemFilter, ErrorItemStatus, Queue};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::time::Duration;

async fn whole_reads(pool: &PgPool) -> i64 {
    sqlx::query_scalar(
        "SELECT coalesce(seq_scan, 0) FROM pg_stat_user_tables WHERE relname = 'error_items'",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn lists_and_cases_never_read_the_whole_table(pool: PgPool) {
    let desk = desk::open(pool.clone()).await;
    sqlx::query(
        "INSERT INTO error_items (id, number, leg, cause, direction, channel, clearing_date,
             record_key, theirs, theirs_minor, difference_minor, currency, state, concluded_at,
             conclusion, opened_at, due_at, queue)
         SELECT md5(n::text)::uuid, 'EIB-' || n, 'gateway_bank',
                CASE WHEN n % 50 = 0 THEN 'fee' ELSE 'only_in_channel' END, 'in',
                CASE WHEN n % 3 = 0 THEN 'wechat' ELSE 'unionpay' END, at::date, 'k' || n,
                jsonb_build_object('number', 'N' || n, 'channel_no', 'C' || n, 'amount',
                    jsonb_build_object('minor', '100', 'currency', 'CNY'), 'fee', NULL,
                    'standing', 'success', 'status', 'S', 'event_time',
                    jsonb_build_array(2026, n % 90 + 1, n % 24, n % 60, 0, 0, 0, 0, 0),
                    'clearing_date', NULL, 'place', 'line ' || n),
                100, 100, 'CNY', CASE WHEN n % 20 = 0 THEN 'new' ELSE 'auto_resolved' END,
                CASE WHEN n % 20 <> 0 THEN at END, CASE WHEN n % 20 <> 0 THEN 'x' END, at,
                at + interval '7 days', CASE WHEN n % 100 = 0 THEN 'finance' ELSE 'operations' END
         FROM (SELECT n, $1 - n * interval '1 minute' AS at
               FROM generate_series(1, 30000) n) numbered",
    )
    .bind(desk.now())
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("VACUUM ANALYZE error_items").execute(&pool).await.unwrap();
    let own = PgPoolOptions::new()
        .max_connections(1)
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    let office = Office { db: own.clone(), ..desk.office.clone() };
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = whole_reads(&pool).await;
    let all = ErrorItemFilter::default();
    let open = ErrorItemFilter { open_only: true, ..all.clone() };
    for filter in [
        all.clone(),
        open.clone(),
        ErrorItemFilter { cause: Some(Cause::Fee), ..open.clone() },
        ErrorItemFilter { queue: Some(Queue::Finance), ..open.clone() },
        ErrorItemFilter { channel: Some("wechat".to_owned()), ..open.clone() },
        ErrorItemFilter { status: Some(ErrorItemStatus::New), ..all.clone() },
        ErrorItemFilter { overdue: true, ..open.clone() },
        ErrorItemFilter { mine: true, ..open.clone() },
        ErrorItemFilter { text: Some("N777".to_owned()), ..all },
    ] {
        error_items::list(&office, &desk.operations, &filter, None).await.unwrap();
    }
    let cases = error_items::cases(&office, &desk.operations, None).await.unwrap();
    let case = &cases.first().expect("there are cases").key;
    error_items::case(&office, &desk.operations, case).await.unwrap();
    let members = ErrorItemFilter { case: Some(case.clone()), ..open };
    let found = error_items::list(&office, &desk.operations, &members, None).await.unwrap();
    assert!(found.rows.len() > 1);
    error_items::advice(&office, &desk.operations).await.unwrap();
    // A session tells what it read at its end at the latest.
    own.close().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(whole_reads(&pool).await, before);
}
