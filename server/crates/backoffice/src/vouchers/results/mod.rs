//! What the general ledger answered: it took a voucher, or refused lines of it. Told by a person, or
//! read from the file its import tool writes its answers into.

mod read;
mod store;

use super::{VoucherError, lock_day, record};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::{StaffId, VoucherId};
use domain::voucher::{VoucherDetail, VoucherState, VoucherSummary};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Most letters of a reason that are kept.
const REASON_MAX: usize = 500;

/// The general ledger's answer to one line: nothing to say against it, or why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it stands in the answering file, from 1.
    pub at: usize,
    /// The day of the voucher.
    pub day: BusinessDate,
    /// Its number within the day.
    pub number: i32,
    /// Its line, from 1.
    pub line: i32,
    /// Why it was refused.
    pub refused: Option<String>,
}

/// The general ledger has taken a voucher, under a number of its own.
///
/// # Errors
/// Not allowed, there is no such voucher, or it is not waiting for an answer.
pub async fn acknowledge(
    office: &Office,
    actor: &Actor,
    id: VoucherId,
    erp_number: &str,
) -> Result<(), VoucherError> {
    actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    let voucher = locked(&mut tx, id).await?;
    let number = erp_number.trim();
    let number = (!number.is_empty()).then_some(number);
    take(&mut tx, &voucher.summary, number).await?;
    record(&mut tx, office, (actor, "vouchers.acknowledge"), voucher.summary.accounting_date)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The general ledger has taken everything of a day that waits for an answer.
///
/// # Errors
/// Not allowed, or nothing waits.
pub async fn acknowledge_day(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<(), VoucherError> {
    actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    lock_day(&mut tx, day).await?;
    let vouchers = super::store::details(&mut tx, day).await?;
    let waiting = vouchers.iter().filter(|one| one.summary.state == VoucherState::Exported);
    let mut taken = 0_usize;
    for voucher in waiting {
        take(&mut tx, &voucher.summary, None).await?;
        taken = taken.saturating_add(1);
    }
    if taken == 0 {
        return Err(VoucherError::NotExported(day));
    }
    record(&mut tx, office, (actor, "vouchers.acknowledge"), day).await?;
    tx.commit().await?;
    Ok(())
}

/// The general ledger has refused a voucher; line 0 is the voucher as a whole.
///
/// # Errors
/// Not allowed, no reason, no such line, or the voucher is not waiting for an answer.
pub async fn reject(
    office: &Office,
    actor: &Actor,
    id: VoucherId,
    lines: &[(i32, String)],
) -> Result<(), VoucherError> {
    let by = actor.require(Permission::ExportVouchers)?;
    let mut tx = office.begin().await?;
    let voucher = locked(&mut tx, id).await?;
    refuse(&mut tx, office, by, (&voucher, lines)).await?;
    record(&mut tx, office, (actor, "vouchers.reject"), voucher.summary.accounting_date).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads the answers the import tool wrote into our own text file, and keeps them: a voucher with a
/// refused line is refused, the others are taken. Says how many were taken and refused. All or
/// nothing.
///
/// # Errors
/// Not allowed, the file cannot be read, or it answers what was not asked.
pub async fn read_results(
    office: &Office,
    actor: &Actor,
    bytes: &[u8],
) -> Result<(usize, usize), VoucherError> {
    let by = actor.require(Permission::ExportVouchers)?;
    let answers = read::answers(bytes)?;
    let mut days: BTreeMap<BusinessDate, BTreeMap<i32, Vec<Answer>>> = BTreeMap::new();
    for answer in answers {
        days.entry(answer.day).or_default().entry(answer.number).or_default().push(answer);
    }
    let (mut taken, mut refused) = (0_usize, 0_usize);
    let mut tx = office.begin().await?;
    for (day, answered) in days {
        super::store::lock_day(&mut tx, day).await?;
        let vouchers = super::store::details(&mut tx, day).await?;
        for (number, answers) in answered {
            let at = answers.first().map_or(0, |answer| answer.at);
            let voucher = vouchers
                .iter()
                .find(|one| one.summary.number == number && one.summary.file.is_some())
                .ok_or(VoucherError::AnswersNothing { line: at, day, number })?;
            let lines: Vec<(i32, String)> = answers
                .into_iter()
                .filter_map(|answer| answer.refused.map(|reason| (answer.line, reason)))
                .collect();
            if lines.is_empty() {
                take(&mut tx, &voucher.summary, None).await?;
                taken = taken.saturating_add(1);
            } else {
                refuse(&mut tx, office, by, (voucher, &lines)).await?;
                refused = refused.saturating_add(1);
            }
        }
        record(&mut tx, office, (actor, "vouchers.results"), day).await?;
    }
    tx.commit().await?;
    Ok((taken, refused))
}

/// A voucher whose day is locked.
async fn locked(conn: &mut PgConnection, id: VoucherId) -> Result<VoucherDetail, VoucherError> {
    let found = super::store::find(conn, id).await?.ok_or(VoucherError::NotFound)?;
    lock_day(conn, found.summary.accounting_date).await?;
    super::store::find(conn, id).await?.ok_or(VoucherError::NotFound)
}

async fn take(
    conn: &mut PgConnection,
    voucher: &VoucherSummary,
    erp_number: Option<&str>,
) -> Result<(), VoucherError> {
    let state = voucher.state.acknowledge()?;
    super::store::answer(conn, voucher.id, (state, erp_number)).await
}

async fn refuse(
    conn: &mut PgConnection,
    office: &Office,
    by: StaffId,
    (voucher, lines): (&VoucherDetail, &[(i32, String)]),
) -> Result<(), VoucherError> {
    let state = voucher.summary.state.reject()?;
    let last = i32::try_from(voucher.lines.len()).unwrap_or(i32::MAX);
    let mut reasons: BTreeMap<i32, String> = BTreeMap::new();
    for (line, reason) in lines {
        let reason: String = reason.trim().chars().take(REASON_MAX).collect();
        if reason.is_empty() {
            return Err(VoucherError::NoReason);
        }
        if !(0..=last).contains(line) {
            return Err(VoucherError::NoSuchLine(*line));
        }
        reasons.insert(*line, reason);
    }
    if reasons.is_empty() {
        return Err(VoucherError::NoReason);
    }
    super::store::answer(conn, voucher.summary.id, (state, None)).await?;
    store::insert_rejections(conn, voucher.summary.id, &reasons, (by, office.now())).await
}
