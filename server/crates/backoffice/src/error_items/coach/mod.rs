//! What the rules could learn from the last days (规则教练). An advice is put in force like every
//! change of the rules: by a request that a second person decides.

mod store;

use super::{ErrorItemError, rules};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{Advice, COACH_DAYS, Pattern, advise};
use domain::ids::ApprovalId;
use sqlx::PgConnection;
use time::Duration;

/// Most resolutions that are looked at, the latest first.
const RESOLUTIONS_MAX: i64 = 50_000;

/// The rules that repeated resolutions of the last days ask for, each with its effect.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn advice(office: &Office, actor: &Actor) -> Result<Vec<Advice>, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    find(&mut conn, office).await
}

async fn find(conn: &mut PgConnection, office: &Office) -> Result<Vec<Advice>, ErrorItemError> {
    let since = office.now().saturating_sub(Duration::days(COACH_DAYS));
    let resolved = store::resolved(conn, since, RESOLUTIONS_MAX).await?;
    let mut found = Vec::new();
    for mut advice in advise(&rules::current(conn).await?.rules, &resolved) {
        let example = resolved.iter().find(|one| one.pattern == advice.pattern);
        if !advice.by_itself
            && let Some(example) = example
            && let Some(stored) = super::store::find(conn, example.id).await?
            && stored.item.difference.suggested() == Some(advice.action)
        {
            // The handling table says so already.
            continue;
        }
        advice.open = store::open(conn, &advice).await?;
        found.push(advice);
    }
    Ok(found)
}

/// Proposes the rule that the resolutions of a pattern ask for.
///
/// # Errors
/// Not allowed, the resolutions ask for nothing any more, or another change is waiting.
pub async fn propose_advice(
    office: &Office,
    actor: &Actor,
    pattern: &Pattern,
) -> Result<ApprovalId, ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut conn = office.db.acquire().await?;
    let advice = find(&mut conn, office).await?.into_iter().find(|one| one.pattern == *pattern);
    drop(conn);
    let advice = advice.ok_or(ErrorItemError::NoAdvice)?;
    let told = format!(
        "of the last {COACH_DAYS} days it handles {} alike and {} differently",
        advice.same,
        advice.different.len()
    );
    rules::propose_told(office, actor, (advice.change, &told)).await
}
