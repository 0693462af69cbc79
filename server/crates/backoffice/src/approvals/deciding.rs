//! Deciding: with the rights and the content as they stand when the decision takes effect.

use super::{ApprovalError, content_hash, differences, event, store, tell};
use crate::access::second_factor;
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{
    Absent, Approval, ApprovalKind, ApprovalState, Decision, DecisionRefused, Difference, Hand,
    RuleBook, Verdict,
};
use domain::ids::{ApprovalId, StaffId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// What a person says about a request.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Hash of the content that was on their screen.
    pub shown_hash: &'a str,
    /// What they say.
    pub verdict: Verdict,
    /// Why; needed to reject.
    pub note: &'a str,
    /// Whether they proved their second factor, see [`prove`].
    pub proven: bool,
    /// The content as it is now, where the proposing system can tell.
    pub content_now: Option<&'a Value>,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Done,
    /// The content is another one by now: nothing was decided, and everybody is asked again. To be
    /// committed, and told to the person by [`Decided::told`].
    Changed(Vec<Difference>),
}

impl Decided {
    /// An error where nothing was decided.
    ///
    /// # Errors
    /// The content changed.
    pub fn told(self) -> Result<(), ApprovalError> {
        match self {
            Self::Done => Ok(()),
            Self::Changed(found) => Err(ApprovalError::Changed(differences::sentence(&found))),
        }
    }
}

/// Decides a request about a content that nothing can change while it waits.
///
/// # Errors
/// The checker may not decide it, was not shown the stored content, or is late.
pub async fn decide(
    office: &Office,
    checker: &Actor,
    id: ApprovalId,
    (shown_hash, verdict, note): (&str, Verdict, &str),
) -> Result<(), ApprovalError> {
    let answer = Answer { shown_hash, verdict, note, proven: false, content_now: None };
    let mut tx = office.begin().await?;
    let decided = decide_in(&mut tx, office, checker, (id, &answer)).await?;
    tx.commit().await?;
    decided.told()
}

/// Holds a request and tells what it is about, for whoever brings its content as it is now.
///
/// # Errors
/// No such request.
pub async fn opened(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<(ApprovalKind, Uuid, bool), ApprovalError> {
    let approval = store::lock(conn, id).await?.ok_or(ApprovalError::NotFound)?;
    let pending = approval.state == ApprovalState::Pending;
    let (_, subject, _) = store::standing(conn, id).await?.ok_or(ApprovalError::NotFound)?;
    Ok((approval.kind, subject, pending))
}

/// Uses up a code of the checker's second factor where the open step asks for one. In a
/// transaction of its own, before the decision: a code counts once, whatever comes after.
///
/// # Errors
/// The code is wrong, was used before, or the person has no second factor.
pub async fn prove(
    office: &Office,
    checker: &Actor,
    (id, verdict, code): (ApprovalId, Verdict, &str),
) -> Result<bool, ApprovalError> {
    let mut tx = office.begin().await?;
    let approval = store::lock(&mut tx, id).await?.ok_or(ApprovalError::NotFound)?;
    let hands = hands(&mut tx, office, checker.staff).await?;
    tx.commit().await?;
    let (_, refused) = best(&approval, &hands);
    let asks = approval.open_step().is_some_and(|step| step.second_factor);
    if !asks || refused.is_some() || verdict == Verdict::Reject || code.trim().is_empty() {
        return Ok(false);
    }
    second_factor::prove(office, checker, code).await?;
    Ok(true)
}

/// Decides a request in the caller's transaction.
///
/// # Errors
/// The checker may not decide it, or is late.
pub async fn decide_in(
    conn: &mut PgConnection,
    office: &Office,
    checker: &Actor,
    (id, answer): (ApprovalId, &Answer<'_>),
) -> Result<Decided, ApprovalError> {
    let mut approval = store::lock(conn, id).await?.ok_or(ApprovalError::NotFound)?;
    let hands = hands(conn, office, checker.staff).await?;
    let (hand, refused) = best(&approval, &hands);
    let hand = match (hand, refused) {
        (Some(hand), None) => Hand { second_factor: answer.proven, ..hand.clone() },
        (_, refused) => return Err(refused.unwrap_or(DecisionRefused::NotLent).into()),
    };
    if let Some(now) = answer.content_now.filter(|now| content_hash(now) != approval.content_hash) {
        approval = present_again(conn, office, approval, now).await?;
    }
    let Answer { shown_hash, verdict, note, .. } = *answer;
    if approval.content_hash != shown_hash {
        return Ok(Decided::Changed(since_shown(conn, id, shown_hash).await?));
    }
    let at = office.now();
    let step = approval.open_step().ok_or(ApprovalError::NotFound)?;
    let before = (approval.revision, approval.votes.len());
    let decision = Decision { hand: &hand, shown_hash, verdict, note, at };
    let decided = approval.decide(&decision)?;
    store::save(conn, &decided, note.trim(), at).await?;
    store::insert_vote(conn, (&decided, before), (&hand, step), &decision).await?;
    let absent = hand.absent.as_ref().map(|absent| absent.person.as_str());
    store::insert_person(conn, (id, before.0), &hand.person, "checker").await?;
    if let Some(absent) = absent {
        store::insert_person(conn, (id, before.0), absent, "absent").await?;
    }
    let event = event(Who::Staff(checker), "approvals.decide");
    audit::record(conn, office, event, &id.to_string(), &decided).await?;
    match decided.state {
        ApprovalState::Pending => {}
        ApprovalState::Rejected { .. } => {
            store::uncount(conn, id).await?;
            tell(conn, office, &decided).await?;
        }
        _ => tell(conn, office, &decided).await?,
    }
    Ok(Decided::Done)
}

/// Presents a waiting request anew, for the system that knows its content is another one by now.
///
/// # Errors
/// No such request.
pub async fn present(
    conn: &mut PgConnection,
    office: &Office,
    id: ApprovalId,
    now: &Value,
) -> Result<(), ApprovalError> {
    let approval = store::lock(conn, id).await?.ok_or(ApprovalError::NotFound)?;
    let waits = approval.state == ApprovalState::Pending;
    if waits && content_hash(now) != approval.content_hash {
        present_again(conn, office, approval, now).await?;
    }
    Ok(())
}

/// Stores the content as it is now and starts the chain anew.
async fn present_again(
    conn: &mut PgConnection,
    office: &Office,
    approval: Approval,
    now: &Value,
) -> Result<Approval, ApprovalError> {
    let again = approval.present_again(&content_hash(now))?;
    store::insert_revision(conn, again.id, (again.revision, now), office.now()).await?;
    store::save_content(conn, &again, now).await?;
    let maker = store::people::person(conn, again.maker).await?;
    store::insert_person(conn, (again.id, again.revision), &maker, "maker").await?;
    let event = event(Who::System("approvals"), "approvals.content_changed");
    audit::record(conn, office, event, &again.id.to_string(), now).await?;
    Ok(again)
}

/// What changed since a content was shown; an unknown one tells nothing.
async fn since_shown(
    conn: &mut PgConnection,
    id: ApprovalId,
    shown_hash: &str,
) -> Result<Vec<Difference>, ApprovalError> {
    let revisions = store::revisions(conn, id).await?;
    let shown = revisions.iter().find(|(hash, _)| hash == shown_hash);
    Ok(match (shown, revisions.last()) {
        (Some((_, shown)), Some((_, now))) => differences::between(shown, now),
        _ => Vec::new(),
    })
}

/// The person with their own right, and with each one that is lent to them at this moment.
pub(super) async fn hands(
    conn: &mut PgConnection,
    office: &Office,
    staff: StaffId,
) -> Result<Vec<Hand>, ApprovalError> {
    let book = store::rules::current(conn).await?;
    let own = hand(conn, office, &book, staff).await?;
    let mut hands = vec![own.clone()];
    for whom in store::people::lent_by(conn, staff, office.now()).await? {
        let theirs = hand(conn, office, &book, whom).await?;
        let absent = Absent {
            staff: whom,
            person: theirs.person,
            active: theirs.active,
            lent: true,
            roles: theirs.roles,
            level: theirs.level,
        };
        hands.push(Hand { absent: Some(absent), ..own.clone() });
    }
    Ok(hands)
}

/// The first of these rights that reaches; where none does, why one's own does not. A lent right
/// helps only whose own is too short.
pub(super) fn best<'a>(
    approval: &Approval,
    hands: &'a [Hand],
) -> (Option<&'a Hand>, Option<DecisionRefused>) {
    let Some(own) = hands.first() else { return (None, Some(DecisionRefused::NotLent)) };
    let Some(refused) = approval.refusal(own) else { return (Some(own), None) };
    let short = matches!(
        refused,
        DecisionRefused::PermissionMissing(_)
            | DecisionRefused::RoleMissing(_)
            | DecisionRefused::LevelMissing { .. }
    );
    let lent = hands.iter().skip(1).find(|hand| short && approval.refusal(hand).is_none());
    if lent.is_some() { (lent, None) } else { (Some(own), Some(refused)) }
}

async fn hand(
    conn: &mut PgConnection,
    office: &Office,
    book: &RuleBook,
    staff: StaffId,
) -> Result<Hand, ApprovalError> {
    let held = store::people::held(conn, staff).await?;
    Ok(Hand {
        staff,
        person: held.person,
        active: held.active,
        roles: held.roles,
        level: book.level(staff, office.today()),
        second_factor: false,
        absent: None,
    })
}
