//! Templates of adjustments that come back every month (定期调账模板). Two people agree on the
//! accounts; each month's document is proposed and decided by itself, once a month.

mod store;

use super::AdjustmentError;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::adjustment::{AdjustmentRefused, AdjustmentRequest, RecurringTemplate, TemplateChange};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{AdjustmentTemplateId, ApprovalId};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// The templates in use, by name.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn templates(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<RecurringTemplate>, AdjustmentError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// One template in use.
///
/// # Errors
/// Not allowed, or there is no such template.
pub async fn template(
    office: &Office,
    actor: &Actor,
    id: AdjustmentTemplateId,
) -> Result<RecurringTemplate, AdjustmentError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(AdjustmentError::TemplateNotFound)
}

/// Proposes that a template is saved or retired.
///
/// # Errors
/// Not allowed, it makes no sense, its name is taken, or the same change is already waiting.
pub async fn propose_template(
    office: &Office,
    actor: &Actor,
    change: &TemplateChange,
) -> Result<ApprovalId, AdjustmentError> {
    actor.require(Permission::ProposeAdjustment)?;
    let mut tx = office.begin().await?;
    let (subject, title) = match change {
        TemplateChange::Save { id, terms } => {
            terms.check()?;
            if store::named(&mut tx, terms.name.trim()).await? {
                return Err(AdjustmentError::TemplateTaken);
            }
            super::check_chart(&mut tx, &terms.lines).await?;
            (*id, format!("recurring adjustment: {}", terms.name.trim()))
        }
        TemplateChange::Retire { id } => {
            let known = store::find(&mut tx, *id).await?;
            let known = known.ok_or(AdjustmentError::TemplateNotFound)?;
            (*id, format!("recurring adjustment no longer used: {}", known.terms.name))
        }
    };
    let proposal = Proposal {
        kind: ApprovalKind::AdjustmentTemplate,
        subject: subject.into(),
        title,
        content: content(&mut tx, change).await?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change of a template.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn template_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: TemplateChange = serde_json::from_value(approved["change"].clone())?;
    let taken = match &change {
        TemplateChange::Save { terms, .. } => store::named(&mut tx, terms.name.trim()).await?,
        TemplateChange::Retire { .. } => false,
    };
    let now = if taken { Value::Null } else { content(&mut tx, &change).await? };
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        let subject = match &change {
            TemplateChange::Save { id: template, terms } => {
                store::insert(&mut tx, (*template, terms), (id, office.now())).await?;
                template
            }
            TemplateChange::Retire { id } => {
                store::retire(&mut tx, *id, office.now()).await?;
                id
            }
        };
        let event = Event {
            who: Who::System("worker"),
            action: "adjustments.template",
            subject_kind: "adjustment_template",
        };
        audit::record(&mut tx, office, event, &subject.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The name of a document's template, if it is made from one in use and books what that says.
///
/// # Errors
/// The template is not in use, or the document is another one.
pub(super) async fn checked(
    conn: &mut PgConnection,
    request: &AdjustmentRequest,
) -> Result<Option<String>, AdjustmentError> {
    let Some(recurrence) = request.recurring else { return Ok(None) };
    let known = store::find(conn, recurrence.template).await?;
    let known = known.ok_or(AdjustmentError::TemplateNotFound)?;
    if !known.terms.fits(request) {
        return Err(AdjustmentRefused::NotTheTemplate.into());
    }
    Ok(Some(known.terms.name))
}

/// What the checker sees: the template as it is, and as it would be.
async fn content(
    conn: &mut PgConnection,
    change: &TemplateChange,
) -> Result<Value, AdjustmentError> {
    let id = match change {
        TemplateChange::Save { id, .. } | TemplateChange::Retire { id } => *id,
    };
    let before = store::find(conn, id).await?.map(|known| known.terms);
    let after = match change {
        TemplateChange::Save { terms, .. } => Some(terms),
        TemplateChange::Retire { .. } => None,
    };
    Ok(json!({ "change": change, "before": before, "after": after }))
}
