//! The queue: what waits for me, what waits for others, what I asked for; and one request, whole.

use super::deciding::{best, hands};
use super::{ApprovalError, differences, store, visible_kinds};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{
    Approval, ApprovalDetail, ApprovalKind, ApprovalSummary, DecisionRefused, Inbox,
};
use domain::ids::ApprovalId;
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;

/// The requests a person can decide, may see waiting, has made, or may see.
///
/// # Errors
/// The database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    inbox: Inbox,
    page: PageRequest,
) -> Result<Page<ApprovalSummary>, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    let visible = visible_kinds(actor);
    match inbox {
        Inbox::Mine => store::list(&mut conn, (&ApprovalKind::ALL, Some(actor.staff)), page).await,
        Inbox::All => store::list(&mut conn, (&visible, None), page).await,
        Inbox::ToDecide | Inbox::Others => {
            let mut chosen = Vec::new();
            let hands = hands(&mut conn, office, actor.staff).await?;
            for (approval, summary) in store::waiting(&mut conn, actor.staff).await? {
                let (_, refused) = best(&approval, &hands);
                let concerns = visible.contains(&approval.kind) || refused.is_none();
                if concerns && refused.is_none() == (inbox == Inbox::ToDecide) {
                    chosen.push(summary);
                }
            }
            let total = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
            let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
            let take = usize::try_from(page.limit()).unwrap_or_default();
            let rows = chosen.into_iter().skip(skip).take(take).collect();
            Ok(Page { rows, total, request: page })
        }
    }
}

/// One request, whole, with the reason why the person cannot decide it, if so.
///
/// # Errors
/// No such request, or not theirs to see.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: ApprovalId,
) -> Result<ApprovalDetail, ApprovalError> {
    let mut tx = office.begin().await?;
    let approval = store::lock(&mut tx, id).await?.ok_or(ApprovalError::NotFound)?;
    let mut detail = store::detail(&mut tx, id).await?.ok_or(ApprovalError::NotFound)?;
    let hands = hands(&mut tx, office, actor.staff).await?;
    let (hand, refused) = best(&approval, &hands);
    let visible = approval.maker == actor.staff
        || visible_kinds(actor).contains(&approval.kind)
        || refused.is_none();
    if !visible {
        return Err(ApprovalError::NotFound);
    }
    detail.in_place_of = match hand.and_then(|hand| hand.absent.as_ref()) {
        Some(absent) => store::people::name(&mut tx, absent.staff).await?,
        None => None,
    };
    detail.cannot = refused.as_ref().map(DecisionRefused::to_string);
    detail.agreed_by_viewer = approval.votes.iter().any(|vote| vote.staff == actor.staff);
    detail.changes = last_changes(&mut tx, &approval).await?;
    tx.commit().await?;
    Ok(detail)
}

/// What differs between the content and the one before it.
async fn last_changes(
    conn: &mut PgConnection,
    approval: &Approval,
) -> Result<Vec<domain::approval::Difference>, ApprovalError> {
    if approval.revision < 2 {
        return Ok(Vec::new());
    }
    let revisions = store::revisions(conn, approval.id).await?;
    Ok(match revisions.as_slice() {
        [.., (_, before), (_, now)] => differences::between(before, now),
        _ => Vec::new(),
    })
}
