//! `bench`: the measurements of the product itself, on a database of their own.

mod ledger;
mod load;
mod payment_path;
mod recon;
mod report;
mod search;
mod store;

use crate::database;
use anyhow::Context as _;
use clap::Args;
use report::Report;
use sqlx::PgPool;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;

/// Payments at which the search is measured.
const SIZES: [i64; 3] = [100_000, 1_000_000, 10_000_000];

/// Trades of the days that are reconciled.
const TRADES: [u32; 3] = [100_000, 1_000_000, 5_000_000];

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
    /// Payments the search is measured on; none: it is not.
    #[arg(long, default_value_t = 10_000_000)]
    payments: i64,
    /// Trades of the largest day that is reconciled; none: none is.
    #[arg(long, default_value_t = 1_000_000)]
    trades: u32,
    /// Only reconciliation is measured.
    #[arg(long)]
    recon: bool,
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
    let today = now.date().to_string();
    if bench.recon {
        return measure_recon((url, &pool), bench, &today).await;
    }
    let mut report = Report::new("Ledger");
    for (setting, value) in store::durability(&mut owner).await? {
        report.line(&format!("`{setting}` {value}"));
    }
    let postings = ledger::measure(bench, (url, &pool), now, &mut report).await?;
    if bench.only.is_some() {
        return Ok(());
    }
    report.write(&bench.docs, &today)?;
    let mut report = Report::new("Payment path");
    let limit = Duration::from_secs(bench.seconds.saturating_mul(3));
    payment_path::measure(url, (limit, postings), &mut report).await?;
    report.write(&bench.docs, &today)?;
    measure_recon((url, &pool), bench, &today).await?;
    if bench.payments > 0 { measure_search(url, &pool, (bench, now)).await } else { Ok(()) }
}

async fn measure_recon(of: (&str, &PgPool), bench: &Bench, today: &str) -> anyhow::Result<()> {
    let sizes: Vec<u32> = TRADES.into_iter().filter(|size| *size <= bench.trades).collect();
    if sizes.is_empty() {
        return Ok(());
    }
    let mut report = Report::new("Reconciliation");
    recon::measure(of, &sizes, &mut report).await?;
    report.write(&bench.docs, today)
}

async fn measure_search(
    url: &str,
    pool: &PgPool,
    (bench, now): (&Bench, OffsetDateTime),
) -> anyhow::Result<()> {
    let sizes: Vec<i64> = SIZES.into_iter().filter(|size| *size <= bench.payments).collect();
    let mut report = Report::new("Search");
    for measured in search::search(url, pool, &sizes).await? {
        report.line(&measured.line());
        if measured.payments == SIZES[2] {
            // Milliseconds in thousandths are microseconds.
            let p95 = u64::try_from(measured.p95.as_micros())?;
            report.ratio("search.10m.p95_ms", p95);
        }
    }
    report.write(&bench.docs, &now.date().to_string())
}
