//! Taking back what is not money: for a short time, by whoever did it, as a step of its own. Nothing
//! is deleted.

use super::life::refuse;
use super::{ErrorItem, ErrorItemState, ErrorItemStatus, InvalidTransition};
use crate::ids::StaffId;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a step can be taken back.
pub const UNDO_WITHIN: Duration = Duration::minutes(30);

/// Steps that can be taken back: none of them moves money or asks a second person.
pub const UNDOABLE: &[&str] =
    &["assigned", "released", "investigated", "snoozed", "woken", "commented", "apart"];

/// The latest step of an item, as far as taking it back needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastStep {
    /// Which entry of the timeline.
    pub entry: i64,
    /// What happened.
    pub event: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who, where it was a person.
    pub by: Option<StaffId>,
    /// The state it left, where it moved.
    pub from: Option<ErrorItemStatus>,
    /// Who had it before.
    pub assignee_before: Option<StaffId>,
    /// Until when it slept before.
    pub snoozed_before: Option<OffsetDateTime>,
}

/// Why a step is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefused {
    /// Nothing is there, or it was taken back.
    #[error("there is nothing to take back")]
    Nothing,
    /// Money and decisions are corrected by new ones.
    #[error("only assigning, putting off, comments and setting apart can be taken back")]
    NotUndoable,
    /// It is another person's step.
    #[error("a colleague did this: only they can take it back")]
    NotYours,
    /// Others have relied on it by now.
    #[error("this can be taken back for 30 minutes only")]
    TooLate,
    /// The item went on.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
}

impl LastStep {
    /// Whether a person may take it back now.
    ///
    /// # Errors
    /// Why not.
    pub fn may_be_undone(&self, by: StaffId, now: OffsetDateTime) -> Result<(), UndoRefused> {
        if !UNDOABLE.contains(&self.event.as_str()) {
            Err(UndoRefused::NotUndoable)
        } else if self.by != Some(by) {
            Err(UndoRefused::NotYours)
        } else if now - self.at > UNDO_WITHIN {
            Err(UndoRefused::TooLate)
        } else {
            Ok(())
        }
    }
}

impl ErrorItem {
    /// The item as it was before its latest step. A refusal that was answered meanwhile stays
    /// answered: the item goes back to whoever had it.
    ///
    /// # Errors
    /// It waits for a decision, or nothing is left to do.
    pub fn undone(self, step: &LastStep) -> Result<Self, InvalidTransition> {
        let status = self.state.status();
        if !status.is_workable() && status != ErrorItemStatus::Snoozed {
            return Err(refuse(&self.state, "set back"));
        }
        let Some(from) = step.from else { return Ok(self) };
        let assignee = step.assignee_before;
        let state = match (from, step.snoozed_before, assignee) {
            (ErrorItemStatus::Snoozed, Some(until), _) => ErrorItemState::Snoozed { until },
            (ErrorItemStatus::Investigating, _, Some(_)) => ErrorItemState::Investigating,
            (_, _, Some(_)) => ErrorItemState::Assigned,
            (_, _, None) => ErrorItemState::New,
        };
        Ok(Self { assignee, state, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_item::{Cause, Difference, Leg, Links};
    use crate::matching::Direction;
    use crate::money::Money;
    use time::macros::datetime;
    use uuid::Uuid;

    const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);
    const LIN: StaffId = StaffId(Uuid::from_u128(1));
    const MEI: StaffId = StaffId(Uuid::from_u128(2));

    fn item() -> ErrorItem {
        let difference = Difference {
            leg: Leg::GatewayBank,
            cause: Cause::OnlyInChannel,
            direction: Direction::In,
            channel: None,
            clearing_date: "2026-03-31".parse().unwrap(),
            record_key: "k".into(),
            difference: Money::cny(100),
            account: None,
            ours: None,
            theirs: None,
            links: Links::default(),
        };
        ErrorItem::found(Uuid::from_u128(3).into(), "EI-1".into(), difference, NOON)
    }

    fn step(event: &str, before: &ErrorItem) -> LastStep {
        let snoozed_before = match before.state {
            ErrorItemState::Snoozed { until } => Some(until),
            _ => None,
        };
        LastStep {
            entry: 1,
            event: event.to_owned(),
            at: NOON,
            by: Some(LIN),
            from: Some(before.state.status()),
            assignee_before: before.assignee,
            snoozed_before,
        }
    }

    #[test]
    fn each_step_leads_back_to_where_it_came_from() {
        let new = item();
        let assigned = new.clone().assign(MEI).unwrap();
        let looking = assigned.clone().investigate().unwrap();
        let asleep = looking.clone().snooze(NOON).unwrap();
        for (before, after, event) in [
            (&new, assigned.clone(), "assigned"),
            (&assigned, looking.clone(), "investigated"),
            (&looking, asleep.clone(), "snoozed"),
            (&asleep, asleep.clone().wake().unwrap(), "woken"),
            (&looking, looking.clone().release().unwrap(), "released"),
            (&asleep, asleep.clone().assign(LIN).unwrap(), "assigned"),
        ] {
            assert_eq!(&after.undone(&step(event, before)).unwrap(), before, "{event}");
        }
    }

    #[test]
    fn only_the_same_person_for_a_time_and_never_money() {
        let of = |event: &str| step(event, &item());
        let late = NOON + UNDO_WITHIN + Duration::seconds(1);
        assert_eq!(of("assigned").may_be_undone(LIN, NOON), Ok(()));
        assert_eq!(of("assigned").may_be_undone(LIN, late), Err(UndoRefused::TooLate));
        assert_eq!(of("assigned").may_be_undone(MEI, NOON), Err(UndoRefused::NotYours));
        assert_eq!(of("proposed").may_be_undone(LIN, NOON), Err(UndoRefused::NotUndoable));
        let waiting = item().proposed(crate::ids::ApprovalId(Uuid::nil())).unwrap();
        assert!(waiting.undone(&of("assigned")).is_err());
    }
}
