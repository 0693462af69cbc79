//! The life of an error item (差错处理流程): from the finding to the proof that it is gone.
//!
//! new → assigned → investigating → proposed → approved → executed → verified → closed; a proposal
//! may be rejected, an item may sleep until a date, one that explains itself is resolved by itself,
//! and whatever was concluded may be opened again for a reason.

use super::{Action, Difference};
use crate::ids::{ApprovalId, ErrorItemId, JournalId, StaffId};
use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where an item stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ErrorItemState {
    /// Waits for somebody to look at it, 待处理.
    New,
    /// It explained itself: a later run no longer finds it, or a rule answers it, 自动处理.
    AutoResolved {
        /// Why.
        reason: String,
        /// When.
        at: OffsetDateTime,
    },
    /// Somebody has it, 已分派.
    Assigned,
    /// Somebody looks into it, 调查中.
    Investigating,
    /// Nothing is to be done about it before a date, 暂缓.
    Snoozed {
        /// Until then.
        until: OffsetDateTime,
    },
    /// A resolution waits for a second person, 待复核.
    Proposed {
        /// The request.
        approval: ApprovalId,
    },
    /// The second person said no; back with whoever proposed it, 已驳回.
    Rejected {
        /// Why.
        reason: String,
    },
    /// The second person said yes; about to be carried out, 已批准.
    Approved {
        /// The request.
        approval: ApprovalId,
    },
    /// The resolution was carried out; the next run has to confirm it, 已执行.
    Executed {
        /// When.
        at: OffsetDateTime,
    },
    /// A later run found what the resolution says it should find, 已验证.
    Verified {
        /// When.
        at: OffsetDateTime,
    },
    /// Nothing is left to do, 已关闭.
    Closed {
        /// Why.
        reason: String,
        /// When.
        at: OffsetDateTime,
    },
}

/// The name of a state, for lists and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorItemStatus {
    /// Waits for somebody.
    New,
    /// Somebody has it.
    Assigned,
    /// Somebody looks into it.
    Investigating,
    /// Sleeps until a date.
    Snoozed,
    /// Waits for a decision.
    Proposed,
    /// The proposal was refused.
    Rejected,
    /// Approved, about to be carried out.
    Approved,
    /// Carried out.
    Executed,
    /// Confirmed by a later run.
    Verified,
    /// Over.
    Closed,
    /// Explained itself.
    AutoResolved,
}
named!(ErrorItemStatus {
    New = "new",
    Assigned = "assigned",
    Investigating = "investigating",
    Snoozed = "snoozed",
    Proposed = "proposed",
    Rejected = "rejected",
    Approved = "approved",
    Executed = "executed",
    Verified = "verified",
    Closed = "closed",
    AutoResolved = "auto_resolved",
});

impl ErrorItemStatus {
    /// Whether there is still something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Executed | Self::Verified | Self::Closed | Self::AutoResolved)
    }

    /// Whether somebody can work on it now: neither asleep, nor decided upon, nor concluded.
    #[must_use]
    pub const fn is_workable(self) -> bool {
        matches!(self, Self::New | Self::Assigned | Self::Investigating | Self::Rejected)
    }
}

impl ErrorItemState {
    /// The name of the state.
    #[must_use]
    pub const fn status(&self) -> ErrorItemStatus {
        match self {
            Self::New => ErrorItemStatus::New,
            Self::AutoResolved { .. } => ErrorItemStatus::AutoResolved,
            Self::Assigned => ErrorItemStatus::Assigned,
            Self::Investigating => ErrorItemStatus::Investigating,
            Self::Snoozed { .. } => ErrorItemStatus::Snoozed,
            Self::Proposed { .. } => ErrorItemStatus::Proposed,
            Self::Rejected { .. } => ErrorItemStatus::Rejected,
            Self::Approved { .. } => ErrorItemStatus::Approved,
            Self::Executed { .. } => ErrorItemStatus::Executed,
            Self::Verified { .. } => ErrorItemStatus::Verified,
            Self::Closed { .. } => ErrorItemStatus::Closed,
        }
    }
}

/// What was asked of an item that its state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an error item that is {from} cannot be {event}")]
pub struct InvalidTransition {
    /// Name of the state it is in.
    pub from: &'static str,
    /// What was asked.
    pub event: &'static str,
}

/// What was last done about an item, and whether its money still stands in suspense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was done.
    pub action: Action,
    /// The journal that books it; none where nothing had to be booked.
    pub journal: Option<JournalId>,
    /// Whether the difference stands in suspense now (挂账): it has to be settled later.
    pub in_suspense: bool,
}

/// An error item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItem {
    /// Its id.
    pub id: ErrorItemId,
    /// The number people call it by, `EI20260331-0001`.
    pub number: String,
    /// What was found.
    pub difference: Difference,
    /// Who looks at it.
    pub assignee: Option<StaffId>,
    /// Where it stands.
    pub state: ErrorItemState,
    /// What was last done about it; stays when it is opened again.
    pub outcome: Option<Outcome>,
    /// When it was found.
    pub opened_at: OffsetDateTime,
    /// Grows with every change; who works on a copy brings it back.
    pub version: i64,
}

impl ErrorItem {
    /// A difference found just now.
    #[must_use]
    pub fn found(id: ErrorItemId, number: String, found: Difference, at: OffsetDateTime) -> Self {
        Self {
            id,
            number,
            difference: found,
            assignee: None,
            state: ErrorItemState::New,
            outcome: None,
            opened_at: at,
            version: 1,
        }
    }

    /// Whether its money stands in suspense.
    #[must_use]
    pub fn in_suspense(&self) -> bool {
        self.outcome.is_some_and(|outcome| outcome.in_suspense)
    }

    /// Somebody takes it or is given it, also from somebody else; one that sleeps wakes up.
    ///
    /// # Errors
    /// It waits for a decision, or nothing is left to do.
    pub fn assign(self, to: StaffId) -> Result<Self, InvalidTransition> {
        let status = self.state.status();
        if status.is_workable() || status == ErrorItemStatus::Snoozed {
            Ok(Self { assignee: Some(to), state: ErrorItemState::Assigned, ..self })
        } else {
            Err(refuse(&self.state, "assigned"))
        }
    }

    /// It goes back to its queue, to nobody.
    ///
    /// # Errors
    /// Nobody has it, it waits for a decision, or nothing is left to do.
    pub fn release(self) -> Result<Self, InvalidTransition> {
        if self.assignee.is_some() && self.state.status().is_workable() {
            Ok(Self { assignee: None, state: ErrorItemState::New, ..self })
        } else {
            Err(refuse(&self.state, "given back to its queue"))
        }
    }

    /// Whoever has it begins to look into it.
    ///
    /// # Errors
    /// Nobody has it, or it is not to be worked on now.
    pub fn investigate(self) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Assigned | ErrorItemState::Rejected { .. }
                if self.assignee.is_some() =>
            {
                Ok(Self { state: ErrorItemState::Investigating, ..self })
            }
            state => Err(refuse(&state, "investigated")),
        }
    }

    /// Nothing is to be done about it before a date.
    ///
    /// # Errors
    /// It waits for a decision, or nothing is left to do.
    pub fn snooze(self, until: OffsetDateTime) -> Result<Self, InvalidTransition> {
        if self.state.status().is_workable() {
            Ok(Self { state: ErrorItemState::Snoozed { until }, ..self })
        } else {
            Err(refuse(&self.state, "put off"))
        }
    }

    /// Its date has come, or somebody wakes it earlier.
    ///
    /// # Errors
    /// It does not sleep.
    pub fn wake(self) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Snoozed { .. } => Ok(self.with_whoever_has_it()),
            state => Err(refuse(&state, "woken")),
        }
    }

    /// A resolution was handed to a second person.
    ///
    /// # Errors
    /// One is already waiting, it sleeps, or nothing is left to do.
    pub fn proposed(self, approval: ApprovalId) -> Result<Self, InvalidTransition> {
        if self.state.status().is_workable() {
            Ok(Self { state: ErrorItemState::Proposed { approval }, ..self })
        } else {
            Err(refuse(&self.state, "given a second resolution"))
        }
    }

    /// The proposal was taken back, or what it was about changed.
    ///
    /// # Errors
    /// No proposal was waiting.
    pub fn back(self) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Proposed { .. } | ErrorItemState::Approved { .. } => {
                Ok(self.with_whoever_has_it())
            }
            state => Err(refuse(&state, "taken back")),
        }
    }

    /// The second person said no.
    ///
    /// # Errors
    /// No proposal was waiting.
    pub fn rejected(self, reason: String) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Proposed { .. } => {
                Ok(Self { state: ErrorItemState::Rejected { reason }, ..self })
            }
            state => Err(refuse(&state, "rejected")),
        }
    }

    /// The second person said yes.
    ///
    /// # Errors
    /// No proposal was waiting.
    pub fn approved(self) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Proposed { approval } => {
                Ok(Self { state: ErrorItemState::Approved { approval }, ..self })
            }
            state => Err(refuse(&state, "approved")),
        }
    }

    /// The approved resolution was carried out.
    ///
    /// # Errors
    /// It was not approved.
    pub fn executed(
        self,
        action: Action,
        journal: Option<JournalId>,
        at: OffsetDateTime,
    ) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Approved { .. } => {
                let in_suspense = action.leaves_in_suspense(self.in_suspense());
                let outcome = Some(Outcome { action, journal, in_suspense });
                Ok(Self { state: ErrorItemState::Executed { at }, outcome, ..self })
            }
            state => Err(refuse(&state, "executed")),
        }
    }

    /// A later run found what the resolution says it should find.
    ///
    /// # Errors
    /// Nothing was carried out.
    pub fn verified(self, at: OffsetDateTime) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Executed { .. } => {
                Ok(Self { state: ErrorItemState::Verified { at }, ..self })
            }
            state => Err(refuse(&state, "verified")),
        }
    }

    /// Nothing is left to do. Money in suspense has to be settled first.
    ///
    /// # Errors
    /// It is not verified, or its money stands in suspense.
    pub fn closed(self, reason: String, at: OffsetDateTime) -> Result<Self, InvalidTransition> {
        match self.state {
            ErrorItemState::Verified { .. } if !self.in_suspense() => {
                Ok(Self { state: ErrorItemState::Closed { reason, at }, ..self })
            }
            state => Err(refuse(&state, "closed")),
        }
    }

    /// It explained itself.
    ///
    /// # Errors
    /// A proposal is waiting, or nothing is left to do.
    pub fn auto_resolved(
        self,
        reason: String,
        at: OffsetDateTime,
    ) -> Result<Self, InvalidTransition> {
        let status = self.state.status();
        if status.is_workable() || status == ErrorItemStatus::Snoozed {
            Ok(Self { state: ErrorItemState::AutoResolved { reason, at }, ..self })
        } else {
            Err(refuse(&self.state, "resolved by itself"))
        }
    }

    /// It was concluded, and it is not over.
    ///
    /// # Errors
    /// There is still something to do about it as it is.
    pub fn reopen(self) -> Result<Self, InvalidTransition> {
        if self.state.status().is_open() {
            Err(refuse(&self.state, "opened again"))
        } else {
            Ok(self.with_whoever_has_it())
        }
    }

    fn with_whoever_has_it(self) -> Self {
        let state = match self.assignee {
            Some(_) => ErrorItemState::Assigned,
            None => ErrorItemState::New,
        };
        Self { state, ..self }
    }
}

pub(super) fn refuse(state: &ErrorItemState, event: &'static str) -> InvalidTransition {
    InvalidTransition { from: state.status().name(), event }
}

#[cfg(test)]
mod tests;
