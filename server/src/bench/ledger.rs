//! Postings a second, against the hand-written floor in the same database and minute.

use super::load::{Caller, Dice, Measured, median, run};
use super::report::{Report, per_second, ratio, times};
use super::{Bench, store};
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, MerchantId};
use domain::money::Money;
use ledger::entries::{self, Adjustment, Event};
use ledger::{AccountRef, BookKeeper, Books, Dates, GroupSize, Line, Posting, Source};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::collections::BTreeMap;
use std::io::Write as _;
use time::OffsetDateTime;
use uuid::Uuid;

const ACCOUNTS: u32 = 10_000;
/// The account every transfer of the hot load touches; the floor locks it last.
const HOT: i32 = 10_000;
const BATCH: usize = 1_000;
/// What every account holds before anything is measured, in fen.
const FUNDS: i64 = 100_000_000;
/// The hot account is what this channel owes.
const CHANNEL: &str = "BENCH";
/// Entries at which growth is measured.
const SIZES: [i64; 3] = [100_000, 1_000_000, 10_000_000];
/// Journals filled in at a time.
const FILL: i64 = 500_000;

/// Which accounts the transfers go between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spread {
    /// Any two.
    Uniform,
    /// Any one, and always the same other.
    Hot,
}

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Load {
    Floor(Spread, u32),
    Ours(Spread, u32),
    FloorBatch,
    OursBatch,
}

impl Load {
    fn name(self) -> String {
        let one = |who: &str, spread: Spread, callers: u32| {
            format!("{who}, {spread:?}, {callers} callers").to_lowercase()
        };
        match self {
            Self::Floor(spread, callers) => one("floor", spread, callers),
            Self::Ours(spread, callers) => one("ledger", spread, callers),
            Self::FloorBatch => "floor, batches of 1,000".to_owned(),
            Self::OursBatch => "ledger, batches of 1,000".to_owned(),
        }
    }
}

/// What is needed to measure.
struct Ground {
    url: String,
    pool: PgPool,
    keeper: BookKeeper,
    dates: Dates,
    bench: Bench,
}

/// Measures everything about postings and writes it into the report. Answers what the ledger books
/// a second for 32 callers between any two accounts.
///
/// # Errors
/// The database failed, or the books are wrong afterwards.
pub async fn measure(
    bench: &Bench,
    (url, pool): (&str, &PgPool),
    now: OffsetDateTime,
    report: &mut Report,
) -> anyhow::Result<u64> {
    let mut owner = store::connect(url).await?;
    store::make_floor(&mut owner).await?;
    let ground = Ground {
        url: url.to_owned(),
        pool: pool.clone(),
        keeper: BookKeeper::start(pool, Books::default(), GroupSize::default()),
        dates: open_day(pool, now).await?,
        bench: bench.clone(),
    };
    ground.fund().await?;
    ground.grow(&mut owner, SIZES[0]).await?;
    let rates = ground.rounds(&loads()).await?;
    compare(report, &rates);
    let findings = ledger::invariants::check(&mut owner).await?;
    anyhow::ensure!(findings.is_empty(), "the books are wrong: {findings:?}");
    report.line("The books were checked after the load: every invariant holds.");
    if bench.only.is_none() {
        ground.growth(&mut owner, report).await?;
    }
    ground.keeper.stop().await;
    Ok(rates.get(&Load::Ours(Spread::Uniform, 32)).map_or(0, |measured| measured.rate))
}

fn loads() -> Vec<Load> {
    let mut loads = Vec::new();
    for spread in [Spread::Uniform, Spread::Hot] {
        for callers in [1, 8, 32] {
            loads.extend([Load::Floor(spread, callers), Load::Ours(spread, callers)]);
        }
        loads.push(Load::Ours(spread, 256));
    }
    loads.extend([Load::FloorBatch, Load::OursBatch]);
    loads
}

async fn open_day(pool: &PgPool, now: OffsetDateTime) -> anyhow::Result<Dates> {
    let mut conn = pool.acquire().await?;
    let today = BusinessDate(now.date());
    ledger::days::open(&mut conn, today, now).await?;
    Ok(Dates {
        accounting_date: today,
        clearing_date: Some(today),
        event_time: now,
        posted_at: now,
    })
}

impl Ground {
    /// Gives every merchant something to move.
    async fn fund(&self) -> anyhow::Result<()> {
        let merchants: Vec<u32> = (1..=ACCOUNTS).collect();
        for part in merchants.chunks(BATCH) {
            let postings: Vec<Posting> =
                part.iter().flat_map(|number| self.funds(*number)).collect();
            let mut tx = self.pool.begin().await?;
            ledger::post_all(&mut tx, &postings).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// A collection of which half is settled, so that both balances have something to move.
    fn funds(&self, number: u32) -> [Posting; 2] {
        let source = || Source::new("bench", number);
        let event = |what| Event::new(format!("bench:{what}:{number}"), source(), self.dates);
        let whole = Money::cny(2 * FUNDS);
        [
            entries::collected(event("funds"), CHANNEL, merchant(number), whole),
            entries::settled(event("settled"), merchant(number), Money::cny(FUNDS)),
        ]
    }

    /// Fills the books up to a number of entries.
    async fn grow(&self, owner: &mut PgConnection, entries: i64) -> anyhow::Result<()> {
        loop {
            let missing = entries.saturating_sub(store::entries(owner).await?) / 2;
            if missing <= 0 {
                break;
            }
            store::fill(owner, missing.min(FILL), self.dates.accounting_date.0).await?;
        }
        Ok(store::settle(owner).await?)
    }

    /// Medians of several rounds, in each of which everything is measured once.
    async fn rounds(&self, loads: &[Load]) -> anyhow::Result<BTreeMap<Load, Measured>> {
        let mut rounds: BTreeMap<Load, Vec<Measured>> = BTreeMap::new();
        for _ in 0..self.bench.rounds {
            let only = self.bench.only.as_deref().unwrap_or("");
            for load in loads.iter().filter(|load| load.name().contains(only)) {
                let measured = self.load(*load).await?;
                let name = load.name();
                let (rate, p99) = (per_second(measured.rate), times(measured.p99));
                writeln!(std::io::stderr(), "      {name:<32} {rate:>9}  p99 {p99:>9}")?;
                rounds.entry(*load).or_default().push(measured);
            }
        }
        Ok(rounds.into_iter().map(|(load, rounds)| (load, median(&rounds))).collect())
    }

    async fn load(&self, load: Load) -> anyhow::Result<Measured> {
        let limit = std::time::Duration::from_secs(self.bench.seconds);
        match load {
            Load::Floor(spread, callers) => {
                let mut all = Vec::new();
                for caller in 0..callers {
                    let conn = store::connect(&self.url).await?;
                    all.push(FloorCaller { conn, dice: Dice::of(u64::from(caller)), spread });
                }
                run(all, limit).await
            }
            Load::Ours(spread, callers) => {
                let caller = |caller: u32| OurCaller {
                    keeper: self.keeper.clone(),
                    dice: Dice::of(u64::from(caller)),
                    spread,
                    dates: self.dates,
                };
                run((0..callers).map(caller).collect(), limit).await
            }
            Load::FloorBatch => {
                let conn = store::connect(&self.url).await?;
                run(vec![FloorBatch { conn, dice: Dice::of(7) }], limit).await
            }
            Load::OursBatch => {
                let (conn, dice) = (self.pool.acquire().await?, Dice::of(7));
                let (books, dates) = (Books::default(), self.dates);
                run(vec![OursBatch { conn, books, dice, dates }], limit).await
            }
        }
    }

    /// The same load on ever fuller books, each beside the floor, which does not grow.
    async fn growth(&self, owner: &mut PgConnection, report: &mut Report) -> anyhow::Result<()> {
        let floor = Load::Floor(Spread::Uniform, 32);
        let ours = [Load::Ours(Spread::Hot, 32), Load::Ours(Spread::Uniform, 32)];
        let mut costs: Vec<[(u64, u64); 2]> = Vec::new();
        report.table(&["entries", "floor, uniform, 32", "ledger, hot, 32", "ledger, uniform, 32"]);
        for size in SIZES.into_iter().filter(|size| *size <= self.bench.entries) {
            self.grow(owner, size).await?;
            let really = store::entries(owner).await?;
            // Once uncounted: after a rest, every page is written whole the first time.
            for load in [floor, ours[0], ours[1]] {
                self.load(load).await?;
            }
            let rates = self.rounds(&[floor, ours[0], ours[1]]).await?;
            let rate = |load: Load| rates.get(&load).map_or(0, |measured| measured.rate);
            let all = [rate(floor), rate(ours[0]), rate(ours[1])].map(per_second);
            let [floor_rate, hot, uniform] = &all;
            report.row(&[&per_second(really.unsigned_abs()), floor_rate, hot, uniform]);
            costs.push(ours.map(|load| (rate(floor), rate(load))));
        }
        for (costs_at, size) in costs.iter().zip(["", "1m", "10m"]).skip(1) {
            for ((first, last), spread) in
                costs.iter().take(1).flatten().zip(costs_at).zip(["", ".uniform"])
            {
                // Cost is the floor's rate over ours; growth is cost over cost.
                let (upper, lower) = (last.0.checked_mul(first.1), last.1.checked_mul(first.0));
                let key = format!("ledger.growth_{size}{spread}");
                report.ratio(&key, ratio(upper.unwrap_or(0), lower.unwrap_or(0)));
            }
        }
        Ok(())
    }
}

fn compare(report: &mut Report, rates: &BTreeMap<Load, Measured>) {
    let of = |load: Load| rates.get(&load).copied().unwrap_or(Measured { rate: 0, p99: 0 });
    report.table(&["load", "postings a second", "p99"]);
    for (load, measured) in rates {
        report.row(&[&load.name(), &per_second(measured.rate), &times(measured.p99)]);
    }
    let (floor_hot, floor_uniform) =
        (of(Load::Floor(Spread::Hot, 32)), of(Load::Floor(Spread::Uniform, 32)));
    for callers in [32, 256] {
        let (hot, uniform) =
            (of(Load::Ours(Spread::Hot, callers)), of(Load::Ours(Spread::Uniform, callers)));
        report.ratio(&format!("ledger.hot.{callers}.vs_floor"), ratio(hot.rate, floor_hot.rate));
        let uniform = ratio(uniform.rate, floor_uniform.rate);
        report.ratio(&format!("ledger.uniform.{callers}.vs_floor"), uniform);
    }
    let (one, floor_one) =
        (of(Load::Ours(Spread::Uniform, 1)), of(Load::Floor(Spread::Uniform, 1)));
    report.ratio("ledger.one.vs_floor", ratio(one.rate, floor_one.rate));
    let hot = of(Load::Ours(Spread::Hot, 32));
    report.ratio("ledger.hot.32.p99_vs_floor", ratio(hot.p99, floor_hot.p99));
    let (batch, floor_batch) = (of(Load::OursBatch), of(Load::FloorBatch));
    report.ratio("ledger.batch.vs_floor_batch", ratio(batch.rate, floor_batch.rate));
}

fn merchant(number: u32) -> MerchantId {
    MerchantId(Uuid::from_u128(u128::from(number)))
}

fn available(number: u32) -> AccountRef {
    AccountRef::merchant_available(merchant(number))
}

/// Two accounts of the floor.
fn pair(dice: &mut Dice, spread: Spread) -> (i32, i32) {
    let roll = |dice: &mut Dice| i32::try_from(dice.roll(ACCOUNTS - 1)).unwrap_or(1);
    let from = roll(dice);
    match spread {
        Spread::Hot => (from, HOT),
        Spread::Uniform => {
            let to = roll(dice);
            (from, if to == from { HOT } else { to })
        }
    }
}

/// One event between two accounts of ours, as the payment flow books it.
fn posting(dice: &mut Dice, spread: Spread, dates: Dates) -> Posting {
    let id = Uuid::now_v7();
    let source = Source::new("payment", id);
    let number = dice.roll(ACCOUNTS);
    match spread {
        Spread::Hot => {
            let event = Event::new(format!("payment:{id}:collected"), source, dates);
            entries::collected(event, CHANNEL, merchant(number), Money::cny(1))
        }
        Spread::Uniform => {
            let other = number % ACCOUNTS + 1;
            let to = dice.roll(ACCOUNTS);
            let to = available(if to == number { other } else { to });
            let (debit, amount, memo) = (available(number), Money::cny(1), "moved".to_owned());
            let event = Event::new(format!("payment:{id}:moved"), source, dates);
            let line = Line { debit, credit: to, amount, memo };
            Adjustment::proposed(event, [line]).approved(ApprovalId(id))
        }
    }
}

struct FloorCaller {
    conn: PgConnection,
    dice: Dice,
    spread: Spread,
}

impl Caller for FloorCaller {
    async fn call(&mut self) -> anyhow::Result<u64> {
        let (from, to) = pair(&mut self.dice, self.spread);
        store::transfer(&mut self.conn, from, to).await?;
        Ok(1)
    }
}

struct OurCaller {
    keeper: BookKeeper,
    dice: Dice,
    spread: Spread,
    dates: Dates,
}

impl Caller for OurCaller {
    async fn call(&mut self) -> anyhow::Result<u64> {
        let posting = posting(&mut self.dice, self.spread, self.dates);
        self.keeper.submit(posting).await?;
        Ok(1)
    }
}

struct FloorBatch {
    conn: PgConnection,
    dice: Dice,
}

impl Caller for FloorBatch {
    async fn call(&mut self) -> anyhow::Result<u64> {
        let (from, to): (Vec<_>, Vec<_>) =
            (0..BATCH).map(|_| pair(&mut self.dice, Spread::Uniform)).unzip();
        store::transfer_batch(&mut self.conn, &from, &to).await?;
        Ok(u64::try_from(BATCH)?)
    }
}

struct OursBatch {
    conn: PoolConnection<Postgres>,
    books: Books,
    dice: Dice,
    dates: Dates,
}

impl Caller for OursBatch {
    async fn call(&mut self) -> anyhow::Result<u64> {
        let postings: Vec<_> =
            (0..BATCH).map(|_| posting(&mut self.dice, Spread::Uniform, self.dates)).collect();
        self.books.post_batch(&mut self.conn, &postings).await?;
        Ok(u64::try_from(BATCH)?)
    }
}
