//! From a day's journals to vouchers: one for each kind of entry, its lines per account and, where
//! the general ledger keeps them apart, per merchant or channel. Debits and credits are never
//! netted.

use super::VoucherError;
use crate::office::Office;
use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::ids::VoucherId;
use domain::money::{Currency, Money};
use domain::voucher::{
    Dimension, VoucherAccount, VoucherDetail, VoucherLine, VoucherState, VoucherSummary,
};
use ledger::DaySummaryLine;
use std::collections::HashMap;

/// What the general ledger calls our accounts and their owners.
pub(super) struct Names {
    /// By our chart code.
    pub accounts: HashMap<String, VoucherAccount>,
    /// Merchant codes by merchant id.
    pub merchants: HashMap<String, String>,
}

/// The vouchers of a day.
///
/// # Errors
/// Something has no name in the general ledger, or is not in CNY.
pub(super) fn vouchers(
    office: &Office,
    day: BusinessDate,
    summary: &[DaySummaryLine],
    names: &Names,
) -> Result<Vec<VoucherDetail>, VoucherError> {
    let mut vouchers: Vec<VoucherDetail> = Vec::new();
    for booked in summary {
        if vouchers.last().is_none_or(|last| last.summary.entry != booked.entry) {
            let number = i32::try_from(vouchers.len()).unwrap_or(i32::MAX).saturating_add(1);
            vouchers.push(VoucherDetail {
                summary: VoucherSummary {
                    id: VoucherId(office.new_id()),
                    accounting_date: day,
                    number,
                    entry: booked.entry,
                    state: VoucherState::Drafted,
                    total: Money::zero(Currency::Cny),
                },
                lines: Vec::new(),
            });
        }
        if let Some(voucher) = vouchers.last_mut() {
            add(voucher, line(day, booked, names)?)?;
        }
    }
    Ok(vouchers)
}

/// Adds a line, to an equal one if there is one: owners that are not kept apart share a line.
fn add(voucher: &mut VoucherDetail, line: VoucherLine) -> Result<(), VoucherError> {
    let money = |error| VoucherError::Refused(domain::voucher::VoucherRefused::Money(error));
    if line.side == Side::Debit {
        voucher.summary.total = voucher.summary.total.checked_add(line.amount).map_err(money)?;
    }
    let same = voucher.lines.iter_mut().find(|known| {
        (known.side, &known.account, &known.dimension_code)
            == (line.side, &line.account, &line.dimension_code)
    });
    match same {
        Some(known) => {
            known.amount = known.amount.checked_add(line.amount).map_err(money)?;
            known.entries = known.entries.saturating_add(line.entries);
        }
        None => voucher.lines.push(line),
    }
    Ok(())
}

fn line(
    day: BusinessDate,
    booked: &DaySummaryLine,
    names: &Names,
) -> Result<VoucherLine, VoucherError> {
    let currency = booked.amount.currency();
    if currency != Currency::Cny {
        return Err(VoucherError::ForeignCurrency(currency));
    }
    let account = &booked.account;
    let mapped = names
        .accounts
        .get(&account.code)
        .ok_or_else(|| VoucherError::Unmapped(account.code.clone()))?;
    let unknown = || VoucherError::OwnerUnknown(account.clone());
    let dimension_code = match mapped.dimension {
        Dimension::None => String::new(),
        Dimension::Customer => names.merchants.get(&account.owner).cloned().ok_or_else(unknown)?,
        Dimension::Supplier => account.owner.clone(),
    };
    let kept_apart = mapped.dimension != Dimension::None;
    Ok(VoucherLine {
        side: booked.side,
        account: if kept_apart { account.clone() } else { AccountRef::sole(&account.code) },
        u8_code: mapped.u8_code.clone(),
        dimension: mapped.dimension,
        dimension_code,
        amount: booked.amount,
        entries: booked.entries,
        memo: format!("{}月{}日{}", u8::from(day.0.month()), day.0.day(), booked.entry.chinese()),
    })
}
