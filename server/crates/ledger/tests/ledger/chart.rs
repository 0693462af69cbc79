//! Changing the chart of accounts.

use crate::books::*;
use domain::account::PostingMode;
use domain::account::chart::{ChartChange, ChartTerms};
use ledger::{Books, LedgerError};
use sqlx::PgPool;

fn floor(minor: Option<i64>) -> ChartChange {
    ChartChange::Reword {
        code: "2241.02".to_owned(),
        terms: ChartTerms {
            name_en: "Merchants, unsettled".to_owned(),
            name_zh: "商户待结算".to_owned(),
            floor_minor: minor,
            posting_mode: PostingMode::Hot,
        },
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_application_changes_a_floor_and_writers_with_a_memory_notice(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    sqlx::query("SET ROLE countinghouse_app").execute(&mut *conn).await.unwrap();
    open_today(&mut conn).await;
    let books = Books::default();
    books.post_all(&mut conn, &[collection("in", 100)]).await.unwrap();
    let refused = ledger::change_chart(&mut conn, &floor(Some(101))).await;
    assert!(matches!(refused, Err(LedgerError::BelowNewFloor(_))), "{refused:?}");
    ledger::change_chart(&mut conn, &floor(Some(100))).await.unwrap();
    let line = ledger::find_chart_line(&mut conn, "2241.02").await.unwrap().unwrap();
    assert_eq!((line.floor_minor, line.posting_mode), (Some(100), PostingMode::Hot));
    // What the writer remembers has no such floor: the database stops it, and then it knows.
    let first = books.post_all(&mut conn, &[settlement("out", 1)]).await;
    assert!(first.is_err());
    let second = books.post_all(&mut conn, &[settlement("out", 1)]).await;
    assert!(matches!(second, Err(LedgerError::InsufficientBalance { .. })), "{second:?}");
    ledger::change_chart(&mut conn, &floor(None)).await.unwrap();
    books.post_all(&mut conn, &[settlement("out", 150)]).await.unwrap();
    assert_eq!(fen(&mut conn, &unsettled(1)).await, -50);
    invariants_hold(&mut conn).await;
}
