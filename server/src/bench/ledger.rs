//! Postings a second, against the hand-written floor in the same database and minute.

use super::load::{Caller, Dice, Measured, median, run};
use super::place::Place;
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
/// Entries at which growth is measured, and what their databases are called.
const SIZES: [(i64, &str); 3] =
    [(100_000, "books_100k"), (1_000_000, "books_1m"), (10_000_000, "books_10m")];
/// Up to how many tenths of their size books may have grown.
const GROWN_TENTHS: i64 = 15;
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
    place: Place,
    dates: Dates,
    bench: Bench,
}

/// The load whose rate the whole way of a payment is compared with.
pub const COMPARED: &str = "ledger, uniform, 32 callers";

/// Measures everything about postings and writes it into the report. Answers what the ledger books
/// a second for 32 callers between any two accounts.
///
/// # Errors
/// The database failed, or the books are wrong afterwards.
pub async fn measure(
    bench: &Bench,
    url: &str,
    now: OffsetDateTime,
    report: &mut Report,
) -> anyhow::Result<u64> {
    let place = Place::anew(url, SIZES[0].1).await?;
    let mut ground = Ground::open(bench, place, (SIZES[0].0, now)).await?;
    for (setting, value) in store::durability(&mut ground.place.owner).await? {
        report.line(&format!("`{setting}` {value}"));
    }
    let rates = ground.rounds(&loads()).await?;
    compare(report, &rates);
    let findings = ledger::invariants::check(&mut ground.place.owner).await?;
    anyhow::ensure!(findings.is_empty(), "the books are wrong: {findings:?}");
    report.line("The books were checked after the load: every invariant holds.");
    if bench.only.is_none() {
        growth(ground, (url, now), report).await?;
    }
    Ok(rates.get(&Load::Ours(Spread::Uniform, 32)).map_or(0, |measured| measured.rate))
}

/// Makes the large books ready.
///
/// # Errors
/// The database failed.
pub async fn fill(bench: &Bench, url: &str, now: OffsetDateTime) -> anyhow::Result<()> {
    for (size, name) in SIZES.into_iter().skip(1).filter(|(size, _)| *size <= bench.entries) {
        writeln!(std::io::stderr(), "      {name}")?;
        Ground::kept(bench, url, (size, name, now)).await?.close().await;
    }
    Ok(())
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

/// The day that is open, or today.
async fn open_day(pool: &PgPool, now: OffsetDateTime) -> anyhow::Result<Dates> {
    let mut conn = pool.acquire().await?;
    let day = match ledger::days::current(&mut conn).await? {
        Some(day) => day,
        None => {
            let today = BusinessDate(now.date());
            ledger::days::open(&mut conn, today, now).await?;
            today
        }
    };
    Ok(Dates { accounting_date: day, clearing_date: Some(day), event_time: now, posted_at: now })
}

impl Ground {
    /// Books of at least so many entries.
    async fn open(
        bench: &Bench,
        mut place: Place,
        (entries, now): (i64, OffsetDateTime),
    ) -> anyhow::Result<Self> {
        store::make_floor(&mut place.owner).await?;
        let dates = open_day(&place.pool, now).await?;
        let mut ground = Self { place, dates, bench: bench.clone() };
        if store::entries(&mut ground.place.owner).await? == 0 {
            ground.fund().await?;
        }
        ground.grow(entries).await?;
        Ok(ground)
    }

    /// Books of about so many entries, as they were filled before; each run adds some, and when
    /// there are too many, they are filled anew.
    async fn kept(
        bench: &Bench,
        url: &str,
        (entries, name, now): (i64, &str, OffsetDateTime),
    ) -> anyhow::Result<Self> {
        let mut place = Place::kept(url, name).await?;
        if store::entries(&mut place.owner).await? > entries / 10 * GROWN_TENTHS {
            place.pool.close().await;
            place = Place::anew(url, name).await?;
        }
        Self::open(bench, place, (entries, now)).await
    }

    async fn close(self) {
        self.place.pool.close().await;
    }

    /// Gives every merchant something to move.
    async fn fund(&self) -> anyhow::Result<()> {
        let merchants: Vec<u32> = (1..=ACCOUNTS).collect();
        for part in merchants.chunks(BATCH) {
            let postings: Vec<Posting> =
                part.iter().flat_map(|number| self.funds(*number)).collect();
            let mut tx = self.place.pool.begin().await?;
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
    async fn grow(&mut self, entries: i64) -> anyhow::Result<()> {
        let (owner, day) = (&mut self.place.owner, self.dates.accounting_date.0);
        let mut grown = false;
        loop {
            let missing = entries.saturating_sub(store::entries(owner).await?) / 2;
            if missing <= 0 {
                break;
            }
            store::fill(owner, missing.min(FILL), day).await?;
            grown = true;
        }
        if grown {
            store::settle(owner).await?;
        }
        Ok(())
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
                    let conn = store::connect(&self.place.url).await?;
                    all.push(FloorCaller { conn, dice: Dice::of(u64::from(caller)), spread });
                }
                run(all, limit).await
            }
            Load::Ours(spread, callers) => {
                // A writer of its own, as after a start: the load before was perhaps another writer's.
                let keeper =
                    BookKeeper::start(&self.place.pool, Books::default(), GroupSize::default());
                let caller = |caller: u32| OurCaller {
                    keeper: keeper.clone(),
                    dice: Dice::of(u64::from(caller)),
                    spread,
                    dates: self.dates,
                };
                let measured = run((0..callers).map(caller).collect(), limit).await;
                keeper.stop().await;
                measured
            }
            Load::FloorBatch => {
                let conn = store::connect(&self.place.url).await?;
                run(vec![FloorBatch { conn, dice: Dice::of(7) }], limit).await
            }
            Load::OursBatch => {
                let (conn, dice) = (self.place.pool.acquire().await?, Dice::of(7));
                let (books, dates) = (Books::default(), self.dates);
                run(vec![OursBatch { conn, books, dice, dates }], limit).await
            }
        }
    }
}

/// The same load on ever fuller books, each beside the floor, which does not grow.
async fn growth(
    first: Ground,
    (url, now): (&str, OffsetDateTime),
    report: &mut Report,
) -> anyhow::Result<()> {
    let floor = Load::Floor(Spread::Uniform, 32);
    let ours = [Load::Ours(Spread::Hot, 32), Load::Ours(Spread::Uniform, 32)];
    let mut costs: Vec<[(u64, u64); 2]> = Vec::new();
    report.table(&["entries", "floor, uniform, 32", "ledger, hot, 32", "ledger, uniform, 32"]);
    let bench = first.bench.clone();
    let mut first = Some(first);
    for (size, name) in SIZES.into_iter().filter(|(size, _)| *size <= bench.entries) {
        let mut ground = match first.take() {
            Some(ground) => ground,
            None => Ground::kept(&bench, url, (size, name, now)).await?,
        };
        let really = store::entries(&mut ground.place.owner).await?;
        // Once uncounted: after a rest, every page is written whole the first time.
        for load in [floor, ours[0], ours[1]] {
            ground.load(load).await?;
        }
        let rates = ground.rounds(&[floor, ours[0], ours[1]]).await?;
        let rate = |load: Load| rates.get(&load).map_or(0, |measured| measured.rate);
        let all = [rate(floor), rate(ours[0]), rate(ours[1])].map(per_second);
        let [floor_rate, hot, uniform] = &all;
        report.row(&[&per_second(really.unsigned_abs()), floor_rate, hot, uniform]);
        costs.push(ours.map(|load| (rate(floor), rate(load))));
        ground.close().await;
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
