//! From a day's journals to vouchers: one for each kind of entry, its lines per account and, where
//! the general ledger keeps them apart, per merchant or channel. Debits and credits are never
//! netted. Fee income is split into income and value added tax where that was agreed.

use super::VoucherError;
use crate::office::Office;
use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::fee::Rate;
use domain::ids::VoucherId;
use domain::journal::Entry;
use domain::money::{Currency, Money};
use domain::voucher::{
    Dimension, VoucherAccount, VoucherDetail, VoucherLine, VoucherState, VoucherSummary,
    vat_contained,
};
use ledger::DaySummaryLine;
use std::collections::HashMap;

/// Accounts of fee income, charged and given back, whose amounts contain the tax.
const TAXED: [&str; 2] = ["6021.01", "6021.02"];
/// Value added tax payable.
const VAT: &str = "2221.01";

/// What the general ledger calls our accounts and their owners.
pub(super) struct Names {
    /// By our chart code.
    pub accounts: HashMap<String, VoucherAccount>,
    /// Merchant codes by merchant id.
    pub merchants: HashMap<String, String>,
    /// The tax contained in fees on the day.
    pub vat: Option<Rate>,
}

/// The vouchers of a day, not numbered yet.
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
            vouchers.push(empty(office, day, booked.entry));
        }
        if let Some(voucher) = vouchers.last_mut() {
            for line in lines(day, booked, names)? {
                add(voucher, line)?;
            }
        }
    }
    Ok(vouchers)
}

fn empty(office: &Office, day: BusinessDate, entry: Entry) -> VoucherDetail {
    VoucherDetail {
        summary: VoucherSummary {
            id: VoucherId(office.new_id()),
            accounting_date: day,
            number: 0,
            entry,
            state: VoucherState::Drafted,
            total: Money::zero(Currency::Cny),
            file: None,
            erp_number: None,
            replaces: None,
            reverses: None,
        },
        lines: Vec::new(),
        rejections: Vec::new(),
    }
}

/// The red voucher (红字凭证) that cancels another: the same lines with negative amounts.
///
/// # Errors
/// Out of range.
pub(super) fn red(
    office: &Office,
    voucher: &VoucherDetail,
    number: i32,
) -> Result<VoucherDetail, VoucherError> {
    let mut red = empty(office, voucher.summary.accounting_date, voucher.summary.entry);
    red.summary.number = number;
    red.summary.reverses = Some(voucher.summary.id);
    for line in &voucher.lines {
        let amount = line.amount.checked_neg()?;
        let memo = format!("冲销{}号 {}", voucher.summary.number, line.memo);
        add(&mut red, VoucherLine { amount, memo, ..line.clone() })?;
    }
    Ok(red)
}

/// Adds a line, to an equal one if there is one: owners that are not kept apart share a line.
fn add(voucher: &mut VoucherDetail, line: VoucherLine) -> Result<(), VoucherError> {
    if line.side == Side::Debit {
        voucher.summary.total = voucher.summary.total.checked_add(line.amount)?;
    }
    let same = voucher.lines.iter_mut().find(|known| {
        (known.side, &known.account, &known.dimension_code)
            == (line.side, &line.account, &line.dimension_code)
    });
    match same {
        Some(known) => {
            known.amount = known.amount.checked_add(line.amount)?;
            known.entries = known.entries.saturating_add(line.entries);
        }
        None => voucher.lines.push(line),
    }
    Ok(())
}

/// What was booked on one side of one account, with its tax apart.
fn lines(
    day: BusinessDate,
    booked: &DaySummaryLine,
    names: &Names,
) -> Result<Vec<VoucherLine>, VoucherError> {
    let currency = booked.amount.currency();
    if currency != Currency::Cny {
        return Err(VoucherError::ForeignCurrency(currency));
    }
    let taxed = TAXED.contains(&booked.account.code.as_str());
    let Some(rate) = names.vat.filter(|_| taxed) else {
        return Ok(vec![line(day, booked, &booked.account, names)?]);
    };
    let tax = vat_contained(booked.amount, rate)?;
    let income = booked.amount.checked_sub(tax)?;
    let payable = AccountRef::sole(VAT);
    let parts = [(&booked.account, income), (&payable, tax)];
    parts
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(account, amount)| Ok(VoucherLine { amount, ..line(day, booked, account, names)? }))
        .collect()
}

fn line(
    day: BusinessDate,
    booked: &DaySummaryLine,
    account: &AccountRef,
    names: &Names,
) -> Result<VoucherLine, VoucherError> {
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
        department: mapped.department.clone(),
        project: mapped.project.clone(),
        amount: booked.amount,
        entries: booked.entries,
        memo: format!("{}月{}日{}", u8::from(day.0.month()), day.0.day(), booked.entry.chinese()),
    })
}
