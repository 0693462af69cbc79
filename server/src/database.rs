//! The way to PostgreSQL: the application's role for all work, the owner for migrations.

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgPool};
use std::time::Duration;
use time::OffsetDateTime;

/// All changes of the schema, built into the program.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Connections of the pool.
const CONNECTIONS: u32 = 24;
/// How long a request waits for a connection before it is told that we are too busy.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an idle connection is taken to be alive without asking.
const TRUST: Duration = Duration::from_secs(1);
/// How long a statement may wait for a lock and run, and how long a transaction may be left lying:
/// whatever is in the way, nobody waits without end.
const LIMITS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '60s'; \
                      SET idle_in_transaction_session_timeout = '60s'";

/// A pool whose connections work as the application's role, in UTC.
///
/// # Errors
/// The database is out of reach.
pub async fn pool(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|conn, standing| {
            // One that was used just now answers; asking costs a way there and back.
            Box::pin(async move {
                Ok(standing.idle_for < TRUST || Connection::ping(conn).await.is_ok())
            })
        })
        .after_connect(|conn, _| {
            Box::pin(async move {
                conn.execute("SET ROLE countinghouse_app").await?;
                conn.execute("SET TIME ZONE 'UTC'").await?;
                conn.execute(LIMITS).await?;
                Ok(())
            })
        })
        .connect(url)
        .await
}

/// Brings the schema up to date, as the owner of the tables.
///
/// # Errors
/// The database is out of reach, or a change does not apply.
pub async fn migrate(url: &str) -> Result<(), sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    let mut conn = options.connect().await?;
    MIGRATIONS.run(&mut conn).await.map_err(|error| sqlx::Error::Migrate(Box::new(error)))
}

/// The changes of the schema that the database does not have yet.
///
/// # Errors
/// The database is out of reach.
pub async fn missing_migrations(db: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let applied: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(db)
            .await?;
    let missing = MIGRATIONS.iter().filter(|known| !applied.contains(&known.version));
    Ok(missing.map(|known| format!("{} {}", known.version, known.description)).collect())
}

/// What time it is by the database's clock.
///
/// # Errors
/// The database is out of reach.
pub async fn clock(db: &PgPool) -> Result<OffsetDateTime, sqlx::Error> {
    sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(db).await
}
