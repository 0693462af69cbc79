//! Items of one cause, handled as one case (同因归并).
//!
//! The rule is fixed, so that the same items always make the same case: one leg, one channel, one
//! direction, one clearing date, one cause, one currency, and records of the same ten minutes by the
//! clock; records without a time stand together for the day. A member that was set apart is in no
//! case.

use super::{Cause, Leg};
use crate::date::BusinessDate;
use crate::matching::Direction;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Minutes whose records make one case.
pub const CASE_MINUTES: u8 = 10;

/// A case as a list shows it: its open members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSummary {
    /// What names it: the same items always have the same key.
    pub key: String,
    /// Between whom.
    pub leg: Leg,
    /// What the differences consist in.
    pub cause: Cause,
    /// Which way the money goes.
    pub direction: Direction,
    /// The channel.
    pub channel: Option<String>,
    /// The clearing date.
    pub clearing_date: BusinessDate,
    /// When the ten minutes begin; none where the records have no time.
    pub from: Option<OffsetDateTime>,
    /// Open members.
    pub members: i64,
    /// Of those, how many nobody works on and nobody proposed anything for.
    pub untouched: i64,
    /// Their differences together, as money towards us.
    pub difference: Money,
    /// When the oldest was found.
    pub oldest: OffsetDateTime,
}

/// A case, with the cases beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// What the list shows.
    pub summary: CaseSummary,
    /// Other cases of the same leg, channel, direction, date and cause: where a page of a file is
    /// missing, several lie side by side.
    pub beside: Vec<CaseSummary>,
}
