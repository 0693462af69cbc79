//! Chance that can be told again: numbers drawn from a payment's id.

use crate::fee::Rate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a payment's chance is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a payment.
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        Self(hash(id.as_bytes()))
    }

    /// A number below `limit`; none when the limit is zero. Weights are small, so that the rest of
    /// the division favours no number that matters.
    #[must_use]
    pub fn below(self, limit: u64) -> Option<u64> {
        mix(self.0).checked_rem(limit)
    }

    /// Whether it falls into a channel's trial share, drawn for each channel apart.
    #[must_use]
    pub fn falls_into(self, channel: &str, share: Rate) -> bool {
        let own = Self(self.0 ^ hash(channel.as_bytes()));
        let drawn = own.below(1_000_000).and_then(|drawn| i64::try_from(drawn).ok());
        drawn.is_some_and(|drawn| drawn < share.ppm())
    }
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finisher of `SplitMix64`: near seeds give far numbers.
fn mix(seed: u64) -> u64 {
    let first = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let second = (first ^ (first >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    second ^ (second >> 31)
}
