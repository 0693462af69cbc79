//! Industrial and Commercial Bank of China (工商银行明细查询): values padded with blanks and a tab
//! inside their quotes, income and expense in two columns, the balance after each row, and a last
//! line of totals (人民币合计).

use super::super::decode::{decode_lines, lines};
use super::super::delimited::{Header, bare, split};
use super::super::problems::Problems;
use super::super::{Document, Format, Sample, fields};
use super::{Export, Movement, midnight, told, words};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(in super::super) struct Icbc;

const INCOME: &str = "记账金额(收入)";
const EXPENSE: &str = "记账金额(支出)";

/// How the line of totals begins.
const TOTALS: &str = "人民币合计";

fn is_header(line: &str) -> bool {
    ["交易日期", "摘要", INCOME, EXPENSE].iter().all(|name| line.contains(name))
}

impl Format for Icbc {
    fn name(&self) -> &'static str {
        "bank_icbc"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        sample.head.lines().take(12).any(is_header)
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut reader = Reader::default();
        let mut cells = Vec::new();
        for (number, line) in lines(&decoded.text) {
            if line.trim().is_empty() {
                continue;
            }
            match split(line, ',', &mut cells) {
                Ok(()) => reader.line(number, line, &cells),
                Err(reason) => reader.problems.push(Problem::at_line(number, reason)),
            }
        }
        if !reader.totals {
            let reason = "the line of totals (人民币合计) is missing: the file is incomplete";
            reader.problems.push(Problem::of_file(reason));
        }
        if reader.account.is_empty() {
            reader.problems.push(Problem::of_file("the file names no card (卡号)"));
        }
        let export = Export {
            format: self.name(),
            encoding: decoded.encoding,
            account: reader.account,
            movements: reader.movements,
            checks: reader.checks,
            problems: reader.problems,
        };
        Ok(export.finish())
    }
}

struct Columns {
    width: usize,
    day: usize,
    summary: usize,
    income: usize,
    expense: usize,
    currency: usize,
    balance: usize,
    counterparty: usize,
    details: Option<usize>,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            width: header.width(),
            day: header.required(&["交易日期"], problems)?,
            summary: header.required(&["摘要"], problems)?,
            income: header.required(&[INCOME], problems)?,
            expense: header.required(&[EXPENSE], problems)?,
            currency: header.required(&["记账币种"], problems)?,
            balance: header.required(&["余额"], problems)?,
            counterparty: header.required(&["对方户名"], problems)?,
            details: header.column(&["交易详情"]),
        })
    }

    fn read(&self, line: u32, cells: &[Cow<'_, str>], problems: &mut Problems) -> Option<Movement> {
        // Rows end with a comma, so that one empty value may follow the last column.
        if cells.len() != self.width
            && !(cells.len() == self.width + 1 && cells[self.width].is_empty())
        {
            let reason = format!("{} values, but {} columns", cells.len(), self.width);
            problems.push(Problem::at_line(line, reason));
            return None;
        }
        let text = |column: usize| told(bare(&cells[column]));
        if text(self.currency) != "人民币" {
            let reason = "only accounts in 人民币 are read";
            problems.push(Problem::at_field(line, "记账币种", reason));
            return None;
        }
        let mut money = |column: usize, name: &str| {
            let found = if text(column).is_empty() { "0" } else { text(column) };
            problems.keep(fields::grouped(found, Currency::Cny), line, name, found)
        };
        let income = money(self.income, INCOME)?;
        let expense = money(self.expense, EXPENSE)?;
        let found = text(self.balance);
        let balance = problems.keep(fields::grouped(found, Currency::Cny), line, "余额", found);
        if income.is_negative() || expense.is_negative() || income.is_zero() == expense.is_zero() {
            let reason = "a row has either an income or an expense, without sign";
            problems.push(Problem::at_field(line, INCOME, reason));
            return None;
        }
        let at = problems.keep(midnight(text(self.day)), line, "交易日期", text(self.day))?;
        let details = self.details.map(text).unwrap_or_default();
        Some(Movement {
            line,
            at,
            amount: income.checked_sub(expense).ok()?,
            balance,
            counterparty: text(self.counterparty).to_owned(),
            remittance: words(&[text(self.summary), details]),
        })
    }
}

#[derive(Default)]
struct Reader {
    account: String,
    columns: Option<Columns>,
    movements: Vec<Movement>,
    totals: bool,
    checks: Vec<Check>,
    problems: Problems,
}

impl Reader {
    fn line(&mut self, number: u32, line: &str, cells: &[Cow<'_, str>]) {
        let first = bare(&cells[0]);
        if self.totals {
            let reason = "nothing may follow the line of totals";
            self.problems.push(Problem::at_line(number, reason));
        } else if let Some(columns) = &self.columns {
            if first == TOTALS {
                self.totals = true;
                self.check(number, cells);
            } else {
                self.movements.extend(columns.read(number, cells, &mut self.problems));
            }
        } else if is_header(line) {
            let header = Header::of(number, cells, &mut self.problems);
            self.columns = Columns::find(&header, &mut self.problems);
        } else if let Some(card) = first.strip_prefix("卡号") {
            self.account = card.trim_start_matches([':', '：', ' ']).to_owned();
        }
    }

    fn check(&mut self, line: u32, cells: &[Cow<'_, str>]) {
        let Some(columns) = &self.columns else { return };
        for (name, column, negative) in
            [(INCOME, columns.income, false), (EXPENSE, columns.expense, true)]
        {
            let text = cells.get(column).map_or("", |cell| told(bare(cell)));
            let text = if text.is_empty() { "0" } else { text };
            let stated = fields::grouped(text, Currency::Cny);
            let Some(stated) = self.problems.keep(stated, line, name, text) else { continue };
            let rows = self.movements.iter().map(|row| row.amount);
            let rows = rows.filter(|amount| amount.is_negative() == negative);
            let sum = Money::sum(
                rows.map(|amount| Money::cny(amount.minor().saturating_abs())),
                Currency::Cny,
            );
            let computed = sum.map_or_else(|error| error.to_string(), Money::plain);
            let what = format!("{TOTALS} {name}");
            self.checks.push(Check { what, stated: stated.plain(), computed });
        }
    }
}
