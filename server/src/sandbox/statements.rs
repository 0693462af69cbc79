//! The accounts at the simulated bank, as their statements tell them.

use super::books::{Books, Channel, Done, Operation};
use super::rules::BillFault;
use banks::statement::{Statement, StatementRow};
use domain::date::{BusinessDate, BusinessZone};
use domain::money::{Currency, Money, MoneyError};
use sha2::{Digest, Sha256};

/// The account that the bank channel's transfers arrive on.
pub const COLLECTION: &str = "COLLECTION";

/// What a row with a changed amount tells too much.
const CHANGED_BY: Money = Money::cny(100);

/// An order as the channel's files tell it: usually once, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub number: String,
    pub channel_no: String,
    pub amount: Money,
}

/// How the files tell a done order, with what misbehaviour made of it.
pub(super) fn told(done: &Done<'_>) -> Result<Vec<Told>, MoneyError> {
    let truth = Told {
        number: done.entry.order.number.clone(),
        channel_no: done.channel_no.to_owned(),
        amount: done.entry.amount,
    };
    Ok(match done.fault {
        None => vec![truth],
        Some(BillFault::Lost) => Vec::new(),
        Some(BillFault::Changed) => {
            vec![Told { amount: truth.amount.checked_add(CHANGED_BY)?, ..truth }]
        }
        Some(BillFault::Joined) => {
            let hash = hex::encode_upper(Sha256::digest(truth.number.as_bytes()));
            let number = format!("SBX{}", &hash[..20]);
            let channel_no = format!("9{}", truth.channel_no.get(1..).unwrap_or_default());
            let invented = Told { number, channel_no, amount: truth.amount };
            vec![truth, invented]
        }
    })
}

/// The statement of an account for a day, opening where the day before closed.
pub(super) fn statement(
    books: &Books,
    account: &str,
    day: BusinessDate,
) -> Result<Statement, MoneyError> {
    let mut rows = movements(books, account)?;
    rows.retain(|row| row.booking_date <= day);
    let (today, before): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.booking_date == day);
    let opening = Money::sum(before.iter().map(|row| row.amount), Currency::Cny)?;
    finish(account, day, opening, today)
}

/// The bank channel's bill: what arrived on and left the collection account by order of payers,
/// from zero, without the sweeps to other accounts.
pub(super) fn collections(books: &Books, day: BusinessDate) -> Result<Statement, MoneyError> {
    let mut rows = collected(books)?;
    rows.retain(|row| row.booking_date == day);
    finish(COLLECTION, day, Money::zero(Currency::Cny), rows)
}

fn finish(
    account: &str,
    day: BusinessDate,
    opening: Money,
    mut rows: Vec<StatementRow>,
) -> Result<Statement, MoneyError> {
    for (row, entry) in rows.iter_mut().zip(1..) {
        row.entry = entry;
    }
    let moved = Money::sum(rows.iter().map(|row| row.amount), Currency::Cny)?;
    Ok(Statement {
        number: format!("{account}-{day}"),
        account: account.to_owned(),
        currency: Currency::Cny,
        day: Some(day),
        opening,
        closing: opening.checked_add(moved)?,
        rows,
    })
}

fn movements(books: &Books, account: &str) -> Result<Vec<StatementRow>, MoneyError> {
    let mut rows = if account == COLLECTION { collected(books)? } else { Vec::new() };
    for done in books.done().filter(|done| done.entry.operation == Operation::Payout) {
        let order = &done.entry.order;
        let day = BusinessZone::china().day_of(done.at);
        for told in told(&done)? {
            let sides = [
                (&order.from_account, told.amount.checked_neg()?, &order.to_name),
                (&order.to_account, told.amount, &order.from_account),
            ];
            for (whose, amount, other) in sides {
                if whose.as_deref() == Some(account) {
                    let mut row = row(&told, day, amount, other.as_deref());
                    row.remittance = one_line(order.text.as_deref().unwrap_or_default());
                    rows.push(row);
                }
            }
        }
    }
    rows.extend(books.lines().filter(|line| line.account == account).map(|line| StatementRow {
        entry: 0,
        bank_ref: line.bank_ref.clone(),
        end_to_end_id: line.number.clone(),
        amount: line.amount,
        booking_date: line.day,
        value_date: Some(line.day),
        counterparty: Some(one_line(&line.counterparty)).filter(|name| !name.is_empty()),
        remittance: one_line(&line.text),
        return_reason: line.return_reason.as_deref().map(one_line),
    }));
    Ok(rows)
}

fn collected(books: &Books) -> Result<Vec<StatementRow>, MoneyError> {
    let mut rows = Vec::new();
    for done in books.done().filter(|done| done.entry.channel == Channel::Bank) {
        for told in told(&done)? {
            let amount = match done.entry.operation {
                Operation::Payment => told.amount,
                Operation::Refund => told.amount.checked_neg()?,
                Operation::Payout => continue,
            };
            let mut row = row(&told, done.clearing_date, amount, None);
            row.remittance = match &done.entry.order.payment_number {
                Some(payment) => format!("REFUND OF {payment}"),
                None => one_line(done.entry.order.text.as_deref().unwrap_or_default()),
            };
            rows.push(row);
        }
    }
    Ok(rows)
}

fn row(told: &Told, day: BusinessDate, amount: Money, other: Option<&str>) -> StatementRow {
    StatementRow {
        entry: 0,
        bank_ref: told.channel_no.clone(),
        end_to_end_id: Some(told.number.clone()),
        amount,
        booking_date: day,
        value_date: Some(day),
        counterparty: other.map(one_line).filter(|name| !name.is_empty()),
        remittance: String::new(),
        return_reason: None,
    }
}

/// Text as a bank's message carries it.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}
