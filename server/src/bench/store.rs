//! The SQL of the measurements: the hand-written floor, and books filled in advance.

use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use time::Date;
use uuid::Uuid;

/// Fills the books, statement by statement.
const FILL: &str = include_str!("fill.sql");

/// A connection as the owner of the database.
///
/// # Errors
/// The database is out of reach.
pub async fn connect(url: &str) -> Result<PgConnection, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    options.connect().await
}

/// Whether there is a database with this name.
///
/// # Errors
/// The database is out of reach.
pub async fn exists(conn: &mut PgConnection, database: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(database)
        .fetch_one(conn)
        .await
}

/// Creates a database.
///
/// # Errors
/// The database is out of reach.
pub async fn create(conn: &mut PgConnection, database: &str) -> Result<(), sqlx::Error> {
    let create = format!("CREATE DATABASE {database}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(conn).await.map(|_| ())
}

/// Drops a database, if it is there.
///
/// # Errors
/// The database is out of reach.
pub async fn drop(conn: &mut PgConnection, database: &str) -> Result<(), sqlx::Error> {
    let drop = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(conn).await.map(|_| ())
}

/// Makes the floor anew.
///
/// # Errors
/// The database.
pub async fn make_floor(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(include_str!("floor.sql")).execute(conn).await.map(|_| ())
}

/// The floor: one transfer as one function call.
///
/// # Errors
/// The database.
pub async fn transfer(conn: &mut PgConnection, from: i32, to: i32) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT bench_floor.transfer($1, $2, $3, 1)")
        .bind(Uuid::now_v7())
        .bind(from)
        .bind(to)
        .execute(conn)
        .await
        .map(|_| ())
}

/// The floor of batches: many transfers as one function call.
///
/// # Errors
/// The database.
pub async fn transfer_batch(
    conn: &mut PgConnection,
    from: &[i32],
    to: &[i32],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = from.iter().map(|_| Uuid::now_v7()).collect();
    let amounts: Vec<i64> = from.iter().map(|_| 1).collect();
    sqlx::query("SELECT bench_floor.transfer_batch($1, $2, $3, $4)")
        .bind(ids)
        .bind(from)
        .bind(to)
        .bind(amounts)
        .execute(conn)
        .await
        .map(|_| ())
}

/// How many entries the books have.
///
/// # Errors
/// The database.
pub async fn entries(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT coalesce(sum(version), 0)::bigint FROM ledger_balances")
        .fetch_one(conn)
        .await
}

/// Books `journals` collections of one fen each past the program, evenly over the merchants'
/// accounts, as rows exactly like those it writes.
///
/// # Errors
/// The database.
pub async fn fill(conn: &mut PgConnection, journals: i64, day: Date) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    // Foreign keys hold by the way the rows are made; checking each would take most of the time.
    sqlx::raw_sql("SET LOCAL session_replication_role = replica").execute(&mut *tx).await?;
    sqlx::raw_sql("DROP TABLE IF EXISTS bench_floor.filled").execute(&mut *tx).await?;
    for statement in FILL.split("\n\n") {
        let statement = statement
            .replace("$journals", &journals.to_string())
            .replace("$day", &format!("'{day}'::date"));
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// Puts the tables in the order they have after a night's rest.
///
/// # Errors
/// The database.
pub async fn settle(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    for statement in [
        "VACUUM ANALYZE ledger_journals",
        "VACUUM ANALYZE ledger_transfers",
        "VACUUM ANALYZE ledger_balances",
        "VACUUM ANALYZE ledger_accounts",
        "CHECKPOINT",
    ] {
        sqlx::raw_sql(statement).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The settings that decide what a commit means, as `name value`.
///
/// # Errors
/// The database.
pub async fn durability(conn: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT name, setting FROM pg_settings
         WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version',
                        'shared_buffers', 'max_wal_size')
         ORDER BY name",
    )
    .fetch_all(conn)
    .await
}
