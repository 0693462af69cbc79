//! How long a day's bill takes from the file to its error items, beside two floors measured in the
//! same run on the same trades: a lean hash join over byte slices, and COPY with a full outer join.

mod lean;
mod store;

use super::report::Report;
use anyhow::Context as _;
use backoffice::office::{Clock, Office, Settings};
use backoffice::reconciliation::{self, NewFile};
use banks::bill::{BillRow, RowKind, RowStatus};
use banks::front::{Fronts, NamedFile};
use banks::notify::Nowhere;
use banks::write::wechat_trade;
use domain::access::{Actor, Role};
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::error_item::Leg;
use domain::ids::{SessionId, StaffId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::reconciliation::{RunScope, Shown};
use domain::source_file::FileKind;
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::macros::{date, time};
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
    import: Duration,
    run: Duration,
    lean: Duration,
    copy: Duration,
    peak_kb: u64,
    differences: i64,
}

impl Measured {
    fn whole(&self) -> Duration {
        self.import + self.run
    }

    fn row(&self, report: &mut Report) {
        let ms = |duration: Duration| format!("{} ms", duration.as_millis());
        report.row(&[
            &self.trades.to_string(),
            &ms(self.import),
            &ms(self.run),
            &ms(self.lean),
            &ms(self.copy),
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
    report.table(&["trades", "import", "run", "lean join", "COPY + join", "peak", "differences"]);
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
    if let (Some(first), Some(last)) = (measured.first(), measured.last()) {
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
    let (ours, theirs) = (folder.join("ours.csv"), folder.join("theirs.csv"));
    lean::write(&ours, (1..=size).map(|n| (n, amount(n))))?;
    let changed: Vec<(u32, i64)> = (1..=size).filter_map(billed).collect();
    lean::write(&theirs, changed.iter().copied())?;
    let begin = Instant::now();
    let expected = lean::join(&ours, &theirs)?;
    let lean = begin.elapsed();
    let begin = Instant::now();
    let joined = store::copy_and_join(owner, &ours, &theirs).await?;
    let copy = begin.elapsed();
    anyhow::ensure!(joined == expected, "the floors disagree: {joined} and {expected}");
    std::fs::remove_dir_all(&folder)?;
    let file = bill(day, &changed)?;
    drop(changed);
    forget_peak()?;
    let begin = Instant::now();
    let new = NewFile {
        kind: FileKind::Bill,
        channel: Some(CHANNEL.to_owned()),
        merchant: None,
        clearing_date: Some(day),
        replaces: None,
        file,
    };
    let actor = actor();
    reconciliation::import(office, &actor, new).await?;
    let import = begin.elapsed();
    let begin = Instant::now();
    let scope = RunScope { leg: Leg::GatewayBank, of: CHANNEL.to_owned(), day };
    let id = reconciliation::run(office, &actor, &scope).await?;
    let run = begin.elapsed();
    let peak_kb = peak_kb()?;
    let page = (Shown::All, PageRequest::default());
    let found = reconciliation::find_run(office, &actor, id, page).await?.summary;
    let differences = u32::try_from(found.differences)?;
    anyhow::ensure!(differences == expected, "found {differences}, put in {expected}");
    Ok(Measured { trades: size, import, run, lean, copy, peak_kb, differences: found.differences })
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

fn bill(day: BusinessDate, trades: &[(u32, i64)]) -> anyhow::Result<NamedFile> {
    let contract = wechat_trade::Contract {
        merchant_no: OUR_NUMBER.to_owned(),
        app_id: "wx1".to_owned(),
        rate: "0.60%".to_owned(),
    };
    let rows: Vec<BillRow> = trades
        .iter()
        .map(|(n, fen)| BillRow {
            line: 0,
            kind: RowKind::Payment,
            channel_no: format!("42{n:026}"),
            order_no: store::number(day, *n),
            refund_no: None,
            merchant_no: OUR_NUMBER.to_owned(),
            event_time: Some(day.0.with_time(time!(12:00))),
            gross: Money::cny(*fen),
            fee_e5: 1_000,
            status: RowStatus::Success,
        })
        .collect();
    wechat_trade::write(day, &contract, &rows).context("the bill was not written")
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
