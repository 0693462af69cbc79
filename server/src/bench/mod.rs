//! `bench`: the measurements of the product itself, in databases of their own.

mod error_items;
mod ledger;
mod load;
mod parse;
mod payment_path;
mod place;
mod recon;
mod report;
mod search;
mod store;

use clap::{Args, ValueEnum};
use place::Place;
use report::Report;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;

/// Payments at which the search is measured, and what their databases are called.
const SIZES: [(i64, &str); 3] =
    [(100_000, "payments_100k"), (1_000_000, "payments_1m"), (10_000_000, "payments_10m")];

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Fills the big databases and measures nothing: may be done on a busy machine.
    Fill,
    /// Postings.
    Ledger,
    /// The whole way of a payment.
    Path,
    /// Readers of files.
    Parse,
    /// The list of error items.
    ErrorItems,
    /// Reconciliation of a day.
    Recon,
    /// Search and lists.
    Search,
}

/// Trades of the days that are reconciled.
const TRADES: [u32; 3] = [100_000, 1_000_000, 5_000_000];

/// How much is measured.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// Only this part.
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// Rounds; of each figure the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds one figure is measured in each round.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Entries of the largest books.
    #[arg(long, default_value_t = 10_000_000)]
    entries: i64,
    /// Payments the search is measured on at most; none: it is not.
    #[arg(long, default_value_t = 10_000_000)]
    payments: i64,
    /// Error items the list is measured on; none: it is not.
    #[arg(long, default_value_t = 1_000_000)]
    error_items: i64,
    /// Trades of the largest day that is reconciled; none: none is.
    #[arg(long, default_value_t = 1_000_000)]
    trades: u32,
    /// Only loads whose names contain this; nothing is written down then.
    #[arg(long)]
    only: Option<String>,
    /// The folder `bench.json` and `bench.md` are written into.
    #[arg(long, default_value = "docs")]
    docs: PathBuf,
}

/// Measures, in databases beside the given one whose names begin with its name.
///
/// # Errors
/// The database is out of reach, or a measurement failed.
pub async fn bench(url: &str, bench: &Bench, now: OffsetDateTime) -> anyhow::Result<()> {
    let wanted = |part: Part| bench.part.is_none_or(|only| only == part);
    let today = now.date().to_string();
    if bench.part == Some(Part::Fill) {
        ledger::fill(bench, url, now).await?;
        return search::fill(url, &sizes(bench)).await;
    }
    if bench.only.is_some() {
        ledger::measure(bench, url, now, &mut Report::new("Ledger")).await?;
        return Ok(());
    }
    let mut postings = None;
    if wanted(Part::Ledger) {
        let mut report = Report::new("Ledger");
        postings = Some(ledger::measure(bench, url, now, &mut report).await?);
        report.write(&bench.docs, &today)?;
    }
    if wanted(Part::Path) {
        let postings = match postings {
            Some(postings) => postings,
            None => {
                let only = Some(ledger::COMPARED.to_owned());
                let bench = Bench { only, ..bench.clone() };
                ledger::measure(&bench, url, now, &mut Report::new("Ledger")).await?
            }
        };
        let mut report = Report::new("Payment path");
        let limit = Duration::from_secs(bench.seconds.saturating_mul(3));
        payment_path::measure(url, (limit, postings), &mut report).await?;
        report.write(&bench.docs, &today)?;
    }
    if wanted(Part::Parse) {
        let mut report = Report::new("Files");
        parse::measure(bench.rounds, &mut report)?;
        report.write(&bench.docs, &today)?;
    }
    if wanted(Part::Recon) {
        measure_recon(url, bench, &today).await?;
    }
    if wanted(Part::ErrorItems) {
        measure_error_items(url, bench, &today).await?;
    }
    if wanted(Part::Search) && bench.payments > 0 {
        let mut report = Report::new("Search");
        measure_search(url, &sizes(bench), &mut report).await?;
        report.write(&bench.docs, &today)?;
    }
    Ok(())
}

fn sizes(bench: &Bench) -> Vec<(i64, &'static str)> {
    SIZES.into_iter().filter(|(size, _)| *size <= bench.payments).collect()
}

async fn measure_recon(url: &str, bench: &Bench, today: &str) -> anyhow::Result<()> {
    let sizes: Vec<u32> = TRADES.into_iter().filter(|size| *size <= bench.trades).collect();
    if sizes.is_empty() {
        return Ok(());
    }
    let mut report = Report::new("Reconciliation");
    let place = Place::anew(url, "recon").await?;
    recon::measure((&place.url, &place.pool), &sizes, &mut report).await?;
    report.write(&bench.docs, today)
}

async fn measure_error_items(url: &str, bench: &Bench, today: &str) -> anyhow::Result<()> {
    if bench.error_items == 0 {
        return Ok(());
    }
    let mut report = Report::new("Error items");
    let place = Place::anew(url, "error_items").await?;
    let found = error_items::measure(&place.url, &place.pool, bench.error_items).await?;
    report.line(&found.line());
    if bench.error_items == 1_000_000 {
        // Milliseconds in thousandths are microseconds.
        let p95 = u64::try_from(found.p95.as_micros())?;
        report.ratio("error_items.1m.list_p95_ms", p95);
    }
    report.write(&bench.docs, today)
}

async fn measure_search(
    url: &str,
    sizes: &[(i64, &'static str)],
    report: &mut Report,
) -> anyhow::Result<()> {
    for (size, name) in sizes {
        let measured = search::search(url, (*size, name)).await?;
        report.line(&measured.line());
        if measured.payments == SIZES[2].0 {
            // Milliseconds in thousandths are microseconds.
            let p95 = u64::try_from(measured.p95.as_micros())?;
            report.ratio("search.10m.p95_ms", p95);
        }
    }
    Ok(())
}
