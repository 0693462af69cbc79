//! New items (新差错), as many as a run finds, with a handful of statements for all of them: numbers,
//! items, timelines, audit records; what rules book for them; who gets them.

mod store;

use super::resolving::book_many;
use super::steps::store::{NewEvent, add_events};
use super::store as items;
use super::{ErrorItemError, Moved, WORKER, event, rules, take_steps};
use crate::audit::{self, Record, Who};
use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{
    Action, AutoRule, Difference, ErrorItem, ErrorItemStatus, HandlingRules, Outcome, Routing,
};
use domain::ids::{ErrorItemId, ReconciliationId, StaffId};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// Who acts where a rule does.
const RULES: Who<'static> = Who::System("rules");

/// Items sent to the database at a time.
const BATCH: usize = 2_000;

/// A new item, where it goes, and the rule that answers it.
struct New<'r> {
    item: ErrorItem,
    routed: Routing,
    rule: Option<&'r AutoRule>,
}

/// Opens an item; `run` is the reconciliation that found it, if one did.
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
    run: Option<ReconciliationId>,
) -> Result<ErrorItemId, ErrorItemError> {
    let ids = insert_all(conn, office, (&[difference], run)).await?;
    ids.into_iter().next().ok_or(ErrorItemError::NotFound)
}

/// Keeps the row of an item that a person opens by hand; its timeline is the caller's.
pub(super) async fn keep(
    conn: &mut PgConnection,
    item: &ErrorItem,
    routed: &Routing,
) -> Result<(), sqlx::Error> {
    store::insert(conn, std::iter::once((item, routed)), None).await
}

/// Opens an item for each difference; the answers stand in their order.
pub(super) async fn insert_all(
    conn: &mut PgConnection,
    office: &Office,
    (found, run): (&[&Difference], Option<ReconciliationId>),
) -> Result<Vec<ErrorItemId>, ErrorItemError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let version = rules::current(conn).await?;
    let numbers = numbers(conn, found).await?;
    let mut ids = Vec::with_capacity(found.len());
    for (found, numbers) in found.chunks(BATCH).zip(numbers.chunks(BATCH)) {
        let new: Vec<New<'_>> = found
            .iter()
            .zip(numbers)
            .map(|(found, number)| new(office, &version.rules, (found, number)))
            .collect();
        ids.extend(new.iter().map(|new| new.item.id));
        write(conn, office, (&new, run)).await?;
        let rest = answer(conn, office, (version.version, new)).await?;
        hand_out(conn, office, rest).await?;
    }
    Ok(ids)
}

fn new<'r>(
    office: &Office,
    rules: &'r HandlingRules,
    (found, number): (&Difference, &str),
) -> New<'r> {
    let now = office.now();
    let id = ErrorItemId(office.new_id());
    let item = ErrorItem::found(id, number.to_owned(), found.clone(), now);
    let rule = rules.automatic(found).filter(|rule| item.may_be_answered_by(rule.action));
    New { routed: rules.route(found, now), item, rule }
}

/// A number for each, counted by day.
async fn numbers(
    conn: &mut PgConnection,
    found: &[&Difference],
) -> Result<Vec<String>, ErrorItemError> {
    let mut last: BTreeMap<BusinessDate, i64> = BTreeMap::new();
    for one in found {
        *last.entry(one.clearing_date).or_default() += 1;
    }
    for (day, count) in &mut last {
        *count = items::take_numbers(conn, *day, *count).await?;
    }
    let mut numbers = Vec::with_capacity(found.len());
    for one in found {
        let number = last.entry(one.clearing_date).or_default();
        *number += 1;
        numbers.push(format!("EI{}-{number:04}", one.clearing_date.compact()));
    }
    Ok(numbers)
}

/// Keeps the items with the first line of their timelines and their audit records.
async fn write(
    conn: &mut PgConnection,
    office: &Office,
    (new, run): (&[New<'_>], Option<ReconciliationId>),
) -> Result<(), ErrorItemError> {
    store::insert(conn, new.iter().map(|new| (&new.item, &new.routed)), run).await?;
    let texts: Vec<String> = new
        .iter()
        .map(|New { item, .. }| {
            let Difference { cause, difference, .. } = &item.difference;
            format!("{}: difference {difference}", cause.name())
        })
        .collect();
    let opened = new.iter().zip(&texts);
    let events: Vec<NewEvent<'_>> =
        opened.map(|(new, text)| NewEvent::of(new.item.id, "opened", text, None)).collect();
    add_events(conn, office, WORKER, &events).await?;
    let mut records = Vec::with_capacity(new.len());
    for New { item, .. } in new {
        let id = item.id.to_string();
        records.push(Record::of(office, event(WORKER, "error_items.open"), &id, item)?);
    }
    Ok(audit::record_all(conn, &records).await?)
}

/// Rules answer items without a person: what they book is booked under the approval of the rule.
/// What the books refuse stays open and says why. Gives what is left to people.
async fn answer(
    conn: &mut PgConnection,
    office: &Office,
    (version, new): (i64, Vec<New<'_>>),
) -> Result<Vec<(ErrorItem, Routing)>, ErrorItemError> {
    let (mut rest, mut routes) = (Vec::new(), Vec::new());
    let mut ruled: Vec<(ErrorItem, Action)> = Vec::new();
    for New { item, routed, rule } in new {
        match rule {
            Some(rule) => {
                ruled.push((item, rule.action));
                routes.push(routed);
            }
            None => rest.push((item, routed)),
        }
    }
    if ruled.is_empty() {
        return Ok(rest);
    }
    let booked = book_many(conn, office, &ruled).await?;
    let (mut steps, mut refused) = (Vec::new(), Vec::new());
    for (((item, action), routed), booked) in ruled.into_iter().zip(routes).zip(booked) {
        let text = format!("rules, version {version}: {}", action.name());
        match booked {
            Ok(journal) => {
                let mut item = item.auto_resolved(text.clone(), office.now())?;
                item.outcome = Some(Outcome { action, journal, in_suspense: false });
                steps.push(Moved {
                    from: ErrorItemStatus::New,
                    item,
                    event: "auto_resolved",
                    text,
                });
            }
            Err(reason) => {
                refused.push((item.id, format!("{text}: {reason}")));
                rest.push((item, routed));
            }
        }
    }
    take_steps(conn, office, RULES, &steps).await?;
    let events: Vec<NewEvent<'_>> =
        refused.iter().map(|(id, text)| NewEvent::of(*id, "rejected", text, None)).collect();
    if !events.is_empty() {
        add_events(conn, office, RULES, &events).await?;
    }
    Ok(rest)
}

/// Gives items to the colleagues the rules name, as far as those may work on them.
async fn hand_out(
    conn: &mut PgConnection,
    office: &Office,
    items: Vec<(ErrorItem, Routing)>,
) -> Result<(), ErrorItemError> {
    let mut known: HashMap<String, Option<(StaffId, String)>> = HashMap::new();
    let mut steps = Vec::new();
    for (item, routed) in items {
        let Some(login) = routed.owner else { continue };
        if !known.contains_key(&login) {
            let colleague = items::colleague(conn, &login).await?;
            known.insert(login.clone(), colleague);
        }
        if let Some((owner, name)) = known.get(&login).and_then(Option::as_ref) {
            let from = item.state.status();
            let (item, text) = (item.assign(*owner)?, name.clone());
            steps.push(Moved { from, item, event: "assigned", text });
        }
    }
    take_steps(conn, office, RULES, &steps).await
}
