//! Opening an item by hand: somebody saw something that no run has found. A rule never answers such
//! an item by itself: what was typed in by one person is decided by two.

mod store;

use super::{ErrorItemError, Step, event, note, rules};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{Difference, ErrorItem, HandOpening, Links};
use domain::ids::ErrorItemId;
use sqlx::PgConnection;

/// Opens an item about what a person saw; `related` is the number of an order, payment, refund or
/// payout it belongs to, or empty.
///
/// # Errors
/// Not allowed, what was seen is not whole, nothing has the related number, there is no such
/// channel, or another item about the record is open.
pub async fn open_by_hand(
    office: &Office,
    actor: &Actor,
    (seen, related): (&HandOpening, &str),
) -> Result<ErrorItemId, ErrorItemError> {
    let by = actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    if let Some(channel) = &seen.channel
        && !store::has_channel(&mut tx, channel).await?
    {
        return Err(ErrorItemError::NoSuchChannel(channel.clone()));
    }
    let links = links(&mut tx, related.trim()).await?;
    let found = seen.difference((&actor.name, office.today()), links)?;
    let id = insert(&mut tx, office, actor, &found).await?;
    store::opened_by(&mut tx, id, by).await?;
    let who = Who::Staff(actor);
    let text = seen.note.trim();
    note(&mut tx, office, id, Step { who, event: "commented", text }).await?;
    let comment = event(who, "error_items.comment");
    audit::record(&mut tx, office, comment, &id.to_string(), &text).await?;
    tx.commit().await?;
    Ok(id)
}

async fn links(conn: &mut PgConnection, related: &str) -> Result<Links, ErrorItemError> {
    if related.is_empty() {
        return Ok(Links::default());
    }
    let mut found = store::related(conn, related).await?;
    match (found.pop(), found.is_empty()) {
        (Some(links), true) => Ok(links),
        (Some(_), false) => Err(ErrorItemError::RelatedAmbiguous(related.to_owned())),
        (None, _) => Err(ErrorItemError::NothingRelated(related.to_owned())),
    }
}

async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    actor: &Actor,
    found: &Difference,
) -> Result<ErrorItemId, ErrorItemError> {
    let day = found.clearing_date;
    let before = super::store::take_numbers(conn, day, 1).await?;
    let number = format!("EI{}-{:04}", day.compact(), before + 1);
    let id = ErrorItemId(office.new_id());
    let item = ErrorItem::found(id, number, found.clone(), office.now());
    let routed = rules::current(conn).await?.rules.route(found, office.now());
    super::fresh::keep(conn, &item, &routed).await?;
    let text = format!("{}: difference {}", found.cause.name(), found.difference);
    let who = Who::Staff(actor);
    note(conn, office, id, Step { who, event: "opened", text: &text }).await?;
    audit::record(conn, office, event(who, "error_items.open"), &id.to_string(), &item).await?;
    Ok(id)
}
