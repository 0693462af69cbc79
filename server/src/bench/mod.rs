//! `bench`: the measurements of the product itself, on a database of their own.

mod ledger;
mod load;
mod report;
mod store;

use crate::database;
use anyhow::Context as _;
use clap::Args;
use report::Report;
use std::path::PathBuf;
use time::OffsetDateTime;

/// How much is measured.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// Rounds; of each figure the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds one figure is measured in each round.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Entries the books are filled up to.
    #[arg(long, default_value_t = 10_000_000)]
    entries: i64,
    /// Only loads whose names contain this; nothing is written down then.
    #[arg(long)]
    only: Option<String>,
    /// The folder `bench.json` and `bench.md` are written into.
    #[arg(long, default_value = "docs")]
    docs: PathBuf,
}

/// Measures on the database, which must be empty or have been measured on before.
///
/// # Errors
/// The database is out of reach or in use for something else, or a measurement failed.
pub async fn bench(url: &str, bench: &Bench, now: OffsetDateTime) -> anyhow::Result<()> {
    database::migrate(url).await.context("the tables are not up to date")?;
    let mut owner = store::connect(url).await?;
    anyhow::ensure!(
        store::may_be_used(&mut owner).await?,
        "the database has books in it: measurements need an empty database of their own"
    );
    let pool = database::pool(url).await?;
    let mut report = Report::new("Ledger");
    for (setting, value) in store::durability(&mut owner).await? {
        report.line(&format!("`{setting}` {value}"));
    }
    ledger::measure(bench, (url, &pool), now, &mut report).await?;
    if bench.only.is_some() {
        return Ok(());
    }
    report.write(&bench.docs, &now.date().to_string())
}
