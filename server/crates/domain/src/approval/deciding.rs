//! A request on its way through its chain: who may decide the open step, what a decision is bound
//! to, and what becomes of the request when its content changes or nobody decides.

use super::{ApprovalKind, ApprovalState, Level, Step, Verdict};
use crate::access::{Permission, Role};
use crate::ids::{ApprovalId, StaffId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A right that was lent for an absence, as it stands at the moment of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Who is away.
    pub staff: StaffId,
    /// The person behind that account.
    pub person: String,
    /// Whether the account is open.
    pub active: bool,
    /// Whether the right is lent at this moment.
    pub lent: bool,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Their level.
    pub level: Level,
}

/// A person who decides, with their rights as they stand at the moment of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// The account.
    pub staff: StaffId,
    /// The person behind the account: two accounts of one person are one person.
    pub person: String,
    /// Whether the account is open.
    pub active: bool,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Their level.
    pub level: Level,
    /// Whether they proved their second factor for this decision.
    pub second_factor: bool,
    /// In whose place they decide.
    pub absent: Option<Absent>,
}

impl Hand {
    /// The roles the decision rests on: their own, or those of whom they stand in for.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        self.absent.as_ref().map_or(&self.roles, |absent| &absent.roles)
    }

    /// The level the decision rests on.
    #[must_use]
    pub fn level(&self) -> Level {
        self.absent.as_ref().map_or(self.level, |absent| absent.level)
    }

    /// Whether somebody would stand in for themselves.
    fn is_same(&self, absent: &Absent) -> bool {
        self.staff == absent.staff || self.person == absent.person
    }

    fn is(&self, staff: StaffId, person: &str) -> bool {
        self.staff == staff
            || self.person == person
            || self
                .absent
                .as_ref()
                .is_some_and(|absent| absent.staff == staff || absent.person == person)
    }
}

/// Somebody who agreed to the content as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// The account.
    pub staff: StaffId,
    /// The person behind it.
    pub person: String,
    /// In whose place, and the person behind that account.
    pub absent: Option<(StaffId, String)>,
}

/// A request for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// What is decided.
    pub kind: ApprovalKind,
    /// Who proposed it.
    pub maker: StaffId,
    /// The person behind that account.
    pub maker_person: String,
    /// The colleague it is about, where it is about one, and the person behind that account.
    pub concerned: Option<(StaffId, String)>,
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    /// Which content this is, counting from 1.
    pub revision: i32,
    /// The chain, first to last.
    pub steps: Vec<Step>,
    /// Who agreed to this content, one for each step done.
    pub votes: Vec<Vote>,
    /// Where it stands.
    pub state: ApprovalState,
}

/// What a person decides, and what they saw when they did.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Who decides.
    pub hand: &'a Hand,
    /// Hash of the content that was on their screen.
    pub shown_hash: &'a str,
    /// What they say.
    pub verdict: Verdict,
    /// Their note; a rejection needs one.
    pub note: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

/// Why a decision was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionRefused {
    /// Four eyes need two people.
    #[error("you proposed this yourself: another person has to decide it")]
    MakerIsChecker,
    /// Nobody decides about their own account.
    #[error("this is about your own account: another person has to decide it")]
    Concerned,
    /// Every step needs another person.
    #[error("you took part in this already: another person has to decide the next step")]
    TookPart,
    /// Somebody was quicker, or the maker took it back.
    #[error("this request is already {0}")]
    AlreadyDecided(&'static str),
    /// What was on the screen is not what is stored.
    #[error("the content has changed since it was shown to you: read it again before deciding")]
    ContentChanged,
    /// A rejection without a reason helps nobody.
    #[error("a rejection needs a reason")]
    ReasonMissing,
    /// Only the maker may take a request back.
    #[error("only the person who proposed this can take it back")]
    NotTheMaker,
    /// Only an approved request can be carried out.
    #[error("this request is {0}, so it cannot be carried out")]
    NotApproved(&'static str),
    /// The roles do not reach.
    #[error("your roles do not allow this decision")]
    PermissionMissing(Permission),
    /// The step is for another role.
    #[error("this step is for a colleague with another role")]
    RoleMissing(Role),
    /// The level does not reach.
    #[error("this step needs the approval level {needed}, and yours is {held}")]
    LevelMissing {
        /// What the step needs.
        needed: Level,
        /// What the person has.
        held: Level,
    },
    /// The account is closed.
    #[error("this account is closed: it decides nothing")]
    AccountClosed,
    /// The right was lent for another time.
    #[error("the right to stand in for this colleague is not in force")]
    NotLent,
    /// The step needs proof that it is really this person.
    #[error("this step needs the code of your second factor")]
    SecondFactorMissing,
}

/// Whether these roles decide anything at all: only to such a colleague a right is lent, and only
/// as long as they do it counts.
#[must_use]
pub fn decides_something(roles: &[Role]) -> bool {
    ApprovalKind::ALL.into_iter().any(|kind| {
        let needed = kind.checker_permission();
        roles.iter().any(|role| role.permissions().contains(&needed))
    })
}

impl Approval {
    /// The step that waits for a person.
    #[must_use]
    pub fn open_step(&self) -> Option<Step> {
        let pending = self.state == ApprovalState::Pending;
        pending.then(|| self.steps.get(self.votes.len()).copied()).flatten()
    }

    /// Why this person cannot decide the open step, if so. The same rule the decision asks.
    #[must_use]
    pub fn refusal(&self, hand: &Hand) -> Option<DecisionRefused> {
        use DecisionRefused as No;
        if hand.is(self.maker, &self.maker_person) {
            return Some(No::MakerIsChecker);
        }
        if self.concerned.as_ref().is_some_and(|(staff, person)| hand.is(*staff, person)) {
            return Some(No::Concerned);
        }
        let Some(step) = self.open_step() else {
            return Some(No::AlreadyDecided(self.state.name()));
        };
        if !hand.active || hand.absent.as_ref().is_some_and(|absent| !absent.active) {
            return Some(No::AccountClosed);
        }
        if hand.absent.as_ref().is_some_and(|absent| !absent.lent || hand.is_same(absent)) {
            return Some(No::NotLent);
        }
        if hand.absent.is_some() && !decides_something(&hand.roles) {
            // A lent right helps a colleague who decides, not one who does not any more.
            return Some(No::PermissionMissing(self.kind.checker_permission()));
        }
        let took_part = |vote: &Vote| {
            let absent = vote.absent.as_ref();
            hand.is(vote.staff, &vote.person)
                || absent.is_some_and(|(staff, person)| hand.is(*staff, person))
        };
        if self.votes.iter().any(took_part) {
            return Some(No::TookPart);
        }
        match step.role {
            Some(role) if !hand.roles().contains(&role) => return Some(No::RoleMissing(role)),
            Some(_) => {}
            None => {
                let needed = self.kind.checker_permission();
                let may = |role: &Role| role.permissions().contains(&needed);
                if !hand.roles().iter().any(may) {
                    return Some(No::PermissionMissing(needed));
                }
            }
        }
        let (needed, held) = (step.level, hand.level());
        (held < needed).then_some(No::LevelMissing { needed, held })
    }

    /// Decides the open step. The last one decides the request.
    ///
    /// # Errors
    /// The decision is refused; the request stays as it was.
    pub fn decide(mut self, decision: &Decision<'_>) -> Result<Self, DecisionRefused> {
        let Decision { hand, shown_hash, verdict, note, at } = *decision;
        if let Some(refused) = self.refusal(hand) {
            return Err(refused);
        }
        if self.content_hash != shown_hash {
            return Err(DecisionRefused::ContentChanged);
        }
        let checker = hand.staff;
        match verdict {
            Verdict::Reject if note.trim().is_empty() => {
                return Err(DecisionRefused::ReasonMissing);
            }
            Verdict::Reject => {
                let reason = note.trim().to_owned();
                self.state = ApprovalState::Rejected { checker, at, reason };
            }
            Verdict::Approve => {
                let proven = self.open_step().is_some_and(|step| step.second_factor);
                if proven && !hand.second_factor {
                    return Err(DecisionRefused::SecondFactorMissing);
                }
                let absent =
                    hand.absent.as_ref().map(|absent| (absent.staff, absent.person.clone()));
                self.votes.push(Vote { staff: checker, person: hand.person.clone(), absent });
                if self.votes.len() == self.steps.len() {
                    self.state = ApprovalState::Approved { checker, at };
                }
            }
        }
        Ok(self)
    }

    /// The content changed while the request waited: everybody is asked again, about the new one.
    ///
    /// # Errors
    /// The request does not wait any more.
    pub fn present_again(self, hash: &str) -> Result<Self, DecisionRefused> {
        if self.state != ApprovalState::Pending {
            return Err(DecisionRefused::AlreadyDecided(self.state.name()));
        }
        if self.content_hash == hash {
            return Ok(self);
        }
        let revision = self.revision.saturating_add(1);
        Ok(Self { content_hash: hash.to_owned(), revision, votes: Vec::new(), ..self })
    }

    /// Nobody decided in time: the open step, and every one after it, asks for the level above,
    /// where somebody has it. The request goes on waiting in any case.
    #[must_use]
    pub fn escalated(mut self, highest: Level) -> Self {
        let done = self.votes.len();
        if let Some(open) = self.open_step() {
            let raised = open.level.raised().min(highest.max(open.level));
            for step in self.steps.iter_mut().skip(done) {
                step.level = step.level.max(raised);
            }
        }
        self
    }

    /// Carries out an approved request, if the content is still what was approved.
    ///
    /// # Errors
    /// Not approved. A changed content is no error: the request becomes stale.
    pub fn execute(self, hash_now: &str, at: OffsetDateTime) -> Result<Self, DecisionRefused> {
        let ApprovalState::Approved { checker, .. } = self.state else {
            return Err(DecisionRefused::NotApproved(self.state.name()));
        };
        let state = if self.content_hash == hash_now {
            ApprovalState::Executed { checker, at }
        } else {
            let reason = "the content changed after it was approved".to_owned();
            ApprovalState::Stale { checker, reason }
        };
        Ok(Self { state, ..self })
    }

    /// Takes the request back.
    ///
    /// # Errors
    /// Not the maker, or already decided.
    pub fn withdraw(self, who: StaffId, at: OffsetDateTime) -> Result<Self, DecisionRefused> {
        if self.maker != who {
            return Err(DecisionRefused::NotTheMaker);
        }
        if self.state != ApprovalState::Pending {
            return Err(DecisionRefused::AlreadyDecided(self.state.name()));
        }
        Ok(Self { state: ApprovalState::Withdrawn { at }, ..self })
    }
}
