//! How long a day's bill takes from the file to its error items, beside two floors measured in the
//! same run on the same trades. Both floors read the very bill the product reads and an export of our
//! side in the same layout: a lean hash join takes number and amount out of each row as byte slices
//! and counts what differs; the database copies both files with all their columns into tables and
//! joins them.

mod bill;
mod lean;
mod store;

use super::report::Report;
use anyhow::Context as _;
use backoffice::office::{Clock, Office, Settings};
use backoffice::reconciliation::arrivals::Receiving;
use backoffice::{reconciliation, work};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::arrival::Given;
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::error_item::Leg;
use domain::ids::{SessionId, StaffId};
use domain::page::PageRequest;
use domain::reconciliation::{RunFilter, RunScope};
use domain::source_file::FileKind;
use sqlx::{PgConnection, PgPool};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::macros::date;
use uuid::Uuid;

/// The channel the trades go over.
const CHANNEL: &str = "recon";
/// Our number there.
const OUR_NUMBER: &str = "1900000001";
/// Of so many trades one differs.
const DIFFERS: u32 = 1_000;

/// What was measured at one size.
struct Measured {
    trades: u32,
    megabytes: u64,
    receive: Duration,
    import: Duration,
    run: Duration,
    lean: Duration,
    copy: Duration,
    peak_kb: u64,
    differences: i64,
}

impl Measured {
    fn whole(&self) -> Duration {
        self.receive + self.import + self.run
    }

    fn row(&self, report: &mut Report) {
        let ms = |duration: Duration| format!("{} ms", duration.as_millis());
        let rate = u128::from(self.trades) * 1_000 / self.whole().as_millis().max(1);
        report.row(&[
            &self.trades.to_string(),
            &format!("{} MB", self.megabytes),
            &ms(self.receive),
            &ms(self.import),
            &ms(self.run),
            &ms(self.lean),
            &ms(self.copy),
            &format!("{rate}/s"),
            &format!("{} MB", self.peak_kb / 1024),
            &self.differences.to_string(),
        ]);
    }
}

/// Measures each size, smallest first.
///
/// # Errors
/// The database is out of reach, or what was found is not what was put in.
pub async fn measure(
    (url, pool): (&str, &PgPool),
    sizes: &[u32],
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut owner = super::store::connect(url).await?;
    let office = office(pool);
    let merchant = store::prepare(&mut owner, CHANNEL, OUR_NUMBER).await?;
    report.table(&[
        "trades",
        "bill",
        "receive",
        "look and import",
        "run",
        "lean join",
        "COPY + join",
        "trades, all in all",
        "peak",
        "differences",
    ]);
    let mut measured = Vec::with_capacity(sizes.len());
    let mut day = store::free_day(&mut owner, CHANNEL, BusinessDate(date!(2031 - 01 - 01))).await?;
    for size in sizes {
        let one = at(&office, &mut owner, (merchant, day, *size)).await?;
        one.row(report);
        measured.push(one);
        day = day.next();
    }
    for one in &measured {
        if one.trades == 1_000_000 {
            report.ratio("recon.1m.vs_lean_join", over(one.whole(), one.lean)?);
            report.ratio("recon.1m.vs_copy_join", over(one.whole(), one.copy)?);
            report.ratio("recon.1m.run_vs_lean_join", over(one.run, one.lean)?);
            report.ratio("recon.1m.peak_mb", one.peak_kb.saturating_mul(1_000) / 1_024);
        }
    }
    if let [first, .., last] = measured.as_slice() {
        let each = |one: &Measured| one.whole() / one.trades.max(1);
        report.ratio("recon.growth_per_row", over(each(last), each(first))?);
    }
    Ok(())
}

/// How many times as long, in thousandths.
fn over(long: Duration, short: Duration) -> anyhow::Result<u64> {
    Ok(u64::try_from(long.as_nanos().saturating_mul(1_000) / short.as_nanos().max(1))?)
}

async fn at(
    office: &Office,
    owner: &mut PgConnection,
    (merchant, day, size): (Uuid, BusinessDate, u32),
) -> anyhow::Result<Measured> {
    store::fill(owner, (merchant, CHANNEL), (day, size)).await?;
    let folder = std::env::temp_dir().join(format!("countinghouse-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (ours, theirs) = (folder.join("ours.csv"), folder.join("bill.csv"));
    bill::write(&ours, (day, OUR_NUMBER), (1..=size).map(|n| (n, amount(n))))?;
    let name = bill::write(&theirs, (day, OUR_NUMBER), (1..=size).filter_map(billed))?;
    let begin = Instant::now();
    let expected = lean::join(&ours, &theirs)?;
    let lean = begin.elapsed();
    let begin = Instant::now();
    let joined = store::copy_and_join(owner, &ours, &theirs).await?;
    let copy = begin.elapsed();
    anyhow::ensure!(joined == expected, "the floors disagree: {joined} and {expected}");
    let bytes = std::fs::metadata(&theirs)?.len();
    std::fs::remove_file(&ours)?;
    let taken = take(office, day, (&theirs, &name)).await;
    std::fs::remove_dir_all(&folder)?;
    let (receive, import, run, peak_kb) = taken?;
    let scope = RunScope { leg: Leg::GatewayBank, of: CHANNEL.to_owned(), day };
    let filter =
        RunFilter { leg: Some(scope.leg), of: Some(scope.of), day: Some(day), state: None };
    let runs = reconciliation::list_runs(office, &actor(), &filter, PageRequest::default()).await?;
    let differences = runs.rows.first().context("the bill was not reconciled")?.differences;
    anyhow::ensure!(i64::from(expected) == differences, "found {differences}, put in {expected}");
    let megabytes = bytes / 1_000_000;
    Ok(Measured { trades: size, megabytes, receive, import, run, lean, copy, peak_kb, differences })
}

/// Takes the bill in as the watched folder does: bytes, then a look and the import, then the run.
async fn take(
    office: &Office,
    day: BusinessDate,
    (path, name): (&Path, &str),
) -> anyhow::Result<(Duration, Duration, Duration, u64)> {
    let given = Given {
        kind: FileKind::Bill,
        channel: Some(CHANNEL.to_owned()),
        merchant: None,
        day: Some(day),
        member: None,
        format: None,
        no_trades: false,
    };
    let mut file = std::fs::File::open(path)?;
    forget_peak()?;
    let begin = Instant::now();
    let mut receiving = Receiving::from_folder(office, name, given).await?;
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        receiving.take(office, &piece[..read]).await?;
    }
    receiving.settle(office).await?;
    let receive = begin.elapsed();
    let begin = Instant::now();
    work::run_one(office).await?;
    let import = begin.elapsed();
    let begin = Instant::now();
    work::run_until_idle(office).await?;
    Ok((receive, import, begin.elapsed(), peak_kb()?))
}

/// What we have of the n-th trade.
fn amount(n: u32) -> i64 {
    100 + i64::from(n % 100_000)
}

/// What the bill has of it: one in a thousand is missing or of another amount.
fn billed(n: u32) -> Option<(u32, i64)> {
    match (n % DIFFERS, n / DIFFERS % 2) {
        (0, 0) => None,
        (0, _) => Some((n, amount(n) + 1)),
        _ => Some((n, amount(n))),
    }
}

fn office(pool: &PgPool) -> Office {
    let zone = BusinessZone::china();
    Office {
        db: pool.clone(),
        clock: Clock::system(),
        fronts: Arc::new(Fronts::default()),
        notify: Arc::new(Nowhere),
        settings: Arc::new(Settings {
            zone,
            calendar: Calendar::default(),
            demo: false,
            vault: None,
        }),
        bell: backoffice::bell::Bell::default(),
        request_id: "bench".to_owned(),
    }
}

/// Files and runs name their person, so it is one of the staff.
fn actor() -> Actor {
    Actor {
        staff: StaffId(store::STAFF),
        name: "bench".to_owned(),
        session: SessionId(Uuid::nil()),
        roles: vec![Role::Operations],
    }
}

/// Lets the kernel count the peak of this process's memory anew.
fn forget_peak() -> anyhow::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5").context("the peak of memory stays")
}

fn peak_kb() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("the kernel tells no peak of memory")?.parse()?)
}
