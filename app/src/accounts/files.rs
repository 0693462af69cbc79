//! Parts of the books as tables to take away: the columns, words and rows of the screens. Only the
//! currency, which the screens write beside each amount, has a column of its own, and ids are whole.

use super::{statement, trial_balance};
use crate::api::Owners;
use crate::books::{entry_name, journal_columns, side_name, source_name};
use crate::components::Column;
use crate::i18n::t;
use crate::text;
use crate::wording::named;
use domain::account::{AccountRef, Side, Statement, TrialBalance};
use domain::date::BusinessZone;
use domain::journal::{JournalSummary, Source};
use domain::money::Money;

/// A table: the headings, then the rows.
pub type Sheet = Vec<Vec<String>>;

/// The trial balance of a day.
#[must_use]
pub fn trial_balance_sheet(balance: &TrialBalance, owners: &Owners) -> Sheet {
    let mut sheet = vec![headings(trial_balance::columns())];
    sheet.extend(balance.rows.iter().map(|row| {
        let name = named(&row.name_en, &row.name_zh);
        vec![
            account(&row.account, name, owners),
            side_name(row.normal_side).to_owned(),
            row.opening.plain(),
            row.debits.plain(),
            row.credits.plain(),
            row.closing.plain(),
            currency(row.closing),
        ]
    }));
    for (title, debits, credits) in [
        (text::ACCOUNTS_MOVEMENTS_TOTAL, balance.debits, balance.credits),
        (text::ACCOUNTS_BALANCES_TOTAL, balance.debit_balances, balance.credit_balances),
    ] {
        let mut row = vec![t(title).to_owned(), String::new(), String::new()];
        row.extend([debits.plain(), credits.plain(), String::new(), currency(debits)]);
        sheet.push(row);
    }
    sheet
}

/// A whole statement of an account, with the balances around it.
#[must_use]
pub fn statement_sheet(statement: &Statement, owners: &Owners, zone: BusinessZone) -> Sheet {
    let balance = |title, balance: Money| {
        let mut row = vec![String::new(); 7];
        if let Some(first) = row.first_mut() {
            t(title).clone_into(first);
        }
        row.extend([balance.plain(), currency(balance)]);
        row
    };
    let mut sheet = vec![headings(statement::columns())];
    sheet.push(balance(text::ACCOUNTS_OPENING, statement.opening));
    sheet.extend(statement.page.rows.iter().map(|row| {
        let on = |side| if row.side == side { row.amount.plain() } else { String::new() };
        vec![
            row.accounting_date.to_string(),
            zone.show(row.event_time),
            entry_name(row.entry).to_owned(),
            document(&row.source),
            account(&row.counter, "", owners),
            on(Side::Debit),
            on(Side::Credit),
            row.balance.plain(),
            currency(row.balance),
        ]
    }));
    sheet.push(balance(text::ACCOUNTS_CLOSING, statement.closing));
    sheet
}

/// Journals.
#[must_use]
pub fn journals_sheet(journals: &[JournalSummary], zone: BusinessZone) -> Sheet {
    let mut sheet = vec![headings(journal_columns())];
    sheet.extend(journals.iter().map(|journal| {
        let all = |of: fn(&Money) -> String| {
            journal.totals.iter().map(of).collect::<Vec<_>>().join(" / ")
        };
        vec![
            journal.accounting_date.to_string(),
            entry_name(journal.entry).to_owned(),
            document(&journal.source),
            journal.memo.clone(),
            zone.show(journal.posted_at),
            all(|money| money.plain()),
            all(|money| currency(*money)),
        ]
    }));
    sheet
}

fn headings(columns: Vec<Column>) -> Vec<String> {
    let currency = t(text::ACCOUNTS_CURRENCY);
    columns.iter().map(Column::title).chain([currency]).map(str::to_owned).collect()
}

fn currency(money: Money) -> String {
    money.currency().code().to_owned()
}

/// As the screen writes it: `2241.02 Merchants, unsettled · Teahouse`.
fn account(account: &AccountRef, name: &str, owners: &Owners) -> String {
    let mut cell = account.code.clone();
    if !name.is_empty() {
        cell = format!("{cell} {name}");
    }
    if !account.owner.is_empty() {
        let owner = owners.get(&account.owner).unwrap_or(&account.owner);
        cell = format!("{cell} · {owner}");
    }
    cell
}

fn document(source: &Source) -> String {
    format!("{} {}", source_name(&source.kind), source.id)
}
