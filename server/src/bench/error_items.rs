//! How long a part of the list of error items takes as they grow in number, under each filter.

mod store;

use anyhow::Context as _;
use backoffice::error_items;
use backoffice::office::{Clock, Office, Settings};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::calendar::Calendar;
use domain::date::BusinessZone;
use domain::error_item::{Cause, ErrorItemFilter, ErrorItemStatus, Queue};
use domain::ids::{SessionId, StaffId};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Parts of the list that are read under each filter, one after the other.
const PARTS: usize = 40;

/// Times the cases are read.
const CASES: usize = 20;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    items: i64,
    lists: usize,
    p50: Duration,
    /// Of a hundred lists, ninety-five took no longer.
    pub p95: Duration,
    longest: Duration,
    /// The longest time the cases took.
    cases: Duration,
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
            "{} error items: {} lists of 50, p50 {}, p95 {}, longest {}; cases of one cause, longest {}",
            self.items,
            self.lists,
            ms(self.p50),
            ms(self.p95),
            ms(self.longest),
            ms(self.cases)
        )
    }
}

/// Fills error items up to a number and measures their list. The database must be meant for
/// measurements: what is filled in stays.
///
/// # Errors
/// The database is out of reach, or a list failed.
pub async fn measure(url: &str, pool: &PgPool, items: i64) -> anyhow::Result<Measured> {
    let mut owner = store::connect(url).await?;
    store::fill(&mut owner, items).await.context("error items were not filled in")?;
    let office = Office {
        db: pool.clone(),
        clock: Clock::system(),
        fronts: Arc::new(Fronts::default()),
        notify: Arc::new(Nowhere),
        settings: Arc::new(Settings {
            zone: BusinessZone::china(),
            calendar: Calendar::default(),
            demo: false,
            vault: None,
        }),
        bell: backoffice::bell::Bell::default(),
        request_id: "bench".to_owned(),
    };
    let actor = Actor {
        staff: StaffId(Uuid::nil()),
        name: "bench".to_owned(),
        session: SessionId(Uuid::nil()),
        roles: vec![Role::Auditor],
    };
    let mut times = Vec::new();
    for filter in filters() {
        let mut after = None;
        for _ in 0..PARTS {
            let begin = Instant::now();
            let part = error_items::list(&office, &actor, &filter, after).await?;
            times.push(begin.elapsed());
            after = part.older;
            if after.is_none() {
                break;
            }
        }
    }
    let mut cases = Duration::ZERO;
    for _ in 0..CASES {
        let begin = Instant::now();
        error_items::cases(&office, &actor, None).await?;
        cases = cases.max(begin.elapsed());
    }
    times.sort();
    let of_hundred = |n: usize| {
        let at = (times.len() * n / 100).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or_default()
    };
    Ok(Measured {
        items,
        lists: times.len(),
        p50: of_hundred(50),
        p95: of_hundred(95),
        longest: times.last().copied().unwrap_or_default(),
        cases,
    })
}

fn filters() -> Vec<ErrorItemFilter> {
    let all = ErrorItemFilter::default();
    let open = ErrorItemFilter { open_only: true, ..all.clone() };
    vec![
        all.clone(),
        open.clone(),
        ErrorItemFilter { cause: Some(Cause::Fee), ..open.clone() },
        ErrorItemFilter { queue: Some(Queue::Finance), ..open.clone() },
        ErrorItemFilter { channel: Some("wechat".to_owned()), ..open.clone() },
        ErrorItemFilter { status: Some(ErrorItemStatus::Closed), ..all.clone() },
        ErrorItemFilter { overdue: true, ..open.clone() },
        ErrorItemFilter { older_than_days: Some(30), ..open.clone() },
        ErrorItemFilter { text: Some("N777777".to_owned()), ..all.clone() },
        ErrorItemFilter { text: Some("nothing like that".to_owned()), ..all },
    ]
}
