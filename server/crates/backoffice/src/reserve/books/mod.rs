//! Where the reserve stands by the books and by the banks' statements: the cover check (table 1-12)
//! for this moment or for an evening, the regulator's monthly tables, the unreached items.

mod sheets;
pub(super) mod store;

pub use sheets::tables_file;

use super::ReserveError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::BalanceEffect;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use domain::reserve::books::{BankBalance, LateLine, Position};
use domain::reserve::cover::{self, Cover};
use domain::reserve::proof::Evening;
use domain::reserve::tables::{Month, Table, TableKind, Worked};
use domain::reserve::unreached::{self, Item};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// Whether the money held covers what customers are owed, as things stand now (备付金核对).
///
/// # Errors
/// The books could not be read.
pub async fn proof(conn: &mut PgConnection) -> Result<Cover, ReserveError> {
    let position = store::position_now(conn).await?;
    let late = store::late_lines(conn, None).await?;
    let late: Vec<&LateLine> = late.iter().filter(|line| line.booked_on.is_none()).collect();
    let banks = store::banks(conn).await?;
    Ok(cover::cover(&position, banks, &late, None)?)
}

/// The gap (M14) as it is, and as it would be if balances changed like this.
///
/// # Errors
/// Not allowed, or the books could not be read.
pub async fn gap_after(
    office: &Office,
    actor: &Actor,
    effects: &[BalanceEffect],
) -> Result<(Money, Money), ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut tx = office.at_one_moment().await?;
    let before = proof(&mut tx).await?.gap;
    let mut position = store::position_now(&mut tx).await?;
    for effect in effects.iter().filter(|one| one.after.currency() == Currency::Cny) {
        let change = effect.after.checked_sub(effect.before)?;
        let code = &effect.account.code;
        position.set(code.clone(), position.balance(code).checked_add(change)?);
    }
    let late = store::late_lines(&mut tx, None).await?;
    let late: Vec<&LateLine> = late.iter().filter(|line| line.booked_on.is_none()).collect();
    let banks = store::banks(&mut tx).await?;
    Ok((before, cover::cover(&position, banks, &late, None)?.gap))
}

/// The cover at the end of an accounting day.
///
/// # Errors
/// The books could not be read.
pub async fn proof_on(conn: &mut PgConnection, day: BusinessDate) -> Result<Cover, ReserveError> {
    let position = store::position_on(conn, day).await?;
    let late = store::late_lines(conn, Some(day)).await?;
    let late: Vec<&LateLine> = late.iter().filter(|line| line.is_late_on(day)).collect();
    let stated = store::stated(conn, (day, day)).await?;
    let banks = store::banks(conn).await?.into_iter().map(|bank| {
        let stated = stated.get(&(bank.account_no.clone(), day)).copied();
        BankBalance { stated, ..bank }
    });
    Ok(cover::cover(&position, banks.collect(), &late, Some(day))?)
}

/// An evening: the cover with every unreached item.
pub(super) async fn evening(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Evening, ReserveError> {
    Ok(Evening { day, cover: proof_on(conn, day).await?, items: items_on(conn, day).await? })
}

async fn items_on(conn: &mut PgConnection, day: BusinessDate) -> Result<Vec<Item>, ReserveError> {
    let moves = store::moves(conn, (day, day)).await?;
    let late = store::late_lines(conn, Some(day)).await?;
    Ok(unreached::items_on(day, &moves, &late)?)
}

/// The cover as things stand now.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn show_proof(office: &Office, actor: &Actor) -> Result<Cover, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut tx = office.at_one_moment().await?;
    proof(&mut tx).await
}

/// The unreached items at the end of a day; of the current one when none is named.
///
/// # Errors
/// Not allowed, no day was ever opened, or the database failed.
pub async fn unreached_items(
    office: &Office,
    actor: &Actor,
    day: Option<BusinessDate>,
) -> Result<(BusinessDate, Vec<Item>), ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut tx = office.at_one_moment().await?;
    let day = match day {
        Some(day) => day,
        None => current(&mut tx).await?,
    };
    Ok((day, items_on(&mut tx, day).await?))
}

/// One table of the month a day lies in; of the current month when no day is named.
///
/// # Errors
/// Not allowed, the month has not begun in the books, or the database failed.
pub async fn table(
    office: &Office,
    actor: &Actor,
    (kind, month): (TableKind, Option<BusinessDate>),
) -> Result<Table, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let worked = work_out(office, month, kind == TableKind::T1_10).await?;
    Ok(worked.table(kind)?)
}

/// All tables of a month.
///
/// # Errors
/// As for one table.
pub async fn tables(
    office: &Office,
    actor: &Actor,
    month: Option<BusinessDate>,
) -> Result<Vec<Table>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let worked = work_out(office, month, true).await?;
    Ok(TableKind::ALL.into_iter().map(|kind| worked.table(kind)).collect::<Result<_, _>>()?)
}

async fn work_out(
    office: &Office,
    month: Option<BusinessDate>,
    with_items: bool,
) -> Result<Worked, ReserveError> {
    let mut tx = office.at_one_moment().await?;
    let last = current(&mut tx).await?;
    let first = first_of_month(month.unwrap_or(last));
    let days: Vec<BusinessDate> = days_of_month(first).filter(|day| *day <= last).collect();
    let Some(end) = days.last().copied() else { return Err(ReserveError::MonthAhead(first)) };
    let late = store::late_lines(&mut tx, Some(first)).await?;
    let mut items = BTreeMap::new();
    if with_items {
        let moves = store::moves(&mut tx, (first, end)).await?;
        for day in &days {
            items.insert(*day, unreached::items_on(*day, &moves, &late)?);
        }
    }
    let month = Month {
        opening: store::position_on(&mut tx, first.previous()).await?,
        flows: store::flows(&mut tx, (first, end)).await?,
        banks: store::banks(&mut tx).await?,
        stated: stated(&mut tx, (first.previous(), end)).await?,
        late,
        days,
        items,
    };
    drop(tx);
    Ok(month.work_out()?)
}

async fn stated(
    conn: &mut PgConnection,
    days: (BusinessDate, BusinessDate),
) -> Result<HashMap<(String, BusinessDate), Money>, ReserveError> {
    store::stated(conn, days).await
}

pub(super) async fn current(conn: &mut PgConnection) -> Result<BusinessDate, ReserveError> {
    ledger::days::current(conn).await?.ok_or(ReserveError::NoOpenDay)
}

fn first_of_month(day: BusinessDate) -> BusinessDate {
    BusinessDate(day.0.replace_day(1).unwrap_or(day.0))
}

fn days_of_month(first: BusinessDate) -> impl Iterator<Item = BusinessDate> {
    let same = move |day: &BusinessDate| day.0.month() == first.0.month();
    std::iter::successors(Some(first), |day| Some(day.next())).take_while(same)
}

/// What accounts hold, from the books as they stand now.
pub(super) async fn position_now(conn: &mut PgConnection) -> Result<Position, ReserveError> {
    store::position_now(conn).await
}
