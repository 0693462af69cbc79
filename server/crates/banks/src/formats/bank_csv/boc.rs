//! Bank of China (中国银行交易流水明细): signed amounts, the balance after each, newest first, dashes
//! for nothing. It states no count and no sum: what holds it together is the chain of balances,
//! so rows missing at either end cannot be noticed.

use super::super::decode::{decode_lines, lines};
use super::super::delimited::{Header, bare, split};
use super::super::problems::{Problems, quote};
use super::super::{Document, Format, Sample, fields};
use super::{Export, Movement, told, words};
use crate::bill::Problem;
use crate::front::NamedFile;
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(in super::super) struct Boc;

const COLUMNS: [&str; 5] = ["记账日期", "记账时间", "币别", "金额", "余额"];

fn is_header(line: &str) -> bool {
    COLUMNS.iter().all(|name| line.contains(name))
}

impl Format for Boc {
    fn name(&self) -> &'static str {
        "bank_boc"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        sample.head.lines().take(3).any(is_header)
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut problems = Problems::default();
        let mut movements: Vec<Movement> = Vec::new();
        let mut account: Option<String> = None;
        let mut columns = None;
        let mut cells = Vec::new();
        for (number, line) in lines(&decoded.text) {
            if columns.is_none() && !is_header(line) {
                continue;
            }
            if let Err(reason) = split(line, ',', &mut cells) {
                problems.push(Problem::at_line(number, reason));
                continue;
            }
            let Some((columns, width)) = &columns else {
                let header = Header::of(number, &cells, &mut problems);
                let Some(found) = Columns::find(&header, &mut problems) else { break };
                columns = Some((found, header.width()));
                continue;
            };
            if cells.len() != *width {
                let reason = format!("{} values, but {width} columns", cells.len());
                problems.push(Problem::at_line(number, reason));
                continue;
            }
            let card = bare(&cells[columns.card]);
            if account.get_or_insert_with(|| card.to_owned()).as_str() != card {
                let reason = format!("another card than in the first row: \"{}\"", quote(card));
                problems.push(Problem::at_field(number, "借记卡号", reason));
            }
            movements.extend(columns.read(number, &cells, &mut problems));
        }
        let export = Export {
            format: self.name(),
            encoding: decoded.encoding,
            account: account.unwrap_or_default(),
            movements,
            checks: Vec::new(),
            problems,
        };
        Ok(export.finish())
    }
}

struct Columns {
    day: usize,
    time: usize,
    currency: usize,
    amount: usize,
    balance: usize,
    name: usize,
    remark: usize,
    counterparty: usize,
    card: usize,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            day: header.required(&["记账日期"], problems)?,
            time: header.required(&["记账时间"], problems)?,
            currency: header.required(&["币别"], problems)?,
            amount: header.required(&["金额"], problems)?,
            balance: header.required(&["余额"], problems)?,
            name: header.required(&["交易名称"], problems)?,
            remark: header.required(&["附言"], problems)?,
            counterparty: header.required(&["对方账户名"], problems)?,
            card: header.required(&["借记卡号"], problems)?,
        })
    }

    fn read(&self, line: u32, cells: &[Cow<'_, str>], problems: &mut Problems) -> Option<Movement> {
        let text = |column: usize| bare(&cells[column]);
        let currency = match text(self.currency) {
            "人民币" => Ok(Currency::Cny),
            code => code.parse(),
        };
        let currency = problems.keep(currency, line, "币别", text(self.currency))?;
        let mut money = |column: usize, name: &str| {
            let found = text(column);
            problems.keep(fields::grouped(found, currency), line, name, found)
        };
        let amount: Money = money(self.amount, "金额")?;
        let balance = money(self.balance, "余额");
        let at = format!("{} {}", text(self.day), text(self.time));
        let at = problems.keep(fields::moment(&at), line, "记账时间", &at)?;
        Some(Movement {
            line,
            at,
            amount,
            balance,
            counterparty: told(text(self.counterparty)).to_owned(),
            remittance: words(&[told(text(self.name)), told(text(self.remark))]),
        })
    }
}
