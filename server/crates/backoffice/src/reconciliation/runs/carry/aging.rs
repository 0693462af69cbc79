//! What waits is looked after by the clock as well: when no further file comes that could say so, a
//! record that has waited longer than its rules allow becomes an error item all the same.

use super::store;
use crate::audit::{self, Event, Who};
use crate::error_items;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::error_item::Difference;

const CLOCK: Who<'static> = Who::System("clock");

/// Opens an error item for each record that waited too long, and says how many. The file of the
/// last day a record may wait until comes on the business day after; only then is it late.
///
/// # Errors
/// The database failed; nothing changes then.
pub(in crate::reconciliation) async fn conclude(
    office: &Office,
) -> Result<usize, ReconciliationError> {
    let (today, calendar) = (office.today(), &office.settings.calendar);
    let mut tx = office.begin().await?;
    let mut opened = 0;
    for group in store::groups_until(&mut tx, today).await? {
        if calendar.after(group.clears_by, 1) >= today {
            continue;
        }
        let waited = store::of_group(&mut tx, &group).await?;
        let ids: Vec<_> = waited.iter().map(|one| one.id).collect();
        store::became_items(&mut tx, office, (&ids, None)).await?;
        let mut found: Vec<Difference> = Vec::with_capacity(waited.len());
        for one in waited {
            found.extend(one.overdue(&group.scope)?.difference);
        }
        let items = error_items::open(&mut tx, office, group.run, &found).await?;
        error_items::link(&mut tx, office, &items).await?;
        let subject_kind = "reconciliation";
        let event = Event { who: CLOCK, action: "reconciliation.waited_too_long", subject_kind };
        let told = serde_json::json!({
            "scope": group.scope,
            "clears_by": group.clears_by,
            "error_items": items,
        });
        audit::record(&mut tx, office, event, &group.run.to_string(), &told).await?;
        opened += items.len();
    }
    tx.commit().await?;
    Ok(opened)
}
