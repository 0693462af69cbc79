//! Gaps of the reserve (缺口): M14 ≠ 0 is an incident of the highest severity until a check finds
//! the reserve covered again.

use crate::ids::ReserveIncidentId;
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What asked whether the reserve is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The schedule.
    Schedule,
    /// The day cut, 日切.
    DayCut,
    /// A person.
    ByHand,
}
named!(CheckKind { Schedule = "schedule", DayCut = "day_cut", ByHand = "by_hand" });

/// A gap, from the check that found it to the check that found it gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: ReserveIncidentId,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// The check that found it.
    pub opened_by: CheckKind,
    /// The gap it found: positive when claims are not covered.
    pub gap: Money,
    /// The gap the last check found.
    pub gap_now: Money,
    /// When that was.
    pub checked_at: OffsetDateTime,
    /// When it was found gone, and by which check.
    pub closed: Option<(OffsetDateTime, CheckKind)>,
    /// Who has taken note of it, when, and what they said.
    pub acknowledged: Option<Acknowledged>,
}

/// A person took note of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Who.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// What they said.
    pub note: String,
}
