//! What the database itself refuses: the application's role, and rows that cannot be.

use crate::books::*;
use ledger::days;
use sqlx::{AssertSqlSafe, PgPool};

#[sqlx::test(migrations = "../../../migrations")]
async fn the_application_adds_to_the_books_and_never_changes_them(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    sqlx::query("SET ROLE countinghouse_app").execute(&mut *conn).await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", 100)).await.unwrap();
    post(&mut conn, &settlement("b", 40)).await.unwrap();
    for table in ["ledger_journals", "ledger_transfers", "ledger_accounts", "ledger_chart"] {
        let column = match table {
            "ledger_journals" | "ledger_transfers" => "memo",
            "ledger_accounts" => "owner",
            _ => "owner_kind",
        };
        for statement in [
            format!("UPDATE {table} SET {column} = 'x'"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let refused = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *conn).await;
            let text = refused.expect_err(&statement).to_string();
            assert!(text.contains("permission denied"), "{statement}: {text}");
        }
    }
    for statement in [
        "DELETE FROM ledger_balances",
        "UPDATE ledger_balances SET sign = 1",
        "DELETE FROM ledger_days",
        "UPDATE ledger_days SET opened_at = now()",
        "DELETE FROM ledger_day_turnovers",
        "UPDATE ledger_day_turnovers SET debit_minor = 0",
    ] {
        let refused = sqlx::query(statement).execute(&mut *conn).await;
        assert!(refused.expect_err(statement).to_string().contains("permission denied"));
    }
    days::close(&mut conn, today(), NOON).await.unwrap();
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn other_tables_are_usable_by_the_application(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    sqlx::query("CREATE TABLE later (id bigint)").execute(&mut *conn).await.unwrap();
    sqlx::query("SET ROLE countinghouse_app").execute(&mut *conn).await.unwrap();
    for statement in
        ["INSERT INTO later VALUES (1)", "UPDATE later SET id = 2", "DELETE FROM later"]
    {
        sqlx::query(statement).execute(&mut *conn).await.unwrap();
    }
    sqlx::query("SELECT version FROM _sqlx_migrations").execute(&mut *conn).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_database_refuses_impossible_rows_even_from_its_owner(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", 100)).await.unwrap();
    for (statement, constraint) in [
        ("UPDATE ledger_transfers SET amount_minor = 0", "ledger_transfers_amount_positive"),
        (
            "UPDATE ledger_transfers SET credit_account_id = debit_account_id",
            "ledger_transfers_two_accounts",
        ),
        ("UPDATE ledger_transfers SET currency = 'EUR'", "ledger_transfers_debit_in_currency"),
        (
            "INSERT INTO ledger_transfers
             SELECT journal_id, line + 1::smallint, debit_account_id, gen_random_uuid(),
                    amount_minor, currency, debit_version + 1, 0, 1, 0, ''
             FROM ledger_transfers",
            "ledger_transfers_credit_in_currency",
        ),
        (
            "UPDATE ledger_transfers SET journal_id = gen_random_uuid()",
            "ledger_transfers_journal_exists",
        ),
        ("UPDATE ledger_journals SET accounting_date = '1999-12-31'", "ledger_journals_day_exists"),
        ("DELETE FROM ledger_journals", "ledger_journals_with_lines_stay"),
        ("UPDATE ledger_journals SET id = gen_random_uuid()", "ledger_journals_with_lines_stay"),
        ("DELETE FROM ledger_days", "ledger_days_with_journals_stay"),
        ("DELETE FROM ledger_accounts", "ledger_accounts_with_entries_stay"),
        ("UPDATE ledger_accounts SET currency = 'EUR'", "ledger_accounts_with_entries_stay"),
        ("UPDATE ledger_balances SET debit_minor = 200", "ledger_balances_keep_their_floor"),
        ("UPDATE ledger_journals SET entry_number = 28", "ledger_journals_entry_known"),
        ("UPDATE ledger_journals SET line_count = 0", "ledger_journals_lines_unless_memo"),
        ("UPDATE ledger_journals SET reverses = id", "ledger_journals_reversal_is_entry_15"),
        ("UPDATE ledger_days SET state = 'closed'", "ledger_days_closed_has_time"),
    ] {
        let refused = sqlx::query(statement).execute(&mut *conn).await.expect_err(statement);
        assert!(refused.to_string().contains(constraint), "{statement}: {refused}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn tampering_is_found(pool: PgPool) {
    use ledger::invariants::{Rule, check_rule};
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", 100)).await.unwrap();
    post(&mut conn, &collection("b", 100)).await.unwrap();
    post(&mut conn, &settlement("c", 50)).await.unwrap();
    days::close(&mut conn, today(), NOON).await.unwrap();
    invariants_hold(&mut conn).await;
    for (statement, rules) in [
        ("DELETE FROM ledger_transfers WHERE debit_version = 2", &[Rule::JournalsComplete][..]),
        (
            "UPDATE ledger_transfers SET amount_minor = 99 WHERE debit_version = 2",
            &[Rule::BalancesEqualEntries, Rule::RunningBalancesRight, Rule::ClosedDaysUnchanged],
        ),
        (
            "UPDATE ledger_balances SET debit_minor = debit_minor + 1 WHERE sign = 1",
            &[Rule::BooksBalance, Rule::BalancesEqualEntries],
        ),
        ("UPDATE ledger_balances SET version = version + 1", &[Rule::VersionsGapless]),
        ("UPDATE ledger_day_turnovers SET credit_minor = 0", &[Rule::ClosedDaysUnchanged]),
    ] {
        use sqlx::Connection;
        let mut tx = conn.begin().await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        for rule in rules {
            assert!(!check_rule(&mut tx, *rule).await.unwrap().is_empty(), "{statement} {rule:?}");
        }
        tx.rollback().await.unwrap();
    }
}
