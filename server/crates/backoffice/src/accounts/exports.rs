//! The books as files: the rows and columns of the screens, whole instead of page by page.

use super::{AccountsError, journals, statement, trial_balance};
use crate::office::Office;
use domain::access::Actor;
use domain::account::{Side, Statement, StatementFilter};
use domain::date::BusinessDate;
use domain::ids::AccountId;
use domain::journal::JournalFilter;
use domain::money::{Currency, Money};
use domain::page::{PAGE_SIZE_MAX, PageRequest};

/// Most rows of one file.
const ROWS_MAX: i64 = 100_000;

/// A file to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is called.
    pub name: String,
    /// CSV in UTF-8 with a byte order mark, by which spreadsheets know it.
    pub bytes: Vec<u8>,
}

/// The trial balance of a day, 试算平衡表; of the current accounting day when none is named.
///
/// # Errors
/// Not allowed, or no day was ever opened.
pub async fn trial_balance_file(
    office: &Office,
    actor: &Actor,
    day: Option<BusinessDate>,
) -> Result<Export, AccountsError> {
    let balance = trial_balance(office, actor, day, Currency::Cny).await?;
    let mut sheet = Sheet::new(&[
        "code",
        "owner",
        "name_en",
        "name_zh",
        "normal_side",
        "currency",
        "opening",
        "debits",
        "credits",
        "closing",
    ])?;
    for row in &balance.rows {
        sheet.row(&[
            &text(&row.account.code),
            &text(&row.account.owner),
            &text(&row.name_en),
            &text(&row.name_zh),
            row.normal_side.name(),
            row.opening.currency().code(),
            &row.opening.plain(),
            &row.debits.plain(),
            &row.credits.plain(),
            &row.closing.plain(),
        ])?;
    }
    for (name, debits, credits) in [
        ("movements", balance.debits, balance.credits),
        ("balances", balance.debit_balances, balance.credit_balances),
    ] {
        let currency = debits.currency().code();
        let (debits, credits) = (debits.plain(), credits.plain());
        sheet.row(&["", "", name, "", "", currency, "", &debits, &credits, ""])?;
    }
    sheet.export(format!("trial-balance-{}.csv", balance.accounting_date))
}

/// An account's statement, 账户明细, with its running balance.
///
/// # Errors
/// Not allowed, no such account, or too many rows.
pub async fn statement_file(
    office: &Office,
    actor: &Actor,
    id: AccountId,
    (from, to): (Option<BusinessDate>, Option<BusinessDate>),
) -> Result<Export, AccountsError> {
    let mut sheet = Sheet::new(&[
        "entry_no",
        "accounting_date",
        "event_time",
        "journal_entry",
        "journal",
        "source_kind",
        "source_id",
        "counter_account",
        "debit",
        "credit",
        "balance",
        "memo",
    ])?;
    let mut number = 1;
    loop {
        let page = PageRequest { number, size: PAGE_SIZE_MAX };
        let filter = StatementFilter { from, to, page };
        let part = statement(office, actor, id, &filter).await?;
        refuse_too_many(part.page.total)?;
        if number == 1 {
            sheet.balance("opening", part.opening)?;
        }
        statement_rows(&mut sheet, &part)?;
        if number >= part.page.pages() {
            sheet.balance("closing", part.closing)?;
            let account = part.account.account.to_string();
            return sheet.export(format!("statement-{account}.csv"));
        }
        number += 1;
    }
}

fn statement_rows(sheet: &mut Sheet, part: &Statement) -> Result<(), AccountsError> {
    for row in &part.page.rows {
        let amount = row.amount.plain();
        let (debit, credit) = match row.side {
            Side::Debit => (amount.as_str(), ""),
            Side::Credit => ("", amount.as_str()),
        };
        sheet.row(&[
            &row.version.to_string(),
            &row.accounting_date.to_string(),
            &moment(row.event_time),
            row.entry.name(),
            &row.journal.to_string(),
            &text(&row.source.kind),
            &text(&row.source.id),
            &text(&row.counter.to_string()),
            debit,
            credit,
            &row.balance.plain(),
            &text(&row.memo),
        ])?;
    }
    Ok(())
}

/// Journals, 分录组, the latest first.
///
/// # Errors
/// Not allowed, or too many rows.
pub async fn journals_file(
    office: &Office,
    actor: &Actor,
    wanted: JournalFilter,
) -> Result<Export, AccountsError> {
    let mut sheet = Sheet::new(&[
        "accounting_date",
        "entry_number",
        "journal_entry",
        "journal",
        "source_kind",
        "source_id",
        "memo",
        "booked_at",
        "currency",
        "total",
    ])?;
    let mut filter =
        JournalFilter { page: PageRequest { number: 1, size: PAGE_SIZE_MAX }, ..wanted };
    loop {
        let page = journals(office, actor, &filter).await?;
        refuse_too_many(page.total)?;
        for journal in &page.rows {
            let head = [
                journal.accounting_date.to_string(),
                journal.entry.number().to_string(),
                journal.entry.name().to_owned(),
                journal.id.to_string(),
                text(&journal.source.kind),
                text(&journal.source.id),
                text(&journal.memo),
                moment(journal.posted_at),
            ];
            let totals: Vec<(String, String)> = if journal.totals.is_empty() {
                vec![(String::new(), String::new())]
            } else {
                let total = |money: &Money| (money.currency().code().to_owned(), money.plain());
                journal.totals.iter().map(total).collect()
            };
            for (currency, total) in totals {
                let mut cells: Vec<&str> = head.iter().map(String::as_str).collect();
                cells.extend([currency.as_str(), total.as_str()]);
                sheet.row(&cells)?;
            }
        }
        if filter.page.number >= page.pages() {
            return sheet.export("journals.csv".to_owned());
        }
        filter.page.number += 1;
    }
}

const fn refuse_too_many(rows: i64) -> Result<(), AccountsError> {
    if rows > ROWS_MAX { Err(AccountsError::TooManyRows(rows)) } else { Ok(()) }
}

fn moment(at: time::OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Text as a cell: what a spreadsheet would take for a formula is marked as text.
fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    fn new(columns: &[&str]) -> Result<Self, AccountsError> {
        let mut sheet = Self(csv::Writer::from_writer("\u{feff}".as_bytes().to_vec()));
        sheet.row(columns)?;
        Ok(sheet)
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), AccountsError> {
        Ok(self.0.write_record(cells)?)
    }

    /// A row of a statement that only says a balance.
    fn balance(&mut self, what: &str, balance: Money) -> Result<(), AccountsError> {
        self.row(&["", "", "", what, "", "", "", "", "", "", &balance.plain(), ""])
    }

    fn export(self, name: String) -> Result<Export, AccountsError> {
        let bytes = self.0.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(Export { name, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_look_like_formulas_are_text() {
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@x"), "'@x");
        assert_eq!(text("fee, merchant"), "fee, merchant");
    }
}
