//! The databases of the measurements, beside the one that was given: those that take long to fill
//! are kept from run to run.

use super::store;
use crate::database;
use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection, PgPool};

/// A database of its own for one measurement.
pub struct Place {
    /// How programs reach it.
    pub url: String,
    /// As the application.
    pub pool: PgPool,
    /// As its owner.
    pub owner: PgConnection,
}

impl Place {
    /// The database with this name, as an earlier run left it, or a new one.
    ///
    /// # Errors
    /// The database.
    pub async fn kept(given: &str, name: &str) -> anyhow::Result<Self> {
        let (url, database) = beside(given, name)?;
        let mut conn = store::connect(given).await?;
        if !store::exists(&mut conn, &database).await? {
            store::create(&mut conn, &database).await?;
        }
        conn.close().await?;
        Self::open(url).await
    }

    /// The database with this name, new and empty.
    ///
    /// # Errors
    /// The database.
    pub async fn anew(given: &str, name: &str) -> anyhow::Result<Self> {
        Self::open(empty(given, name).await?).await
    }

    async fn open(url: String) -> anyhow::Result<Self> {
        database::migrate(&url).await.context("the tables are not up to date")?;
        let (pool, owner) = (database::pool(&url).await?, store::connect(&url).await?);
        Ok(Self { url, pool, owner })
    }
}

/// Makes a new and empty database beside the given one.
///
/// # Errors
/// The database.
pub async fn empty(given: &str, name: &str) -> anyhow::Result<String> {
    let (url, database) = beside(given, name)?;
    let mut conn = store::connect(given).await?;
    store::drop(&mut conn, &database).await?;
    store::create(&mut conn, &database).await?;
    conn.close().await?;
    Ok(url)
}

/// The address of a database beside the given one, and its name.
fn beside(given: &str, name: &str) -> anyhow::Result<(String, String)> {
    let (address, query) = given.split_once('?').unwrap_or((given, ""));
    let (server, database) = address.rsplit_once('/').context("the database has no name")?;
    let plain = database.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    anyhow::ensure!(plain, "the database needs a plain name, like bench");
    let database = format!("{database}_{name}");
    Ok((format!("{server}/{database}?{query}"), database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_lie_beside_the_given_one() {
        let (url, name) = beside("postgres://me@localhost/bench?host=/run", "books_1m").unwrap();
        assert_eq!(url, "postgres://me@localhost/bench_books_1m?host=/run");
        assert_eq!(name, "bench_books_1m");
        assert!(beside("postgres://me@localhost/a-b", "books_1m").is_err());
    }
}
