//! A closed loop of callers: each calls again as soon as it is answered.

use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// One caller of a measurement.
pub trait Caller: Send + 'static {
    /// Calls once; answers how many postings that were.
    fn call(&mut self) -> impl Future<Output = anyhow::Result<u64>> + Send;
}

/// What a measurement found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Postings a second.
    pub rate: u64,
    /// The time that 99 of 100 calls stay within, in microseconds.
    pub p99: u64,
}

/// Lets the callers call until the time is over.
///
/// # Errors
/// One of the calls failed.
pub async fn run<C: Caller>(callers: Vec<C>, limit: Duration) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn(async move {
            let (mut postings, mut times) = (0_u64, Vec::with_capacity(1024));
            while began.elapsed() < limit {
                let asked = Instant::now();
                postings = postings.saturating_add(caller.call().await?);
                times.push(asked.elapsed());
            }
            anyhow::Ok((postings, times))
        });
    }
    let (mut postings, mut times) = (0_u64, Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (more, theirs) = done??;
        postings = postings.saturating_add(more);
        times.extend(theirs);
    }
    let micros = u64::try_from(began.elapsed().as_micros())?.max(1);
    Ok(Measured { rate: postings.saturating_mul(1_000_000) / micros, p99: p99(times)? })
}

fn p99(mut times: Vec<Duration>) -> anyhow::Result<u64> {
    times.sort_unstable();
    let place = times.len().saturating_mul(99) / 100;
    let time = times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    Ok(u64::try_from(time.as_micros())?)
}

/// The middle one of the rounds, each figure by itself.
#[must_use]
pub fn median(rounds: &[Measured]) -> Measured {
    let middle = |figure: fn(&Measured) -> u64| {
        let mut figures: Vec<u64> = rounds.iter().map(figure).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied().unwrap_or(0)
    };
    Measured { rate: middle(|round| round.rate), p99: middle(|round| round.p99) }
}

/// A source of numbers that are spread well enough, the same in each run.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of one caller.
    #[must_use]
    pub fn of(caller: u64) -> Self {
        Self(caller.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    /// A number from 1 to `sides`.
    pub fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let number = (mixed ^ (mixed >> 31)) % u64::from(sides.max(1));
        u32::try_from(number).unwrap_or(0).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_takes_each_figure_by_itself() {
        let round = |rate, p99| Measured { rate, p99 };
        assert_eq!(median(&[round(3, 30), round(1, 10), round(2, 90)]), round(2, 30));
        assert_eq!(median(&[]), round(0, 0));
    }

    #[test]
    fn dice_stay_within_their_sides_and_reach_all_of_them() {
        let mut dice = Dice::of(1);
        let rolls: std::collections::BTreeSet<u32> = (0..1_000).map(|_| dice.roll(6)).collect();
        assert_eq!(rolls, (1..=6).collect());
    }
}
