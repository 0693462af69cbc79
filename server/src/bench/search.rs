//! How long the search by identifier and the list of payments take as payments grow in number.

mod store;

use super::place::Place;
use anyhow::Context as _;
use backoffice::office::{Clock, Office, Settings};
use backoffice::{payments, search as searching};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::ids::{SessionId, StaffId};
use domain::page::Cursor;
use domain::payment::{PaymentFilter, PaymentStatus};
use sqlx::{PgConnection, PgPool};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Sample;
use uuid::Uuid;

/// Payments that are looked for at each size, each by every identifier it has.
const SAMPLES: i64 = 60;

/// What was measured at one size.
#[derive(Debug, Clone)]
pub struct Measured {
    /// How many payments there were.
    pub payments: i64,
    /// Searches that were timed.
    pub searches: usize,
    /// Half of them took no longer.
    pub p50: Duration,
    /// Of a hundred, ninety-five took no longer.
    pub p95: Duration,
    /// None took longer.
    pub longest: Duration,
    /// The same of pages of the list: the first, pages far down, and filtered ones.
    pub list_p95: Duration,
}

impl Measured {
    /// One line for a report.
    #[must_use]
    pub fn line(&self) -> String {
        let ms = |duration: Duration| {
            let micros = duration.as_micros();
            format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
        };
        format!(
            "{} payments: {} searches, p50 {}, p95 {}, longest {}; list p95 {}",
            self.payments,
            self.searches,
            ms(self.p50),
            ms(self.p95),
            ms(self.longest),
            ms(self.list_p95)
        )
    }
}

/// Makes the databases of all sizes ready.
///
/// # Errors
/// The database.
pub async fn fill(url: &str, sizes: &[(i64, &str)]) -> anyhow::Result<()> {
    for (size, name) in sizes {
        writeln!(std::io::stderr(), "      {name}")?;
        filled(url, (*size, name)).await?.0.pool.close().await;
    }
    Ok(())
}

/// Measures on the database of one size, which is filled if it is not yet.
///
/// # Errors
/// The database is out of reach, or a search failed or did not find what is there.
pub async fn search(url: &str, (size, name): (i64, &str)) -> anyhow::Result<Measured> {
    let (mut place, merchant) = filled(url, (size, name)).await?;
    let measured = measure(&office(&place.pool), &mut place.owner, (merchant, size)).await?;
    place.pool.close().await;
    Ok(measured)
}

async fn filled(url: &str, (size, name): (i64, &str)) -> anyhow::Result<(Place, Uuid)> {
    let mut place = Place::kept(url, name).await?;
    let owner = &mut place.owner;
    let merchant = store::prepare(owner).await.context("the merchant was not made")?;
    store::fill(owner, merchant, size).await.context("payments were not filled in")?;
    Ok((place, merchant))
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

async fn measure(
    office: &Office,
    owner: &mut PgConnection,
    (merchant, size): (Uuid, i64),
) -> anyhow::Result<Measured> {
    let actor = Actor {
        staff: StaffId(Uuid::nil()),
        name: "bench".to_owned(),
        session: SessionId(Uuid::nil()),
        roles: vec![Role::Auditor],
    };
    let mut times = Vec::new();
    for place in 0..SAMPLES {
        // Spread over all payments, old and new.
        let sample = store::sample(owner, 1 + (size - 1) / SAMPLES * place).await?;
        for needle in needles(&sample) {
            let begin = Instant::now();
            let found = searching::find(office, &actor, &needle.text).await?;
            times.push(begin.elapsed());
            anyhow::ensure!(
                needle.exists != found.is_empty(),
                "{:?} found {} things",
                needle.text,
                found.len()
            );
        }
    }
    let lists = lists(office, &actor, owner, (merchant, size)).await?;
    times.sort();
    Ok(Measured {
        payments: size,
        searches: times.len(),
        p50: of_hundred(&times, 50),
        p95: of_hundred(&times, 95),
        longest: times.last().copied().unwrap_or_default(),
        list_p95: of_hundred(&lists, 95),
    })
}

/// Something to look for, and whether it is there.
struct Needle {
    text: String,
    exists: bool,
}

/// A payment by ids, numbers, and beginnings of them.
fn needles(sample: &Sample) -> Vec<Needle> {
    let there = |text: String| Needle { text, exists: true };
    let simple = sample.payment.simple().to_string();
    let order_no = &sample.order_no;
    let mut needles = vec![
        there(sample.payment.to_string()),
        there(simple.chars().take(20).collect()),
        there(simple),
        there(sample.order.to_string()),
        there(order_no.clone()),
        there(order_no.chars().take(14).collect()),
        there("BENCH".to_owned()),
        Needle { text: format!("{order_no}-none"), exists: false },
        Needle { text: "no such number".to_owned(), exists: false },
    ];
    if let Some(channel_no) = &sample.channel_no {
        needles.push(there(channel_no.clone()));
        needles.push(there(channel_no.chars().take(16).collect()));
    }
    needles
}

async fn lists(
    office: &Office,
    actor: &Actor,
    owner: &mut PgConnection,
    (merchant, size): (Uuid, i64),
) -> anyhow::Result<Vec<Duration>> {
    let all = PaymentFilter::default();
    let middle = store::sample(owner, 1 + size / 2).await?;
    let filters = [
        all.clone(),
        PaymentFilter { merchant: Some(merchant.into()), ..all.clone() },
        PaymentFilter { channel: Some("wechat".to_owned()), ..all.clone() },
        PaymentFilter { status: Some(PaymentStatus::Failed), ..all.clone() },
        PaymentFilter { status: Some(PaymentStatus::Unknown), ..all.clone() },
        PaymentFilter { clearing_date: Some(BusinessDate(middle.day)), ..all },
    ];
    let mut times = Vec::new();
    for filter in &filters {
        for place in 0..10 {
            let sample = store::sample(owner, size - size / 10 * place).await?;
            let from = Cursor { at: sample.made_at, id: sample.payment };
            let after = (place > 0).then_some(from);
            let begin = Instant::now();
            payments::list(office, actor, filter, after).await?;
            times.push(begin.elapsed());
        }
    }
    times.sort();
    Ok(times)
}

/// The time that so many of a hundred did not exceed; the times are sorted.
fn of_hundred(times: &[Duration], hundredth: usize) -> Duration {
    let place = (times.len() * hundredth).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}
